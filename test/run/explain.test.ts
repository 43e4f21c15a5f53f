import { describe, expect, it } from 'vitest'
import { merge } from '../../src/environment/merge.ts'
import { explain, formatExplanation } from '../../src/run/explain.ts'
import { createMachine, ID, SECRET } from '../config/machine.ts'
import { layersOf } from '../environment/policies.ts'

const BASE = { SET: 'canary', EMPTY: '' }
const ALL = {
  DATABASE_URL: 'canary',
  SHARED: 'canary',
  'log.level': 'canary',
  SET: 'canary',
  LD_PRELOAD: 'canary',
}
const OWN = { SHARED: 'canary', EMPTY: 'canary' }
const DOTENV = { SHARED: 'canary', PORT: 'canary' }

/** A process with flags, variables, a `.env` and a `locker.json`. */
function createSubject(flags: Readonly<Record<string, string>> = {}) {
  const machine = createMachine()
  const env = { LOCKER_ACCESS_KEY_ID: ID, LOCKER_SECRET_ACCESS_KEY: SECRET, LOCKER_EXCLUDE: 'log.*' }
  const dotenv = machine.write('.env', 'LOCKER_API_BASE=https://service.example\n')
  machine.write('locker.json', { restTime: 5 })
  const config = machine.resolve({ env, flags: new Map(Object.entries(flags)) })
  const { report } = merge(BASE, layersOf(ALL, OWN, DOTENV), config.policy, 'linux')
  return { config, report, dotenv, json: machine.cwd }
}

describe('explain', () => {
  it('says where every setting that is set came from, and nothing about the others', () => {
    const { config, report, dotenv, json } = createSubject({ environment: 'staging' })
    expect(explain(config, report)).toMatchObject({
      environment: 'staging',
      apiBase: 'https://service.example',
    })
    expect(explain(config, report).settings).toEqual({
      accessKeyId: { source: 'environment', name: 'LOCKER_ACCESS_KEY_ID', file: null },
      secretAccessKey: { source: 'environment', name: 'LOCKER_SECRET_ACCESS_KEY', file: null },
      environment: { source: 'flag', name: '--environment', file: null },
      apiBase: { source: '.env', name: 'LOCKER_API_BASE', file: dotenv },
      exclude: { source: 'environment', name: 'LOCKER_EXCLUDE', file: null },
      restTime: { source: 'locker.json', name: 'restTime', file: `${json}/locker.json` },
    })
  })

  it('says what became of every name, sorted', () => {
    const { config, report } = createSubject()
    const row = (
      name: string,
      key: string | null,
      source: string,
      hid: readonly string[],
      leftOut: string | null,
    ) => {
      return { name, key, source, hid, leftOut }
    }
    expect(explain(config, report).variables).toEqual([
      row('DATABASE_URL', 'DATABASE_URL', 'ALL', [], null),
      row('EMPTY', 'EMPTY', 'process', ['environment'], null),
      row('LD_PRELOAD', 'LD_PRELOAD', 'ALL', [], 'denied'),
      row('PORT', null, '.env', [], null),
      row('SET', 'SET', 'process', ['ALL'], null),
      row('SHARED', 'SHARED', '.env', ['environment', 'ALL'], null),
      row('log.level', 'log.level', 'ALL', [], 'excluded'),
    ])
  })

  it('gives the environment ALL as null', () => {
    const { config, report } = createSubject({ environment: 'ALL' })
    expect(explain(config, report).environment).toBeNull()
  })

  it('holds no value and no credential, as text neither', () => {
    const { config, report } = createSubject()
    for (const text of [JSON.stringify(explain(config, report)), formatExplanation(config, report)]) {
      expect(text).not.toMatch(/canary|11111111|BwcH/)
    }
  })
})

describe('formatExplanation', () => {
  it('is two tables: of the settings, and of the names', () => {
    const { config, report, dotenv, json } = createSubject({ environment: 'staging' })
    expect(formatExplanation(config, report)).toBe(
      `environment      staging (--environment)
apiBase          https://service.example (LOCKER_API_BASE in ${dotenv})
accessKeyId      LOCKER_ACCESS_KEY_ID
secretAccessKey  LOCKER_SECRET_ACCESS_KEY
exclude          LOCKER_EXCLUDE
restTime         restTime in ${json}/locker.json

NAME          SOURCE       HIDES             NOTE
DATABASE_URL  ALL
EMPTY         already set  environment
LD_PRELOAD    ALL                            left out: could run code or redirect traffic, and is not in LOCKER_ALLOW
PORT          .env
SET           already set  ALL
SHARED        .env         environment, ALL
log.level     ALL                            left out: excluded by LOCKER_INCLUDE or LOCKER_EXCLUDE
`,
    )
  })

  it('names the key where it is not the name', () => {
    const { config, report } = createSubject({ prefix: 'APP_', exclude: 'none' })
    const text = formatExplanation(config, report)
    expect(text).toMatch(/^APP_SHARED +environment +ALL +key SHARED$/m)
    expect(text).toMatch(/^APP_log\.level +ALL +left out: no name for a variable; key log\.level$/m)
  })

  it('shows the defaults of environment and api base', () => {
    const { config } = createMachineWithNothing()
    expect(formatExplanation(config, [])).toBe(
      `environment  ALL (default)
apiBase      https://api.locker.io/locker_secrets (default)

no secret, and nothing in .env
`,
    )
  })

  it('keeps a name in its line, and a long one from widening the table', () => {
    const { config } = createMachineWithNothing()
    const long = 'x'.repeat(500)
    const rows = ['A\n\u001b[31m', long].map((name) => ({ name, key: name, source: 'ALL', hid: [] }) as const)
    const lines = formatExplanation(config, rows).split('\n').slice(3)
    expect(lines).toEqual([
      `${'NAME'.padEnd(40)}  SOURCE  HIDES  NOTE`,
      `${'A\\u000a\\u001b[31m'.padEnd(40)}  ALL`,
      `${long}  ALL`,
      '',
    ])
  })
})

function createMachineWithNothing() {
  return { config: createMachine().resolve({}) }
}
