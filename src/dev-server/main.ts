#!/usr/bin/env node
/** The entry of `locker-dev`: composes, prints, and ends with the command's status. product: section 5 */
import { toErrorRecord } from '../errors.ts'
import { OWN_FAILURE_STATUS } from '../own-failure.ts'
import { exitStatus } from '../run/ending.ts'
import { letGoOfLostTerminals } from '../run/lost-terminal.ts'
import { version } from '../version.ts'
import { type Plan, parsePlan } from './args.ts'
import { childEnvironment, runCommand, serverVariables } from './child.ts'
import { HELP } from './help.ts'
import type { DevServer } from './options.ts'
import { startDevServer } from './server.ts'

const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

main(process.argv.slice(2)).then(
  (status) => {
    letGoOfLostTerminals()
    process.exit(status)
  },
  (error: unknown) => {
    complain(toErrorRecord(error).message)
    process.exit(OWN_FAILURE_STATUS)
  },
)

async function main(argv: readonly string[]): Promise<number> {
  const plan = parsePlan(argv)
  if (plan.kind === 'help') return print(HELP)
  if (plan.kind === 'version') return print(`${version}\n`)
  const server = await startDevServer(plan.options)
  const status = plan.kind === 'run' ? await run(plan, server) : await serve(server)
  await server.close()
  return status
}

async function run({ command, args }: Plan & { kind: 'run' }, server: DevServer): Promise<number> {
  const env = childEnvironment(process.env, server, process.platform)
  return exitStatus(await runCommand({ file: command, args }, env, complain))
}

/** Listens for the interruption first: whoever read the lines may send it at once. */
function serve(server: DevServer): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of INTERRUPTIONS) process.once(signal, () => resolve(0))
    const lines = Object.entries(serverVariables(server)).map(
      ([name, value]) => `export ${name}=${quote(value)}\n`,
    )
    print(lines.join(''))
  })
}

/** For every shell that has `export`. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

function complain(message: string): void {
  process.stderr.write(`locker-dev: ${message}\n`)
}
