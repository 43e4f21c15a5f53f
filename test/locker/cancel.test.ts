import { describe, expect, it, vi } from 'vitest'
import { buildSdk, failureOf, openLocker, startThreadServer } from './sdk.ts'

const sdk = buildSdk()

async function start() {
  const seed = { environments: [], secrets: [{ key: 'A', value: 'a' }] }
  const server = await startThreadServer(sdk(), { seeds: [seed] })
  const locker = openLocker(sdk(), server)
  await locker.get('A')
  await server.asked()
  return { server, locker }
}

describe('a signal', () => {
  it('cancels a call at once, which rejects with its reason', async () => {
    const { server, locker } = await start()
    await server.setFaults('hang')
    const controller = new AbortController()
    const reading = failureOf(locker.get('B', null, 'default', { signal: controller.signal }))
    await vi.waitFor(async () => expect(await server.asked()).toHaveLength(1))
    controller.abort(new Error('no longer needed'))
    expect((await reading).message).toBe('no longer needed')
    await server.setFaults('')
    expect(await locker.get('B', null, 'default')).toBe('default')
  })

  it('that has fired already lets nothing be asked', async () => {
    const { server, locker } = await start()
    const signal = AbortSignal.abort()
    expect(await failureOf(locker.list(null, { signal }))).toBe(signal.reason)
    expect(await failureOf(locker.create({ key: 'B', value: 'b' }, { signal }))).toBe(signal.reason)
    expect(await server.asked()).toEqual([])
  })

  it('of one caller leaves another who asked the same alone', async () => {
    const { server, locker } = await start()
    await server.setFaults('GET /v1/secrets* latency=300')
    const controller = new AbortController()
    const cancelled = failureOf(locker.list(null, { signal: controller.signal }))
    const other = locker.list(null)
    await vi.waitFor(async () => expect(await server.asked()).toHaveLength(1))
    controller.abort()
    expect((await cancelled).name).toBe('AbortError')
    expect(await other).toHaveLength(1)
    expect(await server.asked()).toEqual([])
  })

  it('ends the request when nobody else waits for it', async () => {
    const { server, locker } = await start()
    await server.setFaults('GET /v1/secrets* #1 latency=60000')
    const controller = new AbortController()
    const cancelled = failureOf(locker.list(null, { signal: controller.signal }))
    await vi.waitFor(async () => expect(await server.asked()).toHaveLength(1))
    controller.abort()
    await cancelled
    // Nothing of it is left to be joined.
    expect(await locker.list(null)).toHaveLength(1)
  })

  it('cancels a write, of which nobody can then know whether it was carried out', async () => {
    const { server, locker } = await start()
    await server.setFaults('POST hang=headers')
    const controller = new AbortController()
    const writing = failureOf(locker.create({ key: 'B', value: 'b' }, { signal: controller.signal }))
    await vi.waitFor(async () => expect(await server.asked()).toHaveLength(1))
    controller.abort()
    expect((await writing).name).toBe('AbortError')
    expect(await locker.get('B')).toBe('b')
  })

  it('keeps no listener on a signal that lives longer than its calls', async () => {
    const { locker } = await start()
    const { signal } = new AbortController()
    const add = vi.spyOn(signal, 'addEventListener')
    const remove = vi.spyOn(signal, 'removeEventListener')
    for (const key of ['A', 'B', 'C']) await locker.get(key, null, '', { signal, fetch: true })
    expect(add.mock.calls.length).toBeGreaterThan(0)
    expect(remove.mock.calls).toHaveLength(add.mock.calls.length)
  })
})

describe('a deadline', () => {
  it('of a call is its own', async () => {
    const { server, locker } = await start()
    await server.setFaults('hang')
    const error = await failureOf(locker.get('B', null, 'default', { timeoutMs: 200 }))
    expect(error).toMatchObject({ code: 'http_error' })
    expect(error.message).toContain("within 200 ms (the call's timeoutMs)")
  })

  it('is over everything that a call asks', async () => {
    const { server } = await start()
    const locker = openLocker(sdk(), server, { timeoutMs: 700 })
    await server.setFaults('latency=400')
    const error = await failureOf(locker.get('A'))
    expect(error).toMatchObject({ code: 'http_error', cause: { message: 'ETIMEDOUT' } })
    expect(error.message).toContain('within 700 ms (the option timeoutMs)')
  })
})
