/** Runs a race: every round runs each case once, in an order of its own, so that all share the machine's moods. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Output, runForPeak, runForResident, runTimed } from './measure.mjs'
import { isAtLeast } from './nodes.mjs'
import { randomNumbers } from './statistics.mjs'

/**
 * @typedef {Record<string, number[]>} Figures one number a round, by figure
 *
 * @typedef {object} RaceResult
 * @property {Record<string, Figures>} cases
 * @property {Record<string, string>} missing why a case gave no figures
 */

/** Rounds that aren't counted; they also fill the caches. */
const WARM_UP_ROUNDS = 2
/** Share of the rounds that are run again to read the peak of memory, and at least so many. */
const PEAK_SHARE = 0.1
const PEAK_ROUNDS = 3
/** From an application's first line to the reading of what a waiting wrapper occupies. */
const IDLE_MS = 1000

/** By kind: the figures of one run. */
const MEASURES = {
  time: async (command, output) => {
    const { wholeMs, firstLineMs } = await runTimed(command, output)
    return { wholeMs, ...(firstLineMs !== undefined && { firstLineMs }) }
  },
  resident: async (command, output) => ({ residentKb: await runForResident(command, output, IDLE_MS) }),
  figures: async (command, output) => JSON.parse((await runTimed(command, output)).stdout),
  requests: async (command, output, { servers }) => {
    const before = servers.http.countRequests()
    const { wholeMs } = await runTimed(command, output)
    const roundTrips = Math.floor(wholeMs / servers.http.latencyMs)
    return { requests: servers.http.countRequests() - before, roundTrips }
  },
}

/**
 * @param {import('./races.mjs').Race} race
 * @param {import('./cases.mjs').Place} place
 * @param {number} pairs rounds of a race whose share is 1
 * @returns {Promise<RaceResult>}
 */
export async function runRace({ kind, cases, share = 1 }, place, pairs) {
  const outputs = openOutputs(cases, place)
  const measure = (each) => MEASURES[kind](prepare(each, place), outputs.get(each), place)
  const { runnable, missing } = await probe(cases, place, measure)
  /** @type {Record<string, Figures>} */
  const figures = Object.fromEntries(runnable.map(({ id }) => [id, {}]))
  const rounds = Math.max(3, Math.round(pairs * share))
  for (let round = 1 - WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [each, run] of await runRound(kind, shuffle(runnable, round), measure)) {
      if (round >= 0) add(figures[each.id], run)
    }
  }
  if (kind === 'time')
    await addPeaks(figures, runnable, place, outputs, Math.max(PEAK_ROUNDS, rounds * PEAK_SHARE))
  for (const output of outputs.values()) output.close()
  return { cases: figures, missing }
}

/** Memory can be read of all at once; whatever is timed has the machine to itself. */
async function runRound(kind, cases, measure) {
  if (kind === 'resident') return Promise.all(cases.map(async (each) => [each, await measure(each)]))
  const runs = []
  for (const each of cases) runs.push([each, await measure(each)])
  return runs
}

/** The first round: what can't be run here is left out and named. */
async function probe(cases, place, measure) {
  const missing = {}
  for (const each of cases) {
    if (each.leastNode !== undefined && !isAtLeast(place.node, each.leastNode)) {
      missing[each.id] = `needs Node ${each.leastNode}`
      continue
    }
    try {
      await measure(each)
    } catch (error) {
      missing[each.id] = error.message
    }
  }
  return { missing, runnable: cases.filter(({ id }) => !(id in missing)) }
}

async function addPeaks(figures, cases, place, outputs, rounds) {
  for (let round = 0; round < rounds; round++) {
    for (const each of cases) {
      const peakKb = await runForPeak(prepare(each, place), outputs.get(each))
      if (peakKb !== undefined) add(figures[each.id], { peakKb })
    }
  }
}

/** @returns {import('./measure.mjs').Command} */
function prepare({ args, env, before }, place) {
  before?.(place)
  return {
    file: place.node.path,
    args: args(place),
    env: { ...place.env, ...env?.(place) },
    cwd: place.app,
  }
}

function openOutputs(cases, { cache }) {
  return new Map(
    cases.map((each) => {
      const folder = join(cache, 'output', each.id)
      mkdirSync(folder, { recursive: true })
      return [each, new Output(folder)]
    }),
  )
}

/** A run gives one number a figure, or several where an application measured in turns of its own. */
function add(figures, run) {
  for (const [figure, value] of Object.entries(run)) {
    figures[figure] ??= []
    figures[figure].push(...[value].flat().map((number) => Math.round(number * 100) / 100))
  }
}

/** Fisher and Yates, the same at every time. */
function shuffle(items, seed) {
  const random = randomNumbers(seed + 1000)
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]]
  }
  return shuffled
}
