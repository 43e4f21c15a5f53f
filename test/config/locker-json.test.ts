import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createMachine, messageOf } from './machine.ts'

describe('locker.json', () => {
  it('configures, and each value knows its origin', () => {
    const machine = createMachine()
    const file = machine.write('locker.json', {
      environment: 'staging',
      timeoutMs: 500,
      override: ['A'],
      fetch: true,
    })
    const config = machine.resolve()
    expect(config.environment).toBe('staging')
    expect(config.connection.timeoutMs).toBe(500)
    expect(config.policy.override).toEqual(['A'])
    expect(config.fetch).toBe(true)
    expect(config.origins.get('timeoutMs')).toEqual({ source: 'locker.json', name: 'timeoutMs', file })
  })

  it('is the nearest one up to the folder of the first package.json', () => {
    const machine = createMachine()
    machine.write('locker.json', { prefix: 'FAR_' })
    mkdirSync(join(machine.cwd, 'a/b'), { recursive: true })
    expect(machine.resolve({ cwd: join(machine.cwd, 'a/b') }).policy.prefix).toBe('FAR_')
    machine.write('a/locker.json', { prefix: 'NEAR_' })
    expect(machine.resolve({ cwd: join(machine.cwd, 'a/b') }).policy.prefix).toBe('NEAR_')
  })

  it('is never looked for above the first package.json', () => {
    const machine = createMachine()
    machine.write('locker.json', { prefix: 'OUTER_' })
    machine.write('a/package.json', {})
    mkdirSync(join(machine.cwd, 'a/b'))
    expect(machine.resolve({ cwd: join(machine.cwd, 'a/b') }).policy.prefix).toBe('')
  })

  it('counts only in the working directory where no folder has a package.json', () => {
    const machine = createMachine()
    rmSync(join(machine.cwd, 'package.json'))
    machine.write('locker.json', { prefix: 'HERE_' })
    expect(machine.resolve().policy.prefix).toBe('HERE_')
    mkdirSync(join(machine.cwd, 'a'))
    expect(machine.resolve({ cwd: join(machine.cwd, 'a') }).policy.prefix).toBe('')
  })

  it('has paths that are relative to its own folder', () => {
    const machine = createMachine()
    machine.write('locker.json', { cache: 'cache', snapshot: 'sealed', dotenv: 'local.env' })
    machine.write('local.env', 'FROM_FILE=1')
    mkdirSync(join(machine.cwd, 'a'))
    const config = machine.resolve({ cwd: join(machine.cwd, 'a') })
    expect(config.cacheFolder).toBe(join(machine.cwd, 'cache'))
    expect(config.snapshotFile).toBe(join(machine.cwd, 'sealed'))
    expect(config.dotenv.get('FROM_FILE')).toBe('1')
  })

  it.each([
    ...['accessKeyId', 'secretAccessKey', 'accessKeySecret', 'apiBase', 'headers'],
    ...['caFile', 'unsafe', 'allow', 'onError', 'disable'],
  ])('can not set %s, and says so by name', (key) => {
    const machine = createMachine()
    const file = machine.write('locker.json', { [key]: 'canary' })
    const message = messageOf(() => machine.resolve())
    expect(message).toContain(`${key} in ${file} can't be set there`)
    expect(message).not.toContain('canary')
  })

  it.each([
    ['an unknown key', { color: 'canary' }, 'color in FILE is not a setting'],
    [
      'a misspelt key',
      { enviroment: 'canary' },
      'enviroment in FILE is not a setting; did you mean environment?',
    ],
    ['a key in another case', { Prefix: 'canary' }, 'Prefix in FILE is not a setting; did you mean prefix?'],
    ['a key with a line break', { 'a\nb': 'canary' }, 'a\\u000ab in FILE is not a setting'],
    ['a list', ['canary'], 'FILE must hold a JSON object'],
    ['null', 'null', 'FILE must hold a JSON object'],
    ['bad JSON', '{"prefix": canary', 'FILE is not valid JSON'],
    ['the prototype', '{"__proto__": {"prefix": "canary"}}', '__proto__ in FILE is not a setting'],
    [
      'a bad value',
      { timeoutMs: 'canary' },
      'timeoutMs in FILE must be a whole number of milliseconds from 1 to 600000',
    ],
    [
      'half a character for an environment',
      '{"environment": "canary\\ud800"}',
      'environment in FILE must be the name of an environment, or ALL',
    ],
    [
      'a NUL in an environment',
      '{"environment": "canary\\u0000"}',
      'environment in FILE must be the name of an environment, or ALL',
    ],
    [
      'a number for an environment',
      { environment: 7 },
      'environment in FILE must be the name of an environment, or ALL',
    ],
    [
      'null for a value',
      { prefix: null },
      'prefix in FILE must be the beginning of a variable name: letters, digits and _',
    ],
  ])('refuses %s', (_, content, expected) => {
    const machine = createMachine()
    const file = machine.write('locker.json', content)
    const message = messageOf(() => machine.resolve())
    expect(message).toBe(expected.replace('FILE', file))
    expect(message).not.toContain('canary')
  })

  it('takes the last of two equal keys, as JSON does, and ignores a byte order mark', () => {
    const machine = createMachine()
    machine.write('locker.json', '\ufeff{"prefix": "A_", "prefix": "B_"}')
    expect(machine.resolve().policy.prefix).toBe('B_')
  })

  it('is an error where it can not be read', () => {
    const machine = createMachine()
    mkdirSync(join(machine.cwd, 'locker.json'))
    expect(messageOf(() => machine.resolve())).toContain('is not a regular file')
  })
})
