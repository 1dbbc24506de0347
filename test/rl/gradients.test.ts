/**
 * Every objective's gradient against finite differences of its own loss, in float64, at random points away from the kinks; and
 * what clipping and KL must do to it.
 */

import { describe, expect, it } from "vitest"

import { draws } from "../../src/random/philox.ts"
import { grpoObjective, type GrpoOptions } from "../../src/rl/algorithms/grpo.ts"
import { criticObjective, type PpoOptions } from "../../src/rl/algorithms/ppo.ts"
import { KL_ESTIMATORS, klEstimate, klLossGradient, type KlEstimator } from "../../src/rl/objective/kl.ts"
import { type Objective, policyObjective } from "../../src/rl/objective/loss-terms.ts"
import { clippedBranchActive, POLICY_LOSSES, type PolicyLossOptions, RATIOS } from "../../src/rl/objective/policy-loss.ts"
import { type ReductionOptions, reductionWeights } from "../../src/rl/objective/reduction.ts"
import { valueGradient, valueLoss } from "../../src/rl/objective/value-loss.ts"
import { grpoPreset, maxError, ppoPreset, reinforcePreset } from "./fixtures.ts"

type Reduction = ReductionOptions["reduction"]
const policyLoss = POLICY_LOSSES.clip.loss
const policyGradient = POLICY_LOSSES.clip.gradient
const klDerivative = (d: number, estimator: KlEstimator): number => KL_ESTIMATORS[estimator].derivative(d)

const offsets = Int32Array.of(0, 4, 5, 11, 14)
const tokens = 14
const mask = Uint8Array.from([1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0])
const STEP = 1e-6

/** Random log-probabilities, values and advantages; ratios spread widely over both sides of the clip range. */
const point = (seed: number) => {
  const random = draws(seed, "gradient-test")
  const column = (scale: number, shift = 0) => Float64Array.from({ length: tokens }, () => shift + scale * random.normal())
  const oldLogProbs = column(0.5, -3)
  return {
    logProbs: oldLogProbs.map((x) => x + 0.5 * random.normal()),
    entropies: column(0.3, 2),
    values: column(1),
    batch: {
      offsets,
      oldLogProbs,
      refLogProbs: oldLogProbs.map((x) => x + 0.4 * random.normal()),
      advantages: column(1),
      returns: column(1),
      oldValues: column(1)
    }
  }
}
type Point = ReturnType<typeof point>
type Name = "logProbs" | "entropies" | "values"

/** (L(x + h) - L(x - h)) / 2h for each entry of one of the inputs. */
const differences = (at: Point, name: Name, objective: (p: Point) => Pick<Objective, "loss">): Float64Array =>
  at[name].map((_, t) => {
    const moved = (h: number) => objective({ ...at, [name]: at[name].map((x, i) => (i === t ? x + h : x)) }).loss
    return (moved(STEP) - moved(-STEP)) / (2 * STEP)
  })

const reducing = (reduction: Reduction): ReductionOptions => ({ reduction, maxNewTokens: 8, maskedSequences: "drop" })
const seeds = [1, 2, 3, 4, 5]

const dapo = grpoPreset("dapo")
const grpoVariants: ReadonlyArray<readonly [string, GrpoOptions]> = [
  ...(["paper-live-kl", "trl", "verl", "dr-grpo", "dapo"] as const).map((name) => [name, grpoPreset(name)] as const),
  ["k1 in the loss", { ...dapo, kl: 0.3, klEstimator: "k1" }],
  ["k2 in the loss", { ...dapo, kl: 0.3, klEstimator: "k2" }],
  ["sequence ratio", { ...dapo, ratio: "sequence" }],
  ["unclipped", { ...dapo, policyLoss: "unclipped" }],
  ["clamped log-ratio", { ...dapo, policyLoss: "unclipped", ratioClamp: 0.3 }],
  ["clamped KL", { ...dapo, kl: 0.3, klClamp: 0.5, klEstimateClamp: 0.05 }]
]

describe("the gradient of GRPO equals finite differences", () => {
  it.each(grpoVariants)("%s", (_, preset) => {
    for (const reduction of ["token_mean", "seq_mean_token_mean", "sum_over_B_Lmax"] satisfies ReadonlyArray<Reduction>) {
      const weights = reductionWeights(offsets, reducing(reduction), mask)
      const options = { ...preset, entropyBonus: 0.02 }
      const objective = (p: Point) => grpoObjective(p, { ...p.batch, weights }, options)
      for (const seed of seeds) {
        const at = point(seed)
        const { dLogProb, dEntropy } = objective(at)
        expect(maxError(differences(at, "logProbs", objective), dLogProb)).toBeLessThan(1e-7)
        expect(maxError(differences(at, "entropies", objective), dEntropy!)).toBeLessThan(1e-7)
        expect(Math.hypot(...dLogProb)).toBeGreaterThan(1e-3)
      }
    }
  })
})

describe("the gradient of PPO equals finite differences", () => {
  const variants: ReadonlyArray<readonly [string, PpoOptions & ReductionOptions]> = [
    ["paper", ppoPreset("paper")],
    ["trl", ppoPreset("trl")],
    ["verl", ppoPreset("verl")],
    ["no value clipping", { ...ppoPreset("paper"), valueCoefficient: 0.5, valueClip: "none" }]
  ]
  it.each(variants)("%s", (_, preset) => {
    const weights = reductionWeights(offsets, preset, mask)
    const options: PpoOptions = { ...preset, entropyBonus: 0.02 }
    const objective = (p: Point) => policyObjective(p, { ...p.batch, weights }, options)
    const critic = (p: Point) => criticObjective(p.values, { ...p.batch, weights }, options)
    for (const seed of seeds) {
      const at = point(seed)
      const { dLogProb, dEntropy } = objective(at)
      const { dValue } = critic(at)
      expect(maxError(differences(at, "logProbs", objective), dLogProb)).toBeLessThan(1e-7)
      expect(maxError(differences(at, "entropies", objective), dEntropy!)).toBeLessThan(1e-7)
      expect(maxError(differences(at, "values", critic), dValue)).toBeLessThan(1e-7)
    }
  })
})

describe("the gradient of REINFORCE equals finite differences", () => {
  it.each(["paper", "rloo"] as const)("%s", (name) => {
    const options = reinforcePreset(name)
    const weights = reductionWeights(offsets, options, mask)
    const objective = (p: Point) => policyObjective(p, { ...p.batch, weights }, options)
    for (const seed of seeds) {
      expect(maxError(differences(point(seed), "logProbs", objective), objective(point(seed)).dLogProb)).toBeLessThan(1e-7)
    }
  })
})

describe("every entry of a table", () => {
  const random = draws(11, "table-entries")
  const options = { ...dapo, dualClip: 3 } as const
  /** Slope of f at x. */
  const slope = (f: (x: number) => number, x: number) => (f(x + STEP) - f(x - STEP)) / (2 * STEP)

  it.each(Object.entries(POLICY_LOSSES))("the policy loss %s has the gradient of its loss", (_, loss) => {
    for (let i = 0; i < 200; i++) {
      const [old, moved, advantage] = [-1 - random.uniform(), 0.6 * random.normal(), random.normal()]
      const ratioAt = (logProb: number) => Math.exp(logProb - old)
      // A ratio without a gradient of its own is a weight: it stays where it is.
      const ratio = ratioAt(old + moved)
      const value = (logProb: number) => loss.loss(logProb, loss.throughRatio ? ratioAt(logProb) : ratio, advantage, options)
      const atKink = [0.8, 1.28, 3].some((bound) => Math.abs(ratio - bound) < 1e-4)
      if (!atKink) expect(loss.gradient(ratio, advantage, options)).toBeCloseTo(slope(value, old + moved), 5)
    }
  })

  it.each(Object.entries(KL_ESTIMATORS))("the estimator %s has the derivative of its estimate", (_, { estimate, derivative }) => {
    for (let i = 0; i < 50; i++) {
      const d = random.normal()
      expect(derivative(d)).toBeCloseTo(slope(estimate, d), 6)
    }
  })
})

describe("every ratio under every loss that goes through it", () => {
  const losses = Object.entries(POLICY_LOSSES).filter(([name, { throughRatio }]) => throughRatio || name === "reinforce")
  const pairs = (Object.keys(RATIOS) as Array<keyof typeof RATIOS>).flatMap((ratio) =>
    losses.map(([policyLoss]) => ({ ratio, policyLoss: policyLoss as keyof typeof POLICY_LOSSES }))
  )

  it.each(pairs)("$ratio under $policyLoss has the gradient of its objective", (chosen) => {
    const options = { ...dapo, ...chosen }
    const weights = reductionWeights(offsets, options, mask)
    const objective = (p: Point) => policyObjective(p, { ...p.batch, weights }, options)
    for (const seed of seeds)
      expect(maxError(differences(point(seed), "logProbs", objective), objective(point(seed)).dLogProb)).toBeLessThan(1e-7)
  })
})

describe("clipping", () => {
  const clip: PolicyLossOptions = dapo

  it("stops the gradient on the side that has gone far enough, and only there", () => {
    expect(policyGradient(1.29, 1, clip)).toBe(0)
    expect(policyGradient(1.27, 1, clip)).toBeCloseTo(-1.27, 12)
    expect(policyGradient(0.5, 1, clip)).toBeCloseTo(-0.5, 12)
    expect(policyGradient(0.79, -1, clip)).toBe(0)
    expect(policyGradient(0.81, -1, clip)).toBeCloseTo(0.81, 12)
    expect(policyGradient(3, -1, clip)).toBeCloseTo(3, 12)
  })

  it("has nothing to stop for a token without advantage", () => {
    expect(clippedBranchActive(0.1, 0, clip)).toBe(false)
    expect(clippedBranchActive(0.1, -1, clip)).toBe(true)
    expect(clippedBranchActive(9, 0, clip)).toBe(false)
  })

  it("keeps the gradient at the boundary itself", () => {
    const exact: PolicyLossOptions = { ...dapo, clipLow: 0.5, clipHigh: 0.5 }
    expect(policyGradient(1.5, 2, exact)).toBe(-3)
    expect(policyGradient(0.5, -2, exact)).toBe(1)
  })

  it("bounds the loss of a bad token by dual clip, which has no gradient beyond and changes nothing for good tokens", () => {
    const dual: PolicyLossOptions = { ...clip, dualClip: 3 }
    expect(policyLoss(0, 10, -2, dual)).toBe(6)
    expect(policyLoss(0, 10, -2, clip)).toBe(20)
    expect(policyGradient(10, -2, dual)).toBe(0)
    expect(policyGradient(2.9, -2, dual)).toBeCloseTo(5.8, 12)
    for (const ratio of [0.1, 1, 1.2, 5]) expect(policyLoss(0, ratio, 2, dual)).toBe(policyLoss(0, ratio, 2, clip))
  })

  it("gives values a gradient only where the unclipped branch counts", () => {
    expect(valueLoss(1.5, 1, 3, 0.2)).toBeCloseTo(0.5 * 1.8 ** 2, 12)
    expect(valueGradient(1.5, 1, 3, 0.2)).toBe(0)
    expect(valueGradient(0.5, 1, 3, 0.2)).toBe(-2.5)
    expect(valueGradient(1.5, 1, 3, "none")).toBe(-1.5)
  })

  it("gives a masked token neither loss nor gradient, even when it holds NaN", () => {
    const weights = reductionWeights(Int32Array.of(0, 3), reducing("token_mean"), [1, 0, 1])
    const batch = {
      offsets: Int32Array.of(0, 3),
      oldLogProbs: [-1, Number.NaN, -2],
      refLogProbs: [-1, Number.NaN, -2],
      advantages: [1, Number.NaN, 1],
      weights
    }
    for (const ratio of ["token", "sequence"] as const) {
      const options: GrpoOptions = { ...grpoPreset("paper-live-kl"), clipHigh: 0.28, ratio }
      const { loss, dLogProb } = grpoObjective({ logProbs: [-1, Number.NaN, -2] }, batch, options)
      expect(loss).toBe(-1)
      expect([...dLogProb]).toEqual([-0.5, 0, -0.5])
    }
  })
})

describe("KL in the loss", () => {
  const at = point(9)
  const weights = reductionWeights(offsets, reducing("token_mean"), mask)
  const gradient = (coefficient: number, how: "own" | "k2" | "none") => {
    const options: GrpoOptions = { ...grpoPreset("paper"), kl: coefficient, klGradient: how }
    return grpoObjective(at, { ...at.batch, weights }, options)
  }

  it("is felt: another coefficient gives another gradient, by exactly the difference times that of the KL", () => {
    const none = gradient(0, "own").dLogProb
    const some = gradient(0.1, "own").dLogProb
    const more = gradient(0.3, "own").dLogProb
    const kl = none.map((_, t) => weights[t]! * klDerivative(at.logProbs[t]! - at.batch.refLogProbs[t]!, "k3"))
    expect(Math.hypot(...kl)).toBeGreaterThan(0.05)
    expect(
      maxError(
        some.map((x, t) => x - none[t]!),
        kl.map((x) => 0.1 * x)
      )
    ).toBeLessThan(1e-14)
    expect(
      maxError(
        more.map((x, t) => x - some[t]!),
        kl.map((x) => 0.2 * x)
      )
    ).toBeLessThan(1e-14)
  })

  it("is reported but not felt under `paper`, whose code detaches it", () => {
    expect(grpoPreset("paper")).toMatchObject({ kl: 0.001, klEstimator: "k3", klGradient: "none" })
    expect(gradient(0.3, "none").dLogProb).toEqual(gradient(0, "none").dLogProb)
    expect(gradient(0.3, "none").loss - gradient(0, "none").loss).toBeCloseTo(0.3 * gradient(0.3, "none").terms.kl, 14)
    expect(gradient(0.3, "none").terms.kl).toBeGreaterThan(0.01)
  })

  it("can carry the gradient of k2 under the value of k3", () => {
    expect(klLossGradient(0.7, { ...grpoPreset("paper"), klGradient: "k2" })).toBe(0.7)
    expect(gradient(0.3, "k2").loss).toBe(gradient(0.3, "own").loss)
  })

  it("has the right expectations over a distribution: k1 and k3 estimate KL, only k2's gradient is that of KL", () => {
    // Two policies over three tokens; expectations under the current one, exactly.
    const p = [0.6, 0.3, 0.1]
    const q = [0.3, 0.3, 0.4]
    const kl = p.reduce((sum, pi, i) => sum + pi * Math.log(pi / q[i]!), 0)
    const expected = (f: (d: number) => number) => p.reduce((sum, pi, i) => sum + pi * f(Math.log(pi / q[i]!)), 0)
    expect(expected((d) => klEstimate(d, "k1"))).toBeCloseTo(kl, 14)
    expect(expected((d) => klEstimate(d, "k3"))).toBeCloseTo(kl, 14)
    // Gradient with respect to logit j: E[f'(d) (1[i = j] - p_j)]; that of KL is p_j (log(p_j / q_j) - KL).
    const logitGradient = (estimator: KlEstimator) =>
      p.map((pj, j) =>
        p.reduce((sum, pi, i) => sum + pi * klDerivative(Math.log(pi / q[i]!), estimator) * ((i === j ? 1 : 0) - pj), 0)
      )
    const exact = p.map((pj, j) => pj * (Math.log(pj / q[j]!) - kl))
    expect(maxError(logitGradient("k2"), exact)).toBeLessThan(1e-14)
    expect(maxError(logitGradient("k1"), [0, 0, 0])).toBeLessThan(1e-14)
    // k3's is p - q: the gradient of KL(q || p), the other direction.
    expect(
      maxError(
        logitGradient("k3"),
        p.map((pj, j) => pj - q[j]!)
      )
    ).toBeLessThan(1e-14)
  })
})
