import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { execa } from 'execa'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLogger, createWarnOnce, LogLevel, name, oneLine, stderrSink } from '../src/logger.ts'

const folder = mkdtempSync(join(tmpdir(), 'logger-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Everything that a logger of this level writes. */
function linesOf(level: LogLevel): string[] {
  const lines: string[] = []
  const logger = createLogger(level, (line) => lines.push(line))
  expect(logger.level).toBe(level)
  logger.warn('a warning')
  logger.debug`answered ${name('GET /v1/profile')} with ${200} in ${1.5} ms, cached: ${false}`
  return lines
}

it('warns of each line once, and of none that was said before', () => {
  const lines: string[] = []
  const warnOnce = createWarnOnce(
    createLogger(LogLevel.ERROR, (line) => lines.push(line)),
    ['known'],
  )
  for (const line of ['one', 'known', 'other', 'one']) warnOnce(line)
  expect(lines).toEqual(['lockerpm: one', 'lockerpm: other'])
})

describe('createLogger', () => {
  const warning = 'lockerpm: a warning'
  const debug = 'lockerpm: debug: answered GET /v1/profile with 200 in 1.5 ms, cached: false'

  it.each([
    ['none', LogLevel.NONE, []],
    ['error', LogLevel.ERROR, [warning]],
    ['debug', LogLevel.DEBUG, [warning, debug]],
  ])('at level %s writes what belongs to it', (_, level, expected) => {
    expect(linesOf(level)).toEqual(expected)
  })

  it('numbers its levels 0, 1 and 2', () => {
    expect(LogLevel).toEqual({ NONE: 0, ERROR: 1, DEBUG: 2 })
  })

  it('keeps one message one line, whatever names are in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const lines: string[] = []
        const logger = createLogger(LogLevel.DEBUG, (line) => lines.push(line))
        logger.warn(`x${text}`)
        logger.debug`${name(text)}${name(text)}`
        expect(lines).toEqual([
          `lockerpm: x${oneLine(text)}`,
          `lockerpm: debug: ${oneLine(text)}${oneLine(text)}`,
        ])
      }),
    )
  })

  it('writes a debug line without facts, and one of facts alone', () => {
    const lines: string[] = []
    const logger = createLogger(LogLevel.DEBUG, (line) => lines.push(line))
    logger.debug`nothing to add`
    logger.debug`${true}${0}`
    expect(lines).toEqual(['lockerpm: debug: nothing to add', 'lockerpm: debug: true0'])
  })

  it('takes no bare string into a debug line', () => {
    const logger = createLogger(LogLevel.NONE, () => undefined)
    const value: string = 'a value'
    // @ts-expect-error a value is no fact: somebody has to call it a name
    logger.debug`the value is ${value}`
    // @ts-expect-error nor is what may be a string
    logger.debug`the value is ${value as string | number}`
    // @ts-expect-error nor an object that merely holds one
    logger.debug`the value is ${{ value }}`
    // @ts-expect-error nor a message: debug is a template tag
    logger.debug('a message')
    logger.debug`the setting is ${name('timeoutMs')}`
  })
})

describe('oneLine', () => {
  it.each([
    ['a newline', 'a\nb', 'a\\u000ab'],
    ['a carriage return', 'a\rb', 'a\\u000db'],
    ['a tab', 'a\tb', 'a\\u0009b'],
    ['a NUL', 'a\0b', 'a\\u0000b'],
    ['an escape sequence', '\u001b[31mred', '\\u001b[31mred'],
    ['the last of the first controls', '\u001f', '\\u001f'],
    ['delete', '\u007f', '\\u007f'],
    ['the one-byte escape sequence', '\u009b31m', '\\u009b31m'],
    ['the last of the second controls', '\u009f', '\\u009f'],
    ['a line separator', '\u2028', '\\u2028'],
    ['a paragraph separator', '\u2029', '\\u2029'],
    ['each of several', '\n\n\r', '\\u000a\\u000a\\u000d'],
  ])('escapes %s', (_, text, expected) => {
    expect(oneLine(text)).toBe(expected)
  })

  it.each(['', ' ', '~', '\u00a0', '\u2027', '\u202a', 'mật khẩu 🔐', '\\n', 'C:\\path'])(
    'leaves %j as it is',
    (text) => {
      expect(oneLine(text)).toBe(text)
    },
  )

  it('leaves no control character, and changes nothing twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(oneLine(text)).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
        expect(oneLine(oneLine(text))).toBe(oneLine(text))
      }),
    )
  })
})

describe('stderrSink', () => {
  const bundle = join(folder, 'logger.cjs')
  const program = join(folder, 'program.cjs')

  beforeAll(async () => {
    await build({
      entryPoints: [join(import.meta.dirname, '../src/logger.ts')],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'cjs',
    })
    writeFileSync(
      program,
      `const write = require(${JSON.stringify(bundle)}).stderrSink(process.stderr)
      process.stdin.on('end', () => {
        for (let i = 0; i < 20; i++) write('line ' + i)
        setImmediate(() => console.log('still running'))
      }).resume()`,
    )
  })

  it('writes whole lines', () => {
    const file = join(folder, 'lines')
    const fd = openSync(file, 'w')
    const sink = stderrSink({ fd })
    sink('one')
    sink('hai 🔐')
    closeSync(fd)
    expect(readFileSync(file, 'utf8')).toBe('one\nhai 🔐\n')
  })

  it.each([
    ['closed', () => closedDescriptor()],
    ['not for writing', () => openSync(program, 'r')],
  ])('does not throw when the descriptor is %s', (_, open) => {
    const fd = open()
    expect(() => stderrSink({ fd })('a line')).not.toThrow()
  })

  function closedDescriptor(): number {
    const fd = openSync(program, 'r')
    closeSync(fd)
    return fd
  }

  it('lets the program go on when nobody reads its stderr any more', async () => {
    const child = execa(process.execPath, [program], { env: {}, extendEnv: false, buffer: { stderr: false } })
    child.stderr.destroy()
    await new Promise((resolve) => child.stderr.once('close', resolve))
    child.stdin.end()
    const { stdout, exitCode } = await child
    expect({ stdout, exitCode }).toEqual({ stdout: 'still running', exitCode: 0 })
  })
})
