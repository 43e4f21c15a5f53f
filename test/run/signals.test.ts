import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { Standing } from '../../src/run/foreground.ts'
import { afterOneTurn, catchSignals } from '../../src/run/signals.ts'

const FOREGROUND: Standing = { place: 'foreground', isToldAlone: false }
const BACKGROUND: Standing = { place: 'background', isToldAlone: false }
const NONE: Standing = { place: 'none', isToldAlone: false }
const LEADER: Standing = { place: 'foreground', isToldAlone: true }
const ABANDONED_LEADER: Standing = { place: 'none', isToldAlone: true }

describe('catchSignals', () => {
  it.each<[NodeJS.Signals, string, Standing, Standing, boolean]>([
    ['SIGINT', 'in the foreground', FOREGROUND, FOREGROUND, false],
    ['SIGQUIT', 'in the foreground', FOREGROUND, FOREGROUND, false],
    ['SIGWINCH', 'in the foreground', FOREGROUND, FOREGROUND, false],
    ['SIGHUP', 'in the foreground', FOREGROUND, FOREGROUND, false],
    ['SIGTERM', 'in the foreground', FOREGROUND, FOREGROUND, true],
    ['SIGUSR1', 'in the foreground', FOREGROUND, FOREGROUND, true],
    ['SIGINT', 'leading the session', LEADER, LEADER, false],
    ['SIGHUP', 'leading the session', LEADER, LEADER, true],
    ['SIGHUP', 'leading a session that lost its terminal', LEADER, ABANDONED_LEADER, true],
    ['SIGHUP', 'after the terminal went from the foreground', FOREGROUND, NONE, false],
    ['SIGHUP', 'after the terminal went from the background', BACKGROUND, NONE, true],
    ['SIGINT', 'after the terminal went', FOREGROUND, NONE, true],
    ['SIGINT', 'in the background', BACKGROUND, BACKGROUND, true],
    ['SIGINT', 'in the background by now', FOREGROUND, BACKGROUND, true],
    ['SIGINT', 'in the foreground by now', BACKGROUND, FOREGROUND, false],
    ['SIGHUP', 'without a terminal', NONE, NONE, true],
  ])('%s %s is passed on or not', async (signal, _, atStart, now, isPassedOn) => {
    const source = createSource()
    const sent: NodeJS.Signals[] = []
    const signals = catchSignals(source, () => now, fail)
    signals.forwardTo((each) => sent.push(each), atStart)
    await new Promise<void>(afterOneTurn)
    source.emit(signal, signal)
    expect(sent).toEqual(isPassedOn ? [signal] : [])
  })

  it('passes on what may have come before the command was there, even in the foreground', () => {
    const source = createSource()
    const sent: NodeJS.Signals[] = []
    catchSignals(source, () => FOREGROUND, fail).forwardTo((signal) => sent.push(signal), FOREGROUND)
    source.emit('SIGINT', 'SIGINT')
    expect(sent).toEqual(['SIGINT'])
  })

  it('interrupts as long as there is no command, but not for a resize', () => {
    const source = createSource()
    const seen: NodeJS.Signals[] = []
    catchSignals(
      source,
      () => FOREGROUND,
      (signal) => seen.push(signal),
    )
    for (const signal of ['SIGWINCH', 'SIGINT', 'SIGUSR2']) source.emit(signal, signal)
    expect(seen).toEqual(['SIGINT', 'SIGUSR2'])
  })

  it.each<[string, readonly string[], Readonly<Record<string, string>>, boolean]>([
    ['nothing', [], {}, true],
    ['--cpu-prof', ['--cpu-prof'], {}, false],
    ['--cpu_prof', ['--cpu_prof'], {}, false],
    ['--prof', ['--enable-source-maps', '--prof'], {}, false],
    [
      '--cpu-prof in NODE_OPTIONS',
      [],
      { NODE_OPTIONS: '-r ./trace.js --cpu-prof --cpu-prof-dir=out' },
      false,
    ],
    ['--heap-prof', ['--heap-prof'], {}, true],
    ['--no-cpu-prof', ['--no-cpu-prof'], {}, true],
  ])('started with %s, SIGPROF is caught or not', (_, execArgv, env, isCaught) => {
    const source = createSource(execArgv, env)
    catchSignals(source, () => FOREGROUND, fail)
    expect(source.listenerCount('SIGPROF')).toBe(isCaught ? 1 : 0)
    expect(source.listenerCount('SIGALRM')).toBe(1)
  })
})

function createSource(execArgv: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  return Object.assign(new EventEmitter(), { execArgv, env })
}

function fail(signal: NodeJS.Signals): void {
  throw new Error(`interrupted by ${signal}`)
}
