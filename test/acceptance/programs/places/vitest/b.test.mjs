import { test } from 'vitest'
import tell from '../tell.js'

test('sees the secrets', () => tell.tell('test b'))
