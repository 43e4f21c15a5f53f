/** One request for all who ask the same at the same time. */
import { monotonicMs } from '../monotonic.ts'

/** How one asker waits. */
export interface Wait {
  /** From 1. */
  readonly timeoutMs: number
  /** Ends this asker's waiting; its reason is thrown. The work goes on while anybody else waits. */
  readonly signal: AbortSignal
}

/** Work under way, by what it is. */
export interface Sharing {
  /**
   * @param key equal for work that gives equal results
   * @param work started unless somebody waits for the same already; its signal fires when nobody does any more
   */
  share<T>(key: string, work: (cancelled: AbortSignal) => Promise<T>, wait: Wait): Promise<T>
  /** From now on nobody joins what is under way: it may not know what has changed since. */
  forget(): void
}

/** An asker joins work that ends at most so much later than it has time: nobody times out that much late. */
const JOIN_SLACK_MS = 50

interface Shared {
  readonly result: Promise<unknown>
  readonly endsMs: number
  readonly cancel: AbortController
  waiting: number
}

/** @returns sharing that knows only its own work */
export function createSharing(): Sharing {
  const underway = new Map<string, Shared>()

  const start = (key: string, work: (cancelled: AbortSignal) => Promise<unknown>, endsMs: number): Shared => {
    const cancel = new AbortController()
    const result = work(cancel.signal).finally(() => {
      if (underway.get(key) === shared) underway.delete(key)
    })
    // Nobody may be waiting any more when it fails.
    result.catch(() => {})
    const shared: Shared = { result, endsMs, cancel, waiting: 0 }
    underway.set(key, shared)
    return shared
  }

  const share = async <T>(
    key: string,
    work: (cancelled: AbortSignal) => Promise<T>,
    wait: Wait,
  ): Promise<T> => {
    const endsMs = monotonicMs() + wait.timeoutMs
    const found = underway.get(key)
    const isInTime = found !== undefined && found.endsMs <= endsMs + JOIN_SLACK_MS
    const shared = isInTime ? found : start(key, work, endsMs)
    shared.waiting += 1
    try {
      // Equal keys stand for work of one type.
      return (await untilAborted(shared.result, wait.signal)) as T
    } finally {
      shared.waiting -= 1
      if (shared.waiting === 0) {
        if (underway.get(key) === shared) underway.delete(key)
        shared.cancel.abort()
      }
    }
  }
  return { share, forget: () => underway.clear() }
}

function untilAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = () => reject(signal.reason)
    signal.addEventListener('abort', cancel, { once: true })
    const settle = () => signal.removeEventListener('abort', cancel)
    result.finally(settle).then(resolve, reject)
  })
}
