/** The folder of sealed files: a snapshot for each project, a view for each of its environments. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { AccessKey } from '../config/credentials.ts'
import { describeFailure } from '../errors.ts'
import { type Logger, name } from '../logger.ts'
import { shortHash } from '../short-hash.ts'
import { EARLY_LOCK, EARLY_PATIENCE_MS } from './early-lock.ts'
import {
  preparePrivateFolder,
  readPrivateFile,
  removeFile,
  signatureOf,
  writePassingFiles,
} from './private-file.ts'
import { type SealedKind, scopeHash, sealContent, unsealContent } from './sealed-file.ts'
import { sweepLock } from './single-flight.ts'
import type { Snapshot } from './snapshot.ts'
import { fromViewContent, toViewContent, type View, type ViewContent } from './view.ts'

/** Files of scopes that nobody has started for so long are pruned. */
export const PRUNE_AFTER_DAYS = 30

/** What the records of starts end with, which lie beside the cache's own files: see `replay`. */
export const RECORD_SUFFIX = '.start'

/** Of the hash that a file's name begins with. */
const NAME_CHARS = 11

/** One of them, also half-written. */
const RECORD = /\.start(\.|$)/

/** One project's and one environment's files. Reads give undefined for anything but a good file. */
export interface Cache {
  readonly lockFile: string
  readonly viewFile: string
  readView(): View | undefined
  /** Changes when another process has written the view. */
  viewSignature(): string | undefined
  writeView(view: View): void
  /** @param maxBytes a larger file is not read; left out: any that can be */
  readSnapshot(maxBytes?: number): Snapshot | undefined
  writeSnapshot(snapshot: Snapshot): void
  /** Both. A failure may leave the snapshot alone written: each is good by itself. */
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
export function openCache(scope: CacheScope, logger: Logger): Cache | undefined {
  const fault = preparePrivateFolder(scope.folder)
  if (fault === undefined) return new FolderCache(scope, logger)
  logger.debug`no cache: ${name(fault)} (${name(scope.folder)})`
  return undefined
}

class FolderCache implements Cache {
  readonly lockFile: string
  readonly viewFile: string
  readonly #scope: CacheScope
  readonly #logger: Logger
  /** What every file of the project begins with, so that clearing finds them all. */
  readonly #project: string
  readonly #files: Readonly<Record<SealedKind, string>>
  #unusable: string | undefined

  constructor(scope: CacheScope, logger: Logger) {
    const { folder, apiBase, accessKey, environment } = scope
    const id = accessKey.id.toLowerCase()
    // Names only: what a file is about is in its seal.
    const project = nameOf([apiBase, id])
    const environments = `${project}.${nameOf([apiBase, id, environment ?? null])}`
    this.#scope = scope
    this.#logger = logger
    this.#project = `${project}.`
    this.#files = {
      snapshot: join(folder, `${project}.snapshot`),
      view: join(folder, `${environments}.view`),
    }
    this.lockFile = join(folder, `${environments}.lock`)
    this.viewFile = this.#files.view
  }

  readView(): View | undefined {
    const content = this.#read<ViewContent>('view')
    return content && fromViewContent(content)
  }

  viewSignature(): string | undefined {
    return signatureOf(this.#files.view)
  }

  writeView(view: View): void {
    this.#write({ view: toViewContent(view) })
  }

  readSnapshot(maxBytes?: number): Snapshot | undefined {
    return this.#read<Snapshot>('snapshot', maxBytes)
  }

  writeSnapshot(snapshot: Snapshot): void {
    this.#write({ snapshot })
  }

  writeBoth(snapshot: Snapshot, view: View): void {
    this.#write({ snapshot, view: toViewContent(view) })
  }

  clear(): void {
    // A record of a start doesn't tell whose it is: made again, each is as good as before.
    const isOurs = (file: string) => file.startsWith(this.#project) || RECORD.test(file)
    const { folder } = this.#scope
    for (const file of listFolder(folder).filter(isOurs)) removeFile(join(folder, file))
  }

  unusable(): string | undefined {
    return this.#unusable
  }

  #read<Content>(kind: SealedKind, maxBytes?: number): Content | undefined {
    const file = readPrivateFile(this.#files[kind], maxBytes)
    if (file.bytes === undefined) return this.#reject(kind, file.reason)
    const opened = unsealContent<Content>(file.bytes, kind, this.#sealedScope(kind), this.#scope.accessKey)
    return 'reason' in opened ? this.#reject(kind, opened.reason) : opened.content
  }

  /** @param reason undefined: there is no such file, which is nobody's fault */
  #reject(kind: SealedKind, reason: string | undefined): undefined {
    if (reason === undefined) return
    this.#unusable = reason
    this.#logger.debug`the cached ${name(kind)} is not used: ${name(reason)}`
  }

  #write(contents: Partial<Record<SealedKind, unknown>>): void {
    const kinds = (['snapshot', 'view'] as const).filter((kind) => kind in contents)
    const reason = this.#sealAndWrite(kinds, contents)
    if (reason !== undefined) this.#logger.debug`not cached (${name(kinds.join(', '))}): ${name(reason)}`
    if (!('snapshot' in contents)) return
    const { folder } = this.#scope
    prune(folder, this.#project)
    sweepLock(join(folder, EARLY_LOCK), Date.now(), EARLY_PATIENCE_MS)
  }

  /** @returns why they could not be written; undefined when they were */
  #sealAndWrite(
    kinds: readonly SealedKind[],
    contents: Partial<Record<SealedKind, unknown>>,
  ): string | undefined {
    try {
      const sealed = kinds.map((kind) => {
        const bytes = sealContent(kind, this.#sealedScope(kind), contents[kind], this.#scope.accessKey)
        return [this.#files[kind], bytes] as const
      })
      return writePassingFiles(new Map(sealed))
    } catch (error) {
      // Such as a text longer than V8 has strings.
      return describeFailure(error)
    }
  }

  #sealedScope(kind: SealedKind): string {
    const { apiBase, accessKey, environment } = this.#scope
    return scopeHash(apiBase, accessKey.id, kind === 'view' ? (environment ?? '') : undefined)
  }
}

function nameOf(facts: unknown): string {
  return shortHash(facts).padStart(NAME_CHARS, '0')
}

/** Only files that can be ours, and of the project at hand only what a killed process left half-written. */
function prune(folder: string, project: string): void {
  const before = Date.now() - PRUNE_AFTER_DAYS * 86_400_000
  for (const file of listFolder(folder)) {
    const isInUse = file.startsWith(project) && !file.endsWith('.tmp')
    if (isInUse || !/^(\w{11}|[\w-]{43}|early\.lock)\.[\w.-]+$/.test(file)) continue
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

function modifiedMs(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs
}
