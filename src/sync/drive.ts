/** Drives a generator that yields what takes time: awaiting it, or blocking until it is done. */

/**
 * @param steps yields effects, takes their results
 * @param perform blocks until an effect has its result
 * @returns what the generator returns
 * @throws whatever it throws; what `perform` throws is thrown inside it first
 */
export function driveSync<Effect, Returned, Result>(
  steps: Generator<Effect, Returned, Result>,
  perform: (effect: Effect) => Result,
): Returned {
  let step = steps.next()
  while (!step.done) {
    let result: Result
    try {
      result = perform(step.value)
    } catch (error) {
      step = steps.throw(error)
      continue
    }
    step = steps.next(result)
  }
  return step.value
}

/** The same, awaiting. */
export async function driveAsync<Effect, Returned, Result>(
  steps: Generator<Effect, Returned, Result>,
  perform: (effect: Effect) => Promise<Result>,
): Promise<Returned> {
  let step = steps.next()
  while (!step.done) {
    step = await perform(step.value).then(
      (result) => steps.next(result),
      (error) => steps.throw(error),
    )
  }
  return step.value
}
