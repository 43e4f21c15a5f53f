import { expect, it } from 'vitest'
import { describeAge, isFresh, mayStandIn } from '../../src/vault/freshness.ts'

const NOW = 1_800_000_000_000
const clock = { now: () => NOW, startedAtMs: NOW - 500 }

it.each([
  ['within restTime', NOW - 9_999, 10, true],
  ['at the end of restTime', NOW - 10_000, 10, false],
  ['after restTime', NOW - 10_001, 10, false],
  ['validated after this process started, with restTime 0', NOW - 500, 0, true],
  ['validated just before this process started, with restTime 0', NOW - 501, 0, false],
  ['validated this very moment', NOW, 0, true],
  ['from the future, however much restTime there is', NOW + 1, 999, false],
])('%s: fresh is said of %d with restTime %d as %s', (_, validatedAtMs, restTimeSeconds, expected) => {
  expect(isFresh(validatedAtMs, clock, restTimeSeconds)).toBe(expected)
})

it.each([
  ['younger than maxStale', NOW - 9_999, 10, true],
  ['as old as maxStale', NOW - 10_000, 10, false],
  ['this very moment', NOW, 10, true],
  ['this very moment, with maxStale 0: never', NOW, 0, false],
  ['from the future', NOW + 1, 10, false],
])('%s: %d may stand in with maxStale %d: %s', (_, validatedAtMs, maxStaleSeconds, expected) => {
  expect(mayStandIn(validatedAtMs, NOW, maxStaleSeconds)).toBe(expected)
})

it.each([
  [0, '0 s'],
  [119_000, '119 s'],
  [120_000, '2 min'],
  [7_199_000, '120 min'],
  [7_200_000, '2 h'],
  [172_799_000, '48 h'],
  [172_800_000, '2 days'],
])('tells an age of %d ms as %s', (ageMs, text) => {
  expect(describeAge(ageMs)).toBe(text)
})
