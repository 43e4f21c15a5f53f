/* global test */
const { tell } = require('../tell.js')

test('sees the secrets', () => tell('test a'))
