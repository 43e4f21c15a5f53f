import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decrypt, openProjectKeys } from '../../src/crypto/cipher.ts'
import { hashText } from '../../src/crypto/hash.ts'
import { stretchAccessKey } from '../../src/crypto/keys.ts'
import { APIConnectionError } from '../../src/errors.ts'
import {
  type Decoder,
  decodeCount,
  decodeEnvironment,
  decodeError,
  decodeNumber,
  decodePage,
  decodeProfile,
  decodeSecret,
} from '../../src/wire/decode.ts'
import vectors from '../vectors/wire.json'

const { answers } = vectors
const profileAnswer = answers['GET /v1/profile']
const environmentsAnswer =
  answers['GET /v1/environments?count_environment=1&paging=1&page=1&size=2000&revision_date=0']
const secretsAnswer = answers['GET /v1/secrets?count_secrets=1&paging=1&page=1&size=2000&revision_date=0']

const secretRecord = secretsAnswer.results[1] ?? {}
const environmentRecord = environmentsAnswer.results[0] ?? {}

function messageFor(path: string, expected: string): string {
  return `the answer is not the service's: ${path} is not ${expected}. Check LOCKER_API_BASE, and any proxy in between`
}

/** Fails unless decoding throws exactly that path and expectation. */
function expectRefusal(decode: Decoder<unknown>, value: unknown, path: string, expected: string): void {
  let thrown: unknown
  try {
    decode(value, 'answer')
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(APIConnectionError)
  expect((thrown as APIConnectionError).message).toBe(messageFor(path, expected))
  expect((thrown as APIConnectionError).retryable).toBe(false)
}

describe('the answers of wire.json', () => {
  const readProfile = () => decodeProfile(profileAnswer, 'profile')
  const readEnvironments = () => decodePage(decodeEnvironment)(environmentsAnswer, 'environments')
  const readSecrets = () => decodePage(decodeSecret)(secretsAnswer, 'secrets')

  /** Opens texts of the project, with the credential's keys. */
  function createOpener(): (text: string | null) => string {
    const accessKey = Buffer.from(vectors.credential.secret_access_key, 'base64')
    const keys = openProjectKeys(stretchAccessKey(accessKey), readProfile().key)
    return (text) => decrypt(keys, text ?? '', 'a field').toString('utf8')
  }

  /** Every secret of the layer that has this hash, opened. */
  function openLayer(environmentHash: string | null): [string, string][] {
    const open = createOpener()
    return readSecrets()
      .results.filter((secret) => secret.environment_hash === environmentHash)
      .map((secret) => [open(secret.key), open(secret.value)])
  }

  it('decode to a profile, three environments and eleven secrets', () => {
    const [environments, secrets] = [readEnvironments(), readSecrets()]
    expect(readProfile()).toMatchObject({ activated: true, editable: true, project_id: 731 })
    expect([environments.count, environments.results.length]).toEqual([3, 3])
    expect([secrets.count, secrets.results.length]).toEqual([11, 11])
    expect(secrets).toMatchObject({ next: null, revision_date: 1700000200.75 })
  })

  it.each(Object.entries(vectors.expected))('come to exactly what %s holds', (name, expected) => {
    const own = name === 'ALL' ? [] : openLayer(hashText(readProfile().project_id, name))
    expect(Object.fromEntries([...openLayer(null), ...own])).toEqual(expected)
  })

  it('hold the hash of every name and key', () => {
    const open = createOpener()
    for (const { name, hash } of readEnvironments().results) expect(hashText(731, open(name))).toBe(hash)
    for (const { key, secret_hash } of readSecrets().results)
      expect(hashText(731, open(key))).toBe(secret_hash)
  })

  it.each([
    ['GET /v1/sync/revision_date', decodeNumber, 1700000200.75],
    ['GET /v1/sync/deleted_item_date', decodeNumber, 0],
    ['GET /v1/sync/secrets/count', decodeCount, 11],
    ['GET /v1/sync/environments/count', decodeCount, 3],
  ] as const)('decode %s to a bare number', (request, decode, expected) => {
    expect(decode(answers[request], 'answer')).toBe(expected)
  })

  it('come back as they were sent, but for the fields nobody reads', () => {
    expect(profileAnswer.profile).toMatchObject(readProfile())
    expect(environmentsAnswer).toMatchObject(readEnvironments())
    expect(secretsAnswer).toMatchObject(readSecrets())
  })

  it('keep every field that the protocol gives a secret and an environment a use for', () => {
    const dates = ['creation_date', 'revision_date', 'updated_date']
    const secret = ['id', 'key', 'value', 'description', 'secret_hash', 'environment_id', 'environment_name']
    expect(Object.keys(readSecrets().results[0] ?? {})).toEqual([
      ...secret,
      'environment_hash',
      ...dates,
      'deleted_date',
      'last_use_date',
    ])
    const environment = ['id', 'name', 'hash', 'external_url', 'description']
    expect(Object.keys(readEnvironments().results[0] ?? {})).toEqual([...environment, ...dates])
  })
})

const NO_STRINGS = [null, undefined, 7, true, {}, []]
const NO_TEXTS = [7, true, {}, []]
const NO_DATES = ['1', true, {}, [], Number.NaN, Number.POSITIVE_INFINITY]
const NO_IDS = [...NO_STRINGS, '', '../profile', 'a/b', 'a b', 'a?b', 'a\nb', 'é', 'a'.repeat(129), 'a\n']
const NO_OBJECTS = [null, undefined, 7, 'text', true, [], [{}]]

describe.each([
  ['secret', decodeSecret as Decoder<unknown>, secretRecord],
  ['environment', decodeEnvironment as Decoder<unknown>, environmentRecord],
])('a record of a %s', (_, decode, good: object) => {
  it('may hold fields that nobody knows', () => {
    expect(decode({ ...good, brand_new: { deep: [1] } }, 'answer')).toEqual(decode(good, 'answer'))
  })

  it.each(NO_OBJECTS)('is not %j', (value) => {
    expectRefusal(decode, value, 'answer', 'an object')
  })

  it.each(['a', 'A-Z_09', '0', 'x'.repeat(128)])('may have the id %s', (id) => {
    expect(decode({ ...good, id }, 'answer')).toMatchObject({ id })
  })

  it.each(NO_IDS)('may not have the id %j', (id) => {
    expectRefusal(decode, { ...good, id }, 'answer.id', 'an id')
  })
})

describe.each([
  ['key', decodeSecret as Decoder<unknown>, secretRecord],
  ['value', decodeSecret, secretRecord],
  ['description', decodeSecret, secretRecord],
  ['environment_id', decodeSecret, secretRecord],
  ['environment_name', decodeSecret, secretRecord],
  ['environment_hash', decodeSecret, secretRecord],
  ['name', decodeEnvironment, environmentRecord],
  ['external_url', decodeEnvironment, environmentRecord],
  ['description', decodeEnvironment, environmentRecord],
])('the text %s', (field, decode, good: object) => {
  it.each([null, '', 'any text'])('may be %j', (value) => {
    expect(decode({ ...good, [field]: value }, 'answer')).toMatchObject({ [field]: value })
  })

  it('is null when it was left out', () => {
    expect(decode({ ...good, [field]: undefined }, 'answer')).toMatchObject({ [field]: null })
  })

  it.each(NO_TEXTS)('may not be %j', (value) => {
    expectRefusal(decode, { ...good, [field]: value }, `answer.${field}`, 'a string')
  })
})

describe.each([
  ['secret_hash', decodeSecret as Decoder<unknown>, secretRecord],
  ['hash', decodeEnvironment, environmentRecord],
])('the string %s', (field, decode, good: object) => {
  it.each(NO_STRINGS)('may not be %j', (value) => {
    expectRefusal(decode, { ...good, [field]: value }, `answer.${field}`, 'a string')
  })
})

describe.each([
  ['creation_date', decodeSecret as Decoder<unknown>, secretRecord],
  ['revision_date', decodeSecret, secretRecord],
  ['updated_date', decodeSecret, secretRecord],
  ['deleted_date', decodeSecret, secretRecord],
  ['last_use_date', decodeSecret, secretRecord],
  ['creation_date', decodeEnvironment, environmentRecord],
  ['revision_date', decodeEnvironment, environmentRecord],
  ['updated_date', decodeEnvironment, environmentRecord],
])('the date %s', (field, decode, good: object) => {
  it.each([null, 0, 1700000000, 1700000000.5])('may be %j', (value) => {
    expect(decode({ ...good, [field]: value }, 'answer')).toMatchObject({ [field]: value })
  })

  it('is null when it was left out', () => {
    expect(decode({ ...good, [field]: undefined }, 'answer')).toMatchObject({ [field]: null })
  })

  it.each(NO_DATES)('may not be %j', (value) => {
    expectRefusal(decode, { ...good, [field]: value }, `answer.${field}`, 'a number')
  })
})

describe('decodeProfile', () => {
  const withField = (field: string, value: unknown) => ({
    profile: { ...profileAnswer.profile, [field]: value },
  })

  it.each(NO_OBJECTS)('refuses the answer %j', (value) => {
    expectRefusal(decodeProfile, value, 'answer', 'an object')
  })

  it.each(NO_OBJECTS)('refuses the profile %j', (profile) => {
    expectRefusal(decodeProfile, { profile }, 'answer.profile', 'an object')
  })

  it.each(['id', 'key'].flatMap((field) => NO_STRINGS.map((value) => [field, value] as const)))(
    'refuses as %s %j',
    (field, value) => {
      expectRefusal(decodeProfile, withField(field, value), `answer.profile.${field}`, 'a string')
    },
  )

  it.each(
    ['activated', 'editable'].flatMap((field) =>
      [null, undefined, 0, 'true', {}].map((value) => [field, value] as const),
    ),
  )('refuses as %s %j', (field, value) => {
    expectRefusal(decodeProfile, withField(field, value), `answer.profile.${field}`, 'true or false')
  })

  it.each([true, false])('keeps whether the key is activated and may write: %j', (flag) => {
    expect(decodeProfile(withField('activated', flag), 'answer').activated).toBe(flag)
    expect(decodeProfile(withField('editable', flag), 'answer').editable).toBe(flag)
  })

  it.each([0, 1, 731, Number.MAX_SAFE_INTEGER])('takes project %j', (project_id) => {
    expect(decodeProfile(withField('project_id', project_id), 'answer').project_id).toBe(project_id)
  })

  it.each([null, undefined, '731', -1, 0.5, 2 ** 53, 1e21, Number.NaN])('refuses project %j', (projectId) => {
    const path = 'answer.profile.project_id'
    expectRefusal(decodeProfile, withField('project_id', projectId), path, 'a project number')
  })
})

describe('decodePage', () => {
  const decodeNumbers: Decoder<unknown> = (value, path) => decodePage(decodeNumber)(value, path)
  const page = { count: 2, next: '/v1/secrets?page=2', previous: null, revision_date: 1.5, results: [7, 8] }

  it('decodes its items and keeps their order', () => {
    const { previous: _, ...expected } = page
    expect(decodeNumbers(page, 'answer')).toEqual(expected)
  })

  it.each([null, '', '/v1/secrets?page=2'])('takes the next page %j', (next) => {
    expect(decodeNumbers({ ...page, next }, 'answer')).toMatchObject({ next })
  })

  it('takes an empty page without a next one', () => {
    const empty = { count: 0, revision_date: 0, results: [] }
    expect(decodeNumbers(empty, 'answer')).toEqual({ ...empty, next: null })
  })

  it.each([
    ['results', undefined, 'a list'],
    ['results', { length: 0 }, 'a list'],
    ['results', 'text', 'a list'],
    ['count', undefined, 'a count'],
    ['count', -1, 'a count'],
    ['count', 1.5, 'a count'],
    ['count', '2', 'a count'],
    ['next', 2, 'a string'],
    ['revision_date', null, 'a number'],
    ['revision_date', '1.5', 'a number'],
  ])('refuses as %s %j', (field, value, expected) => {
    expectRefusal(decodeNumbers, { ...page, [field]: value }, `answer.${field}`, expected)
  })

  it.each(NO_OBJECTS)('refuses %j', (value) => {
    expectRefusal(decodeNumbers, value, 'answer', 'an object')
  })

  it('names the item that is wrong', () => {
    expectRefusal(decodeNumbers, { ...page, results: [7, 'x'] }, 'answer.results[1]', 'a number')
    const secrets = { ...page, results: [{ ...secretRecord, value: 5 }] }
    expectRefusal(decodePage(decodeSecret), secrets, 'answer.results[0].value', 'a string')
  })
})

describe('decodeNumber and decodeCount', () => {
  it.each([0, -1, 1.5, 1700000200.75, Number.MAX_VALUE])('take the number %j', (value) => {
    expect(decodeNumber(value, 'answer')).toBe(value)
  })

  it.each(['0', null, undefined, true, [], {}, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuse %j',
    (value) => {
      expectRefusal(decodeNumber, value, 'answer', 'a number')
      expectRefusal(decodeCount, value, 'answer', 'a count')
    },
  )

  it.each([0, 1, Number.MAX_SAFE_INTEGER])('take the count %j', (value) => {
    expect(decodeCount(value, 'answer')).toBe(value)
  })

  it.each([-1, 0.5, 2 ** 53])('refuse the count %j', (value) => {
    expectRefusal(decodeCount, value, 'answer', 'a count')
  })
})

describe('decodeError', () => {
  it('takes the service’s own error, without the fields nobody knows', () => {
    const body = { code: 'unauthorized', message: 'Unauthorized', details: [1] }
    expect(decodeError(body)).toEqual({ code: 'unauthorized', message: 'Unauthorized' })
  })

  it.each([
    null,
    undefined,
    '<html>',
    7,
    [],
    {},
    { code: 'unauthorized' },
    { message: 'Unauthorized' },
    { code: 401, message: 'Unauthorized' },
    { code: 'unauthorized', message: null },
  ])('takes %j for somebody else’s', (value) => {
    expect(decodeError(value)).toBeUndefined()
  })
})

describe('every decoder', () => {
  it.each([
    ['decodeProfile', decodeProfile as Decoder<unknown>],
    ['decodeSecret', decodeSecret],
    ['decodeEnvironment', decodeEnvironment],
    ['decodePage', (value, path) => decodePage(decodeSecret)(value, path)],
    ['decodeNumber', decodeNumber],
    ['decodeCount', decodeCount],
  ])('%s answers anything at all with an APIConnectionError that shows nothing of it', (_, decode) => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.array(fc.anything()), fc.dictionary(fc.string(), fc.anything())),
        (value) => {
          expect(() => decode(value, 'answer')).toThrow(
            /^the answer is not the service's: answer[.a-z_]* is not an? /,
          )
        },
      ),
    )
  })

  const wire = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom<unknown>(
      null,
      undefined,
      '',
      0,
      -0,
      2 ** 53,
      Number.NaN,
      '__proto__',
      'a/../b',
      'x'.repeat(129),
    ),
  )
  const recordLike = (record: object) => {
    const fields = fc.record(Object.fromEntries(Object.keys(record).map((field) => [field, wire])), {
      requiredKeys: [],
    })
    return fc
      .tuple(fields, fc.dictionary(fc.string(), wire))
      .map(([some, more]) => ({ ...more, ...record, ...some }))
  }

  it.each([
    ['decodeSecret', decodeSecret as Decoder<unknown>, secretRecord],
    ['decodeEnvironment', decodeEnvironment as Decoder<unknown>, environmentRecord],
    [
      'decodePage',
      decodePage(decodeSecret) as Decoder<unknown>,
      { ...secretsAnswer, results: [secretRecord] },
    ],
  ])(
    '%s takes a record with other fields only if it would take what it made of it, unchanged',
    (_, decode, record) => {
      fc.assert(
        fc.property(recordLike(record), (value) => {
          let decoded: unknown
          try {
            decoded = decode(value, 'answer')
          } catch (error) {
            expect(error).toBeInstanceOf(APIConnectionError)
            expect((error as Error).message).toMatch(
              /^the answer is not the service's: answer[.a-z_[\]0-9]* is not an? /,
            )
            return
          }
          expect(decode(decoded, 'answer')).toEqual(decoded)
        }),
      )
    },
  )

  it('shows nothing of a field that is wrong', () => {
    const canary = { canary: 'canary-9f31' }
    for (const field of Object.keys(secretRecord)) {
      let message = ''
      try {
        decodeSecret({ ...secretRecord, [field]: canary }, 'answer')
      } catch (error) {
        message = (error as Error).message
      }
      expect(message).not.toContain('canary')
    }
  })
})
