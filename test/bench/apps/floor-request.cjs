'use strict'
// What the floors of a cold start ask for: the requests alone, with the package's own bundles. No
// configuration, cache, decryption or merge; the variables are what the application looks for.
const { dirname, join } = require('node:path')

exports.bundle = (name) => require(join(dirname(require.resolve('lockerpm/package.json')), 'dist', name))

exports.request = {
  accessKeyId: process.env.LOCKER_ACCESS_KEY_ID,
  connection: {
    apiBase: process.env.LOCKER_API_BASE,
    headers: {},
    caFile: process.env.LOCKER_CA_FILE,
    unsafe: false,
    timeoutMs: 15_000,
    proxies: {},
  },
  settings: {},
}

exports.finish = ({ snapshot }) => {
  if (snapshot.secrets.length === 0) throw new Error('nothing was fetched')
  process.env.APP_SETTING_50 = ''
}
