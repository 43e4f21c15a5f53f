/** Names that no secret may have, because they are how starts talk to each other. */

/** The variable that says what an earlier load did: see `marker.ts`. */
export const MARKER_NAME = 'LOCKERPM_LOADED'

/** What PM2 hands a process, settings of ours among it: as good as any `LOCKER_*`. See `pm2.ts`. */
export const PM2_NAME = 'pm2_env'
