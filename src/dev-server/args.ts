/** The command line of `locker-dev`. product: section 5 */
import { parseArgs } from 'node:util'
import { LockerError } from '../errors.ts'
import { oneLine } from '../logger.ts'
import type { DevServerOptions } from './options.ts'
import type { RateLimit } from './rate-limit.ts'

/** What to do. */
export type Plan =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'serve'; readonly options: DevServerOptions }
  | {
      readonly kind: 'run'
      readonly options: DevServerOptions
      readonly command: string
      readonly args: readonly string[]
    }

const OPTIONS = {
  seed: { type: 'string', multiple: true },
  port: { type: 'string' },
  host: { type: 'string' },
  data: { type: 'string' },
  https: { type: 'boolean' },
  fault: { type: 'string', multiple: true },
  log: { type: 'string' },
  'max-page-size': { type: 'string' },
  'rate-limit': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

type Values = ReturnType<typeof parseOptions>

/**
 * @param argv what follows the program's name
 * @throws LockerError `locker_error` that names the flag
 */
export function parsePlan(argv: readonly string[]): Plan {
  const end = argv.indexOf('--')
  const values = parseOptions(end < 0 ? argv : argv.slice(0, end))
  if (values.help === true) return { kind: 'help' }
  if (values.version === true) return { kind: 'version' }
  const options = readOptions(values)
  if (end < 0) return { kind: 'serve', options }
  const [command, ...args] = argv.slice(end + 1)
  if (command === undefined || command === '') fail('no command follows --')
  return { kind: 'run', options, command, args }
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: false }).values
  } catch (error) {
    return fail(error instanceof Error ? oneLine(error.message) : 'bad options')
  }
}

function readOptions(values: Values): DevServerOptions {
  const maxPageSize = readNumber(values['max-page-size'], '--max-page-size', 1, 1_000_000)
  const port = readNumber(values.port, '--port', 0, 65_535)
  const rateLimit = readRateLimit(values['rate-limit'])
  for (const name of ['host', 'data', 'log'] as const) {
    if (values[name] === '') fail(`--${name} must not be empty`)
  }
  return {
    ...(values.seed !== undefined && { seeds: values.seed }),
    ...(values.fault !== undefined && { faults: values.fault.join(';') }),
    ...(values.host !== undefined && { host: values.host }),
    ...(values.data !== undefined && { dataFile: values.data }),
    ...(values.log !== undefined && { logFile: values.log }),
    ...(values.https === true && { https: true }),
    ...(port !== undefined && { port }),
    ...(maxPageSize !== undefined && { maxPageSize }),
    ...(rateLimit !== undefined && { rateLimit }),
  }
}

function readNumber(text: string | undefined, flag: string, min: number, max: number): number | undefined {
  if (text === undefined) return undefined
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  return number >= min && number <= max
    ? number
    : fail(`${flag} must be a whole number from ${min} to ${max}`)
}

function readRateLimit(text: string | undefined): RateLimit | undefined {
  if (text === undefined) return undefined
  const [, requests, seconds] = /^([1-9]\d{0,8})\/([1-9]\d{0,8})$/.exec(text) ?? []
  if (requests === undefined) fail('--rate-limit must be REQUESTS/SECONDS, such as 100/60')
  return { requests: Number(requests), windowSeconds: Number(seconds) }
}

function fail(problem: string): never {
  throw new LockerError(`${problem}; see locker-dev --help`)
}
