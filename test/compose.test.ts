import { describe, expect, it } from 'vitest'
import { compose, isLoadedAbove } from '../src/compose.ts'
import type { Config } from '../src/config/config.ts'
import { applyMerged } from '../src/environment/apply.ts'
import { configFor, type Overrides } from './vault/drive.ts'

const SERVER = {
  apiBase: 'https://api.example',
  accessKeyId: '151b2167-76be-479f-8012-568f52bbe2f0',
  secretAccessKey: Buffer.alloc(32, 1).toString('base64'),
}
const secretsOf = (all: Record<string, string>, environment: Record<string, string> = {}) => ({
  all: new Map(Object.entries(all)),
  environment: new Map(Object.entries(environment)),
  warnings: [],
})
const config = (overrides: Overrides = {}) => configFor(SERVER, overrides)

/** What a process started with `env` has when its load is done. */
function start(given: Config, secrets: ReturnType<typeof secretsOf>, env: Record<string, string>) {
  const after: Record<string, string | undefined> = { ...env }
  applyMerged(after, compose(given, secrets, env).change, 'linux')
  return after as Record<string, string>
}

describe('a child of the same scope', () => {
  const env = start(config(), secretsOf({ A: 'a', B: 'b' }), { PATH: '/bin' })

  it('does not load again', () => {
    expect(isLoadedAbove(config(), env)).toBe(true)
  })

  it('loads again once one of the names is gone', () => {
    const { A: _, ...rest } = env
    expect(isLoadedAbove(config(), rest)).toBe(false)
  })

  it('does not load again without its key, as locker-run leaves it', () => {
    expect(isLoadedAbove(config({ accessKey: undefined }), env)).toBe(true)
  })
})

describe('a child of another scope', () => {
  const env = start(config(), secretsOf({ A: 'a', B: 'b', C: 'c' }), { PATH: '/bin' })
  const production = config({ environment: 'production' })

  it('loads again, replaces what was set, deletes what its scope has not, and leaves what was changed since', () => {
    expect(isLoadedAbove(production, env)).toBe(false)
    const { LOCKERPM_LOADED: _, ...after } = start(production, secretsOf({ A: 'a' }, { A: 'p', C: 'pc' }), {
      ...env,
      C: 'mine',
    })
    expect(after).toEqual({ PATH: '/bin', A: 'p', C: 'mine' })
  })

  it('is told to keep the credentials when they were taken away', () => {
    const stripped = config({ environment: 'production', accessKey: undefined })
    expect(() => isLoadedAbove(stripped, env)).toThrow(/--keep-credentials/)
  })

  it('of other merge settings loads again too', () => {
    const policy = { ...config().policy, prefix: 'P_' }
    expect(isLoadedAbove(config({ policy }), env)).toBe(false)
  })
})

it('a process with no marker loads', () => {
  expect(isLoadedAbove(config(), { A: 'a' })).toBe(false)
})

it.each([
  [true, ['LOCKER_ACCESS_KEY_ID', 'LOCKER_SECRET_ACCESS_KEY_FILE', 'LOCKER_HEADERS', 'LOCKER_ENVIRONMENT']],
  [false, ['LOCKER_ENVIRONMENT']],
])('with keepCredentials %s it leaves %j', (keepCredentials, kept) => {
  const env = {
    LOCKER_ACCESS_KEY_ID: 'x',
    LOCKER_SECRET_ACCESS_KEY_FILE: 'y',
    LOCKER_HEADERS: 'z',
    LOCKER_ENVIRONMENT: 'e',
  }
  const after = start(config({ keepCredentials }), secretsOf({}), env)
  expect(Object.keys(after).filter((name) => name.startsWith('LOCKER_'))).toEqual(kept)
})

it('says what the load and the merge have to say', () => {
  const secrets = { ...secretsOf({ 'not a name': 'x' }), warnings: ['from the load'] }
  expect(compose(config(), secrets, {}).warnings).toEqual([
    'from the load',
    expect.stringContaining('not a name'),
  ])
})
