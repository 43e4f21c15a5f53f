/**
 * The way through a proxy: in `dist` a bundle of its own, with an undici of its own, since few starts have one.
 * CommonJS, so that tests can require it as `proxied.ts` does.
 */
'use strict'

// undici's front door, which we don't come through, gives dispatchers their `connect`: tunnels need it.
require('undici/lib/dispatcher/dispatcher.js').prototype.connect = require('undici/lib/api/api-connect.js')

module.exports = require('undici/lib/dispatcher/env-http-proxy-agent.js')
