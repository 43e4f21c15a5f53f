/** Whatever is promised of connections, Node's own client keeps as well: the same tests, once more. */
import { describe } from 'vitest'
import { openNative } from '../../src/http/native.ts'
import { testConnections } from './client.ts'

// Before the tests are imported, which open connections of this kind from then on.
testConnections(openNative, 'src/vault/fetch-natively.ts')

describe("by Node's own client:", async () => {
  await import('./connections.test.ts')
  await import('./transport.test.ts')
  await import('./body.test.ts')
  await import('./hanging.test.ts')
  await import('./network-failure.test.ts')
  await import('./proxy.test.ts')
  await import('./service.test.ts')
  await import('./tls.test.ts')
})
