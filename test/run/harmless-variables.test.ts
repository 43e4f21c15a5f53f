import { describe, expect, it } from 'vitest'
import { isHarmless } from '../../src/run/harmless-variables.ts'

describe('isHarmless', () => {
  it.each<[string, NodeJS.Platform, boolean]>([
    ['PATH', 'linux', true],
    ['LC_CTYPE', 'linux', true],
    ['TZ', 'linux', true],
    ['Path', 'linux', false],
    ['Path', 'win32', true],
    ['SystemRoot', 'win32', true],
    ['SystemRoot', 'linux', false],
    ['NODE_OPTIONS', 'linux', false],
    ['LD_PRELOAD', 'linux', false],
    ['LOCKER_ENVIRONMENT', 'linux', false],
    ['DATABASE_URL', 'linux', false],
  ])('judges %s on %s: %s', (name, platform, isKept) => {
    expect(isHarmless(name, platform)).toBe(isKept)
  })
})
