'use strict'
// The first getSync loads; those after it read what is loaded.
const { Locker } = require('lockerpm')
const count = Number(process.argv[2])
const locker = Locker.fromEnv()
const started = performance.now()
const keyOf = (number) => `APP_SETTING_${String(number + 1).padStart(2, '0')}`
if (locker.getSync(keyOf(0), 'production') === undefined) throw new Error('without secrets')
const loaded = performance.now()
for (let number = 1; number < count; number++) {
  if (locker.getSync(keyOf(number % 50), 'production') === undefined) throw new Error('without secrets')
}
const ended = performance.now()
console.log(
  JSON.stringify({ firstMs: loaded - started, microsecondsEach: ((ended - loaded) * 1000) / (count - 1) }),
)
