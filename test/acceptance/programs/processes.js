// Prints what a variable is here, in a worker thread, in a forked process, in a cluster's worker and, when an
// environment is named, in a forked process of that environment.
const { fork } = require('node:child_process')
const cluster = require('node:cluster')
const { once } = require('node:events')
const { isMainThread, Worker } = require('node:worker_threads')

const NAMES = ['DATABASE_URL', 'API_TOKEN', 'STAGING_ONLY']
const [role, otherEnvironment] = process.argv.slice(2)

function print(place) {
  for (const name of NAMES) console.log(`${place} ${name}=${process.env[name]}`)
}

async function main() {
  print('main')
  await once(new Worker(__filename), 'exit')
  await once(fork(__filename, ['fork']), 'exit')
  cluster.setupPrimary({ args: ['cluster'] })
  await once(cluster.fork(), 'exit')
  if (otherEnvironment === undefined) return
  const env = { ...process.env, LOCKER_ENVIRONMENT: otherEnvironment }
  await once(fork(__filename, [otherEnvironment], { env }), 'exit')
}

if (!isMainThread) print('worker')
else if (role === 'main') void main()
else {
  print(role)
  process.disconnect()
}
