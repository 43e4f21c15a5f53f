import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'

beforeEach(() => void vi.resetModules())

describe("undici's parser", () => {
  it('is compiled, and parses an answer, ahead of its time: once', async () => {
    const { compileParser, warmParser } = await import('../../src/http/parser.ts')
    compileParser()
    expect(warmParser()).toBe(0)
    expect(warmParser()).toBeUndefined()
  })

  it('parses nothing that was not compiled', async () => {
    const { warmParser } = await import('../../src/http/parser.ts')
    expect(warmParser()).toBeUndefined()
  })

  it('is left alone where undici uses another', async () => {
    vi.stubEnv('UNDICI_NO_WASM_SIMD', '1')
    onTestFinished(() => void vi.unstubAllEnvs())
    const { compileParser, warmParser } = await import('../../src/http/parser.ts')
    compileParser()
    expect(warmParser()).toBeUndefined()
  })
})
