const { test } = require('node:test')
const { tell } = require('../tell.js')

test('sees the secrets', () => tell('test b'))
