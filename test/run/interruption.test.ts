import { describe, expect, it } from 'vitest'
import { createInterruption } from '../../src/run/interruption.ts'

describe('an interruption', () => {
  it('is none before a signal has come', () => {
    const interruption = createInterruption()
    expect(interruption.check).not.toThrow()
    expect(interruption.signal.aborted).toBe(false)
  })

  it('aborts whoever waits', () => {
    const interruption = createInterruption()
    const { signal } = interruption
    interruption.interrupt()
    expect(signal.aborted).toBe(true)
    expect(interruption.check).toThrow(signal.reason)
  })

  it('has aborted whoever begins to wait afterwards', () => {
    const interruption = createInterruption()
    interruption.interrupt()
    expect(interruption.check).toThrow(expect.objectContaining({ name: 'AbortError' }))
    expect(interruption.signal.aborted).toBe(true)
  })
})
