// An application: says that it was started, and prints the variables that it is asked for.
require('node:fs').writeFileSync('started', '')
for (const name of process.argv.slice(2)) console.log(`${name}=${process.env[name]}`)
