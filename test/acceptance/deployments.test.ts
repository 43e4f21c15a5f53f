/**
 * The README's files for Docker, Compose, Kubernetes, systemd and GitHub Actions. None of these is here: what their
 * files declare is done by hand, and what they start is started, with stand-ins for their folders.
 */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fetchNode } from '../run/nodes.ts'
import { VALUES } from './canaries.ts'
import {
  blocksOf,
  mountSecret,
  place,
  prepare,
  readImage,
  readUnit,
  runSteps,
  type Start,
  type Step,
  standIn,
  startThere,
  stopWhenReady,
  yamlOf,
} from './deployments.ts'
import { Machine } from './machine.ts'

const PRODUCTION = VALUES.production.DATABASE_URL
const [IMAGE = '', WRAPPED = '', REPLACED = '', SEALED = ''] = blocksOf('Docker.', 'dockerfile')

describe('Docker', () => {
  it('has no credential in what its image declares', () => {
    const text = blocksOf('Docker.', 'dockerfile').join('')
    expect(text).not.toMatch(/^ARG|_(KEY|KEY_ID|SECRET)=/m)
  })

  it('starts the server with the secrets, from a key whose secret half is in a file', async () => {
    const { machine, id, secret, service } = await prepare()
    place(machine, '/run/secrets/locker', `${secret}\n`)
    const running = startThere(machine, readImage(IMAGE), { ...service, LOCKER_ACCESS_KEY_ID: id })
    const { pid, env } = await stopWhenReady(running)
    expect(env['DATABASE_URL']).toBe(PRODUCTION)
    expect(pid).toBe(running.pid)
  })

  it('with an entrypoint wraps any command, which never sees the key, and passes TERM on', async () => {
    const { machine, id, secret, service } = await prepare()
    place(machine, '/run/secrets/locker', secret)
    const { argv } = readImage(WRAPPED)
    const image = { argv, env: readImage(IMAGE).env }
    const running = startThere(machine, image, { ...service, LOCKER_ACCESS_KEY_ID: id })
    const { pid, env } = await stopWhenReady(running)
    expect(env['DATABASE_URL']).toBe(PRODUCTION)
    expect(Object.keys(env).filter((name) => name.includes('ACCESS_KEY'))).toEqual([])
    expect(pid).not.toBe(running.pid)
  })

  it.each([22, 24])(
    'with --exec has the command in the place of the entrypoint, on Node %i',
    async (major) => {
      const { machine, id, secret, service } = await prepare()
      place(machine, '/run/secrets/locker', secret)
      const image = { argv: readImage(REPLACED).argv, env: readImage(IMAGE).env }
      const bins = join(machine.folder, 'node_modules/.bin')
      const path = `${dirname(await fetchNode(major))}:${bins}:/usr/bin:/bin`
      const running = startThere(machine, image, { ...service, LOCKER_ACCESS_KEY_ID: id, PATH: path })
      const { pid, env } = await stopWhenReady(running)
      expect(env['DATABASE_URL']).toBe(PRODUCTION)
      expect(pid).toBe(running.pid)
    },
  )

  it('starts from a sealed snapshot without the service', async () => {
    const { machine, env, stop, id, secret, service } = await prepare()
    const [seal = ''] = blocksOf('Docker.', 'sh')
    const quiet = { npm_config_update_notifier: 'false' }
    expect(await machine.run(seal.trim(), { ...env, ...quiet })).toMatchObject({ status: 0, stderr: '' })
    await stop()
    place(machine, '/run/secrets/locker', secret)
    const image: Start = { argv: readImage(IMAGE).argv, env: readImage(IMAGE + SEALED).env }
    const more = { ...service, LOCKER_ACCESS_KEY_ID: id, LOCKER_CACHE: 'false' }
    // COPY puts it where the machine has it already.
    expect(standIn(machine, image.env['LOCKER_SNAPSHOT'] ?? '')).toBe(join(machine.folder, 'secrets.sealed'))
    expect((await stopWhenReady(startThere(machine, image, more))).env['DATABASE_URL']).toBe(PRODUCTION)
  })
})

it('Compose hands the image a key whose secret half is a file of its own', async () => {
  const { services, secrets } = yamlOf('Compose.') as {
    services: { web: { build: string; environment: Record<string, string>; secrets: string[] } }
    secrets: Record<string, { file: string }>
  }
  const { build, environment, secrets: mounted } = services.web
  expect(build).toBe('.')
  expect(Object.keys(secrets)).toEqual(mounted)
  const { machine, id, secret, service } = await prepare()
  for (const name of mounted) place(machine, `/run/secrets/${name}`, `${secret}\n`)
  // From the environment of who calls `docker compose up`.
  const declared = Object.entries(environment).map(([name, value]) => [
    name,
    value === `\${${name}}` && name === 'LOCKER_ACCESS_KEY_ID' ? id : value,
  ])
  const image = readImage(IMAGE)
  const start = { ...image, env: { ...image.env, ...Object.fromEntries(declared) } }
  expect((await stopWhenReady(startThere(machine, start, service))).env['DATABASE_URL']).toBe(PRODUCTION)
})

it('Kubernetes mounts a Secret with both halves', async () => {
  const { kind, spec } = yamlOf('Kubernetes.') as {
    kind: string
    spec: {
      selector: { matchLabels: object }
      template: {
        metadata: { labels: object }
        spec: {
          containers: {
            env: { name: string; value: string }[]
            volumeMounts: { name: string; mountPath: string }[]
          }[]
          volumes: { name: string; secret: { secretName: string } }[]
        }
      }
    }
  }
  expect(kind).toBe('Deployment')
  expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels)
  const { containers, volumes } = spec.template.spec
  const [container] = containers
  const [mount] = container?.volumeMounts ?? []
  expect(volumes.map(({ name }) => name)).toEqual([mount?.name])
  const { machine, id, secret, service } = await prepare()
  mountSecret(machine, mount?.mountPath ?? '', { id, secret })
  const env = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]))
  const running = startThere(machine, { argv: readImage(IMAGE).argv, env }, service)
  expect((await stopWhenReady(running)).env['DATABASE_URL']).toBe(PRODUCTION)
})

it('systemd gives a service its credential and a cache, without a home', async () => {
  const { argv, env, settings } = readUnit(blocksOf('systemd.', 'ini').join(''))
  const [credential = '', source = ''] = settings['LoadCredential']?.split(':') ?? []
  expect(source).toMatch(/^\/etc\//)
  const { machine, id, secret, service } = await prepare()
  place(machine, `/run/credentials/web.service/${credential}`, `${secret}\n`)
  expect(standIn(machine, settings['WorkingDirectory'] ?? '')).toBe(machine.folder)
  expect(env['LOCKER_CACHE']).toBe(`/var/cache/${settings['CacheDirectory']}`)
  mkdirSync(standIn(machine, env['LOCKER_CACHE'] ?? ''), {
    recursive: true,
    mode: Number.parseInt(settings['CacheDirectoryMode'] ?? '', 8),
  })
  const more = { ...service, LOCKER_ACCESS_KEY_ID: id, HOME: '' }
  const first = await stopWhenReady(startThere(machine, { argv, env }, more))
  expect(first.env['DATABASE_URL']).toBe(PRODUCTION)
  const asked = machine.requests().length
  const again = { ...more, LOCKER_REST_TIME: '999' }
  await stopWhenReady(startThere(machine, { argv, env }, again))
  expect(machine.requests()).toHaveLength(asked)
})

describe('GitHub Actions', () => {
  const { jobs } = yamlOf('GitHub Actions') as { jobs: { test: { steps: Step[] } } }
  const { steps } = jobs.test

  it('gives the key to the steps that load, and to no other', () => {
    const withKey = steps.filter(({ env = {} }) =>
      Object.keys(env).some((name) => name.includes('ACCESS_KEY')),
    )
    expect(withKey).toEqual(steps.filter(({ run = '' }) => run.includes('locker-run')))
  })

  it('runs the tests with the secrets, and has them, masked, in the steps that follow', async () => {
    const machine = new Machine()
    machine.write('ci.env', 'DATABASE_URL=for-the-ci\n')
    machine.write('package.json', '{ "scripts": { "test": "node app.js DATABASE_URL" } }')
    machine.write('deploy.js', "process.argv.push('DATABASE_URL')\nrequire('./app.js')\n")
    const { env } = await machine.serve('--seed ci=ci.env')
    // `npm ci` has been done, for this machine.
    const done = steps.map((step) => (step.run === 'npm ci' ? {} : step))
    const rest = done.map((step) => withService(step, env['LOCKER_API_BASE']))
    const printed = await runSteps(machine, rest, env)
    expect(printed.match(/^DATABASE_URL=.*$/gm)).toEqual(Array(2).fill('DATABASE_URL=for-the-ci'))
    expect(printed).toContain('::add-mask::for-the-ci\n')
  })

  it('runs the tests without the service by locker-dev', async () => {
    const machine = new Machine()
    const test = 'node -r lockerpm/register app.js DATABASE_URL'
    machine.write('package.json', JSON.stringify({ scripts: { test } }))
    place(machine, '/app/test/ci.env', 'DATABASE_URL=for-tests\n')
    const printed = await runSteps(machine, yamlOf('CI without the service') as Step[], {})
    expect(printed).toMatch(/^DATABASE_URL=for-tests$/m)
  })
})

/** A real runner finds the real service. */
function withService(step: Step, apiBase = ''): Step {
  return step.env === undefined ? step : { ...step, env: { ...step.env, LOCKER_API_BASE: apiBase } }
}
