import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { startDevServer } from '../../src/dev-server/index.ts'
import { makeFolder, runNode } from '../sync/bundles.ts'
import { buildSdk } from './sdk.ts'

const sdk = buildSdk()
const EXAMPLES = fileURLToPath(new URL('../fixtures/sdk-examples/', import.meta.url))
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A folder where `lockerpm` is installed, by its own package.json, and the examples lie beside it. */
let project: string

beforeAll(() => {
  project = makeFolder()
  const installed = join(project, 'node_modules', 'lockerpm')
  mkdirSync(installed, { recursive: true })
  copyFileSync(join(ROOT, 'package.json'), join(installed, 'package.json'))
  symlinkSync(sdk().folder, join(installed, 'dist'))
  const names = Object.keys(sdk().sdk).join(', ')
  const wrapper = `import bundle from './index.cjs'\nexport const { ${names} } = bundle\n`
  writeFileSync(join(sdk().folder, 'index.mjs'), wrapper)
  for (const file of readdirSync(EXAMPLES)) copyFileSync(join(EXAMPLES, file), join(project, file))
})

async function run(example: string, options: Parameters<typeof startDevServer>[0] = {}) {
  const server = await startDevServer({ seeds: [join(EXAMPLES, 'seed.json')], ...options })
  const env = {
    HOME: project,
    LOCKER_CACHE: 'false',
    LOCKER_API_BASE: server.apiBase,
    LOCKER_ACCESS_KEY_ID: server.accessKeyId,
    LOCKER_SECRET_ACCESS_KEY: server.secretAccessKey,
  }
  const ended = await runNode([join(project, example)], { env, cwd: project })
  await server.close()
  expect(ended.exitCode, ended.stderr).toBe(0)
  return { ...ended, lines: ended.stdout.split('\n'), requests: server.requests }
}

describe("the documentation's calls", () => {
  it.each(['documentation.mjs', 'documentation.cjs', 'documentation-sync.mjs', 'documentation-sync.cjs'])(
    'print what it promises: %s',
    async (example) => {
      const { lines, stderr } = await run(example)
      expect(stderr).toBe('')
      expect(lines).toEqual([
        'DATABASE_URL null',
        'DATABASE_URL prod',
        'API_KEY null',
        'postgres://db/prod',
        'the default',
        'undefined',
        'GOOGLE_API my_google_api Maps null',
        'already_exists 409 the secret "GOOGLE_API" of ALL exists already',
        'GOOGLE_API of_prod prod',
        expect.stringMatching(/^not_found 404 there is no environment "dev" in this project/),
        'already_exists 409 the secret "GOOGLE_API" of "prod" exists already',
        'changed staging',
        'back null',
        'prod https://prod.example',
        'staging https://staging.example',
        'prod https://prod.example',
        'undefined',
        'dev https://dev.example',
        'already_exists 409 the environment "dev" exists already',
        'dev https://changed.example',
      ])
    },
  )
})

describe('every error', () => {
  const faults = [
    'GET /v1/environments?* #1 status=403',
    'GET /v1/environments?* #2 status=429,retry-after=60',
    'GET /v1/environments?* #3 status=500',
    'GET /v1/environments?* #4- status=503',
  ].join(';')
  const expected = [
    { name: 'AuthenticationError', code: 'unauthorized', statusCode: 401 },
    { name: 'PermissionDeniedError', code: 'permission_denied', statusCode: 403 },
    { name: 'ResourceNotFoundError', code: 'not_found', statusCode: 404 },
    { name: 'RateLimitError', code: 'rate_limit', statusCode: 429, retryAfterSeconds: 60 },
    { name: 'APIServerError', code: 'server_error', statusCode: 500 },
    { name: 'APIConnectionError', code: 'http_error', statusCode: 503 },
    { name: 'CliRunError', code: 'cli_error' },
    { name: 'AlreadyExistsError', code: 'already_exists', statusCode: 409 },
    { name: 'LockerError', code: 'locker_error' },
  ]
  const isFromService = ({ code }: { code: string }) =>
    !['cli_error', 'not_found', 'locker_error'].includes(code)

  it.each([
    ['errors.mjs', expected],
    ['errors-sync.cjs', expected.filter(({ code }) => code !== 'already_exists')],
  ])('has its code, status, message and body: %s', async (example, errors) => {
    const { lines, stderr } = await run(example, { faults })
    expect(stderr).toBe('')
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      errors.map((error) => ({
        ...error,
        userMessage: expect.stringMatching(/^.{20,}$/),
        ...(isFromService(error) ? { httpBody: expect.stringMatching(/"code":.*"message":/) } : {}),
      })),
    )
  })
})

it('settings: headers arrive, unsafe works and says so, and there are three log levels', async () => {
  const { lines, stderr, requests } = await run('settings.mjs', { https: true })
  expect(lines).toEqual(Array(3).fill('the same everywhere'))
  expect(requests.every(({ headers }) => headers['x-team'] === 'platform')).toBe(true)
  const [atError, atDebug, ...rest] = stderr.split('\n')
  expect(atError).toMatch(/^lockerpm: the option unsafe is true/)
  expect(atDebug).toBe(atError)
  expect(rest.length).toBeGreaterThan(3)
  expect(rest.every((line) => line.startsWith('lockerpm: debug: '))).toBe(true)
})

describe('the README', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/```(?:js|mjs|cjs)\n(.*?)```/gs)].map(([, code]) => code)

  it.each([
    [
      'readme-reading.mjs',
      /^postgres:\/\/db\/prod {2}prod \d+(\.\d+)?\nSecret \{.*hidden.*\}\npostgres:\/\/db\/prod$/s,
    ],
    ['readme-blocking.cjs', /^postgres:\/\/db\/prod$/],
    ['readme-writing.mjs', /^the secret "STRIPE_KEY" of "prod" exists already\n3\none for each branch$/],
    ['readme-files.mjs', /created: \[ 'API_KEY', 'DATABASE_URL' \]/],
    [
      'readme-errors.mjs',
      /^not_found 404 there is no secret "NOT_THERE" in "prod" or ALL.* undefined false$/,
    ],
  ])('shows %s as it is, and it works', async (example, output) => {
    const { stdout, stderr } = await run(example)
    expect(stderr).toBe('')
    expect(stdout).toMatch(output)
    expect(blocks).toContain(readFileSync(join(EXAMPLES, example), 'utf8'))
  })
})
