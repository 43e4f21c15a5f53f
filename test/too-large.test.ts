import { describe, expect, it } from 'vitest'
import { describeTooLarge, describeUnstartable } from '../src/too-large.ts'

const env = { 'EVIL\u001b[2J\nlockerpm: all is well': 'x'.repeat(3 * 1024 * 1024) }

describe("a name that is not the program's own", () => {
  it.each([
    ['of a start', () => describeTooLarge(['true'], env)],
    ['of every later start', () => describeUnstartable(env, 'linux')],
  ])('forges no line and sends the terminal nothing in the error %s', (_, describeIt) => {
    expect(describeIt()).toContain('EVIL\\u001b[2J\\u000alockerpm')
    expect(describeIt()).not.toMatch(/\p{Cc}|xxx/u)
  })
})
