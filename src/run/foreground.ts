/**
 * Where our process group stands with its terminal. The kernel gives Ctrl-C, Ctrl-\\ and a resize to the whole
 * foreground group: to the child as well as to us.
 */
import { readFileSync } from 'node:fs'

/** How we stand with our terminal. */
export interface Standing {
  /** `none`: there is no controlling terminal, or it is gone. */
  readonly place: 'foreground' | 'background' | 'none'
  /** Whether we lead its session: the one process that a hang-up is told. */
  readonly isLeader: boolean
}

const NO_TERMINAL: Standing = { place: 'none', isLeader: false }
const FOREGROUND: Standing = { place: 'foreground', isLeader: false }

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
    return parseStat(readFileSync('/proc/self/stat', 'latin1'))
  } catch {
    return undefined
  }
}

/** @returns undefined where `ps` is missing or says nothing */
export function standingByPs(): Standing | undefined {
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const { stdout } = spawnSync('/bin/ps', ['-o', 'tty=,stat=', '-p', String(process.pid)], {
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'ignore'],
    // None of the user's ps settings.
    env: {},
  })
  return stdout === null ? undefined : parsePs(stdout)
}

/**
 * @param stat the text of `/proc/PID/stat`: `PID (NAME) STATE PPID PGRP SESSION TTY TPGID …`, where
 *   NAME may hold anything, parentheses and blanks too
 */
export function parseStat(stat: string): Standing {
  const [, , group, session, terminal, foregroundGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const isLeader = session === String(Number.parseInt(stat, 10))
  if (terminal === '0') return { place: 'none', isLeader }
  return { place: group === foregroundGroup ? 'foreground' : 'background', isLeader }
}

/**
 * @param line what `ps -o tty=,stat=` says: `ttys001 S+`, `?? Ss`. The plus means foreground, the small s leader
 */
export function parsePs(line: string): Standing | undefined {
  const [, terminal, state] = /^\s*(\S+)\s+(\S+)/.exec(line) ?? []
  if (terminal === undefined || state === undefined) return undefined
  const isLeader = state.includes('s')
  if (/^[?-]/.test(terminal)) return { place: 'none', isLeader }
  return { place: state.includes('+') ? 'foreground' : 'background', isLeader }
}
