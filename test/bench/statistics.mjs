/**
 * Medians, ratios of medians, and their 95 % intervals. Pure and seeded: the same figures always give the same
 * table, on every machine.
 *
 * The interval is a percentile bootstrap over rounds: a round's figures are drawn together, so what slowed a
 * whole round down slows both sides of the ratio.
 */

/** @typedef {{ readonly value: number, readonly low: number, readonly high: number }} Estimate */

const RESAMPLES = 5000
const SEED = 20_260_101
/** Of the resampled ratios, what lies outside a 95 % interval on each side. */
const TAIL = 0.025

/**
 * @param {readonly number[]} values at least one
 * @returns {number}
 */
export function median(values) {
  return quantile(Float64Array.from(values).sort(), 0.5)
}

/**
 * @param {readonly number[]} values at least one
 * @returns {Estimate} the median and the quartiles around it
 */
export function spread(values) {
  const sorted = Float64Array.from(values).sort()
  return { value: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) }
}

/**
 * @param {readonly number[]} of one figure a round
 * @param {readonly number[]} over of the same rounds, in the same order
 * @returns {Estimate} the ratio of the medians and its 95 % interval
 */
export function ratioOfMedians(of, over) {
  if (of.length !== over.length) throw new Error('a ratio needs figures of the same rounds')
  const random = randomNumbers(SEED)
  const [drawnOf, drawnOver] = [new Float64Array(of.length), new Float64Array(of.length)]
  const ratios = Float64Array.from({ length: RESAMPLES }, () => {
    for (let index = 0; index < of.length; index++) {
      const round = Math.floor(random() * of.length)
      drawnOf[index] = of[round]
      drawnOver[index] = over[round]
    }
    return quantile(drawnOf.sort(), 0.5) / quantile(drawnOver.sort(), 0.5)
  }).sort()
  return { value: median(of) / median(over), low: quantile(ratios, TAIL), high: quantile(ratios, 1 - TAIL) }
}

/**
 * @param {number} seed
 * @returns {() => number} numbers from 0 to 1, exclusive: mulberry32
 */
export function randomNumbers(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Linear between the two nearest. */
function quantile(sorted, share) {
  const position = (sorted.length - 1) * share
  const below = Math.floor(position)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below)
}
