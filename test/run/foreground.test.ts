import { describe, expect, it } from 'vitest'
import { parsePs, parseStat, readStanding, standingByProc, standingByPs } from '../../src/run/foreground.ts'

describe('parseStat', () => {
  it.each([
    ['7 (node) S 1 7 7 34817 7 4194304 0', { place: 'foreground', isLeader: true }],
    ['8 (node) S 7 8 7 34817 8 4194304 0', { place: 'foreground', isLeader: false }],
    ['8 (node) S 7 8 7 34817 9 4194304 0', { place: 'background', isLeader: false }],
    ['8 (node) S 7 8 8 0 -1 4194304 0', { place: 'none', isLeader: true }],
    ['8 (a) R 1 2 3 4 5 (b) S 7 8 7 34817 8 0', { place: 'foreground', isLeader: false }],
  ])('reads %s', (stat, standing) => {
    expect(parseStat(stat)).toEqual(standing)
  })
})

describe('parsePs', () => {
  it.each([
    ['ttys001  S+  \n', { place: 'foreground', isLeader: false }],
    ['pts/0    Ssl+\n', { place: 'foreground', isLeader: true }],
    ['ttys001  S   \n', { place: 'background', isLeader: false }],
    ['??       Ss  \n', { place: 'none', isLeader: true }],
    ['?        Sl  \n', { place: 'none', isLeader: false }],
    ['-        S   \n', { place: 'none', isLeader: false }],
    ['', undefined],
  ])('reads %j', (line, standing) => {
    expect(parsePs(line)).toEqual(standing)
  })
})

describe('this very process', () => {
  it('stands the same by ps, and by /proc where there is one', () => {
    const standing = readStanding()
    expect(standingByPs()).toEqual(standing)
    expect(standingByProc() ?? standing).toEqual(standing)
  })
})
