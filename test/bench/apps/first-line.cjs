'use strict'
// The application: its first line is the clock. `secrets` as an argument: they must be here by then.
const clockNs = process.hrtime.bigint()
if (process.argv[2] === 'secrets' && process.env.APP_SETTING_50 === undefined)
  throw new Error('without secrets')
require('node:fs').writeSync(1, `first line ${clockNs} ns\n`)
