export function requireOnce(source: string): string
