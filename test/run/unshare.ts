/** Process namespaces, in which a program is PID 1. */
import { spawnSync } from 'node:child_process'

/** What `unshare` takes before the program; as another user than root, a user namespace around it. */
export const UNSHARE: readonly string[] = [
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  '--pid',
  '--fork',
  '--mount-proc',
]

/** Whether this machine lets us. */
export const isUnsharePermitted = spawnSync('unshare', [...UNSHARE, 'true']).status === 0

if (!isUnsharePermitted) console.warn('PID 1 is not tested here: `unshare --pid` is missing or not permitted')
