/**
 * `node:crypto`, when it is first needed: 3 ms on Node 20 and 6 on 24, which a start that asks the service spends while the
 * answer is on its way.
 */
type NodeCrypto = typeof import('node:crypto')

let loaded: NodeCrypto | undefined

export function nodeCrypto(): NodeCrypto {
  loaded ??= process.getBuiltinModule('node:crypto')
  return loaded
}
