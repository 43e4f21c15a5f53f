/** Every way in which a start can fail, and every door that it can fail at. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Machine } from './machine.ts'

/** Commands that would start an application; what they print goes to stderr alone. */
export const DOORS = {
  '-r lockerpm/register': 'node -r lockerpm/register app.js',
  '--import lockerpm/register': 'node --import lockerpm/register app.mjs',
  'locker-run': 'locker-run -- node app.js',
} as const

/** A way to fail. */
export interface Failure {
  /** Flags of `locker-dev`. */
  readonly server?: string
  /** Whether it has gone by then. */
  readonly isServerGone?: true
  /** What differs from what a user would set; undefined: not set. */
  readonly env?: (machine: Machine) => Readonly<Record<string, string | undefined>>
  /** What the one line says: what failed, and what to do. */
  readonly says: readonly RegExp[]
}

export const FAILURES: Readonly<Record<string, Failure>> = {
  'a wrong secret half': {
    env: (machine) => ({ LOCKER_SECRET_ACCESS_KEY: machine.hide(randomBytes(32).toString('base64')) }),
    says: [/LOCKER_ACCESS_KEY_ID/, /LOCKER_SECRET_ACCESS_KEY/, /made together/],
  },
  'a wrong id': {
    env: (machine) => ({ LOCKER_ACCESS_KEY_ID: machine.hide(randomUUID()) }),
    says: [/401/, /Check LOCKER_ACCESS_KEY_ID/],
  },
  'no credentials': {
    env: () => ({ LOCKER_ACCESS_KEY_ID: undefined, LOCKER_SECRET_ACCESS_KEY: undefined }),
    says: [/there is no access key: set LOCKER_ACCESS_KEY_ID/, /looked in .*credential\.json/],
  },
  'half of the credentials': {
    env: () => ({ LOCKER_SECRET_ACCESS_KEY: undefined }),
    says: [/no LOCKER_SECRET_ACCESS_KEY/],
  },
  'an unknown environment': {
    env: () => ({ LOCKER_ENVIRONMENT: 'prodution' }),
    says: [/no environment "prodution"/, /check LOCKER_ENVIRONMENT/],
  },
  'a dead server': { isServerGone: true, says: [/ECONNREFUSED/, /Check LOCKER_API_BASE/] },
  'a server that never answers': {
    server: "--fault 'hang'",
    env: () => ({ LOCKER_TIMEOUT_MS: '700' }),
    says: [/within \d+ ms/, /LOCKER_TIMEOUT_MS/],
  },
  'a server that answers a byte at a time': {
    server: "--fault 'drip=50'",
    env: () => ({ LOCKER_TIMEOUT_MS: '700' }),
    says: [/within \d+ ms/, /LOCKER_TIMEOUT_MS/],
  },
  'HTML instead of JSON': { server: "--fault 'html'", says: [/not with JSON/, /check LOCKER_API_BASE/] },
  "a proxy's 403 in HTML": {
    server: "--fault 'status=403,html'",
    says: [/403/, /not in the service's own words/, /proxy/],
  },
  'an access key that may not': {
    server: "--fault 'status=403'",
    says: [/403/, /permission and IP restrictions \(LOCKER_ACCESS_KEY_ID\)/],
  },
  'a redirect': {
    server: "--fault 'redirect=http://127.0.0.1:1/elsewhere'",
    says: [/redirects are not followed/],
  },
  'a self-signed certificate': {
    server: '--https',
    env: () => ({ LOCKER_CA_FILE: undefined }),
    says: [/certificate/, /LOCKER_CA_FILE/],
  },
  'a bad setting': { env: () => ({ LOCKER_OVERRIDE: 'NOT A NAME' }), says: [/LOCKER_OVERRIDE must be/] },
}

/** Whatever is needed so that a start on the machine fails that way. */
export async function arrange(
  machine: Machine,
  failure: Failure,
): Promise<Readonly<Record<string, string | undefined>>> {
  const server = await machine.serve(failure.server)
  if (failure.isServerGone) await server.stop()
  return { ...server.env, ...failure.env?.(machine) }
}
