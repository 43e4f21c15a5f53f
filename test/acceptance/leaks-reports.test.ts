/** Node's diagnostic reports, which hold the environment unless they are told not to. */
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fetchNode } from '../run/nodes.ts'
import { findLeakyFiles } from './canaries.ts'
import { Machine } from './machine.ts'

describe('a diagnostic report of a Node that can leave the environment out', () => {
  const flags = '--report-uncaught-exception --report-on-fatalerror --report-directory files'

  it.each(['-r', '--import'])('holds nothing with %s lockerpm/register', async (flag) => {
    const machine = new Machine()
    const { env } = await machine.serve()
    mkdirSync(join(machine.folder, 'files'))
    const node = await fetchNode(24)
    const line = `${node} ${flags} ${flag} lockerpm/register leaks/report.js`
    const { status } = await machine.run(`sh -c '${line} 2>errors.txt'`, env)
    expect(status).toBe(1)
    expect(readdirSync(join(machine.folder, 'files'))).toHaveLength(2)
    expect(findLeakyFiles(join(machine.folder, 'files'), machine.credentials)).toEqual([])
  })

  it('holds nothing when it is about locker-run itself', async () => {
    const machine = new Machine()
    const { env } = await machine.serve()
    const folder = join(machine.folder, 'files')
    mkdirSync(folder)
    const node = await fetchNode(24)
    const locker = `${node} --report-on-signal --report-signal=SIGPROF --report-directory files`
    const running = machine.start(`${locker} node_modules/.bin/locker-run -- node patient.js`, env)
    await running.printed('ready')
    running.kill('SIGPROF')
    // Passed on as well: the command ends of it, and so does locker-run.
    expect(await running.ended).toMatchObject({ signal: 'SIGPROF' })
    expect(readdirSync(folder)).toHaveLength(1)
    expect(findLeakyFiles(folder, machine.credentials)).toEqual([])
  })
})
