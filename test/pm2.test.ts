import { expect, it } from 'vitest'
import { keepFromLater, readLaterFolder, readLaterVariables } from '../src/pm2.ts'

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

it.each([
  ['/app', { pm2_env: '{"pm_cwd":"/app"}' }],
  [undefined, { pm2_env: '{"pm_cwd":7}' }],
  [undefined, { pm2_env: 'junk' }],
  // In fork mode it is an ordinary variable, and inherited: the process is where it should be already.
  [undefined, { pm_cwd: '/app' }],
])('the folder that PM2 is about to move to is %s with %j', (folder, env) => {
  expect(readLaterFolder(env)).toBe(folder)
})

const CHANGE = { deletions: ['GONE'], injected: new Map([['SET', 'secret']]), marker: undefined }

it('keeps PM2 from undoing a change', () => {
  const pm2_env = JSON.stringify({ GONE: 'a', SET: 'b', LOCKERPM_LOADED: 'c', KEPT: 'd', instances: 4 })
  const { injected, ...rest } = keepFromLater(CHANGE, { pm2_env })
  expect(rest).toEqual({ deletions: ['GONE'], marker: undefined })
  expect(Object.fromEntries(injected)).toEqual({ SET: 'secret', pm2_env: '{"KEPT":"d","instances":4}' })
})

it('leaves a change as it is where there is no PM2', () => {
  expect(keepFromLater(CHANGE, { A: 'now' })).toBe(CHANGE)
})
