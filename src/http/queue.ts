/** No more than so many of something at once: the others wait, in order. */

export interface Queue {
  /**
   * @param begin called now or later, with what is to be called once when that is over
   * @returns lets it be, where it has not begun: false, if it has
   */
  enter(begin: (end: () => void) => void): () => boolean
}

/** @param most at once, 1 and up */
export function createQueue(most: number): Queue {
  const waiting = new Set<() => void>()
  let running = 0
  const next = () => {
    const [first] = waiting
    if (first === undefined || running === most) return
    waiting.delete(first)
    running += 1
    first()
  }
  const end = () => {
    running -= 1
    next()
  }
  return {
    enter: (begin) => {
      const first = () => begin(end)
      waiting.add(first)
      next()
      return () => waiting.delete(first)
    },
  }
}
