/** What Expert Iteration selects of a batch, and the weights with which it is imitated. */

import { describe, expect, it } from "vitest"

import {
  EXPERT_ITERATION_PRESETS,
  type ExpertIterationOptions,
  imitationLoss,
  selectDemonstrations
} from "../../src/rl/algorithms/expert-iteration.ts"
import { fromGenerated } from "../../src/rl/packed/Rollouts.ts"

/** Two questions, five samples each; of the first, samples 0, 2 and 4 are the same text. */
const answers = [[7, 8], [9], [7, 8], [6, 6, 6], [7, 8], [7, 8], [5], [4], [3], [2]]
const tokens = answers.flat()
const offsets = new Int32Array(answers.length + 1)
answers.forEach((answer, i) => (offsets[i + 1] = offsets[i]! + answer.length))
const rollouts = fromGenerated({ tokens: Int32Array.of(1, 1, 2), offsets: Int32Array.of(0, 2, 3) }, 5, {
  tokens: Int32Array.from(tokens),
  offsets,
  logProbs: new Float32Array(tokens.length),
  stopped: new Uint8Array(10).fill(1)
})
const rewards = [1, 1, 1, 0, 1, 1, 1, 1, 1, 0]
const { paper } = EXPERT_ITERATION_PRESETS
const select = (change: Partial<ExpertIterationOptions>, seed = 1) =>
  selectDemonstrations(rollouts, rewards, { ...paper, ...change }, { seed, step: 0 })

describe("Expert Iteration", () => {
  it("keeps every correct completion once per question, as the paper does", () => {
    expect(select({})).toEqual({
      sequences: Int32Array.of(0, 1, 5, 6, 7, 8),
      correct: 8,
      duplicates: 2,
      overCap: 0,
      questions: 2,
      questionsSolved: 2
    })
  })

  it("keeps copies when deduplication is off", () => {
    expect([...select({ deduplicate: false }).sequences]).toEqual([0, 1, 2, 4, 5, 6, 7, 8])
  })

  it("takes at most so many per question, drawn with the seed", () => {
    const capped = select({ perQuestion: 2 })
    expect(capped.overCap).toBe(2)
    expect(capped.sequences.filter((s) => s >= 5)).toHaveLength(2)
    expect(select({ perQuestion: 2 })).toEqual(capped)
    const draws = new Set(Array.from({ length: 20 }, (_, seed) => select({ perQuestion: 2 }, seed).sequences.join()))
    expect(draws.size).toBeGreaterThan(3)
  })

  it("draws anew at each step, and no seed draws at one step what another draws at the next", () => {
    const drawn = (seed: number, step: number) =>
      selectDemonstrations(rollouts, rewards, { ...paper, perQuestion: 2 }, { seed, step }).sequences.join()
    const orders = (seed: number) => Array.from({ length: 30 }, (_, step) => drawn(seed, step)).join(" ")
    expect(new Set(Array.from({ length: 20 }, (_, step) => drawn(0, step))).size).toBeGreaterThan(3)
    const shifted = Array.from({ length: 30 }, (_, step) => drawn(0, step + 1)).join(" ")
    expect(orders(1)).not.toBe(shifted)
  })

  it("counts a question without a correct completion as unsolved", () => {
    const none = selectDemonstrations(rollouts, [0, 0, 0, 0, 0, 1, 0, 0, 0, 0], paper, { seed: 1, step: 0 })
    expect([...none.sequences]).toEqual([5])
    expect(none.questionsSolved).toBe(1)
  })

  it("imitates responses only: no weight on the prompt, a mean over the rest", () => {
    const loss = imitationLoss(rollouts)
    if (loss.kind !== "cross-entropy" || loss.weights === undefined) return expect.unreachable("a weighted cross-entropy")
    const per = 1 / tokens.length
    // Prompt of two tokens, answer of two: the states after the second prompt token and the first answer token decide.
    expect(loss.weights.slice(0, 4)).toEqual(Float32Array.of(0, per, per, 0))
    expect(loss.weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 6)
  })
})
