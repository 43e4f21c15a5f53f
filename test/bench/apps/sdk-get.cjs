'use strict'
// The first getSync starts a worker and connects, the first of each further key asks the service, the others remember.
const { Locker } = require('lockerpm')
const KEYS = 50
const count = Number(process.argv[2])
const locker = Locker.fromEnv()
const started = performance.now()
getKeys(0, 1)
const connected = performance.now()
getKeys(1, KEYS)
const asked = performance.now()
getKeys(KEYS, count)
const ended = performance.now()
console.log(
  JSON.stringify({
    firstMs: connected - started,
    microsecondsAsked: ((asked - connected) * 1000) / (KEYS - 1),
    microsecondsRemembered: ((ended - asked) * 1000) / (count - KEYS),
  }),
)

function getKeys(from, to) {
  for (let number = from; number < to; number++) {
    const key = `APP_SETTING_${String((number % KEYS) + 1).padStart(2, '0')}`
    if (locker.getSync(key, 'production') === undefined) throw new Error('without secrets')
  }
}
