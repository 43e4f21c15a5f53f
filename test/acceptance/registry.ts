/** A package registry on this machine that has the tarball under test and nothing else. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { inject, onTestFinished } from 'vitest'

interface Manifest {
  readonly name: string
  readonly version: string
}

/** @returns its address; it is closed when the test ends */
export async function serveRegistry(): Promise<string> {
  const tarball = readFileSync(inject('tarball'))
  const server = createServer((request, response) => {
    if (request.url === '/lockerpm') response.end(JSON.stringify(describePackage(tarball, origin)))
    else if (request.url === '/lockerpm.tgz') response.end(tarball)
    else response.writeHead(404).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return origin
}

/** What a registry answers about a package. */
function describePackage(tarball: Buffer, origin: string): object {
  const file = join(inject('installed'), 'node_modules/lockerpm/package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  const dist = { tarball: `${origin}/lockerpm.tgz`, integrity }
  const { name, version } = manifest
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } }
}
