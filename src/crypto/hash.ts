/** Salted hashes: how the server tells keys and names apart without reading them. protocol: section 2, 4 */

/**
 * @param projectId the project's number, the salt
 * @param text a secret's key or an environment's name
 * @returns base64url without padding, 43 characters
 */
export function hashText(projectId: number, text: string): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', `${projectId}${text}`, 'base64url')
}

/** Loads what {@link hashText} needs, 3 ms on Node 20 and 7 on 24, for whoever has nothing better to do just now. */
export function prepareHash(): void {
  process.getBuiltinModule('node:crypto')
}
