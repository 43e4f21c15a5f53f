/** The README's files for other programs (Docker, Kubernetes, systemd, a CI), read as those read them. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { parse } from 'yaml'
import { Machine, type Running } from './machine.ts'

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

/** Prints what it was given when it is ready, and ends in good order on TERM. */
const SERVER = `
const server = require('node:http').createServer()
process.on('SIGTERM', () => server.close(() => console.log('stopped')))
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ pid: process.pid, env: process.env })))
`

type Env = Readonly<Record<string, string>>

/** What an image or a unit starts. */
export interface Start {
  readonly argv: readonly string[]
  readonly env: Env
}

/** @returns the code of a recipe's blocks in a language, in order: those after its words and before the next ones */
export function blocksOf(recipe: string, language: string): string[] {
  const text = README.slice(README.indexOf(`**${recipe}`)).split(/\n(?=\*\*[A-Z]|## )/)[0] ?? ''
  return [...text.matchAll(/```(\w+)\n(.*?)```/gs)].flatMap(([, name, code = '']) =>
    name === language ? [code] : [],
  )
}

/** @returns the only such block, as YAML */
export function yamlOf(recipe: string): unknown {
  return parse(blocksOf(recipe, 'yaml').join(''))
}

/** @param dockerfile one that has a CMD; as Docker has it, a later instruction replaces an earlier one */
export function readImage(dockerfile: string): Start {
  const words = (name: string): string[] => {
    const [, array = '[]'] = new RegExp(`.*^${name} (\\[.*?\\])$`, 'ms').exec(dockerfile) ?? []
    return JSON.parse(array)
  }
  const env = [...dockerfile.matchAll(/^ENV (.*)$/gm)].flatMap(([, pairs = '']) => readPairs(pairs))
  return { argv: [...words('ENTRYPOINT'), ...words('CMD')], env: Object.fromEntries(env) }
}

/** A systemd unit, with what its specifiers stand for. */
export function readUnit(unit: string): Start & { readonly settings: Env } {
  const lines = [...unit.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
    name,
    value.replaceAll('%d', '/run/credentials/web.service').replaceAll('%C', '/var/cache'),
  ])
  const settings: Env = Object.fromEntries(lines)
  const env = lines.flatMap(([name, value = '']) => (name === 'Environment' ? readPairs(value) : []))
  return { argv: settings['ExecStart']?.split(' ') ?? [], env: Object.fromEntries(env), settings }
}

/** Where a path of the container's or of the server's is on this machine. */
export function standIn(machine: Machine, path: string): string {
  if (path === '/usr/bin/node') return 'node'
  return path
    .replace(/^\/(srv\/)?app(?=\/|$)/, machine.folder)
    .replace(/^\/(run|etc|var)\//, `${machine.folder}/root/$1/`)
}

/** Writes a file at the place that stands in for its path. */
export function place(machine: Machine, path: string, text: string): void {
  const file = standIn(machine, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text, { mode: 0o400 })
}

/** Mounts a Secret as Kubernetes does: every file is a link through another link, so that all change at once. */
export function mountSecret(machine: Machine, path: string, files: Env): void {
  for (const [name, text] of Object.entries(files)) place(machine, `${path}/..2026_01/${name}`, text)
  const folder = standIn(machine, path)
  symlinkSync('..2026_01', join(folder, '..data'))
  for (const name of Object.keys(files)) symlinkSync(`..data/${name}`, join(folder, name))
}

/** Starts it with every path replaced by its stand-in, and a `server.js` as the program. */
export function startThere(machine: Machine, { argv, env }: Start, more: Env = {}): Running {
  machine.write('server.js', SERVER)
  const words = argv.map((word) => `'${standIn(machine, word)}'`)
  const there = Object.entries({ ...env, ...more }).map(([name, value]) => [name, standIn(machine, value)])
  return machine.start(words.join(' '), Object.fromEntries(there))
}

/** What a server says when it is ready. */
export interface Ready {
  readonly pid: number
  readonly env: Readonly<Record<string, string>>
}

/** @returns what it has found in its environment; it has ended in good order on TERM by then */
export async function stopWhenReady(running: Running): Promise<Ready> {
  const ready: Ready = JSON.parse((await running.printed('\n')).trim())
  running.kill('SIGTERM')
  expect(await running.ended).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/\nstopped\n$/),
  })
  return ready
}

/** A machine with a service, an access key for it, and the two halves apart. */
export async function prepare() {
  const machine = new Machine()
  const { env, stop } = await machine.serve()
  const { LOCKER_API_BASE = '', LOCKER_ACCESS_KEY_ID: id = '', LOCKER_SECRET_ACCESS_KEY: secret = '' } = env
  return { machine, id, secret, service: { LOCKER_API_BASE }, env, stop }
}

/** A step of a GitHub job. */
export interface Step {
  readonly run?: string
  readonly uses?: string
  readonly env?: Env
}

/**
 * Runs the commands of steps one after the other, as GitHub's runner does: with what earlier ones have written to
 * GITHUB_ENV.
 *
 * @param secrets what `${{ secrets.NAME }}` stands for
 * @returns all that they printed
 */
export async function runSteps(machine: Machine, steps: readonly Step[], secrets: Env): Promise<string> {
  let [printed, exported]: [string, Env] = ['', {}]
  for (const { run, env = {} } of steps) {
    if (run === undefined) continue
    const own = Object.entries(env).map(([name, value]) => [
      name,
      value.replace(/\$\{\{ secrets\.(\w+) \}\}/g, (_, secret: string) => secrets[secret] ?? ''),
    ])
    machine.write('github.env', '')
    const variables = { ...exported, ...Object.fromEntries(own), npm_config_update_notifier: 'false' }
    const outcome = await machine.run(`bash -e -c '${run}'`, {
      ...variables,
      GITHUB_ENV: join(machine.folder, 'github.env'),
    })
    if (outcome.status !== 0) throw new Error(`${run} ended with ${outcome.status}: ${outcome.stderr}`)
    printed += outcome.stdout
    exported = { ...exported, ...readGithubEnv(machine.read('github.env').join('\n')) }
    rmSync(join(machine.folder, 'github.env'))
  }
  return printed
}

function readPairs(text: string): [string, string][] {
  return text.split(' ').map((pair) => {
    const [name = '', ...value] = pair.split('=')
    return [name, value.join('=')]
  })
}

function readGithubEnv(text: string): Env {
  const entries = [...text.matchAll(/^(\w+)<<(.+)\n(.*?)\n\2$/gms)]
  return Object.fromEntries(entries.map(([, name = '', , value = '']) => [name, value]))
}
