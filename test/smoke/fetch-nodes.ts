/** Fetches every Node that the package is tried on, once for all tests. */
import type { TestProject } from 'vitest/node'
import { fetchNode } from '../run/nodes.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    readonly nodes: readonly SmokeNode[]
  }
}

/** A Node to try the package on. */
export interface SmokeNode {
  /** Such as `24`: its newest version. */
  readonly range: string
  /** Of the binary. */
  readonly path: string
}

/** From the oldest that is supported to the newest. */
const RANGES = ['20.19', '22', '24', '26']

export default async function setup(project: TestProject): Promise<void> {
  project.provide('nodes', await listNodes(`${process.platform}-${process.arch}`))
}

async function listNodes(platform: string): Promise<SmokeNode[]> {
  if (platform === 'linux-x64')
    return Promise.all(RANGES.map(async (range) => ({ range, path: await fetchNode(range) })))
  const skipped = `Node ${RANGES.join(', ')}: they are fetched for linux-x64 only, and this is ${platform}`
  console.log(`skipped: ${skipped}. The tests run on the Node that started them.`)
  return [{ range: process.versions.node, path: process.execPath }]
}
