import { describe, expect, it } from 'vitest'
import { MAX_ANSWERS, Memory } from '../../src/vault/memory.ts'
import type { Opener } from '../../src/vault/open-records.ts'
import { Project } from '../../src/vault/project.ts'

const question = (hash: string) => ({ ask: 'secrets', hash }) as const

function projectAskedAt(fetchedAtMs: number): Project {
  const snapshot = {
    projectId: 1,
    profileKey: '',
    revisionDate: 1,
    fetchedAtMs,
    secrets: [],
    environmentHashes: [],
  }
  // Nothing is opened here.
  return new Project(snapshot, { projectId: 1, profileKey: '' } as Opener)
}

describe('Memory', () => {
  it('keeps the answer that was asked for last, whichever came last', () => {
    const memory = new Memory()
    memory.keepAnswer(question('a'), [], 2)
    memory.keepAnswer(question('a'), [], 1)
    expect(memory.findAnswer(question('a'))?.askedAtMs).toBe(2)
    expect(memory.findAnswer(question('b'))).toBeUndefined()
  })

  it('forgets the oldest answers', () => {
    const memory = new Memory()
    for (let index = 0; index <= MAX_ANSWERS; index++) memory.keepAnswer(question(`${index}`), [], index)
    expect(memory.findAnswer(question('0'))).toBeUndefined()
    expect(memory.findAnswer(question('1'))).toBeDefined()
    expect(memory.findAnswer(question(`${MAX_ANSWERS}`))).toBeDefined()
  })

  it('keeps the project that was asked for last, whichever came last', () => {
    const memory = new Memory()
    const [older, newer] = [projectAskedAt(1), projectAskedAt(2)]
    memory.keepProject(newer)
    memory.keepProject(older)
    expect(memory.project).toBe(newer)
  })

  it('forgets everything at once', () => {
    const memory = new Memory()
    memory.keepProject(projectAskedAt(1))
    memory.keepAnswer(question('a'), [], 1)
    memory.forget()
    expect([memory.project, memory.opener, memory.findAnswer(question('a'))]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('drops a project, unless another one was kept meanwhile', () => {
    const memory = new Memory()
    const [older, newer] = [projectAskedAt(1), projectAskedAt(2)]
    memory.keepProject(newer)
    memory.dropProject(older)
    expect(memory.project).toBe(newer)
    memory.dropProject(newer)
    expect(memory.project).toBeUndefined()
  })

  it('lets the disk be read once', () => {
    const memory = new Memory()
    expect([memory.takeDisk(), memory.takeDisk()]).toEqual([true, false])
  })
})
