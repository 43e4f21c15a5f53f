/**
 * Where our process group stands with its terminal. The kernel gives Ctrl-C, Ctrl-\\ and a resize to the whole
 * foreground group: to the child as well as to us.
 */
import { readFileSync } from 'node:fs'

/** How we stand with our terminal. */
export interface Standing {
  /** `none`: there is no controlling terminal, or it is gone. */
  readonly place: 'foreground' | 'background' | 'none'
  /**
   * Whether a hang-up is told to us and not to our group: the kernel tells the session's leader, and the group
   * only when he dies of it. A leader in our own group that lives on is a wrapper like us, and has passed it on.
   */
  readonly isToldAlone: boolean
}

/** In Linux's `sched.h`. */
const PF_EXITING = 4

const NO_TERMINAL: Standing = { place: 'none', isToldAlone: false }
const FOREGROUND: Standing = { place: 'foreground', isToldAlone: false }

/**
 * @returns how we stand right now. Linux tells in a file; elsewhere `ps` is asked, some milliseconds, so this is
 *   called when a signal has come and not before. A Windows console reaches every process attached to it.
 */
export function readStanding(): Standing {
  if (process.platform === 'win32') return FOREGROUND
  return standingByProc() ?? standingByPs() ?? NO_TERMINAL
}

/** @returns the same without asking `ps`, for the start: a terminal on stdin stands for the foreground */
export function guessStanding(): Standing {
  return standingByProc() ?? (process.getBuiltinModule('node:tty').isatty(0) ? FOREGROUND : NO_TERMINAL)
}

/** @returns undefined where there is no `/proc` */
export function standingByProc(): Standing | undefined {
  try {
    return parseStat(readStat('self'), livesByProc)
  } catch {
    return undefined
  }
}

/** The kernel tells the group while the leader is still on his way out. */
function livesByProc(pid: string): boolean {
  try {
    const [state = '', , , , , , flags] = splitStat(readStat(pid))
    return !/^[ZX]/.test(state) && (Number(flags) & PF_EXITING) === 0
  } catch {
    return false
  }
}

function readStat(pid: string): string {
  return readFileSync(`/proc/${pid}/stat`, 'latin1')
}

/** @returns undefined where `ps` is missing or says nothing */
export function standingByPs(): Standing | undefined {
  const line = askPs('tty=,stat=,pgid=', String(process.pid))
  return parsePs(line, (group) => /^[^EXZ]*s[^E]*$/.test(askPs('stat=', group).trim()))
}

/** @returns nothing where `ps` is missing */
function askPs(columns: string, pid: string): string {
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const { stdout } = spawnSync('/bin/ps', ['-o', columns, '-p', pid], {
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'ignore'],
    // None of the user's ps settings.
    env: {},
  })
  return stdout ?? ''
}

/**
 * @param stat the text of `/proc/PID/stat`: `PID (NAME) STATE PPID PGRP SESSION TTY TPGID …`, where
 *   NAME may hold anything, parentheses and blanks too
 * @param lives whether there is such a process
 */
export function parseStat(stat: string, lives: (pid: string) => boolean): Standing {
  const [, , group, session = '', terminal, foregroundGroup] = splitStat(stat)
  const isLeader = session === String(Number.parseInt(stat, 10))
  const isToldAlone = isLeader || (session === group && lives(session))
  if (terminal === '0') return { place: 'none', isToldAlone }
  return { place: group === foregroundGroup ? 'foreground' : 'background', isToldAlone }
}

/** @returns what follows the name, the state first */
function splitStat(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/**
 * @param line what `ps -o tty=,stat=,pgid=` says: `ttys001 S+ 7`, `?? Ss 8`. The plus means foreground, the small s
 *   leader
 * @param isLed whether the process after which a group is called lives and leads its session
 */
export function parsePs(line: string, isLed: (group: string) => boolean): Standing | undefined {
  const [, terminal, state, group] = /^\s*(\S+)\s+(\S+)\s+(\d+)/.exec(line) ?? []
  if (terminal === undefined || state === undefined || group === undefined) return undefined
  const isToldAlone = state.includes('s') || isLed(group)
  if (/^[?-]/.test(terminal)) return { place: 'none', isToldAlone }
  return { place: state.includes('+') ? 'foreground' : 'background', isToldAlone }
}
