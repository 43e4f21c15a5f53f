import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AccessKey } from '../../src/config/credentials.ts'
import { createLogger, LogLevel } from '../../src/logger.ts'
import { openCache, PRUNE_AFTER_DAYS } from '../../src/vault/cache.ts'
import type { Snapshot } from '../../src/vault/snapshot.ts'
import type { View } from '../../src/vault/view.ts'

const accessKey = new AccessKey('151b2167-76be-479f-8012-568f52bbe2f0', Buffer.alloc(32, 7))
const snapshot: Snapshot = {
  projectId: 1,
  profileKey: '',
  revisionDate: 1,
  fetchedAtMs: 1,
  secrets: [],
  environmentHashes: [],
}
const view: View = {
  revisionDate: 1,
  deletedItemDate: undefined,
  validatedAtMs: 1,
  secrets: {
    all: new Map([
      ['A', 'a'],
      ['B', undefined],
    ]),
    environment: new Map(),
    warnings: ['w'],
  },
}

let folder: string
let lines: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockerpm-'))
  lines = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (environment?: string, apiBase = 'https://api.example') => {
  const scope = { folder, apiBase, accessKey, environment }
  const cache = openCache(
    scope,
    createLogger(LogLevel.DEBUG, (line) => lines.push(line)),
  )
  if (cache === undefined) throw new Error('no cache')
  return cache
}

it('gives back what was written, also values that are no text', () => {
  open().writeView(view)
  open().writeSnapshot(snapshot)
  expect(open().readView()).toEqual(view)
  expect(open().readSnapshot()).toEqual(snapshot)
})

it('keeps environments apart, and projects', () => {
  open('production').writeView(view)
  expect(open().readView()).toBeUndefined()
  expect(open('production', 'https://other.example').readView()).toBeUndefined()
  expect(open('production').readView()).toEqual(view)
})

it('tells when the view was written again', () => {
  const before = open().viewSignature()
  open().writeView(view)
  const first = open().viewSignature()
  open().writeView(view)
  expect(new Set([before, first, open().viewSignature()]).size).toBe(3)
})

it('clears all environments of its project, and no other project', () => {
  open().writeView(view)
  open('production').writeView(view)
  open().writeSnapshot(snapshot)
  open(undefined, 'https://other.example').writeView(view)
  open().clear()
  expect(readdirSync(folder)).toHaveLength(1)
  expect(open(undefined, 'https://other.example').readView()).toEqual(view)
})

it("prunes other projects that nobody has started for long, and touches nobody else's files", () => {
  open(undefined, 'https://old.example').writeSnapshot(snapshot)
  const [old = ''] = readdirSync(folder)
  open(undefined, 'https://young.example').writeSnapshot(snapshot)
  writeFileSync(join(folder, 'notes.txt'), '')
  const longAgo = (Date.now() - PRUNE_AFTER_DAYS * 86_400_000) / 1000 - 60
  for (const file of [old, 'notes.txt']) utimesSync(join(folder, file), longAgo, longAgo)
  open().writeSnapshot(snapshot)
  expect(readdirSync(folder)).not.toContain(old)
  expect(readdirSync(folder)).toContain('notes.txt')
  expect(open(undefined, 'https://young.example').readSnapshot()).toEqual(snapshot)
})
