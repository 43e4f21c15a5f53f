/** The official client's own values, and keys to play with. */
import { createSecretKey, randomBytes } from 'node:crypto'
import { openProjectKeys } from '../../src/crypto/cipher.ts'
import { type KeyPair, stretchAccessKey } from '../../src/crypto/keys.ts'
import official from '../vectors/official-go-sdk.json'

export { official }

export const officialAccessKey = Buffer.from(official.secret_access_key, 'base64')

export function openOfficialKeys(): KeyPair {
  return openProjectKeys(stretchAccessKey(officialAccessKey), official.profile_key)
}

export function randomKeys(): KeyPair {
  return { encryptionKey: createSecretKey(randomBytes(32)), macKey: createSecretKey(randomBytes(32)) }
}
