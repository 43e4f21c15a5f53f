import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { startDeadline, wait } from '../../src/http/deadline.ts'

const fired = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length

describe('startDeadline', () => {
  it('fires when time is up, and says that it was time', async () => {
    const deadline = startDeadline(20)
    await fired(deadline.signal)
    expect(deadline.isOver()).toBe(true)
    expect(deadline.timeoutMs).toBe(20)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(deadline.remainingMs()).toBe(0)
  })

  it('counts from its own beginning', () => {
    const deadline = startDeadline(200)
    expect(deadline.remainingMs()).toBeGreaterThan(0)
    deadline.end()
  })

  it('counts down from its whole span', async () => {
    const deadline = startDeadline(50_000)
    const before = deadline.remainingMs()
    await new Promise((resolve) => setTimeout(resolve, 5))
    const after = deadline.remainingMs()
    deadline.end()
    expect(before).toBeLessThanOrEqual(50_000)
    expect(after).toBeLessThan(before)
    expect(after).toBeGreaterThan(0)
  })

  it('counts what was spent before it could run, and tells the whole span', async () => {
    const deadline = startDeadline(60_000, undefined, 59_999)
    expect(deadline.timeoutMs).toBe(60_000)
    expect(deadline.remainingMs()).toBeLessThanOrEqual(1)
    await new Promise((resolve) => deadline.signal.addEventListener('abort', resolve))
    expect(deadline.isOver()).toBe(true)
    expect(startDeadline(10, undefined, 20).remainingMs()).toBe(0)
  })

  it("passes the caller's reason on, and does not call that time", () => {
    const caller = new AbortController()
    const deadline = startDeadline(50_000, caller.signal)
    const reason = new Error('interrupted')
    expect(deadline.signal.aborted).toBe(false)
    caller.abort(reason)
    expect(deadline.signal.reason).toBe(reason)
    expect(deadline.isOver()).toBe(false)
    deadline.end()
  })

  it('has fired from the start when the caller had cancelled before', () => {
    const reason = new Error('interrupted')
    const deadline = startDeadline(50_000, AbortSignal.abort(reason))
    expect(deadline.signal.reason).toBe(reason)
    deadline.end()
  })

  it('frees whoever waits when it ends, and does not call that time', async () => {
    const deadline = startDeadline(20)
    const waiting = wait(50_000, deadline.signal)
    deadline.end()
    await expect(waiting).rejects.toBe(deadline.signal.reason)
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect(deadline.isOver()).toBe(false)
  })

  it('leaves no listener with the caller when it ends', () => {
    const caller = new AbortController()
    const deadline = startDeadline(50_000, caller.signal)
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1)
    deadline.end()
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0)
  })
})

describe('wait', () => {
  it('ends by itself and leaves no listener behind', async () => {
    const { signal } = new AbortController()
    await wait(1, signal)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('ends at once with the reason of a signal that fires', async () => {
    const controller = new AbortController()
    const before = timers()
    const waiting = wait(3_600_000, controller.signal)
    expect(timers()).toBe(before + 1)
    const reason = new Error('interrupted')
    controller.abort(reason)
    expect(timers()).toBe(before)
    await expect(waiting).rejects.toBe(reason)
  })

  it('does not begin when the signal has fired before', async () => {
    const reason = new Error('interrupted')
    await expect(wait(3_600_000, AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})
