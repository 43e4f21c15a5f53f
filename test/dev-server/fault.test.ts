import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseFaults } from '../../src/dev-server/fault.ts'
import { FaultPlan } from '../../src/dev-server/fault-plan.ts'
import { LockerError } from '../../src/errors.ts'

const firstFault = (spec: string) => parseFaults(spec)[0]?.fault

it.each([
  ['latency=200', { latencyMs: 200 }],
  ['status=503', { status: 503 }],
  [
    'status=429, code=rate_limit, message=slow down%2C please, retry-after=2',
    {
      status: 429,
      code: 'rate_limit',
      message: 'slow down, please',
      retryAfter: '2',
    },
  ],
  ['status=502,html', { status: 502, html: true }],
  ['body={"a":1}', { body: '{"a":1}' }],
  ['body=', { body: '' }],
  ['redirect=https://example.com/a?b=c', { redirect: 'https://example.com/a?b=c' }],
  ['reset', { cut: { how: 'reset', point: 'start' } }],
  ['reset=body', { cut: { how: 'reset', point: 'body' } }],
  ['hang', { cut: { how: 'hang', point: 'start' } }],
  ['hang=headers', { cut: { how: 'hang', point: 'headers' } }],
  ['truncate', { cut: { how: 'truncate', point: 'body' } }],
  ['drip=10', { dripMs: 10 }],
  ['oversize', { paddingBytes: Infinity }],
  ['oversize=65m,gzip', { paddingBytes: 65 * 1024 * 1024, gzip: true }],
  ['oversize=2k', { paddingBytes: 2048 }],
  ['length=+10', { lengthOffset: 10 }],
  ['length=-1', { lengthOffset: -1 }],
])('reads %s', (spec, fault) => {
  expect(firstFault(spec)).toEqual(fault)
})

it.each([
  'nonsense',
  'latency',
  'latency=-1',
  'latency=1.5',
  'status=99',
  'status=600',
  'reset=end',
  'oversize=1g',
  'oversize=2048m',
  'length=10',
  'gzip=1',
  'redirect=',
  'retry-after=a\u0000b,status=429',
  'message=%zz,status=400',
  'code=x',
  'status=500,status=502',
  'reset,hang',
  'GET',
  '/v1/profile',
  '#1',
  '#0 reset',
  '#3-2 reset',
  '#x reset',
  'get /v1 reset',
  'toString',
])('refuses %s in one line that names it', (spec) => {
  expect(() => parseFaults(spec)).toThrow(LockerError)
  expect(() => parseFaults(spec)).toThrow(/^--fault: .*see locker-dev --help$/)
})

it.each([
  ['drip', '"drip" must be drip=MS, which is from 0 to 3600000, in "drip"'],
  ['GET status=99', '"status=99" must be status=CODE, which is from 200 to 599, in "GET status=99"'],
  ['reset=end', '"reset=end" must be reset, alone or with start, headers or body after a =, in "reset=end"'],
])('says of %s how it is written', (spec, problem) => {
  expect(() => parseFaults(spec)).toThrow(`--fault: ${problem}; see locker-dev --help`)
})

it('takes an empty spec as no faults', () => {
  expect(parseFaults(' ; ')).toEqual([])
})

it('is linear in hostile specs', () => {
  expect(() => parseFaults(`GET /${'*a'.repeat(5000)} ${'#'.repeat(100_000)}`)).toThrow(LockerError)
})

it.each([
  ['GET reset', ['POST /v1/secrets'], ['GET /v1/secrets']],
  [
    '/v1/secrets reset',
    ['GET /v1/secrets/1', 'GET /x/v1/secrets'],
    ['GET /v1/secrets', 'PUT /v1/secrets?page=1'],
  ],
  ['/v1/secrets* reset', ['GET /v1/profile'], ['GET /v1/secrets/1', 'GET /v1/secrets?a=b']],
  ['/v1/*?*page=2* reset', ['GET /v1/secrets?page=1'], ['GET /v1/secrets?page=2&size=1']],
  ['/v1/s.crets reset', ['GET /v1/secrets'], ['GET /v1/s.crets']],
])('limits %s to what its method and path fit', (spec, others, fitting) => {
  const next = (request: string) => {
    const [method = '', url = ''] = request.split(' ')
    return new FaultPlan(parseFaults(spec)).next(method, url)
  }
  expect(others.map(next)).toEqual(others.map(() => undefined))
  expect(fitting.map(next)).toEqual(fitting.map(() => ({ cut: { how: 'reset', point: 'start' } })))
})

it.each([
  ['#2 drip=1', [false, true, false, false]],
  ['#1-2 drip=1', [true, true, false, false]],
  ['#3- drip=1', [false, false, true, true]],
  ['drip=1', [true, true, true, true]],
])('applies %s to the requests it counts', (spec, expected) => {
  const plan = new FaultPlan(parseFaults(spec))
  expect(expected.map(() => plan.next('GET', '/v1/profile') !== undefined)).toEqual(expected)
})

it('lets the first clause that applies decide, and counts each clause for itself', () => {
  const plan = new FaultPlan(parseFaults('/a #1 drip=1; GET #2-3 drip=2; drip=3'))
  const drips = ['/a', '/a', '/b', '/a'].map((path) => plan.next('GET', path)?.dripMs)
  expect(drips).toEqual([1, 2, 2, 3])
})

it('never fails in another way, whatever the spec', () => {
  fc.assert(
    fc.property(fc.string(), (spec) => {
      try {
        parseFaults(spec)
      } catch (error) {
        expect(error).toBeInstanceOf(LockerError)
      }
    }),
  )
})
