/**
 * One environment, opened: what a warm start reads instead of a project. It is sealed under the secret access
 * key like everything on disk; one pass opens it, however large the project is.
 */
import type { OpenedSecrets } from './open.ts'
import type { Known } from './revalidate.ts'

/** A view and when it was true. */
export interface View extends Known {
  /** Unix milliseconds, just before the service was asked. */
  readonly validatedAtMs: number
  readonly secrets: OpenedSecrets
}

/** A view as JSON: maps as entries, and null for a value that is no text. */
export interface ViewContent {
  readonly revisionDate: number
  readonly deletedItemDate: number | null
  readonly validatedAtMs: number
  readonly all: readonly (readonly [string, string | null])[]
  readonly environment: readonly (readonly [string, string | null])[]
  readonly warnings: readonly string[]
}

/** @returns the view as plain JSON */
export function toViewContent({ revisionDate, deletedItemDate, validatedAtMs, secrets }: View): ViewContent {
  const entries = (layer: OpenedSecrets['all']) =>
    [...layer].map(([key, value]) => [key, value ?? null] as const)
  return {
    revisionDate,
    deletedItemDate: deletedItemDate ?? null,
    validatedAtMs,
    all: entries(secrets.all),
    environment: entries(secrets.environment),
    warnings: secrets.warnings,
  }
}

/** @returns what {@link toViewContent} was given */
export function fromViewContent(content: ViewContent): View {
  const { revisionDate, deletedItemDate, validatedAtMs, all, environment, warnings } = content
  const layer = (entries: ViewContent['all']) =>
    new Map(entries.map(([key, value]) => [key, value ?? undefined]))
  return {
    revisionDate,
    deletedItemDate: deletedItemDate ?? undefined,
    validatedAtMs,
    secrets: { all: layer(all), environment: layer(environment), warnings },
  }
}
