'use strict'
// Says that it is there, and waits.
require('node:fs').writeSync(1, `first line ${process.hrtime.bigint()} ns\n`)
setInterval(() => {}, 1e9)
