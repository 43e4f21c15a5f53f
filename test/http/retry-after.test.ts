import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parseRetryAfter } from '../../src/http/retry-after.ts'

const nowMs = Date.UTC(1994, 10, 6, 8, 49, 7)

describe('parseRetryAfter', () => {
  // Where this machine is must not matter.
  beforeAll(() => void vi.stubEnv('TZ', 'Asia/Ho_Chi_Minh'))
  afterAll(() => void vi.unstubAllEnvs())

  it.each([
    ['seconds', '120', 120],
    ['no seconds', '0', 0],
    ['seconds among spaces', ' 120 ', 120],
    ['more seconds than anybody waits', '99999999999', 99999999999],
    ['a date', 'Sun, 06 Nov 1994 08:49:37 GMT', 30],
    ['a date among spaces', ' Sun, 06 Nov 1994 08:49:37 GMT ', 30],
    ['a date of RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', 30],
    ['a date of asctime, which names no zone', 'Sun Nov  6 08:49:37 1994', 30],
    ['this moment', 'Sun, 06 Nov 1994 08:49:07 GMT', 0],
    ['a date that has passed', 'Sun, 06 Nov 1994 08:49:06 GMT', 0],
  ])('reads %s', (_, header, seconds) => {
    expect(parseRetryAfter(header, nowMs)).toBe(seconds)
  })

  it.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['a fraction', '1.5'],
    ['a negative number', '-1'],
    ['a number with a unit', '120s'],
    ['words', 'soon, or later'],
    ['a word and a number that Date.parse would take', 'In 5'],
    ['a date of another form', '1994-11-06T08:49:37Z'],
    ['a date without its weekday', '06 Nov 1994 08:49:37 GMT'],
    ['two headers', ['1', '2']],
  ])('makes nothing of %s', (_, header) => {
    expect(parseRetryAfter(header, nowMs)).toBeUndefined()
  })
})
