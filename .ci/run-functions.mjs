// Which functions starts run: they are started, against locker-dev, and V8 is asked.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const SECRETS = Array.from({ length: 50 }, (_, index) => ({ key: `KEY_${index}`, value: `value ${index}` }))

const IMPORT = ['--import', pathToFileURL(resolve(root, 'register/index.mjs')).href, 'app.cjs']
/**
 * Each of a cold start, one that makes the record, and one that repeats it. What a worker runs, `--import` runs as well where
 * something was loaded before it.
 */
const DOORS = [
  ['-r', resolve(root, 'dist/required.cjs'), 'app.cjs'],
  IMPORT,
  ['-r', './app.cjs', ...IMPORT],
  [resolve(root, 'dist/locker-run.cjs'), '--', process.execPath, 'app.cjs'],
]
const REST_TIMES = [0, 9999]
/** By our own compile cache, as users start, and without: what that loads, V8 tells of otherwise. */
const KEEPING_OFF = ['', '1']
/** A start that takes so long hangs. */
const TIMEOUT_MS = 30_000
/**
 * Where something must have been found. A warm locker-run takes 2 of 74 ms less on Node 20, 1 on 24. Not `run-whole`, which
 * gains nothing by it, and a command's wrapper would keep the memory, 0.8 MB.
 */
const BUNDLES = [
  'required',
  'imported',
  'recall',
  'register',
  'early',
  'bridge',
  'fetch',
  'fetch-natively',
  'locker-run',
  'locker-main',
].map((name) => `${name}.cjs`)

/**
 * Of the bundles in `dist`, as they are there.
 *
 * @returns {Promise<Map<string, Set<number>>>} by the bundle's name, where the functions start that are called
 */
export async function findRunFunctions() {
  const folder = mkdtempSync(join(tmpdir(), 'lockerpm-starts-'))
  const { startDevServer } = createRequire(import.meta.url)('../dist/dev-server.cjs')
  const server = await startDevServer({ seeds: [{ secrets: SECRETS }] })
  try {
    for (const file of ['app.cjs', 'package.json']) writeFileSync(join(folder, file), '{}')
    for (const [index, args] of DOORS.entries()) {
      for (const [restTime, off] of REST_TIMES.flatMap((each) => KEEPING_OFF.map((word) => [each, word]))) {
        const env = {
          PATH: process.env['PATH'],
          HOME: folder,
          NODE_V8_COVERAGE: join(folder, 'coverage'),
          NODE_DISABLE_COMPILE_CACHE: off,
          LOCKER_API_BASE: server.apiBase,
          LOCKER_ACCESS_KEY_ID: server.accessKeyId,
          LOCKER_SECRET_ACCESS_KEY: server.secretAccessKey,
          LOCKER_CACHE: join(folder, `cache-${index}-${restTime}-${off}`),
          LOCKER_REST_TIME: String(restTime),
        }
        for (const _ of ['cold', 'records', 'repeats'])
          await run(process.execPath, args, { cwd: folder, env, timeout: TIMEOUT_MS })
      }
    }
    const found = readCoverage(join(folder, 'coverage'))
    const missing = BUNDLES.filter((name) => !found.get(name)?.size)
    if (missing.length > 0) throw new Error(`no start was seen to run anything of ${missing.join(', ')}`)
    return new Map(BUNDLES.map((name) => [name, found.get(name)]))
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function readCoverage(folder) {
  const found = new Map()
  for (const file of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    for (const { url, functions } of result) {
      if (!url.startsWith(pathToFileURL(join(root, 'dist/')).href)) continue
      const name = basename(url)
      const starts = functions.flatMap(({ ranges: [{ count, startOffset }] }) =>
        count > 0 ? [startOffset] : [],
      )
      found.set(name, new Set([...(found.get(name) ?? []), ...starts]))
    }
  }
  return found
}
