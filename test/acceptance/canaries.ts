/** Values that may show where an application shows them, and nowhere else. */
import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openProjectKeys } from '../../src/crypto/cipher.ts'
import { type KeyPair, stretchAccessKey } from '../../src/crypto/keys.ts'

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
 * @param credentials what is to be found beside the values: halves of access keys, and keys, in base64
 * @returns what the text gives away, in any of the forms that a value may take on its way
 */
export function findLeaks(text: string, credentials: readonly string[]): string[] {
  return [...ALL_VALUES, ...credentials].filter((secret) => isIn(text, secret))
}

/** @returns the credentials that the text gives away, where values are what was asked for */
export function findCredentials(text: string, credentials: readonly string[]): string[] {
  return credentials.filter((secret) => isIn(text, secret))
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

/**
 * @param dataFile the path of a file of `locker-dev --data`
 * @returns both halves of every access key in it, and every key that is derived from them or opened with them
 */
export function readCredentials(dataFile: string): string[] {
  const { projects } = JSON.parse(readFileSync(dataFile, 'utf8')) as DataFile
  return projects
    .flatMap((project) => project.access_keys)
    .flatMap(({ access_key_id, secret_access_key, profile }) => {
      const stretched = stretchAccessKey(Buffer.from(secret_access_key, 'base64'))
      const keys = [stretched, openProjectKeys(stretched, profile.key)].flatMap(exportKeys)
      return [access_key_id, secret_access_key, ...keys]
    })
}

interface DataFile {
  readonly projects: readonly {
    readonly access_keys: readonly {
      readonly access_key_id: string
      readonly secret_access_key: string
      readonly profile: { readonly key: string }
    }[]
  }[]
}

const ALL_VALUES = Object.values(VALUES).flatMap((secrets) => Object.values<string>(secrets))

function exportKeys({ encryptionKey, macKey }: KeyPair): string[] {
  return [encryptionKey, macKey].map((key) => key.export().toString('base64'))
}

function isIn(text: string, secret: string): boolean {
  return formsOf(secret).some((form) => text.includes(form))
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const utf16 = Buffer.from(secret, 'utf16le')
  const forms = [secret, encodeURIComponent(secret), ...formsOfBytes(bytes), utf16.toString('latin1')]
  // Keys are known by their base64: what they are made of counts as well.
  const key = Buffer.from(secret, 'base64')
  if (key.length !== 32) return forms
  return [...forms, ...formsOfBytes(key), key.toString('latin1')]
}

function formsOfBytes(bytes: Buffer): string[] {
  const hex = bytes.toString('hex')
  const texts = [0, 1, 2].map((before) => base64Within(bytes, before))
  return [
    hex,
    hex.toUpperCase(),
    ...texts,
    ...texts.map((text) => text.replace(/\+/g, '-').replace(/\//g, '_')),
  ]
}

/** @returns what of the base64 of a longer text tells nothing but these bytes, which begin `before` bytes after a third */
function base64Within(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
  const end = text.indexOf('=')
  return text.slice(before === 0 ? 0 : before + 1, end === -1 ? undefined : end - 1)
}

function listFiles(folder: string): string[] {
  const entries: Dirent[] = readdirSync(folder, { withFileTypes: true })
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return listFiles(path)
    return entry.isFile() ? [path] : []
  })
}
