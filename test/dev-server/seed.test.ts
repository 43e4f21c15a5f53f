import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { startDevServer } from '../../src/dev-server/index.ts'
import { LockerError } from '../../src/errors.ts'
import { openSecrets } from './raw-client.ts'
import { makeFile, makeFolder, startServer } from './servers.ts'

const CANARY = 'canary-d41d8cd9'

it('seeds environments and secrets from JSON, and makes environments that only secrets name', async () => {
  const seed = {
    environments: [{ name: 'staging', externalUrl: 'https://staging.example' }],
    secrets: [
      { key: 'A', value: 'all' },
      { key: 'A', value: 'p', environment: 'production', description: 'd' },
      { key: 'B', value: '', environment: 'ALL' },
      { key: 'môi', value: '👋', environment: '' },
    ],
  }
  const server = await startServer({ seeds: [makeFile('seed.json', JSON.stringify(seed))] })
  expect(await openSecrets(server)).toEqual([
    ['ALL', 'A', 'all'],
    ['production', 'A', 'p'],
    ['ALL', 'B', ''],
    ['ALL', 'môi', '👋'],
  ])
  expect(server.project.environments).toHaveLength(2)
})

it.each([
  ['', 'ALL'],
  ['=', 'ALL'],
  ['ALL=', 'ALL'],
  ['môi trường=', 'môi trường'],
])('seeds dotenv lines, with %j before the file into %s', async (prefix, environment) => {
  const file = makeFile('.env', '# comment\nA=1\nexport B="two\nlines"\nC=$A\nA=again\n')
  const server = await startServer({ seeds: [`${prefix}${file}`] })
  expect(await openSecrets(server)).toEqual([
    [environment, 'A', 'again'],
    [environment, 'B', 'two\nlines'],
    [environment, 'C', '$A'],
  ])
})

it('lets a later seed win, and leaves alone what is the same already', async () => {
  const server = await startServer({
    seeds: [
      {
        secrets: [
          { key: 'A', value: '1', description: 'd' },
          { key: 'B', value: '1', description: 'd' },
        ],
      },
      {
        secrets: [
          { key: 'A', value: '1', description: 'd' },
          { key: 'B', value: '2', description: 'd' },
        ],
      },
    ],
  })
  const [a, b] = server.project.secrets
  expect(await openSecrets(server)).toEqual([
    ['ALL', 'A', '1'],
    ['ALL', 'B', '2'],
  ])
  expect(a?.updated_date).toBeNull()
  expect(b?.updated_date).toBe(server.project.revisionDate)
})

it('keeps any text as it is', async () => {
  const server = await startServer()
  const text = fc.string({ unit: 'binary' }).filter((each) => !/\p{Surrogate}/u.test(each))
  const seeds = fc.uniqueArray(fc.record({ key: text.filter((key) => key !== ''), value: text }), {
    selector: ({ key }) => key,
  })
  await fc.assert(
    fc.asyncProperty(seeds, async (secrets) => {
      const project = server.addProject()
      project.seed({ secrets })
      const opened = await openSecrets({ ...server, ...project.credential })
      expect(opened).toEqual(secrets.map(({ key, value }) => ['ALL', key, value]))
    }),
    { numRuns: 30 },
  )
})

const secret = (fields: string) => `{"secrets":[{"key":"A","value":"${CANARY}"},{${fields}}]}`

it.each([
  ['[]', 'it must be an object'],
  [`{"secrets": [{"key": "A" "${CANARY}"}]}`, 'line 1, column 26 is not valid JSON'],
  [`${CANARY}`, 'is not valid JSON'],
  ['{"secrets":{}}', 'secrets must be a list'],
  ['{"secret":[]}', 'secret is not a known field (environments, secrets)'],
  [secret(`"key":"B","value":1`), 'secrets[1].value must be a string'],
  [secret(`"value":"${CANARY}"`), 'secrets[1].key must be a string'],
  [secret(`"key":"","value":"${CANARY}"`), 'secrets[1].key must not be empty'],
  [secret(`"key":"A","value":"${CANARY}"`), 'secrets[1] repeats secrets[0]'],
  [secret(`"key":"A","value":"${CANARY}","environment":"ALL"`), 'secrets[1] repeats secrets[0]'],
  [secret(`"key":"B","value":"${CANARY}","enviroment":"p"`), 'secrets[1].enviroment is not a known field'],
  [secret(`"key":"B","value":"${CANARY}\\ud800"`), 'secrets[1].value holds half a character'],
  ['{"environments":[{"name":"p"}]}', 'environments[0].externalUrl must be a string'],
  ['{"environments":[{"name":"ALL","externalUrl":""}]}', 'environments[0].name must name an environment'],
  [
    '{"environments":[{"name":"p","externalUrl":""},{"name":"p","externalUrl":""}]}',
    'environments[1] repeats environments[0]',
  ],
])('refuses %s, naming the place and no value', async (text, message) => {
  const file = makeFile('seed.json', text)
  const error = await startDevServer({ seeds: [file] }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(LockerError)
  expect(String(error)).toContain(`${file}: `)
  expect(String(error)).toContain(message)
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain(CANARY)
})

it('names the place in a seed from code', async () => {
  const seed = { secrets: [{ key: 'A', value: 1 as unknown as string }] }
  await expect(startDevServer({ seeds: [seed] })).rejects.toThrow('seed: secrets[0].value must be a string')
})

it.each([
  ['a missing file', () => `${makeFolder()}/none.json`, 'ENOENT'],
  ['a folder', () => makeFolder(), 'EISDIR'],
  ['bytes that are not UTF-8', () => makeFile('x.env', Buffer.of(65, 61, 0xff)), 'is not UTF-8 text'],
])('refuses %s in one line', async (_, make, message) => {
  const file = make()
  const error = await startDevServer({ seeds: [file] }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(LockerError)
  expect(String(error)).toContain(file)
  expect(String(error)).toContain(message)
  expect(String(error)).not.toContain('\n')
})
