/**
 * What becomes of a signal: before there is a child it ends us, afterwards it is the child's.
 * product: section 3, "Exit status"
 */
import type { Standing } from './foreground.ts'

/** In a foreground group the kernel gives these to the child as well; it must get them once. */
const TERMINAL_SIGNALS: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGINT',
  'SIGQUIT',
  'SIGHUP',
  'SIGWINCH',
  'SIGBREAK',
])

/**
 * What is passed on. The second line isn't meant for programs like ours, but any of it would end us
 * and leave the child alone behind. SEGV, BUS, FPE, ILL, TRAP and SYS are left out: where they are
 * real, a listener would make a crash into an endless loop. So are TSTP, TTIN and TTOU, which stop
 * the whole group, PIPE and XFSZ, which Node ignores, and what no process can catch. A listener for
 * one that the system doesn't know does nothing.
 */
const CAUGHT_SIGNALS: readonly NodeJS.Signals[] = [
  ...(['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGBREAK'] as const),
  ...(['SIGABRT', 'SIGALRM', 'SIGVTALRM', 'SIGPROF', 'SIGIO', 'SIGPWR', 'SIGSTKFLT', 'SIGXCPU'] as const),
]

/** What this needs of `process`. */
export interface SignalSource extends Pick<NodeJS.EventEmitter, 'on'> {
  readonly execArgv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The signals of this process, from {@link catchSignals} on. */
export interface CaughtSignals {
  /**
   * From now on signals go to the child.
   * @param send gives the child one
   * @param standingAtStart how we stood with our terminal when the child was started
   */
  forwardTo(send: (signal: NodeJS.Signals) => void, standingAtStart: Standing): void
}

/**
 * Puts the handlers in place, which also replaces Node's own, such as SIGUSR1's inspector.
 * @param source `process`
 * @param readStanding how we stand with our terminal at that moment
 * @param interrupt called when a signal comes before there is a child. A resize isn't one: it would
 *   have ended nobody
 */
export function catchSignals(
  source: SignalSource,
  readStanding: () => Standing,
  interrupt: (signal: NodeJS.Signals) => void,
): CaughtSignals {
  let handle = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGWINCH') interrupt(signal)
  }
  const nodesOwn = isProfiled(source) ? 'SIGPROF' : undefined
  for (const signal of CAUGHT_SIGNALS) if (signal !== nodesOwn) source.on(signal, () => handle(signal))
  return {
    forwardTo: (send, standingAtStart) => {
      handle = createForwarder(readStanding, standingAtStart, send)
    },
  }
}

/** V8's profilers wake themselves by SIGPROF: their first sample would end us, and later ones the child. */
function isProfiled({ execArgv, env }: SignalSource): boolean {
  return [...execArgv, env['NODE_OPTIONS'] ?? ''].some((flags) => /--(?:cpu[-_])?prof/.test(flags))
}

function createForwarder(
  readStanding: () => Standing,
  standingAtStart: Standing,
  send: (signal: NodeJS.Signals) => void,
): (signal: NodeJS.Signals) => void {
  // A signal seen in the first turn may have come before the child was there to get the terminal's.
  // If it wasn't so, the child, a millisecond old, is dying of it already, and a second does no harm.
  let isFirstTurn = true
  afterOneTurn(() => {
    isFirstTurn = false
  })
  return (signal) => {
    const isShared = !isFirstTurn && TERMINAL_SIGNALS.has(signal)
    if (!isShared || !reachesGroup(signal, standingAtStart, readStanding())) send(signal)
  }
}

/**
 * A hang-up is told to the session's leader alone, who must pass it on; when he dies of it, the kernel tells the
 * foreground group. By then the terminal is gone, so how we stood before counts.
 */
function reachesGroup(signal: NodeJS.Signals, atStart: Standing, now: Standing): boolean {
  if (signal !== 'SIGHUP') return now.place === 'foreground'
  const { place } = now.place === 'none' ? atStart : now
  return place === 'foreground' && !now.isToldAlone
}

/** Calls back when the event loop has looked once at everything that had arrived by now, signals too. */
export function afterOneTurn(callback: () => void): void {
  // The first belongs to the turn that is under way.
  setImmediate(() => setImmediate(callback))
}
