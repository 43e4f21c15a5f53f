import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { requireAccessKey } from '../../src/config/resolve.ts'
import { LockerError } from '../../src/errors.ts'
import { createMachine, ID, messageOf, OTHER_ID, OTHER_SECRET, SECRET } from './machine.ts'

const CREDENTIAL_FILE = '../home/.locker/credential.json'
const OTHER_PAIR = { LOCKER_ACCESS_KEY_ID: OTHER_ID, LOCKER_SECRET_ACCESS_KEY: OTHER_SECRET }
const PAIR = { LOCKER_ACCESS_KEY_ID: ID, LOCKER_SECRET_ACCESS_KEY: SECRET }

describe('the access key', () => {
  it.each([
    ['variables', { env: PAIR }],
    [
      'variables, in the other spelling',
      { env: { LOCKER_ACCESS_KEY_ID: ID, LOCKER_ACCESS_KEY_SECRET: SECRET } },
    ],
    ['variables, in both spellings', { env: { ...PAIR, LOCKER_ACCESS_KEY_SECRET: SECRET } }],
    ['options', { options: { accessKeyId: ID, secretAccessKey: SECRET } }],
    ['options, in the other spelling', { options: { accessKeyId: ID, accessKeySecret: SECRET } }],
    ['options over variables', { options: { accessKeyId: ID, secretAccessKey: SECRET }, env: OTHER_PAIR }],
    ['variables of any case on Windows', { env: lowerCase(PAIR), platform: 'win32' as const }],
  ])('is taken from %s', (_, changes) => {
    const accessKey = requireAccessKey(createMachine().resolve(changes))
    expect(accessKey.id).toBe(ID)
    expect(accessKey.secretBytes.toString('base64')).toBe(SECRET)
  })

  it.each(['LOCKER_SECRET_ACCESS_KEY_FILE', 'LOCKER_ACCESS_KEY_SECRET_FILE'])(
    'is taken from the file of %s',
    (name) => {
      const machine = createMachine()
      machine.write('id', `${ID}\r\n`)
      machine.write('secret', `${SECRET}\n`)
      symlinkSync('secret', join(machine.cwd, 'link'))
      const config = machine.resolve({
        env: { LOCKER_ACCESS_KEY_ID_FILE: 'id', [name]: join(machine.cwd, 'link') },
      })
      expect(requireAccessKey(config).id).toBe(ID)
      expect(requireAccessKey(config).secretBytes.toString('base64')).toBe(SECRET)
      expect(config.origins.get('secretAccessKey')).toEqual({ source: 'environment', name })
    },
  )

  it('is taken from the official CLI’s credential file when nothing higher has it', () => {
    const machine = createMachine()
    const file = machine.write(CREDENTIAL_FILE, {
      access_key_id: ID,
      secret_access_key: SECRET,
      api_base: 'canary',
    })
    const config = machine.resolve()
    expect(requireAccessKey(config).id).toBe(ID)
    expect(config.origins.get('accessKeyId')).toEqual({
      source: 'credential file',
      name: 'access_key_id',
      file,
    })
    expect(requireAccessKey(machine.resolve({ env: OTHER_PAIR })).id).toBe(OTHER_ID)
  })

  it('may have its halves in two places, and says where', () => {
    const machine = createMachine()
    const file = machine.write('.env', `LOCKER_ACCESS_KEY_ID=${ID}`)
    const config = machine.resolve({ env: { LOCKER_SECRET_ACCESS_KEY: SECRET } })
    expect(requireAccessKey(config).id).toBe(ID)
    expect(config.credentialsHint).toBe(
      `the access key id is from LOCKER_ACCESS_KEY_ID in ${file}, the secret access key from LOCKER_SECRET_ACCESS_KEY`,
    )
  })

  it.each([
    ['id', { LOCKER_ACCESS_KEY_ID: OTHER_ID }, OTHER_ID, SECRET],
    ['secret', { LOCKER_SECRET_ACCESS_KEY: OTHER_SECRET }, ID, OTHER_SECRET],
  ])('takes from the credential file what stands nowhere else: all but the %s', (_, env, id, secret) => {
    const machine = createMachine()
    machine.write(CREDENTIAL_FILE, { access_key_id: ID, secret_access_key: SECRET })
    const key = requireAccessKey(machine.resolve({ env }))
    expect([key.id, key.secretBytes.toString('base64')]).toEqual([id, secret])
  })

  it('says of a file that can not be read so, also where the value stands beside it', () => {
    const env = {
      LOCKER_ACCESS_KEY_ID: ID,
      LOCKER_ACCESS_KEY_ID_FILE: '/nowhere/id',
      LOCKER_SECRET_ACCESS_KEY: SECRET,
    }
    const { accessKey, credentialsHint } = createMachine().resolve({ env })
    expect(accessKey).toBeUndefined()
    expect(credentialsHint).toMatch(
      /^the access key can't be read: [^\n]*LOCKER_ACCESS_KEY_ID_FILE[^\n]*ENOENT/,
    )
  })

  it('is refused where a newline stands before it in its file', () => {
    const machine = createMachine()
    const file = machine.write('id', `\n${ID}`)
    expect(messageOf(() => machine.resolve({ env: { LOCKER_ACCESS_KEY_ID_FILE: file } }))).toMatch(
      /must be an access key id/,
    )
  })

  it('prefers the higher layer without a word', () => {
    const machine = createMachine()
    machine.write('.env', `LOCKER_ACCESS_KEY_ID=${OTHER_ID}\nLOCKER_ACCESS_KEY_SECRET=${OTHER_SECRET}`)
    const config = machine.resolve({ env: PAIR })
    expect(requireAccessKey(config).secretBytes.toString('base64')).toBe(SECRET)
    expect(config.warnings).toEqual([])
  })

  it('counts empty variables as unset', () => {
    const env = { LOCKER_ACCESS_KEY_ID: '', LOCKER_SECRET_ACCESS_KEY: '', LOCKER_ACCESS_KEY_ID_FILE: '' }
    expect(createMachine().resolve({ env }).accessKey).toBeUndefined()
  })
})

describe('contradictions', () => {
  it('refuses two spellings that differ, wherever they stand', () => {
    const machine = createMachine()
    const env = { ...PAIR, LOCKER_ACCESS_KEY_SECRET: OTHER_SECRET }
    expectRefusal(
      () => machine.resolve({ env }),
      'LOCKER_SECRET_ACCESS_KEY and LOCKER_ACCESS_KEY_SECRET differ',
    )
    const options = { accessKeyId: ID, secretAccessKey: SECRET, accessKeySecret: OTHER_SECRET }
    expectRefusal(
      () => machine.resolve({ options }),
      'the option secretAccessKey and the option accessKeySecret differ',
    )
    const file = machine.write(
      '.env',
      `LOCKER_SECRET_ACCESS_KEY=${SECRET}\nLOCKER_ACCESS_KEY_SECRET=${OTHER_SECRET}`,
    )
    expectRefusal(() => machine.resolve(), `LOCKER_ACCESS_KEY_SECRET in ${file} differ`)
  })

  it('refuses a value and a file that differ, and takes them when they agree', () => {
    const machine = createMachine()
    machine.write('id', OTHER_ID)
    const env = { ...PAIR, LOCKER_ACCESS_KEY_ID_FILE: 'id' }
    expectRefusal(() => machine.resolve({ env }), 'LOCKER_ACCESS_KEY_ID and LOCKER_ACCESS_KEY_ID_FILE differ')
    machine.write('id', `${ID}\n`)
    expect(machine.resolve({ env }).accessKey?.id).toBe(ID)
  })
})

describe('bad halves', () => {
  it.each([
    ['an id', { LOCKER_ACCESS_KEY_ID: 'canary' }, 'LOCKER_ACCESS_KEY_ID must be an access key id'],
    [
      'a secret',
      { LOCKER_SECRET_ACCESS_KEY: 'canary*' },
      'LOCKER_SECRET_ACCESS_KEY must be a secret access key',
    ],
    ['the other spelling', { LOCKER_ACCESS_KEY_SECRET: 'canary*' }, 'LOCKER_ACCESS_KEY_SECRET must be'],
  ])('names the variable of %s and not its value', (_, env, expected) => {
    expectRefusal(() => createMachine().resolve({ env }), expected)
  })

  it('refuses an empty option, which is how an undefined variable arrives', () => {
    expectRefusal(
      () => createMachine().resolve({ options: { accessKeyId: '' } }),
      'the option accessKeyId must be',
    )
  })

  it.each([
    ['nonsense', 'canary'],
    ['nothing', ''],
    ['two newlines', `${ID}\n\n`],
    ['a space', ` ${ID}`],
  ])('refuses a file that holds %s', (_, content) => {
    const machine = createMachine()
    machine.write('id', content)
    const expected = 'what is in the file that LOCKER_ACCESS_KEY_ID_FILE names must be an access key id'
    expectRefusal(() => machine.resolve({ env: { LOCKER_ACCESS_KEY_ID_FILE: 'id' } }), expected)
  })
})

describe('a missing key', () => {
  it('is told with every place that was looked through', () => {
    const machine = createMachine()
    const config = machine.resolve()
    expect(config.accessKey).toBeUndefined()
    expectRefusal(
      () => requireAccessKey(config),
      'there is no access key: set LOCKER_ACCESS_KEY_ID and LOCKER_SECRET_ACCESS_KEY, or their _FILE variables ' +
        `(looked in the environment, ${join(machine.cwd, '.env')}, ${join(machine.home, '.locker/credential.json')})`,
    )
    const withOptions = machine.resolve({ options: {}, home: undefined })
    const expected = `(looked in the options, the environment, ${join(machine.cwd, '.env')})`
    expectRefusal(() => requireAccessKey(withOptions), expected)
  })

  it.each([
    [
      { LOCKER_ACCESS_KEY_ID: ID },
      'LOCKER_ACCESS_KEY_ID gives an access key id, but there is no LOCKER_SECRET',
    ],
    [{ LOCKER_SECRET_ACCESS_KEY: SECRET }, 'there is a secret access key but no LOCKER_ACCESS_KEY_ID'],
  ])('says which half is missing', (env, expected) => {
    const config = createMachine().resolve({ env })
    expectRefusal(() => requireAccessKey(config), expected)
  })

  it('is no error before a key is needed where a file can not be read', () => {
    const machine = createMachine()
    const env = { LOCKER_ACCESS_KEY_ID_FILE: 'missing', LOCKER_SECRET_ACCESS_KEY: SECRET }
    const config = machine.resolve({ env })
    const file = join(machine.cwd, 'missing')
    expectRefusal(
      () => requireAccessKey(config),
      `the access key can't be read: the file that LOCKER_ACCESS_KEY_ID_FILE names, ${file}, can't be read (ENOENT)`,
    )
  })

  it('does not turn to a lower layer where a file can not be read', () => {
    const machine = createMachine()
    machine.write(CREDENTIAL_FILE, { access_key_id: OTHER_ID, secret_access_key: OTHER_SECRET })
    expect(machine.resolve({ env: { LOCKER_ACCESS_KEY_ID_FILE: 'missing' } }).accessKey).toBeUndefined()
  })
})

describe('a bad credential file', () => {
  it.each([
    ['bad JSON', '{"access_key_id": canary', 'must hold a JSON object'],
    ['a number', '7', 'must hold a JSON object'],
    ['null', 'null', 'must hold a JSON object'],
    ['a text', '"canary"', 'must hold a JSON object'],
    ['a list', '["canary"]', 'access key'],
    [
      'a bad id',
      { access_key_id: 'canary', secret_access_key: SECRET },
      'access_key_id in FILE must be an access key id',
    ],
    [
      'a bad secret',
      { access_key_id: ID, secret_access_key: 5 },
      'secret_access_key in FILE must be a secret',
    ],
    ['one half', { access_key_id: ID }, 'access_key_id in FILE gives an access key id, but there is no'],
    ['empty halves', { access_key_id: '', secret_access_key: '' }, 'there is no access key'],
    ['no UTF-8', Buffer.of(0xff), 'is not UTF-8 text'],
  ])('with %s is an error only when a key is needed from it', (_, content, expected) => {
    const machine = createMachine()
    const file = machine.write(CREDENTIAL_FILE, content)
    const config = machine.resolve()
    expectRefusal(() => requireAccessKey(config), expected.replace('FILE', file))
    expect(machine.resolve({ env: PAIR }).accessKey?.id).toBe(ID)
  })

  it('that is a folder is told when a key is needed', () => {
    const machine = createMachine()
    mkdirSync(join(machine.home, '.locker/credential.json'), { recursive: true })
    expectRefusal(() => requireAccessKey(machine.resolve()), 'is not a regular file')
  })
})

function lowerCase(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name.toLowerCase(), value]))
}

function expectRefusal(action: () => unknown, expected: string): void {
  const message = messageOf(action)
  expect(message).toContain(expected)
  for (const value of ['canary', SECRET, OTHER_SECRET, ID, OTHER_ID]) expect(message).not.toContain(value)
  expect(message).not.toContain('\n')
  expect(action).toThrow(LockerError)
}
