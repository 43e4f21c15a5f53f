/** The calls of the service's documentation, from the installed package. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Machine } from './machine.ts'

const EXAMPLES = join(import.meta.dirname, '../fixtures/sdk-examples')

describe("the documentation's calls", () => {
  it('print the same in each kind of module, async and sync', async () => {
    const outputs: string[] = []
    for (const file of [
      'documentation.mjs',
      'documentation.cjs',
      'documentation-sync.mjs',
      'documentation-sync.cjs',
    ]) {
      const machine = new Machine()
      cpSync(EXAMPLES, machine.folder, { recursive: true })
      const { status, stdout, stderr } = await machine.runWithServer(`node ${file}`)
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(stdout).toContain('the default\n')
      outputs.push(stdout)
    }
    expect(new Set(outputs).size).toBe(1)
  })
})
