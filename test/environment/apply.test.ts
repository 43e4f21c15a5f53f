import { describe, expect, it } from 'vitest'
import { applyMerged } from '../../src/environment/apply.ts'

const NOTHING = { deletions: [], injected: new Map<string, string>(), marker: undefined }

describe('applyMerged', () => {
  it('deletes, sets, and leaves a marker', () => {
    const env: Record<string, string | undefined> = { A: '1', B: '2', C: '3' }
    applyMerged(env, { deletions: ['A', 'B'], injected: new Map([['B', 'new']]), marker: 'm' }, 'linux')
    expect(env).toEqual({ B: 'new', C: '3', LOCKERPM_LOADED: 'm' })
  })

  it('removes an earlier marker where there is none now', () => {
    const env: Record<string, string | undefined> = { LOCKERPM_LOADED: 'old' }
    applyMerged(env, NOTHING, 'linux')
    expect(env).toEqual({})
  })

  it('sets names that every object has, also __proto__', () => {
    const env: Record<string, string | undefined> = {}
    const injected = new Map([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
    applyMerged(env, { ...NOTHING, injected }, 'linux')
    expect(Object.entries(env)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
  })

  it('writes a process’s own environment byte for byte', () => {
    const injected = new Map([
      ['LOCKERPM_TEST_A', 'é💥\n"$X"'],
      ['__proto__', 'x'],
    ])
    applyMerged(process.env, { ...NOTHING, injected }, process.platform)
    expect(process.env['LOCKERPM_TEST_A']).toBe('é💥\n"$X"')
    expect(Object.entries(process.env)).toContainEqual(['__proto__', 'x'])
    applyMerged(process.env, { ...NOTHING, deletions: [...injected.keys()] }, process.platform)
    expect(Object.keys(process.env)).not.toContain('LOCKERPM_TEST_A')
    expect(Object.keys(process.env)).not.toContain('__proto__')
  })

  it('finds other spellings of a child’s variables on Windows', () => {
    const env: Record<string, string | undefined> = { Locker_Headers: 'x', lockerpm_loaded: 'y', A: '1' }
    applyMerged(env, { ...NOTHING, deletions: ['LOCKER_HEADERS'] }, 'win32')
    expect(env).toEqual({ A: '1' })
  })
})
