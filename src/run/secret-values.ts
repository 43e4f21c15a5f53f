/** The values that `--mask` keeps out of a command's output. product: section 3 */
import type { Config } from '../config/config.ts'
import { readMarker } from '../environment/marker.ts'
import type { Env } from '../environment/names.ts'
import { overlay } from '../environment/overlay.ts'
import type { OpenedSecrets } from '../vault/open.ts'

/**
 * @param secrets what the load brought
 * @returns the values of all secrets that `include` and `exclude` let through, whether or not something else won their
 *   name, and the secret access key; undefined: one that is no text
 */
export function listSecretValues(
  { policy, accessKey }: Config,
  { all, environment }: OpenedSecrets,
): (string | undefined)[] {
  const layers = { all, environment, dotenv: new Map() }
  const wanted = overlay(layers, policy).filter(({ isWanted }) => isWanted)
  return [...wanted.map(({ value }) => value), accessKey?.secretBytes.toString('base64')]
}

/**
 * @param env of a process below one that has loaded
 * @returns what that one has set. What of it came from a `.env` can't be told any more, so that is in it too
 */
export function listLoadedAbove(env: Env): (string | undefined)[] {
  const names = readMarker(env)?.tags.keys() ?? []
  return [...names].map((name) => env[name])
}
