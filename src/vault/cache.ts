/** The folder of sealed files: a snapshot for each project, a view for each of its environments. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { AccessKey } from '../config/credentials.ts'
import { type Logger, name } from '../logger.ts'
import { preparePrivateFolder, readPrivateFile, removeFile, writePrivateFiles } from './private-file.ts'
import { type SealedKind, scopeHash, sealContent, unsealContent } from './sealed-file.ts'
import type { Snapshot } from './snapshot.ts'
import { fromViewContent, toViewContent, type View, type ViewContent } from './view.ts'

/** Files of scopes that nobody has started for so long are pruned. */
export const PRUNE_AFTER_DAYS = 30

/** One project's and one environment's files. Reads give undefined for anything but a good file. */
export interface Cache {
  readonly lockFile: string
  readView(): View | undefined
  /** Changes when another process has written the view. */
  viewSignature(): string | undefined
  writeView(view: View): void
  /** @param maxBytes a larger file is not read; left out: any that can be */
  readSnapshot(maxBytes?: number): Snapshot | undefined
  writeSnapshot(snapshot: Snapshot): void
  /** Both or neither. */
  writeBoth(snapshot: Snapshot, view: View): void
  /** The access key is refused: nothing of it stays. */
  clear(): void
  /** Why a file that was there could not be used; undefined: none was, or all is well. */
  unusable(): string | undefined
}

/** Whose files. */
export interface CacheScope {
  /** Absolute. */
  readonly folder: string
  readonly apiBase: string
  readonly accessKey: AccessKey
  readonly environment: string | undefined
}

/**
 * @returns the cache; undefined when its folder can't be had, which is said at debug level
 */
export function openCache(
  { folder, apiBase, accessKey, environment }: CacheScope,
  logger: Logger,
): Cache | undefined {
  const fault = preparePrivateFolder(folder)
  if (fault !== undefined) {
    logger.debug`no cache: ${name(fault)} (${name(folder)})`
    return undefined
  }
  const project = scopeHash(apiBase, accessKey.id)
  const scope = scopeHash(apiBase, accessKey.id, environment ?? '')
  // Every view of a project begins with the project's hash, so that clearing finds them all.
  const files = {
    snapshot: join(folder, `${project}.snapshot`),
    view: join(folder, `${project}.${scope}.view`),
  }
  const scopes = { snapshot: project, view: scope }
  let unusable: string | undefined

  const read = <Content>(kind: SealedKind, maxBytes?: number): Content | undefined => {
    const file = readPrivateFile(files[kind], maxBytes)
    if (file.bytes === undefined) return reject(kind, file.reason)
    const opened = unsealContent<Content>(file.bytes, kind, scopes[kind], accessKey)
    return 'reason' in opened ? reject(kind, opened.reason) : opened.content
  }
  const reject = (kind: SealedKind, reason: string | undefined): undefined => {
    if (reason === undefined) return
    unusable = reason
    logger.debug`the cached ${name(kind)} is not used: ${name(reason)}`
  }
  const write = (contents: Partial<Record<SealedKind, unknown>>): void => {
    const kinds = (['snapshot', 'view'] as const).filter((kind) => kind in contents)
    const sealed = kinds.map(
      (kind) => [files[kind], sealContent(kind, scopes[kind], contents[kind], accessKey)] as const,
    )
    const reason = writePrivateFiles(new Map(sealed))
    if (reason !== undefined) logger.debug`not cached (${name(kinds.join(', '))}): ${name(reason)}`
    if ('snapshot' in contents) prune(folder, project)
  }

  return {
    lockFile: join(folder, `${project}.${scope}.lock`),
    readView: () => {
      const content = read<ViewContent>('view')
      return content && fromViewContent(content)
    },
    viewSignature: () => signatureOf(files.view),
    writeView: (view) => write({ view: toViewContent(view) }),
    readSnapshot: (maxBytes) => read<Snapshot>('snapshot', maxBytes),
    writeSnapshot: (snapshot) => write({ snapshot }),
    writeBoth: (snapshot, view) => write({ snapshot, view: toViewContent(view) }),
    clear: () => {
      for (const file of listFolder(folder)) if (file.startsWith(project)) removeFile(join(folder, file))
    },
    unusable: () => unusable,
  }
}

/** Only files that can be ours, and of the project at hand only what a killed process left half-written. */
function prune(folder: string, project: string): void {
  const before = Date.now() - PRUNE_AFTER_DAYS * 86_400_000
  for (const file of listFolder(folder)) {
    const isInUse = file.startsWith(project) && !file.endsWith('.tmp')
    if (isInUse || !/^[\w-]{43}\.[\w.-]+$/.test(file)) continue
    const path = join(folder, file)
    if ((modifiedMs(path) ?? before) < before) removeFile(path)
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function signatureOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats && `${stats.ino} ${stats.mtimeMs} ${stats.size}`
}

function modifiedMs(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs
}
