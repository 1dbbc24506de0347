/** What waits for its turn. */

import { expect, it } from "vitest"

import { priorityQueue } from "../../src/lists/priority-queue.ts"

/** Numbers that look like chance and are the same every time. */
const chance = (seed: number) => () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31

it("gives what a sorted list gives, of equals the first that came, whatever comes in between", () => {
  const next = chance(7)
  const queue = priorityQueue<{ readonly urgent: number }>((a, b) => a.urgent > b.urgent)
  const list: Array<{ readonly urgent: number }> = []
  for (let i = 0; i < 3000; i++)
    if (next() < 0.6) {
      const item = { urgent: Math.floor(next() * 5) }
      queue.add(item)
      list.push(item)
    } else {
      list.sort((a, b) => b.urgent - a.urgent)
      expect(queue.first()).toBe(list[0])
      expect(queue.take()).toBe(list.shift())
      expect(queue.size()).toBe(list.length)
    }
})

it("compares in proportion to the logarithm of what waits", () => {
  let compared = 0
  const queue = priorityQueue<number>((a, b) => {
    compared++
    return a < b
  })
  const items = Array.from({ length: 4096 }, (_, i) => (i * 2654435761) % 4096)
  for (const item of items) queue.add(item)
  expect(items.map(() => queue.take())).toEqual(items.toSorted((a, b) => a - b))
  expect(compared).toBeLessThan(4096 * 12 * 6)
})
