/** Every door, at work and failing, for the search of what it gives away. */
import { randomBytes, randomUUID } from 'node:crypto'
import { startHeadServer, startServer } from '../http/test-server.ts'
import { SEED } from './canaries.ts'
import { arrange, FAILURES } from './failures.ts'
import type { Machine } from './machine.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Commands that start nothing, write nothing to stdout and end with 125 when they fail. */
export const FAILING_DOORS: readonly string[] = [
  'node -r lockerpm/register app.js',
  'locker-run -- node app.js',
  'node --import lockerpm/register app.mjs',
  'locker-run --watch=1 -- node app.js',
  'locker-run --mask -- node app.js',
  'locker-run --export json',
  'locker-run --explain',
  'locker-run --seal never.sealed',
]

/** A door that works. */
export interface Door {
  readonly line: string
  /** Whether values are what it prints; else nothing of ours may show in its stdout. */
  readonly printsValues?: true
}

export const WORKING_DOORS: readonly Door[] = [
  { line: 'node -r lockerpm/register app.js' },
  { line: 'node --import lockerpm/register app.mjs' },
  { line: 'node leaks/sdk.cjs' },
  { line: 'locker-run -- env', printsValues: true },
  { line: 'locker-run --no-inherit-env -- env', printsValues: true },
  { line: `locker-run -c 'env | sort; echo "$DATABASE_URL" >&2' 2>&1`, printsValues: true },
  { line: 'locker-run --mask -- env' },
  { line: 'locker-run --explain' },
  { line: 'locker-run --explain --json' },
  { line: 'locker-run --seal files/secrets.sealed' },
  ...['dotenv', 'json', 'yaml', 'shell', 'docker', 'k8s', 'github'].map(
    (format) => ({ line: `locker-run --export ${format}`, printsValues: true }) as const,
  ),
  { line: 'locker-dev --seed seed.json -- true' },
  // All that Node has to tell. Of a command it tells the environment: see the test of that.
  { line: "env 'NODE_DEBUG=*' node -r lockerpm/register app.js" },
  { line: "env 'NODE_DEBUG=*' node --import lockerpm/register app.mjs" },
  { line: "env 'NODE_DEBUG=*' locker-run --explain" },
]

/** Arranges that a start on the machine fails; what it hides there must not show. */
export type Arrange = (machine: Machine) => Promise<Env>

/** Those of `failures.ts`, and servers, proxies and settings that hold what must not show. */
export const FAILING_WAYS: Readonly<Record<string, Arrange>> = {
  ...Object.fromEntries(
    Object.entries(FAILURES).map(([name, failure]) => [name, (machine) => arrange(machine, failure)]),
  ),
  ...Object.fromEntries(
    [
      [401, 'unauthorized'],
      [403, 'permission_denied'],
      [404, 'not_found'],
      [422, 'invalid_data'],
      [429, 'rate_limit'],
      [500, 'server_error'],
      [200, 'profile'],
    ].map(([status, code]) => [
      `${status} and a body that repeats what it was sent`,
      repeating(Number(status), String(code)),
    ]),
  ),
  'HTML that repeats what it was sent': repeating(502, undefined),
  'a proxy that refuses': async (machine) => {
    const refusal = `HTTP/1.1 407 Proxy Authentication Required\r\n\r\n${machine.hide('canary-proxy-body')}`
    const { port } = await startHeadServer((socket) => socket.end(refusal))
    const proxy = `http://user:${machine.hide('canary-proxy-password')}@127.0.0.1:${port}`
    return { ...makeUpKey(machine), https_proxy: proxy, LOCKER_API_BASE: 'https://service.example' }
  },
  'a proxy that is no URL': async (machine) => {
    const proxy = `http://user:${machine.hide('canary-proxy-password')}@:nowhere`
    return { ...makeUpKey(machine), https_proxy: proxy, LOCKER_API_BASE: 'https://service.example' }
  },
  ...Object.fromEntries(
    Object.entries({
      LOCKER_ACCESS_KEY_ID: 'canary-setting',
      LOCKER_SECRET_ACCESS_KEY: 'canary-setting',
      LOCKER_ACCESS_KEY_SECRET: 'canary-setting',
      LOCKER_API_BASE: 'https://user:canary-setting@service.example',
      LOCKER_HEADERS: 'canary-setting',
      LOCKER_TIMEOUT_MS: 'canary-setting',
      LOCKER_REST_TIME: 'canary-setting',
      LOCKER_LOG_LEVEL: 'canary-setting',
      LOCKER_OVERRIDE: 'canary-setting',
      LOCKER_UNSAFE: 'canary-setting',
      LOCKER_SECRET_ACCESS_KEY_FILE: 'holds-a-canary',
      LOCKER_CA_FILE: 'holds-a-canary',
      LOCKER_SNAPSHOT: 'holds-a-canary',
    }).map(([name, value]) => [`a bad ${name}`, misconfiguring(name, value)]),
  ),
}

/** Files that `locker-dev` can't use, called `broken.json`. */
export const BROKEN_FILES = {
  'half of a seed': { flags: '--seed broken.json', text: SEED.slice(0, -3) },
  'a seed of another form': { flags: '--seed broken.json', text: SEED.replaceAll('"value"', '"text"') },
  'a value that is none': {
    flags: '--seed broken.json',
    text: SEED.replace(/"value":("[^"]*")/, '"value":[$1]'),
  },
  'a data file that is none': { flags: '--data broken.json', text: SEED },
} as const

/** Answers everything with what it was sent, in the service's own form where there is a code. */
function repeating(status: number, code: string | undefined): Arrange {
  return async (machine) => {
    const canary = machine.hide('canary-response-body')
    const { origin } = await startServer(({ headers, path }, response) => {
      const text = `${canary} ${path} ${JSON.stringify(headers)}`
      const body =
        code === undefined
          ? `<html>${text}</html>`
          : JSON.stringify({ object: 'error', code, key: text, message: text })
      response.writeHead(status, { 'retry-after': '0' }).end(body)
    })
    return { ...makeUpKey(machine), LOCKER_API_BASE: origin, LOCKER_TIMEOUT_MS: '700' }
  }
}

function misconfiguring(name: string, value: string): Arrange {
  return async (machine) => {
    machine.hide('canary-setting')
    machine.write('holds-a-canary', `${machine.hide('canary-in-a-file')}\n`)
    const { LOCKER_SECRET_ACCESS_KEY, ...key } = makeUpKey(machine)
    const isKeyElsewhere = name.includes('SECRET')
    const rest = isKeyElsewhere ? key : { ...key, LOCKER_SECRET_ACCESS_KEY }
    return { LOCKER_API_BASE: 'http://127.0.0.1:9', ...rest, [name]: value }
  }
}

function makeUpKey(machine: Machine) {
  return {
    LOCKER_ACCESS_KEY_ID: machine.hide(randomUUID()),
    LOCKER_SECRET_ACCESS_KEY: machine.hide(randomBytes(32).toString('base64')),
  }
}
