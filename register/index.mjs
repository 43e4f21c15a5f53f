import { createRequire } from 'node:module'

// Not an import, for which Node would first look through the whole bundle for the names that it exports.
await createRequire(import.meta.url)('../dist/imported.cjs').registerImported(import.meta.url)
