import { writeFileSync } from 'node:fs'
import { beforeAll, expect, it } from 'vitest'
import { bundle, makeFolder, runNode } from './bundles.ts'

let folder: string
beforeAll(async () => {
  folder = makeFolder()
  await bundle('src/sync/worker-threads.ts', `${folder}/worker-threads.cjs`)
})

it.each(['stdout', 'stderr'])('a worker that writes to %s and stays holds no process up', async (stream) => {
  writeFileSync(
    `${folder}/${stream}.cjs`,
    `process.${stream}.write('a line\\n', () => setInterval(() => {}, 1000))`,
  )
  writeFileSync(
    `${folder}/main-${stream}.cjs`,
    `const { Worker } = require('./worker-threads.cjs')
     const worker = new Worker('${folder}/${stream}.cjs', {})
     worker.once('online', () => setTimeout(() => console.log('over'), 200))
     worker.unref()
     setTimeout(() => {}, 1000)`,
  )
  const { exitCode, stdout } = await runNode([`${folder}/main-${stream}.cjs`])
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'over' })
})
