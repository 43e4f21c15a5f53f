/** What an environment is made of: the secrets of ALL and its own, as the other doors read them. */
import type { WireSecret } from '../wire/types.ts'
import { type Call, open } from './call.ts'
import { isOfAll, type OpenedSecrets, openSecrets } from './open.ts'
import type { Asking } from './question.ts'
import { visitSecrets } from './read-project.ts'
import { createFilter, requireEnvironment } from './read-secrets.ts'

/**
 * @param environment undefined: ALL
 * @throws ResourceNotFoundError when there is no such environment; CliRunError when a key or value can't be opened
 */
export function* readLayers(call: Call, environment: string | undefined): Asking<OpenedSecrets> {
  let records: WireSecret[] = []
  const { projectId, profileKey } = yield* visitSecrets(call, {
    begin: () => {
      records = []
    },
    take: (secrets, opener) => {
      const isOwn = createFilter(environment ?? null, opener.projectId)
      for (const secret of secrets) if (isOfAll(secret) || isOwn(secret)) records.push(secret)
    },
  })
  if (environment !== undefined && records.every(isOfAll)) yield* requireEnvironment(call, environment)
  const { secretBytes } = call.accessKey
  return open(call, () =>
    openSecrets({ projectId, profileKey, secrets: records }, secretBytes, environment, call.logger),
  )
}
