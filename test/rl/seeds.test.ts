/**
 * Every random choice of RL is a function of (seed, name, numbers it is made for), each taken as it is. Numbers made of two, such
 * as step * 1000 + epoch, would meet: epoch 1000 of one step with epoch 0 of the next.
 */

import { describe, expect, it } from "vitest"

import { draws, permutation } from "../../src/random/philox.ts"
import { imitationOrder } from "../../src/rl/learners/expert-iteration-learner.ts"
import { minibatches } from "../../src/rl/learners/minibatches.ts"
import { otherPrompts } from "../../src/rl/sampling/collect.ts"

const SEQUENCES = 24

describe("streams of random numbers", () => {
  it("of different indices and parts are all different, however large the numbers", () => {
    const numbers = [0, 1, 2, 99, 100, 999, 1000, 1001, 100_000, 2 ** 31]
    const first = numbers.flatMap((index) => numbers.map((part) => draws(7, "test", index, part).uniform()))
    expect(new Set(first).size).toBe(numbers.length ** 2)
  })

  it("without a part are those of part 0", () => {
    expect(permutation(50, 3, "test", 5)).toEqual(permutation(50, 3, "test", 5, 0))
    expect(permutation(50, 3, "test", 5, 1)).not.toEqual(permutation(50, 3, "test", 5))
  })
})

describe("the order of minibatches", () => {
  const orders = (step: number, epochs: number, seed = 0) => {
    const all = minibatches(SEQUENCES, step, { epochs, minibatches: 2, seed })
    return Array.from({ length: epochs }, (_, epoch) => [...all[2 * epoch]!, ...all[2 * epoch + 1]!].join())
  }

  it("of epoch 1000 of a step is not that of the next step's first", () => {
    const [first] = orders(1, 1)
    const late = orders(0, 1001)
    expect(late[1000]).not.toBe(first)
    expect(new Set([...late, first]).size).toBe(1002)
  })

  it("of one seed is at no step that of another seed", () => {
    const all = [0, 1, 2].flatMap((seed) => [0, 1, 2, 3].flatMap((step) => orders(step, 2, seed)))
    expect(new Set(all).size).toBe(all.length)
  })
})

describe("the order of demonstrations", () => {
  it("of epoch 100 of a round is not that of the next round's first", () => {
    const order = (round: number, epoch: number) => imitationOrder(SEQUENCES, 0, { round, epoch }).join()
    expect(order(0, 100)).not.toBe(order(1, 0))
    const all = [0, 1, 2].flatMap((round) => Array.from({ length: 201 }, (_, epoch) => order(round, epoch)))
    expect(new Set(all).size).toBe(all.length)
  })
})

describe("the prompts in place of groups without signal", () => {
  it("of round 1000 of a step are not those of the next step's round 0", () => {
    const suite = Array.from({ length: 40 }, (_, i) => ({
      suite: "train",
      problem: String(i),
      question: `${i} + 1 ?`,
      answer: String(i + 1),
      steps: 1,
      distractor: false
    }))
    const drawn = (step: number, round: number) =>
      otherPrompts(suite, new Set(), 10, { step, round, seed: 0 })
        .map(({ problem }) => problem)
        .join()
    expect(drawn(0, 1000)).not.toBe(drawn(1, 0))
    expect(drawn(0, 1)).not.toBe(drawn(0, 2))
    expect(drawn(3, 1)).toBe(drawn(3, 1))
  })
})
