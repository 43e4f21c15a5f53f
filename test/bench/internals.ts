/** What opening a project is made of, for apps/open.cjs: not public, so bundled for the bench alone. */
export { encrypt, randomProjectKeys } from '../../src/crypto/cipher.ts'
export { parseEncString } from '../../src/crypto/enc-string.ts'
export { splitProjectKeys, stretchAccessKey } from '../../src/crypto/keys.ts'
export { openSecrets } from '../../src/vault/open.ts'
