/** `--seal`: the whole project as a file that starts any of its environments, without network. product: section 3 */
import type { Config } from '../config/config.ts'
import { settingNames } from '../config/origin.ts'
import { requireAccessKey } from '../config/resolve.ts'
import type { Logger } from '../logger.ts'
import { checkSecrets } from '../vault/open.ts'
import { writeSealedSnapshot } from '../vault/sealed-snapshot.ts'
import { requireOwnFetch } from './deferred.ts'

/**
 * Asks the service, whatever is cached or sealed already.
 *
 * @param file absolute; replaced as a whole, 0600
 * @param signal ends the fetch
 * @throws LockerError when there is no access key; CliRunError when any secret can't be opened with it, or the file
 *   can't be written; else as `fetchProject`
 */
export async function sealProject(
  config: Config,
  file: string,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const accessKey = requireAccessKey(config)
  const { connection, environment } = config
  const request = { accessKeyId: accessKey.id, connection, environment, settings: settingNames(config) }
  const fetched = await requireOwnFetch().fetchProject({ ...request, allEnvironments: true }, logger, signal)
  if (fetched.kind !== 'snapshot') throw new TypeError('a fetch of everything gave less')
  const { snapshot } = fetched
  // Better here, where somebody is watching, than where nobody can seal anew.
  checkSecrets(snapshot, accessKey.secretBytes)
  writeSealedSnapshot({ file, apiBase: connection.apiBase, accessKey }, snapshot)
  logger.debug`sealed ${snapshot.secrets.length} secrets at revision ${snapshot.revisionDate}`
}
