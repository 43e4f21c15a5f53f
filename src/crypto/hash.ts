/** Salted hashes: how the server tells keys and names apart without reading them. protocol: section 2, 4 */
import { nodeCrypto } from './node-crypto.ts'

/**
 * @param projectId the project's number, the salt
 * @param text a secret's key or an environment's name
 * @returns base64url without padding, 43 characters
 */
export function hashText(projectId: number, text: string): string {
  return nodeCrypto().hash('sha256', `${projectId}${text}`, 'base64url')
}
