/** What a machine's processes show to whoever asks Linux for them. */
import { readdirSync, readFileSync } from 'node:fs'

/** How often is looked: a start takes several times as long. */
const INTERVAL_MS = 10

/** Looks until it is told to stop. */
export interface Watch {
  /** @returns every command line that was seen */
  stop(): ReadonlySet<string>
}

/** @param home the HOME by which a machine's processes are known */
export function watchCommandLines(home: string): Watch {
  const seen = new Set<string>()
  const timer = setInterval(() => {
    for (const pid of listProcesses()) {
      if (read(pid, 'environ').includes(`HOME=${home}\0`)) seen.add(read(pid, 'cmdline'))
    }
  }, INTERVAL_MS)
  return {
    stop: () => {
      clearInterval(timer)
      return seen
    },
  }
}

function listProcesses(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
}

/** @returns nothing of a process that has ended meanwhile */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}
