import bundle from '../dist/register.cjs'

await bundle.registerImported(import.meta.url)
