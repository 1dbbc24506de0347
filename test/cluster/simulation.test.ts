/** Studies on clusters that exist in numbers only, where everything goes wrong that can. */

import { describe, expect, test } from "vitest"

import { folderInMemory } from "../store/temporary-folder.ts"
import { chance, courseOf, type World } from "./simulated.ts"

const calm: World = {
  actions: 60,
  slots: 20,
  lossHours: 1e9,
  preemptionsPerHour: 1e-9,
  splitBrains: 0,
  lostAnswers: 0,
  late: 1,
  outage: [0, 0],
  requeues: true,
  remembered: 300
}

describe("a study on a simulated cluster", () => {
  test("without trouble is submitted once and computes every step once", () => {
    const course = courseOf(folderInMemory(), calm, chance(1))
    expect(course).toMatchObject({ committed: 60, failed: 0, submissions: 1, doubled: 0 })
    expect(course.wasted).toBe(0)
    expect(course.queued.told).toBeGreaterThan(3600)
    expect(course.queued.told).toBe(course.queued.real)
  })

  test("commits every key whatever goes wrong, for a hundred seeds", () => {
    const courses = Array.from({ length: 100 }, (_, seed) => {
      const random = chance(seed)
      return courseOf(
        folderInMemory(),
        {
          actions: 60,
          slots: 20,
          lossHours: 4,
          preemptionsPerHour: 0.7,
          splitBrains: 0.3,
          lostAnswers: 0.2,
          late: 30,
          outage: [600 + 50 * seed, 2400 + 50 * seed],
          requeues: seed % 2 === 0,
          // Of every third cluster tasks vanish as soon as they are over.
          remembered: seed % 3 === 0 ? 0 : 300
        },
        random
      )
    })
    expect(courses.map(({ committed, failed }) => [committed, failed])).toEqual(courses.map(() => [60, 0]))
    // Otherwise nothing has gone wrong, and this shows nothing.
    expect(courses.reduce((sum, { doubled }) => sum + doubled, 0)).toBeGreaterThan(10)
    expect(Math.max(...courses.map(({ wasted }) => wasted))).toBeLessThan(0.3)
    expect(courses.filter(({ queued }) => queued.told <= 0 || queued.told > queued.real)).toEqual([])
  }, 600_000)

  test("looks at the queue a few times an hour while nothing happens", () => {
    const { looks, hours } = courseOf(folderInMemory(), { ...calm, actions: 20, slots: 20 }, chance(2))
    // Each task begins and ends, and seven looks after that it is back at one a minute.
    expect(looks).toBeLessThan(7 * 2 * 20 + hours * 60)
    expect(looks).toBeLessThan((hours * 3600) / 5 / 4)
  })
})
