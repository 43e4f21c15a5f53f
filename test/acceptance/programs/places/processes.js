// Starts a thread and a process in each of the ways that Node has, one after the other.
const { execFileSync, fork } = require('node:child_process')
const cluster = require('node:cluster')
const { once } = require('node:events')
const { isMainThread, SHARE_ENV, Worker, workerData } = require('node:worker_threads')
const { tell } = require('./tell.js')

const ownPreload = ['-r', 'lockerpm/register']
const [place = 'main'] = process.argv.slice(2)

async function main() {
  tell(place)
  await thread('thread', {})
  await thread('thread with a preload', { execArgv: ownPreload })
  await thread('thread that shares its environment', { env: SHARE_ENV })
  await thread('thread with an environment of its own', { env: {} })
  await once(fork(__filename, ['fork']), 'exit')
  await once(fork(__filename, ['fork without flags'], { execArgv: [] }), 'exit')
  execFileSync(process.execPath, [...ownPreload, __filename, 'program'])
  cluster.setupPrimary({ args: ['cluster'] })
  await Promise.all([cluster.fork(), cluster.fork()].map((worker) => once(worker, 'exit')))
}

function thread(name, options) {
  return once(new Worker(__filename, { ...options, workerData: name }), 'exit')
}

if (!isMainThread) tell(workerData)
else if (place === 'main') void main()
else {
  tell(place)
  process.disconnect?.()
}
