// Says which variables a process or a thread sees, in a file: what runners do with stdout is their own affair.
const { appendFileSync } = require('node:fs')

exports.tell = (place) => {
  const { DATABASE_URL, STAGING_ONLY } = process.env
  appendFileSync('seen.txt', `${place}: ${DATABASE_URL} ${STAGING_ONLY}\n`)
}
