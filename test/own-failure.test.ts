import { expect, it } from 'vitest'
import { LockerError } from '../src/errors.ts'
import { createLogger, LogLevel } from '../src/logger.ts'
import { readEarlySettings, reportOwnFailure } from '../src/own-failure.ts'

function report(error: unknown, level: LogLevel): string[] {
  const lines: string[] = []
  reportOwnFailure(
    error,
    'the program was not started',
    createLogger(level, (line) => lines.push(line)),
  )
  return lines
}

it('tells an error of ours in one line', () => {
  expect(report(new LockerError('what to do'), LogLevel.ERROR)).toEqual([
    'lockerpm: the program was not started: what to do',
  ])
})

it('tells any other by its name alone, since its message might quote data', () => {
  expect(report(new TypeError('canary'), LogLevel.ERROR)).toEqual([
    'lockerpm: the program was not started: unexpected failure (TypeError)',
  ])
  expect(report('canary', LogLevel.ERROR)).toEqual([
    'lockerpm: the program was not started: unexpected failure (string)',
  ])
})

it('adds where it came from at debug level, and nothing else of it', () => {
  const lines = report(new TypeError('canary\n    at canary'), LogLevel.DEBUG)
  expect(lines.slice(1).length).toBeGreaterThan(2)
  expect(lines.slice(1).every((line) => /^lockerpm: debug: at /.test(line))).toBe(true)
  expect(lines.join()).not.toContain('canary')
})

it('says nothing at level none', () => {
  expect(report(new LockerError('x'), LogLevel.NONE)).toEqual([])
})

it.each([
  [{}, 'exit', 1],
  [{ LOCKER_ON_ERROR: 'warn', LOCKER_LOG_LEVEL: '0' }, 'warn', 0],
  [{ LOCKER_ON_ERROR: 'exit', LOCKER_LOG_LEVEL: 'none' }, 'exit', 0],
  [{ LOCKER_ON_ERROR: 'Warn', LOCKER_LOG_LEVEL: '2' }, 'exit', 2],
  [{ LOCKER_ON_ERROR: '', LOCKER_LOG_LEVEL: 'DEBUG' }, 'exit', 2],
  [{ LOCKER_ON_ERROR: 'junk', LOCKER_LOG_LEVEL: 'junk' }, 'exit', 1],
  [{ LOCKER_LOG_LEVEL: '1' }, 'exit', 1],
])('before there is a configuration, %j means %s and %d', (env, onError, logLevel) => {
  expect(readEarlySettings(env)).toEqual({ onError, logLevel })
})
