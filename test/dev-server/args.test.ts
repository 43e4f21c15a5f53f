import { expect, it } from 'vitest'
import { parsePlan } from '../../src/dev-server/args.ts'
import { LockerError } from '../../src/errors.ts'

it.each([
  [[], { kind: 'serve', options: {} }],
  [['--help', '--nonsense', '--'], undefined],
  [['-h'], { kind: 'help' }],
  [['--version'], { kind: 'version' }],
  [['--', 'npm', 'start'], { kind: 'run', options: {}, command: 'npm', args: ['start'] }],
  [
    ['--https', '--', 'a', '--', '--port', '1'],
    { kind: 'run', options: { https: true }, command: 'a', args: ['--', '--port', '1'] },
  ],
  [
    ['--seed', 'a.json', '--seed=p=b.env', '--fault', 'reset', '--fault=hang'],
    { kind: 'serve', options: { seeds: ['a.json', 'p=b.env'], faults: 'reset;hang' } },
  ],
  [
    [
      '--host',
      '::1',
      '--port=0',
      '--data',
      'd',
      '--log',
      'l',
      '--max-page-size',
      '7',
      '--rate-limit',
      '2/60',
    ],
    {
      kind: 'serve',
      options: {
        host: '::1',
        port: 0,
        dataFile: 'd',
        logFile: 'l',
        maxPageSize: 7,
        rateLimit: { requests: 2, windowSeconds: 60 },
      },
    },
  ],
])('reads %j', (argv, plan) => {
  if (plan === undefined) expect(() => parsePlan(argv)).toThrow(LockerError)
  else expect(parsePlan(argv)).toEqual(plan)
})

it.each([
  [['--'], 'no command follows --'],
  [['--', ''], 'no command follows --'],
  [['npm', 'start'], "'npm'"],
  [['--nonsense'], "'--nonsense'"],
  [['--port'], '--port'],
  [['--port', '65536'], '--port'],
  [['--port', 'x'], '--port'],
  [['--max-page-size', '0'], '--max-page-size'],
  [['--rate-limit', '10'], '--rate-limit'],
  [['--rate-limit', '0/1'], '--rate-limit'],
  [['--host', ''], '--host'],
  [['--data='], '--data'],
  [['--https=yes'], '--https'],
])('refuses %j in one line that names it', (argv, name) => {
  expect(() => parsePlan(argv)).toThrow(LockerError)
  expect(() => parsePlan(argv)).toThrow(new RegExp(`^.*${name}.*; see locker-dev --help$`))
})
