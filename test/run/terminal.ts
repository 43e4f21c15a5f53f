/** A pseudo-terminal around a command line, by util-linux's or BSD's `script`. */
import { spawnSync } from 'node:child_process'
import { type Running, start, type Variables } from './built.ts'

/**
 * @param line for the shell, which leads the terminal's session
 * @returns the process of `script`: what is written to its stdin is typed, its stdout is the screen
 */
export function startInTerminal(line: string, env: Variables): Running {
  if (spawnSync('script', ['--version']).error !== undefined) {
    throw new Error('there is no `script` on PATH to make a terminal with (package util-linux or bsdutils)')
  }
  const isLinux = process.platform === 'linux'
  const args = isLinux ? ['-qefc', line, '/dev/null'] : ['-q', '/dev/null', '/bin/sh', '-c', line]
  return start('script', args, { SHELL: '/bin/sh', TERM: 'xterm', PS1: '$ ', ...env })
}
