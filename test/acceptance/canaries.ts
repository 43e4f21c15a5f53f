/** Values that may show where an application shows them, and nowhere else. */
import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Environment, then key, to value. `development` has no secret that the others have not. */
export const VALUES = {
  ALL: { DATABASE_URL: 'canary-a1f0-all-database', API_TOKEN: 'canary-b2e1-all-token' },
  production: { DATABASE_URL: 'canary-c3d2-production-database' },
  staging: { DATABASE_URL: 'canary-d4c3-staging-database', STAGING_ONLY: 'canary-e5b4-staging-only' },
  development: { DATABASE_URL: 'canary-f6a5-development-database' },
} as const

/** The text of a seed file for `locker-dev`, with all of {@link VALUES}. */
export const SEED = JSON.stringify({
  environments: [{ name: 'empty', externalUrl: 'https://empty.example' }],
  secrets: Object.entries(VALUES).flatMap(([environment, secrets]) =>
    Object.entries(secrets).map(([key, value]) => ({ key, value, environment })),
  ),
})

/**
 * @param text any output
 * @param credentials halves of access keys
 * @returns what the text gives away, in any of the forms that a value may take on its way
 */
export function findLeaks(text: string, credentials: readonly string[]): string[] {
  const values = Object.values(VALUES).flatMap((secrets) => Object.values<string>(secrets))
  const secrets = [...values, ...credentials]
  return secrets.filter((secret) => formsOf(secret).some((form) => text.includes(form)))
}

/**
 * @param folder looked through with all that is in it
 * @returns the files that give something away, each with what
 */
export function findLeakyFiles(folder: string, credentials: readonly string[]): string[] {
  return listFiles(folder).flatMap((file) =>
    findLeaks(readFileSync(file, 'latin1'), credentials).map((leak) => `${leak} in ${file}`),
  )
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const base64 = bytes.toString('base64').replace(/=+$/, '')
  return [secret, encodeURIComponent(secret), bytes.toString('hex'), base64]
}

function listFiles(folder: string): string[] {
  const entries: Dirent[] = readdirSync(folder, { withFileTypes: true })
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return listFiles(path)
    return entry.isFile() ? [path] : []
  })
}
