'use strict'
// A program as a wrapper's child: writes down which signals reach it, and ends with 9 a moment after those that ask
// it to, or, if `stubborn`, never. Usage: signals.cjs LOG [stubborn]
const { appendFileSync } = require('node:fs')

const [, , log, mood] = process.argv
const ENDING = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT']
const OTHER = ['SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGCONT']
for (const signal of [...ENDING, ...OTHER]) {
  process.on(signal, () => {
    appendFileSync(log, `${signal} ${Date.now()}\n`)
    if (ENDING.includes(signal) && mood !== 'stubborn') setTimeout(() => process.exit(9), 300)
  })
}
setInterval(() => {}, 1e9)
appendFileSync(log, `ready ${process.pid} ${process.stdout.isTTY === true ? 'on a terminal' : ''}\n`)
