'use strict'
// From no connection to every secret in hand; a field is a key or a value.
const { Locker } = require('lockerpm')
const count = Number(process.argv[2])
const locker = Locker.fromEnv({ timeoutMs: 600_000 })
const started = performance.now()
locker.list().then((secrets) => {
  const wholeMs = performance.now() - started
  const characters = secrets.reduce((sum, { key, value }) => sum + key.length + value.length, 0)
  if (secrets.length !== count || characters < 40 * count) throw new Error(`${secrets.length} secrets`)
  console.log(JSON.stringify({ listMs: wholeMs, microsecondsPerField: (wholeMs * 1000) / (2 * count) }))
})
