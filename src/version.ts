declare const VERSION: string

/** lockerpm's own version; the build puts it in. */
export const version: string = VERSION
