import { describe, expect, it } from 'vitest'
import type { Setting } from '../../src/config/setting.ts'
import { SETTINGS } from '../../src/config/settings.ts'
import { parseArgs } from '../../src/run/args.ts'
import { formatHelp } from '../../src/run/help.ts'

const ROWS: readonly Setting[] = SETTINGS
const HELP = formatHelp(false)

describe('formatHelp', () => {
  it('fits 80 columns', () => {
    expect(HELP.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it.each(ROWS.filter(({ flag }) => flag !== undefined))('lists the flag of $key', ({ flag, doc }) => {
    expect(HELP).toMatch(new RegExp(`^ +(-\\w, )?--(\\[no-\\])?${flag}\\b`, 'm'))
    expect(HELP.replace(/\s+/g, ' ')).toContain(doc)
  })

  it('names no option that is refused', () => {
    for (const option of HELP.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? []) {
      expect(() => parseArgs([`${option}=x`, 'command'])).not.toThrow(/unknown/)
    }
  })

  it('has three examples that are understood', () => {
    const examples = /^Examples\n((?: {2}.*\n)+)/m.exec(HELP)?.[1]?.trimEnd().split('\n') ?? []
    expect(examples).toHaveLength(3)
    for (const example of examples) {
      const words = example.trim().match(/'[^']*'|\S+/g) ?? []
      expect(parseArgs(words.slice(1)).kind).toBe('command')
    }
  })

  it('is the same text with bold headings in colour', () => {
    const coloured = formatHelp(true)
    expect(coloured).toContain('\u001b[1mUsage\u001b[0m')
    expect(stripColours(coloured)).toBe(HELP)
  })
})

function stripColours(text: string): string {
  return text.replaceAll('\u001b[1m', '').replaceAll('\u001b[0m', '')
}
