'use strict'
// Time per field of opening a project (from the text of EncStrings to strings), against one createHmac and one
// createDecipheriv a field with KeyObjects and ready Buffers, in turns. Prints all figures of all turns.
const { createDecipheriv, createHmac, randomBytes } = require('node:crypto')
const internals = require(process.argv[2])

const SECRETS = 106_000
const TURNS = 5
const secretBytes = randomBytes(32)
const { snapshot, keys } = makeSnapshot()
const parts = snapshot.secrets.flatMap(({ key, value }) => [key, value]).map(internals.parseEncString)

const figures = { nsPerField: [], nodeNsPerField: [] }
for (let turn = -1; turn < TURNS; turn++) {
  const turns = [() => time('nsPerField', openAll, turn), () => time('nodeNsPerField', openNaively, turn)]
  for (const run of turn % 2 === 0 ? turns : turns.reverse()) run()
}
console.log(JSON.stringify(figures))

function time(figure, work, turn) {
  globalThis.gc?.()
  const startedMs = performance.now()
  work()
  const ns = ((performance.now() - startedMs) * 1e6) / parts.length
  // The first turn warms up.
  if (turn >= 0) figures[figure].push(Math.round(ns * 10) / 10)
}

function openAll() {
  const { all } = internals.openSecrets(snapshot, secretBytes, undefined)
  if (all.size !== SECRETS) throw new Error(`${all.size} secrets`)
}

function openNaively() {
  for (const { iv, ciphertext, mac } of parts) {
    const found = createHmac('sha256', keys.macKey).update(iv).update(ciphertext).digest()
    if (!found.equals(mac)) throw new Error('bad mac')
    const decipher = createDecipheriv('aes-256-cbc', keys.encryptionKey, iv)
    decipher.update(ciphertext)
    decipher.final()
  }
}

function makeSnapshot() {
  const projectKeys = internals.randomProjectKeys()
  const pair = internals.splitProjectKeys(projectKeys)
  const profileKey = internals.encrypt(internals.stretchAccessKey(secretBytes), projectKeys)
  const secrets = Array.from({ length: SECRETS }, (_, index) => ({
    id: String(index),
    key: internals.encrypt(pair, `APP_SETTING_${index}`),
    value: internals.encrypt(pair, randomBytes(16).toString('hex')),
    environment_id: null,
    environment_name: null,
    environment_hash: null,
    revision_date: 1,
  }))
  const empty = { projectId: 1, revisionDate: 1, fetchedAtMs: 1, environmentHashes: [] }
  return { snapshot: { ...empty, profileKey, secrets }, keys: pair }
}
