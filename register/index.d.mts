/**
 * Puts the secrets into process.env, as soon as it is loaded: `node -r lockerpm/register app.js`,
 * `node --import lockerpm/register app.mjs`, or as a program's first import. It exports nothing. A start that fails
 * ends the process with status 125 and one line on stderr.
 *
 * @module lockerpm/register
 */
export {}
