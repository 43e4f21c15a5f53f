// Calls the SDK in all its ways, at each log level, and prints whatever can be seen of a Locker, of what it answers and
// of what it throws. What an error keeps of an answer's body goes to a file: that much may be somebody's text.
const { appendFileSync } = require('node:fs')
const { inspect } = require('node:util')
const { Locker } = require('lockerpm')

const EVERYTHING = { showHidden: true, depth: Number.POSITIVE_INFINITY, getters: true }

const CALLS = [
  (locker) => locker.list(),
  (locker) => locker.get('DATABASE_URL', 'staging'),
  (locker) => locker.retrieve('DATABASE_URL', 'staging'),
  (locker) => locker.environment('staging'),
  (locker) => locker.listEnvironments(),
  (locker) =>
    locker.create({ key: 'DATABASE_URL', value: process.env['WRITTEN'], environmentName: 'staging' }),
  (locker) => locker.modify('MISSING', 'staging', { value: process.env['WRITTEN'] }),
  (locker) => locker.getRequired('MISSING', 'staging'),
  // These block, so they come last.
  (locker) => locker.retrieveSync('DATABASE_URL', 'staging'),
  (locker) => locker.environmentSync('staging'),
  (locker) => locker.getRequiredSync('MISSING', 'staging'),
]

function showError(error) {
  // Not what getters give: an answer's body is there for those who ask for it.
  const all = { ...EVERYTHING, getters: false }
  console.log(inspect(error, all), inspect(error, { ...all, customInspect: false }))
  for (let each = error; each instanceof Error; each = each.cause) {
    console.log(JSON.stringify(each), JSON.stringify({ ...each }), String(each), each.stack, each.userMessage)
    appendFileSync('bodies.txt', `${each.httpBody}\n`)
  }
}

// Values are what these calls are for: of the answers only what is hidden on purpose is shown.
function showAnswer(locker, answer) {
  console.log(inspect(locker, EVERYTHING), JSON.stringify(locker), String(locker))
  const secrets = [answer].flat().filter((each) => each?.constructor?.name === 'Secret')
  console.log(inspect(secrets, EVERYTHING), secrets.map(String))
}

async function show(logLevel, call) {
  try {
    const locker = Locker.fromEnv({ logLevel })
    showAnswer(locker, await call(locker))
  } catch (error) {
    showError(error)
  }
}

async function main() {
  for (const logLevel of [0, 1, 2]) await Promise.all(CALLS.map((call) => show(logLevel, call)))
}

void main()
