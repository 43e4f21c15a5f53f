import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatEnvironment } from '../../src/environment/format.ts'
import { LockerError } from '../../src/errors.ts'
import { mapOf, word } from '../environment/format-values.ts'
import { createMachine, ID, messageOf, SECRET } from './machine.ts'

describe('.env', () => {
  it('may be missing', () => {
    expect(createMachine().resolve().dotenv.size).toBe(0)
  })

  it('may be a folder, which is a Python environment', () => {
    const machine = createMachine()
    machine.write('.env/pyvenv.cfg', '')
    expect(machine.resolve().dotenv.size).toBe(0)
    expect(messageOf(() => machine.resolve({ options: { dotenv: '.env' } }))).toContain(
      'is not a regular file',
    )
  })

  it('brings its variables to the merge, unexpanded', () => {
    const machine = createMachine()
    machine.write('.env', `A=1\nB="two\nlines" # comment\nC='$A $(A)'\nexport D=\n`)
    expect([...machine.resolve().dotenv]).toEqual([
      ['A', '1'],
      ['B', 'two\nlines'],
      ['C', '$A $(A)'],
      ['D', ''],
    ])
  })

  it('configures by LOCKER_*, which never get to the merge', () => {
    const machine = createMachine()
    const text = `LOCKER_ACCESS_KEY_ID=${ID}\nLOCKER_SECRET_ACCESS_KEY=${SECRET}\nLOCKER_ENVIRONMENT=staging\nA=1`
    const file = machine.write('.env', text)
    const config = machine.resolve()
    expect(config.accessKey?.id).toBe(ID)
    expect(config.environment).toBe('staging')
    expect([...config.dotenv.keys()]).toEqual(['A'])
    expect(config.origins.get('environment')).toEqual({ source: '.env', name: 'LOCKER_ENVIRONMENT', file })
  })

  it('keeps unknown LOCKER_* from the merge as well, and warns about misspelt ones', () => {
    const machine = createMachine()
    machine.write('.env', 'LOCKER_ENVIROMENT=staging\nLOCKER_OTHER=1')
    const config = machine.resolve()
    expect(config.dotenv.size).toBe(0)
    expect(config.warnings).toEqual(['LOCKER_ENVIROMENT is not a setting; did you mean LOCKER_ENVIRONMENT?'])
  })

  it('can not name other .env files, and says so', () => {
    const machine = createMachine()
    const file = machine.write('.env', 'LOCKER_DOTENV=other.env')
    machine.write('other.env', 'A=1')
    const config = machine.resolve()
    expect(config.dotenv.size).toBe(0)
    expect(config.warnings).toEqual([`LOCKER_DOTENV in ${file} has no effect: set it outside of .env files`])
  })

  it('counts an empty LOCKER_* as unset, also over that of the next file', () => {
    const machine = createMachine()
    machine.write('a.env', 'LOCKER_PREFIX=\nA=')
    machine.write('b.env', 'LOCKER_PREFIX=B_\nA=1')
    const config = machine.resolve({ env: { LOCKER_DOTENV: 'a.env,b.env' } })
    expect(config.policy.prefix).toBe('B_')
    expect(config.dotenv.get('A')).toBe('')
  })

  it('takes the first definition among several files', () => {
    const machine = createMachine()
    machine.write('a.env', 'A=1\nB=1')
    machine.write('sub/b.env', 'B=2\nC=2')
    const config = machine.resolve({ options: { dotenv: ['a.env', join(machine.cwd, 'sub/b.env')] } })
    expect(Object.fromEntries(config.dotenv)).toEqual({ A: '1', B: '1', C: '2' })
  })

  it('can be switched off', () => {
    const machine = createMachine()
    machine.write('.env', 'A=1')
    expect(machine.resolve({ env: { LOCKER_DOTENV: 'false' } }).dotenv.size).toBe(0)
    expect(machine.resolve({ flags: new Map([['dotenv', 'false']]) }).dotenv.size).toBe(0)
  })

  it.each([
    ['LOCKER_DOTENV', { env: { LOCKER_DOTENV: 'none.env' } }],
    ['the option dotenv', { options: { dotenv: 'none.env' } }],
    ['--dotenv', { flags: new Map([['dotenv', 'none.env']]) }],
  ])('must exist where %s names it', (name, changes) => {
    const machine = createMachine()
    const file = join(machine.cwd, 'none.env')
    expect(messageOf(() => machine.resolve(changes))).toBe(
      `the .env file ${file}, which ${name} names, can't be read (ENOENT)`,
    )
  })

  it('may be missing where locker.json names it, which travels to machines without one', () => {
    const machine = createMachine()
    machine.write('locker.json', { dotenv: ['.env.local', '.env'] })
    machine.write('.env', 'A=1')
    expect(machine.resolve().dotenv.get('A')).toBe('1')
  })

  it.each([
    [
      'a FIFO',
      (machine: Machine) => execFileSync('mkfifo', [join(machine.cwd, '.env')]),
      'is not a regular file',
    ],
    [
      'no UTF-8',
      (machine: Machine) => machine.write('.env', Buffer.from('A=\xe9', 'latin1')),
      'is not UTF-8 text',
    ],
    ['too large', (machine: Machine) => machine.write('.env', 'x'.repeat(1024 * 1024 + 1)), 'is larger than'],
  ])('is an error where it is %s', (_, make, reason) => {
    const machine = createMachine()
    make(machine)
    expect(messageOf(() => machine.resolve())).toContain(reason)
  })

  it('reads what would hold dotenv’s default parser for minutes', () => {
    const machine = createMachine()
    machine.write('.env', '\n'.repeat(128 * 1024))
    expect(machine.resolve().dotenv).toEqual(new Map())
  })

  it('knows LOCKER_* in any case on Windows', () => {
    const machine = createMachine()
    machine.write('.env', 'Locker_Prefix=W_')
    expect(machine.resolve({ platform: 'win32' }).policy.prefix).toBe('W_')
    expect(machine.resolve().dotenv.get('Locker_Prefix')).toBe('W_')
  })

  it('reads back what --export dotenv writes', () => {
    const machine = createMachine()
    fc.assert(
      fc.property(mapOf(word.map((name) => `X${name}`)), (values) => {
        try {
          machine.write('.env', formatEnvironment('dotenv', values))
        } catch (error) {
          // No quotes carry one of the values.
          expect(error).toBeInstanceOf(LockerError)
          return
        }
        expect(machine.resolve().dotenv).toEqual(values)
      }),
    )
  })

  it('reads exactly what dotenv itself reads', async () => {
    const { parse } = await import('dotenv')
    const piece = fc.constantFrom(
      'A',
      'B_1',
      '=',
      ' = ',
      ': ',
      '"',
      "'",
      '`',
      '\n',
      '\r\n',
      '#',
      ' #',
      ' ',
      '\\n',
      '\\',
      '$',
    )
    const machine = createMachine()
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
        const text = pieces.join('')
        machine.write('.env', text)
        expect(Object.fromEntries(machine.resolve().dotenv)).toEqual({ ...parse(text) })
      }),
    )
  })
})

type Machine = ReturnType<typeof createMachine>
