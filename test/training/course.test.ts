/** Of trainings that differ in their length, the shorter one is the beginning of the longer one as far as it is stable. */

import { describe, expect, it } from "vitest"

import { packBatches } from "../../src/training/packing.ts"
import { courseOf, evenlySpaced, evenlySpacedBy, logSpaced, logSpacedBy, warmupStableDecay } from "../../src/training/schedule.ts"

const lengths = Int32Array.from({ length: 101 }, (_, i) => 3 + ((i * 7) % 11))
const sequences = {
  lengths,
  promptTokens: new Int32Array(101),
  read: (which: Int32Array) => Array.from(which, (i) => new Int32Array(lengths[i]!).fill(i))
}
const all = Int32Array.from({ length: 101 }, (_, i) => i)
const packed = (epochs: number) =>
  packBatches(sequences, all, { batchTokens: 40, context: 100, epochs, seed: 3, name: "t", promptWeight: 1 })
const documentsOf = (epochs: number) => {
  const batches = packed(epochs)
  return Array.from({ length: batches.steps }, (_, step) => [...batches.at(step).documents])
}

describe("the batches", () => {
  it.each([0.001, 0.3, 0.5, 1, 1.25, 2, 2.999])("of %d passes begin those of three, however these are packed", (epochs) => {
    const some = documentsOf(epochs)
    expect(some).toEqual(documentsOf(3).slice(0, some.length))
    expect(packed(epochs).tokensThrough(some.length - 1)).toBe(packed(3).tokensThrough(some.length - 1))
    expect(packed(epochs).inPass).toBe(packed(3).inPass)
  })

  it("of a part of a pass are that part of its batches, and at least one", () => {
    const { inPass } = packed(1)
    expect(packed(1).steps).toBe(inPass)
    expect(packed(0.5).steps).toBe(Math.round(inPass / 2))
    expect(packed(0.0001).steps).toBe(1)
  })

  it("are no fewer the more passes there are", () => {
    const steps = Array.from({ length: 300 }, (_, i) => packed((i + 1) / 100).steps)
    expect(steps).toEqual(steps.toSorted((a, b) => a - b))
  })
})

const params = { learningRate: 2, warmup: 0.1, decay: 0.2, evaluations: 4, snapshots: 3 }
const course = (schedule: "cosine" | "wsd", steps: number, decay = 0.2) =>
  courseOf({ ...params, schedule, decay }, { steps, inPass: 100 })

describe("a stable schedule", () => {
  it("warms up, stays, and falls linearly to what the update behind the last would have as 0", () => {
    const rate = warmupStableDecay({ peak: 1, warmup: 4, decaying: 3, steps: 10 })
    expect(Array.from({ length: 10 }, (_, step) => rate(step))).toEqual([0.25, 0.5, 0.75, 1, 1, 1, 1, 0.75, 0.5, 0.25])
  })

  it("is the same at every length until its decay: rate, evaluations, snapshots", () => {
    const long = course("wsd", 230)
    for (const steps of [30, 100, 101, 117, 200]) {
      const short = course("wsd", steps)
      const until = (at: ReadonlyArray<number>) => at.filter((step) => step <= short.shared)
      expect(short.shared).toBe(steps - Math.round(0.2 * steps))
      for (let step = 0; step < short.shared; step++) expect(short.learningRate(step)).toBe(long.learningRate(step))
      expect(until(short.evaluations)).toEqual(until(long.evaluations))
      expect(until(short.snapshots)).toEqual(until(long.snapshots))
      expect(short.evaluations.at(-1)).toBe(steps)
      expect(short.snapshots.at(-1)).toBe(steps)
      expect(short.learningRate(steps - 1)).toBeLessThan(short.learningRate(short.shared))
    }
  })

  it("always decays, so that its last evaluation is no part of what is shared", () => {
    expect(course("wsd", 100, 1e-9).shared).toBe(99)
    expect(course("wsd", 1, 0.5).shared).toBe(0)
    expect(course("wsd", 100, 1).shared).toBe(0)
  })

  it("over one pass evaluates and keeps where a cosine does; the cosine shares nothing", () => {
    const [stable, cosine] = [course("wsd", 100), course("cosine", 100)]
    expect(stable.evaluations).toEqual(cosine.evaluations)
    expect(stable.snapshots).toEqual(cosine.snapshots)
    expect(cosine.shared).toBe(0)
  })
})

describe("spacing by a unit", () => {
  it("is spacing by the whole where the unit is the whole, and goes on behind it", () => {
    for (const total of [1, 2, 7, 100, 1000])
      for (const count of [0, 1, 3, 8, 40]) {
        expect(evenlySpacedBy(count, total, total)).toEqual(evenlySpaced(count, total))
        expect(logSpacedBy(count, total, total)).toEqual(logSpaced(count, total))
      }
    expect(evenlySpacedBy(2, 10, 23)).toEqual([5, 10, 15, 20, 23])
    expect(logSpacedBy(2, 100, 2000)).toEqual([10, 100, 1000, 2000])
    expect(logSpacedBy(3, 1, 5)).toEqual([5])
    expect(evenlySpacedBy(40, 3, 5)).toEqual([1, 2, 3, 4, 5])
  })
})
