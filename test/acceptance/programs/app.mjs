// The same as an ES module.
import { writeFileSync } from 'node:fs'

writeFileSync('started', '')
for (const name of process.argv.slice(2)) console.log(`${name}=${process.env[name]}`)
