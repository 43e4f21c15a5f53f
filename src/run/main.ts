/**
 * What `locker-run` begins and ends with: all that a start loads which repeats an earlier one, and how this process ends. The
 * whole way is `whole.ts`. product: section 3
 */

import { existsSync } from 'node:fs'
import { keepCompiled } from '../keep-code.ts'
import type { CompiledBundle } from '../kept-code.ts'
import { createLogger, LogLevel, stderrSink } from '../logger.ts'
import { OWN_FAILURE_STATUS, reportOwnFailure } from '../own-failure.ts'
import { describeCircumstances } from '../replay/circumstances.ts'
import { type Recall, recall } from '../replay/recall.ts'
import { findRecordFolder } from '../replay/record-folder.ts'
import { keepEnvironmentOut } from '../reports.ts'
import { type CommandLine, splitCommandLine } from './command-line.ts'
import { requireWhole } from './deferred.ts'
import { type Ending, exitStatus, mayRaise, raise } from './ending.ts'
import { readStanding } from './foreground.ts'
import { createInterruption } from './interruption.ts'
import { letGoOfLostTerminals, prepareToLetGo } from './lost-terminal.ts'
import { runRepeated } from './repeated-command.ts'
import type { RunTools } from './run-tools.ts'
import { catchSignals } from './signals.ts'
import { replaceStderr } from './stderr-stream.ts'

/** A signal that the parent had blocked never comes: then the status has to tell. */
const RAISE_TIMEOUT_MS = 1000
/** Nothing of ours keeps a process that is over: whatever else would, gets no longer than this. */
const LINGER_MS = 100

const OWN_FAILURE: Ending = { kind: 'exited', status: OWN_FAILURE_STATUS }

/** What was asked for has been done, and nothing of it is under way. */
let isDone = false

/** For what happens before the configuration is known, or comes from nowhere. */
const logger = createLogger(LogLevel.ERROR, stderrSink({ fd: 2 }))

/** @param compiled of `../compile-cache.ts`: is kept when the command runs, and there is time */
export function start(compiled: CompiledBundle[]): void {
  replaceStderr()
  keepEnvironmentOut(process)
  main(process.argv.slice(2), compiled).then(leave, (error: unknown) => {
    reportOwnFailure(error, 'nothing was started', logger)
    leave(OWN_FAILURE)
  })
}

function main(argv: readonly string[], compiled: CompiledBundle[]): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const interruption = createInterruption()
    // A defect fails the start like anything else.
    process.on('uncaughtException', reject)
    // In place before anything is looked up. Whoever interrupts a load isn't kept waiting for its end.
    const signals = catchSignals(process, readStanding, (signal) => {
      interruption.interrupt()
      resolve({ kind: 'killed', signal })
    })
    const tools = { signals, interruption, onStarted: () => onStarted(compiled), onEnded: leave }
    run(argv, tools).then((ending) => resolve(ending ?? OWN_FAILURE), reject)
  })
}

/** @returns undefined: it could not be done, which has been said */
async function run(argv: readonly string[], tools: RunTools): Promise<Ending | undefined> {
  const line = splitCommandLine(argv)
  const { circumstances, recollection } = (line && recallLine(line)) ?? {}
  if (line !== undefined && recollection?.kind === 'same')
    return runRepeated(line, recollection.change, logger.warn, tools)
  // Now or later is the same: nothing is ever done to our own variables.
  const describe = () => circumstances ?? describeCircumstances('locker-run', line?.options ?? [], process)
  const ending = await requireWhole().runWhole(argv, tools, line && { line, describe })
  isDone = true
  return ending
}

/** @returns undefined: nothing is known of any start. To look for the folder costs nothing, where to describe a start takes 1 ms */
function recallLine({ options }: CommandLine): ReturnType<Recall> | undefined {
  try {
    const folder = findRecordFolder(process)
    return folder && existsSync(folder) ? recall('locker-run', options, process) : undefined
  } catch {
    // Such as a Node that may not look there: the whole way knows what to say.
    return undefined
  }
}

/** From now on no defect may end us before the command. */
function onStarted(compiled: CompiledBundle[]): void {
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => reportOwnFailure(error, 'the command goes on', logger))
  // While the command starts, not when it has ended.
  prepareToLetGo()
  keepCompiled(compiled)
}

/** Dies of what the command died of, where that is possible; else exits with a status that says the same. */
function leave(ending: Ending): void {
  if (ending.kind === 'killed' && mayRaise(ending.signal, process.pid)) {
    setTimeout(() => process.exit(exitStatus(ending)), RAISE_TIMEOUT_MS)
    raise(ending.signal)
  } else {
    letGoOfLostTerminals()
    end(exitStatus(ending))
  }
}

/**
 * Node 24's `process.exit` waits for what V8 is compiling, which may wait for Node: of 100 masked runs, whose code is in use
 * until the last moment, 2 never ended (nodejs/node#54918). Who has worked ends as any program does, 1 ms later. A start that
 * repeats an earlier one has done nothing that V8 would compile.
 */
function end(status: number): void {
  if (!isDone) process.exit(status)
  process.exitCode = status
  setTimeout(() => process.exit(status), LINGER_MS).unref()
}
