/** `--export`: the secrets as text that other tools read. product: section 3 */
import type { Config } from '../config/config.ts'
import { formatEnvironment } from '../environment/format.ts'
import { formatGithubMasks } from '../environment/format-github.ts'
import type { ExportFormat } from '../environment/format-names.ts'
import type { Env } from '../environment/names.ts'
import { checkRequired } from '../environment/required.ts'
import { describeDangerous, selectSecrets } from '../environment/selection.ts'
import { LockerError } from '../errors.ts'
import type { OpenedSecrets } from '../vault/open.ts'
import { appendWhole } from './append.ts'
import { writeStdout } from './stdout.ts'

/** What is around an export. */
export interface ExportSurroundings {
  /** Names the file of `github`, and may hold what is required. */
  readonly env: Env
  readonly platform: NodeJS.Platform
  /** Says one line on stderr. */
  warn(message: string): void
}

/**
 * Nothing is written unless everything can be.
 *
 * @param secrets what the load brought
 * @throws LockerError when the format can't carry one of them, two keys come to one name, a start would miss a
 *   required variable, or stdout or the file of `GITHUB_ENV` can't be written to
 */
export async function exportSecrets(
  format: ExportFormat,
  { policy, dotenv }: Config,
  secrets: OpenedSecrets,
  { env, platform, warn }: ExportSurroundings,
): Promise<void> {
  const values = selectSecrets(secrets, policy, platform)
  checkRequired({ ...Object.fromEntries(dotenv), ...env }, values, [], policy, platform)
  const text = formatEnvironment(format, values)
  for (const line of [...secrets.warnings, describeDangerous(values.keys(), policy, platform)]) {
    if (line !== undefined) warn(line)
  }
  if (format === 'github') await exportToGithub(text, values, env['GITHUB_ENV'])
  else await writeStdout(text)
}

/** Masks first: once a value is in the file, any later step may print it. */
async function exportToGithub(
  text: string,
  values: ReadonlyMap<string, string>,
  file: string | undefined,
): Promise<void> {
  if (!file) {
    throw new LockerError(
      'GITHUB_ENV is not set, and github appends to the file that it names: use another format outside of GitHub Actions',
    )
  }
  const isMasked = await writeStdout(formatGithubMasks(values))
  if (!isMasked) throw new LockerError("stdout is closed, so the runner can't be told what to mask")
  appendWhole(file, text)
}
