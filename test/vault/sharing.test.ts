import { describe, expect, it } from 'vitest'
import { createSharing } from '../../src/vault/sharing.ts'

const never = new AbortController().signal
const wait = { timeoutMs: 1000, signal: never }

/** Work that ends when it is told to, and counts how often it was begun. */
function createWork() {
  const begun: {
    cancelled: AbortSignal
    resolve: (value: string) => void
    reject: (error: Error) => void
  }[] = []
  const work = (cancelled: AbortSignal) =>
    new Promise<string>((resolve, reject) => begun.push({ cancelled, resolve, reject }))
  return { begun, work }
}

describe('createSharing', () => {
  it('does the same work once for all who want it meanwhile, and again for those who come later', async () => {
    const { share } = createSharing()
    const { begun, work } = createWork()
    const all = Promise.all([share('a', work, wait), share('a', work, wait), share('a', work, wait)])
    begun[0]?.resolve('result')
    expect(await all).toEqual(['result', 'result', 'result'])
    const later = share('a', work, wait)
    begun[1]?.resolve('later')
    expect(await later).toBe('later')
    expect(begun).toHaveLength(2)
  })

  it('keeps other work apart', async () => {
    const { share } = createSharing()
    const { begun, work } = createWork()
    const both = Promise.all([share('a', work, wait), share('b', work, wait)])
    begun[0]?.resolve('of a')
    begun[1]?.resolve('of b')
    expect(await both).toEqual(['of a', 'of b'])
  })

  it('shares a failure', async () => {
    const { share } = createSharing()
    const { begun, work } = createWork()
    const both = Promise.allSettled([share('a', work, wait), share('a', work, wait)])
    begun[0]?.reject(new Error('failed'))
    expect(await both).toMatchObject([{ reason: { message: 'failed' } }, { reason: { message: 'failed' } }])
  })

  it('lets one leave without ending the work, and ends it when the last one leaves', async () => {
    const { share } = createSharing()
    const { begun, work } = createWork()
    const [one, other] = [new AbortController(), new AbortController()]
    const waiting = [one, other].map(({ signal }) => share('a', work, { ...wait, signal }))
    one.abort('first')
    await expect(waiting[0]).rejects.toBe('first')
    expect(begun[0]?.cancelled.aborted).toBe(false)
    other.abort('second')
    await expect(waiting[1]).rejects.toBe('second')
    expect(begun[0]?.cancelled.aborted).toBe(true)
  })

  it('begins anew for who comes when the last one has left', async () => {
    const { share } = createSharing()
    const { begun, work } = createWork()
    const controller = new AbortController()
    const left = share('a', work, { ...wait, signal: controller.signal })
    controller.abort('left')
    await expect(left).rejects.toBe('left')
    const next = share('a', work, wait)
    begun[1]?.resolve('anew')
    expect(await next).toBe('anew')
  })

  it('never makes anybody wait longer than they have time', () => {
    const { share } = createSharing()
    const { begun, work } = createWork()
    void share('a', work, wait).catch(() => {})
    void share('a', work, { ...wait, timeoutMs: 100 }).catch(() => {})
    expect(begun).toHaveLength(2)
    void share('a', work, { ...wait, timeoutMs: 5000 }).catch(() => {})
    expect(begun).toHaveLength(2)
  })

  it('lets nobody join what was begun before it was told to forget', async () => {
    const { share, forget } = createSharing()
    const { begun, work } = createWork()
    const before = share('a', work, wait)
    forget()
    const after = share('a', work, wait)
    begun[1]?.resolve('new')
    begun[0]?.resolve('old')
    expect([await before, await after]).toEqual(['old', 'new'])
    const later = share('a', work, wait)
    begun[2]?.resolve('later')
    expect(await later).toBe('later')
  })
})
