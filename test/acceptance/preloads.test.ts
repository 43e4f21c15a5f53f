/**
 * Where preloads run: in each process and thread that a start brings about, what is seen and what the service was
 * asked for. product: section 2
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VALUES } from './canaries.ts'
import { blocksOf } from './deployments.ts'
import { Machine, type Outcome } from './machine.ts'
import { OF_NODE, OF_ONE_FLAG, OF_RUNNERS, withFlag } from './preloads.ts'
import { Runners } from './runners/install.ts'

const LOAD = ['/v1/profile', '/v1/secrets']
const CHECK = ['/v1/sync/deleted_item_date', '/v1/sync/revision_date']
const FLAGS = ['-r lockerpm/register', '--import lockerpm/register']

const POLL = { timeout: 30_000 }

const runners = new Runners()
beforeAll(() => runners.install())
afterAll(() => runners.remove())

const rows = [...FLAGS.flatMap((flag) => withFlag([...OF_NODE, ...OF_RUNNERS], flag)), ...OF_ONE_FLAG]

it.each(rows.map((row) => [row.line, row] as const))('%s', async (line, { places, without = [], asks }) => {
  const machine = new Machine()
  machine.write('package.json', '{ "name": "app", "scripts": { "start": "node places/main.js" } }')
  machine.write(
    'typed.ts',
    "import told from './places/tell.js'\nconst place: string = 'typed'\ntold.tell(place)\n",
  )
  machine.write('line.sh', line)
  const { status, stderr, requests } = await machine.runWithServer('sh line.sh', {
    PATH: runners.lend(machine),
    LOCKER_ENVIRONMENT: 'staging',
    npm_config_update_notifier: 'false',
  })
  expect({ status, stderr: linesOfOurs(stderr) }).toEqual({ status: 0, stderr: [] })
  expect(machine.read('seen.txt').toSorted()).toEqual(
    [...places.map(seeing(VALUES.staging)), ...without.map(seeing({}))].toSorted(),
  )
  const later = asks === undefined ? [] : CHECK
  expect(requests.toSorted()).toEqual(asks === 'nothing' ? [] : [...LOAD, ...later])
})

describe('PM2, by the recipe of the README', () => {
  const [recipe = ''] = blocksOf('PM2.', 'js')
  const fork = recipe.replace('server.js', 'places/server.js')
  const cluster = fork.replace('script:', "exec_mode: 'cluster', instances: 2, script:")
  const started = seeing(VALUES.production)('server')

  it.each([
    ['fork', fork, [started]],
    ['cluster', cluster, [started, started]],
  ])(
    'in %s mode: one load for all instances, and none when they are reloaded',
    async (_, ecosystem, lines) => {
      const machine = new Machine()
      await withPm2(machine, ecosystem, async (pm2) => {
        await expect.poll(() => machine.read('seen.txt'), POLL).toEqual(lines)
        await pm2('reload all')
        await expect.poll(() => machine.read('seen.txt'), POLL).toEqual([...lines, ...lines])
      })
      expect(machine.requests().filter(isLoad).toSorted()).toEqual(LOAD)
    },
  )

  it("in cluster mode, PM2's own variables, which it sets later, undo nothing", async () => {
    const machine = new Machine()
    machine.write('.env', 'STAGING_ONLY=from-file\n')
    const settings = "DATABASE_URL: 'theirs', LOCKER_OVERRIDE: 'true', LOCKER_KEEP_CREDENTIALS: 'false'"
    await withPm2(machine, cluster.replace('env: {', `env: { ${settings},`), async () => {
      const merged = { ...VALUES.production, STAGING_ONLY: 'from-file' }
      const line = seeing(merged)('server without the access key')
      await expect.poll(() => machine.read('seen.txt'), POLL).toEqual([line, line])
    })
  })
})

/** Starts the daemon in another folder than the application's, and ends it whatever becomes of the test. */
async function withPm2(
  machine: Machine,
  ecosystem: string,
  test: (pm2: (line: string) => Promise<Outcome>) => Promise<void>,
): Promise<void> {
  const server = await machine.serve()
  const env = { ...server.env, PATH: runners.lend(machine), PM2_DISABLE_VERSION_CHECK: 'true' }
  const pm2 = (line: string) => machine.run(`pm2 ${line}`, env)
  machine.write('ecosystem.config.js', ecosystem)
  try {
    await machine.run(`sh -c 'cd "$HOME" && pm2 ping'`, env)
    expect(await pm2('start ecosystem.config.js')).toMatchObject({ status: 0 })
    await test(pm2)
  } finally {
    await pm2('kill')
  }
}

/** @returns what a place tells that sees these variables */
function seeing(variables: { readonly DATABASE_URL?: string; readonly STAGING_ONLY?: string }) {
  return (place: string) => `${place}: ${variables.DATABASE_URL} ${variables.STAGING_ONLY}`
}

function isLoad(path: string): boolean {
  return !CHECK.includes(path)
}

function linesOfOurs(stderr: string): string[] {
  return stderr.split('\n').filter((line) => line.startsWith('lockerpm: '))
}
