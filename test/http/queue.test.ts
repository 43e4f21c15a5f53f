import { expect, it } from 'vitest'
import { createQueue } from '../../src/http/queue.ts'

/** Begins what is numbered, and remembers in which order. */
function open(most: number) {
  const queue = createQueue(most)
  const begun: number[] = []
  const ends = new Map<number, () => void>()
  const enter = (number: number) =>
    queue.enter((end) => {
      begun.push(number)
      ends.set(number, end)
    })
  return { enter, begun, end: (number: number) => ends.get(number)?.() }
}

it('begins at once what there is room for, and the others in order as room comes', () => {
  const { enter, begun, end } = open(2)
  for (const number of [1, 2, 3, 4]) enter(number)
  expect(begun).toEqual([1, 2])
  end(2)
  expect(begun).toEqual([1, 2, 3])
  end(1)
  end(3)
  end(4)
  enter(5)
  expect(begun).toEqual([1, 2, 3, 4, 5])
})

it('forgets who leaves before the turn has come, and says that it had not', () => {
  const { enter, begun, end } = open(1)
  const [leaveFirst, leaveSecond] = [enter(1), enter(2)]
  enter(3)
  expect([leaveFirst(), leaveSecond(), leaveSecond()]).toEqual([false, true, false])
  end(1)
  expect(begun).toEqual([1, 3])
})
