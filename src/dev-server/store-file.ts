/** A store, filled from its data file and seeds, and saved when it changed. */
import { newProjectState } from './access-keys.ts'
import type { Identity } from './certificate.ts'
import { loadDataFile, saveDataFile } from './data-file.ts'
import { type DevProject, openDevProject } from './dev-project.ts'
import type { DevServerOptions } from './options.ts'
import { decodeSeed, loadSeed } from './seed.ts'
import { Store } from './store.ts'

/** What a server answers from. */
export interface StoreFile {
  readonly store: Store
  /** The first project. */
  readonly project: DevProject
  /** The authority of an earlier run with `--https`. */
  readonly authority: Identity | undefined
  addProject(): DevProject
  /**
   * Does nothing without a data file, or when nothing has changed.
   *
   * @param authority to be kept as well
   * @throws LockerError `locker_error` when the file can't be written
   */
  save(authority: Identity | undefined): void
}

/**
 * @param options where it comes from
 * @param nowMs the clock, Unix milliseconds
 * @throws LockerError `locker_error`: a bad data file or seed, naming file and place
 */
export function openStoreFile(options: DevServerOptions, nowMs: () => number): StoreFile {
  const { dataFile, projects = [], seeds = [] } = options
  const saved = dataFile === undefined ? undefined : loadDataFile(dataFile, process.platform)
  const store = new Store(saved?.projects ?? projects, nowMs)
  const addProject = () => {
    return openDevProject(store.addProject(newProjectState(store.nextProjectId(), nowMs())), nowMs)
  }
  const [first] = store.projects
  const project = first === undefined ? addProject() : openDevProject(first, nowMs)
  for (const seed of seeds) project.seed(typeof seed === 'string' ? loadSeed(seed) : decodeSeed(seed, 'seed'))
  let savedChangeCount = -1
  return {
    store,
    project,
    authority: saved?.authority,
    addProject,
    save: (authority) => {
      if (dataFile === undefined || store.changeCount === savedChangeCount) return
      saveDataFile(dataFile, {
        format: 'locker-dev 1',
        authority,
        projects: store.projects.map((each) => each.state()),
      })
      savedChangeCount = store.changeCount
    },
  }
}
