/** What `register/index.mjs` loads, for `--import lockerpm/register` and an application's import. */
export { registerImported } from './preload.ts'
