/** Invariances that each variant claims, and the edge cases of groups. */

import { describe, expect, it } from "vitest"

import { draws, permutation } from "../../src/random/philox.ts"
import { GRPO_PRESETS } from "../../src/rl/algorithms/grpo.ts"
import { BASELINES, groupAdvantages, groupSignal, type GroupAdvantageOptions } from "../../src/rl/objective/group-advantages.ts"
import { whiten } from "../../src/rl/objective/whitening.ts"
import { DIVISORS, mean, standardDeviation } from "../../src/rl/packed/masked-statistics.ts"
import { RlInputError } from "../../src/rl/packed/RlInputError.ts"
import { maxError } from "./fixtures.ts"

type Preset = keyof typeof GRPO_PRESETS
const exact = (name: Preset): GroupAdvantageOptions => ({ ...GRPO_PRESETS[name], advantageEpsilon: 0 })
const rloo: GroupAdvantageOptions = {
  baseline: "leave_one_out",
  std: "none",
  stdOver: "group",
  advantageEpsilon: 0,
  singleton: "zero"
}
const names = ["paper", "trl", "verl", "dr-grpo", "dapo"] satisfies ReadonlyArray<Preset>

const random = draws(5, "advantages-test")
const groups = Int32Array.from({ length: 40 }, (_, i) => i % 5)
const rewards = Float64Array.from(groups, () => random.normal())

describe("group advantages", () => {
  it.each(names)("of %s do not change when a constant is added to all rewards", (name) => {
    const shifted = rewards.map((r) => r + 3.5)
    expect(maxError(groupAdvantages(shifted, groups, exact(name)), groupAdvantages(rewards, groups, exact(name)))).toBeLessThan(
      1e-12
    )
  })

  it.each(["paper", "trl", "verl", "dapo"] as const)("of %s do not change when all rewards are scaled", (name) => {
    const scaled = rewards.map((r) => r * 7)
    expect(maxError(groupAdvantages(scaled, groups, exact(name)), groupAdvantages(rewards, groups, exact(name)))).toBeLessThan(
      1e-12
    )
  })

  it("of Dr. GRPO and RLOO scale with the rewards", () => {
    for (const options of [exact("dr-grpo"), rloo]) {
      const scaled = groupAdvantages(
        rewards.map((r) => r * 7),
        groups,
        options
      )
      expect(
        maxError(
          scaled,
          groupAdvantages(rewards, groups, options).map((a) => 7 * a)
        )
      ).toBeLessThan(1e-12)
    }
  })

  it("follow their completion when the batch is permuted", () => {
    const order = permutation(rewards.length, 3, "shuffle")
    for (const options of [...names.map(exact), rloo, { ...exact("paper"), stdOver: "batch" } as const]) {
      const straight = groupAdvantages(rewards, groups, options)
      const shuffled = groupAdvantages(
        Array.from(order, (i) => rewards[i]!),
        order.map((i) => groups[i]!),
        options
      )
      expect(
        maxError(
          shuffled,
          Array.from(order, (i) => straight[i]!)
        )
      ).toBeLessThan(1e-12)
    }
  })

  it("of RLOO are those of the mean baseline times G / (G - 1), and equal reward minus the mean of the others", () => {
    const eight = groupAdvantages(rewards, groups, rloo)
    const centred = groupAdvantages(rewards, groups, exact("dr-grpo"))
    expect(
      maxError(
        eight,
        centred.map((a) => (a * 8) / 7)
      )
    ).toBeLessThan(1e-12)
    expect([...groupAdvantages([1, 2, 6], [0, 0, 0], rloo)]).toEqual([-3, -1.5, 4.5])
  })

  it.each(Object.keys(BASELINES) as Array<keyof typeof BASELINES>)(
    "of a baseline (%s) do not depend on the order inside a group, nor on other groups",
    (baseline) => {
      const options = { ...rloo, baseline }
      const group = [3, 1, 2, 2, 7]
      const forward = groupAdvantages(group, [0, 0, 0, 0, 0], options)
      const backward = groupAdvantages(group.toReversed(), [0, 0, 0, 0, 0], options).toReversed()
      expect(maxError(forward, backward)).toBeLessThan(1e-12)
      const beside = groupAdvantages([...group, 50, 60], [0, 0, 0, 0, 0, 1, 1], options).subarray(0, 5)
      expect(maxError(beside, forward)).toBe(0)
    }
  )

  it("add up to 0 in each group", () => {
    for (const options of [...names.map(exact), rloo]) {
      const advantages = groupAdvantages(rewards, groups, options)
      for (let g = 0; g < 5; g++) expect(Math.abs(mean(advantages.filter((_, i) => groups[i] === g)))).toBeLessThan(1e-12)
    }
  })

  it("follow the closed form for binary rewards", () => {
    // p = c / G: sqrt((1 - p) / p) sqrt((G - 1) / G) for a correct completion.
    for (const c of [1, 3, 7]) {
      const binary = Array.from({ length: 8 }, (_, i) => (i < c ? 1 : 0))
      const advantages = groupAdvantages(
        binary,
        binary.map(() => 0),
        exact("paper")
      )
      const p = c / 8
      expect(advantages[0]).toBeCloseTo(Math.sqrt((1 - p) / p) * Math.sqrt(7 / 8), 12)
      expect(advantages[7]).toBeCloseTo(-Math.sqrt(p / (1 - p)) * Math.sqrt(7 / 8), 12)
    }
  })

  it("are exactly 0 in a group of equal rewards, even ones that round", () => {
    for (const name of names) {
      expect([...groupAdvantages([0.1, 0.1, 0.1], [4, 4, 4], GRPO_PRESETS[name])]).toEqual([0, 0, 0])
    }
  })

  it("of a group of one are 0, or the raw reward where a library does that", () => {
    expect([...groupAdvantages([5], [0], exact("paper"))]).toEqual([0])
    expect([...groupAdvantages([5], [0], exact("verl"))]).toEqual([5])
    expect([...groupAdvantages([5], [0], rloo)]).toEqual([0])
  })

  it("can divide by the standard deviation of the whole batch", () => {
    const advantages = groupAdvantages([0, 2, 10, 14], [0, 0, 1, 1], { ...exact("paper"), stdOver: "batch" })
    const std = standardDeviation([0, 2, 10, 14], DIVISORS.sample)
    expect(maxError(advantages, [-1 / std, 1 / std, -2 / std, 2 / std])).toBeLessThan(1e-14)
  })

  it("refuse a reward that is no number, naming the sequence", () => {
    expect(() => groupAdvantages([1, Number.NaN], [0, 0], exact("paper"))).toThrow(
      new RlInputError({ field: "rewards", detail: "sequence 1 has reward NaN" })
    )
    expect(() => groupAdvantages([1, 2], [0], exact("paper"))).toThrow(
      /"groups" cannot be used: it has 1 entries, but there are 2 sequences/
    )
    expect(() => groupAdvantages([1, 2], [0, 0], { ...exact("paper"), baseline: "none" })).toThrow(/needs a baseline/)
  })
})

describe("groups without signal", () => {
  it("are counted, and their sequences marked", () => {
    const signal = groupSignal([1, 0, 1, 1, 0, 0], [7, 7, 3, 3, 5, 5])
    expect(signal).toEqual({ groups: 3, zeroSignal: 2, informative: Uint8Array.of(1, 1, 0, 0, 0, 0) })
  })
})

describe("whitening", () => {
  it("gives mean 0 and variance 1 in the divisor it uses", () => {
    const sample = whiten(rewards, { whiten: "sample", whitenEpsilon: 0, whitenGuard: "add" })
    expect(mean(sample)).toBeCloseTo(0, 12)
    expect(standardDeviation(sample, DIVISORS.sample)).toBeCloseTo(1, 12)
    const population = whiten(rewards, { whiten: "population", whitenEpsilon: 1e-8, whitenGuard: "max" })
    expect(standardDeviation(population, DIVISORS.population)).toBeCloseTo(1, 12)
  })

  it("leaves values as they are under `none`", () => {
    expect(whiten(rewards, { whiten: "none", whitenEpsilon: 1e-8, whitenGuard: "max" })).toEqual(rewards)
  })

  it("takes the divisor and the guard apart: neither choice changes the other", () => {
    const tiny = Float64Array.of(0, 1e-5)
    const variance = { sample: 5e-11, population: 2.5e-11 }
    for (const divisor of ["sample", "population"] as const) {
      const spread = (whitenGuard: "add" | "max") => whiten(tiny, { whiten: divisor, whitenEpsilon: 1e-8, whitenGuard })[1]!
      expect(spread("add")).toBeCloseTo(5e-6 / Math.sqrt(variance[divisor] + 1e-8), 12)
      expect(spread("max")).toBeCloseTo(5e-6 / Math.sqrt(1e-8), 12)
    }
  })

  it("never divides by nothing: equal values and single values become 0", () => {
    expect([...whiten(Float64Array.of(3, 3, 3), { whiten: "sample", whitenEpsilon: 0, whitenGuard: "add" })]).toEqual([0, 0, 0])
    expect([...whiten(Float64Array.of(3), { whiten: "sample", whitenEpsilon: 1e-8, whitenGuard: "add" })]).toEqual([0])
    expect([...whiten(Float64Array.of(3), { whiten: "population", whitenEpsilon: 1e-8, whitenGuard: "max" })]).toEqual([0])
  })
})
