/** PM2's cluster mode: it puts an application's variables into the process only after the preloads. */
type Environment = Readonly<Record<string, string | undefined>>

/**
 * @param env `process.env`
 * @returns the variables as the application will see them; `env` itself when PM2 isn't there
 */
export function readLaterVariables(env: Environment): Environment {
  const text = env['pm2_env']
  if (text === undefined) return env
  const later = parseObject(text)
  const strings = Object.entries(later).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return { ...env, ...Object.fromEntries(strings) }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
