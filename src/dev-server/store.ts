/** All projects of a server, and which of them an access key opens. */
import { Project } from './project.ts'
import type { AccessKeyRecord, ProjectState } from './records.ts'

/** An access key and the project that it opens. */
export interface Access {
  readonly project: Project
  readonly key: AccessKeyRecord
}

/** Holds the projects; knows nothing of HTTP. */
export class Store {
  readonly #nowMs: () => number
  readonly #projects: Project[]

  /**
   * @param states the projects that it holds at first
   * @param nowMs the clock, Unix milliseconds
   */
  constructor(states: readonly ProjectState[], nowMs: () => number) {
    this.#nowMs = nowMs
    this.#projects = states.map((state) => new Project(state, nowMs))
  }

  get projects(): readonly Project[] {
    return this.#projects
  }

  /** Grows with every change. */
  get changeCount(): number {
    return this.#projects.reduce((sum, project) => sum + project.changeCount, this.#projects.length)
  }

  /** @returns a number that no project has, from 1 */
  nextProjectId(): number {
    return Math.max(0, ...this.#projects.map((project) => project.projectId)) + 1
  }

  addProject(state: ProjectState): Project {
    const project = new Project(state, this.#nowMs)
    this.#projects.push(project)
    return project
  }

  /** @returns undefined: no project has such a key */
  findAccess(accessKeyId: string): Access | undefined {
    for (const project of this.#projects) {
      const key = project.accessKey(accessKeyId)
      if (key !== undefined) return { project, key }
    }
    return undefined
  }
}
