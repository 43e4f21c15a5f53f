import { describe, expect, it } from 'vitest'
import { parsePs, parseStat, readStanding, standingByProc, standingByPs } from '../../src/run/foreground.ts'

describe('parseStat', () => {
  it.each([
    ['7 (node) S 1 7 7 34817 7 4194304 0', { place: 'foreground', isToldAlone: true }],
    ['8 (node) S 7 8 7 34817 8 4194304 0', { place: 'foreground', isToldAlone: false }],
    ['8 (node) S 7 8 7 34817 9 4194304 0', { place: 'background', isToldAlone: false }],
    ['9 (node) S 7 7 7 34817 7 4194304 0', { place: 'foreground', isToldAlone: true }],
    ['9 (node) S 7 6 6 34817 6 4194304 0', { place: 'foreground', isToldAlone: false }],
    ['8 (node) S 7 8 8 0 -1 4194304 0', { place: 'none', isToldAlone: true }],
    ['8 (a) R 1 2 3 4 5 (b) S 7 8 7 34817 8 0', { place: 'foreground', isToldAlone: false }],
  ])('reads %s', (stat, standing) => {
    // Of all others, 7 alone is alive.
    expect(parseStat(stat, (pid) => pid === '7')).toEqual(standing)
  })
})

describe('parsePs', () => {
  it.each([
    ['ttys001  S+    7\n', { place: 'foreground', isToldAlone: true }],
    ['ttys001  S+  \n', undefined],
    ['ttys001  S+    8\n', { place: 'foreground', isToldAlone: false }],
    ['pts/0    Ssl+  8\n', { place: 'foreground', isToldAlone: true }],
    ['ttys001  S     8\n', { place: 'background', isToldAlone: false }],
    ['??       Ss    8\n', { place: 'none', isToldAlone: true }],
    ['?        Sl    8\n', { place: 'none', isToldAlone: false }],
    ['-        S     8\n', { place: 'none', isToldAlone: false }],
    ['', undefined],
  ])('reads %j', (line, standing) => {
    expect(parsePs(line, (group) => group === '7')).toEqual(standing)
  })
})

describe('this very process', () => {
  it('stands the same by ps, and by /proc where there is one', () => {
    const standing = readStanding()
    expect(standingByPs()).toEqual(standing)
    expect(standingByProc() ?? standing).toEqual(standing)
  })
})
