import { expect, it } from 'vitest'
import { readLaterVariables } from '../src/pm2.ts'

it('sees the variables that PM2 is about to set', () => {
  const pm2_env = JSON.stringify({
    LOCKER_ENVIRONMENT: 'production',
    A: 'theirs',
    instances: 4,
    env: { B: 'nested' },
  })
  expect(readLaterVariables({ A: 'now', C: 'kept', pm2_env })).toEqual({
    LOCKER_ENVIRONMENT: 'production',
    A: 'theirs',
    C: 'kept',
    pm2_env,
  })
})

it.each(['', 'junk', 'null', '"text"', '7', '[1]'])('lets a pm2_env that is not PM2’s be: %j', (pm2_env) => {
  const { pm2_env: _, ...rest } = readLaterVariables({ A: 'now', pm2_env })
  expect(rest['A']).toBe('now')
})

it('changes nothing where there is no PM2', () => {
  const env = { A: 'now' }
  expect(readLaterVariables(env)).toBe(env)
})
