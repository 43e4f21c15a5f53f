// Starts a program by `node FLAGS --watch`, changes it when it has run, and ends when it has run again.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

const PROGRAM = "require('./places/tell.js').tell('watched')\n"

async function runs(times) {
  const count = () => (existsSync('seen.txt') ? readFileSync('seen.txt', 'utf8').split('\n').length - 1 : 0)
  while (count() < times) await setTimeout(20)
}

writeFileSync('watched.js', PROGRAM)
const args = [...process.argv.slice(2), '--watch', 'watched.js']
const node = spawn(process.execPath, args, { stdio: 'ignore' })
await runs(1)
writeFileSync('watched.js', `${PROGRAM}// changed\n`)
await runs(2)
node.kill()
await once(node, 'exit')
