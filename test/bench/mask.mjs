/**
 * What `locker-run --mask` costs a program that says much: `node test/bench/mask.mjs [MEGABYTES]`, default 100. The
 * built package around `cat`, its output read by another `cat`; the median of five.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installPackage } from './repository.mjs'
import { startServerWith } from './server.mjs'

const ROUNDS = 5
const megabytes = Number(process.argv[2] ?? 100)
const folder = mkdtempSync(join(tmpdir(), 'lockerpm-mask-'))
const locker = join(folder, 'node_modules/lockerpm')
const secrets = Array.from({ length: 1000 }, (_, index) => ({ key: `TOKEN_${index}`, value: token(index) }))

try {
  installPackage(folder)
  const texts = { 'lines of a log': logLine, 'a secret in each line': secretLine, base64: base64Line }
  for (const [name, line] of Object.entries(texts)) writeText(name, line)
  const rows = []
  for (const count of [1, 1000]) {
    const server = await startServerWith(locker, folder, {
      name: String(count),
      secrets: secrets.slice(0, count),
    })
    for (const text of Object.keys(texts)) {
      const [plain, masked] = [[], ['--mask']].map((flags) => measure(flags, text, server.env))
      rows.push({ secrets: count, text, 'without MB/s': rate(plain), 'with --mask MB/s': rate(masked) })
    }
    await server.stop()
  }
  console.table(rows)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** @returns {number} milliseconds, the start included */
function measure(flags, text, env) {
  const words = [process.execPath, join(locker, 'dist/locker-run.cjs'), ...flags, '--', 'cat', text]
  const times = Array.from({ length: ROUNDS }, () => {
    const startedMs = performance.now()
    const { status } = spawnSync('sh', ['-c', '"$@" | cat > /dev/null', 'sh', ...words], {
      cwd: folder,
      env: { PATH: '/usr/bin:/bin', HOME: folder, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    if (status !== 0) throw new Error(`sh ended with ${status}`)
    return performance.now() - startedMs
  })
  return times.sort((a, b) => a - b)[ROUNDS >> 1]
}

function rate(durationMs) {
  return Math.round((megabytes * 1000) / durationMs)
}

function writeText(name, line) {
  const block = Array.from({ length: 10_000 }, (_, index) => line(index)).join('')
  const text = block.repeat(Math.ceil((megabytes * 1e6) / block.length)).slice(0, megabytes * 1e6)
  writeFileSync(join(folder, name), text)
}

function logLine(index) {
  const time = new Date(1.7e12 + index * 997).toISOString()
  return `${time} INFO request id=${index} method=GET path=/api/v1/users/${index % 977} status=200 duration_ms=${index % 89}\n`
}

function secretLine(index) {
  return logLine(index).replace('INFO', `INFO token=${token(index % 1000)}`)
}

function base64Line(index) {
  return `${createHash('sha512').update(String(index)).digest('base64')}\n`
}

function token(index) {
  return createHash('sha256').update(`token ${index}`).digest('base64url').slice(0, 32)
}
