/**
 * The batch that the reference implementation evaluated: every quantity that needs only given log-probabilities, entropies and
 * values.
 */

import { describe, expect, it } from "vitest"

import { grpoObjective, type GrpoOptions } from "../../src/rl/algorithms/grpo.ts"
import { criticObjective, type PpoOptions, ppoTargets } from "../../src/rl/algorithms/ppo.ts"
import { gae } from "../../src/rl/objective/gae.ts"
import { broadcast, groupAdvantages, type GroupAdvantageOptions } from "../../src/rl/objective/group-advantages.ts"
import { klEstimate, type KlEstimator } from "../../src/rl/objective/kl.ts"
import { policyObjective, policyTerm, valueTerm } from "../../src/rl/objective/loss-terms.ts"
import { POLICY_LOSSES, type PolicyLossOptions } from "../../src/rl/objective/policy-loss.ts"
import { reduce, type ReductionOptions, reductionWeights } from "../../src/rl/objective/reduction.ts"
import { tokenRewards } from "../../src/rl/objective/token-rewards.ts"
import { policyStatistics, valueStatistics } from "../../src/rl/objective/update-statistics.ts"
import { whiten } from "../../src/rl/objective/whitening.ts"
import { mean } from "../../src/rl/packed/masked-statistics.ts"
import { grpoPreset, maxError, modelCase, offsetsOf, ppoPreset } from "./fixtures.ts"

type Reduction = ReductionOptions["reduction"]

const clip: PolicyLossOptions = grpoPreset("paper")
const variants: Record<string, GroupAdvantageOptions> = {
  "std_n_minus_1_eps_1e-9": { baseline: "mean", std: "sample", stdOver: "group", advantageEpsilon: 1e-9, singleton: "zero" },
  "std_population_eps_1e-9": { baseline: "mean", std: "population", stdOver: "group", advantageEpsilon: 1e-9, singleton: "zero" },
  dr_grpo_no_std: { baseline: "mean", std: "none", stdOver: "group", advantageEpsilon: 1e-9, singleton: "zero" },
  rloo: { baseline: "leave_one_out", std: "none", stdOver: "group", advantageEpsilon: 1e-9, singleton: "zero" }
}
const reductions: ReadonlyArray<Reduction> = ["token_mean", "seq_mean_token_mean", "sum_over_B_Lmax"]

describe.each(["model-tiny-untied", "model-small-tied"] as const)("the reference batch of %s", (model) => {
  const batch = modelCase(model)
  const { constants, expected } = batch
  const offsets = offsetsOf(batch.old_logp)
  const old = batch.old_logp.flat()
  const ref = batch.ref_logp.flat()
  const logp = expected.logp.flat()
  const oldValues = batch.old_values.flat()
  const scores = { logProbs: logp, entropies: expected.entropy.flat(), values: expected.values.flat() }
  const weights = (reduction: Reduction) =>
    reductionWeights(offsets, { reduction, maxNewTokens: constants.Lmax, maskedSequences: "drop" })
  const ppo = (reduction: Reduction): PpoOptions => ({
    ...ppoPreset("paper"),
    kl: constants.beta,
    clipScore: "none",
    whiten: "sample",
    whitenGuard: "add",
    valueCoefficient: constants.value_coefficient,
    valueClip: constants.clip_value,
    entropyBonus: constants.entropy_coefficient,
    reduction
  })
  const rollout = { offsets, scores: batch.rewards, oldLogProbs: old, refLogProbs: ref, oldValues }
  const targets = ppoTargets(rollout, ppo("token_mean"))
  const policyOf = (advantages: Float64Array, reduction: Reduction, options = clip) =>
    policyTerm(logp, old, advantages, offsets, weights(reduction), options).loss

  it("has the reference's ratios and KL estimates", () => {
    const term = policyTerm(logp, old, targets.advantages, offsets, weights("token_mean"), clip)
    expect(maxError(term.ratios, expected.ratio.flat())).toBeLessThan(1e-10)
    for (const k of ["k1", "k2", "k3"] satisfies ReadonlyArray<KlEstimator>) {
      const estimates = logp.map((l, t) => klEstimate(l - ref[t]!, k))
      expect(maxError(estimates, expected.kl_current_vs_ref[k].flat())).toBeLessThan(1e-10)
      expect(mean(estimates)).toBeCloseTo(expected.kl_means_token_mean[k], 10)
    }
  })

  it("has its token rewards, GAE and whitened advantages, for both settings of gamma and lambda", () => {
    const { rewards } = tokenRewards(batch.rewards, old, ref, offsets, {
      kl: constants.beta,
      klEstimator: "k1",
      clipScore: "none"
    })
    expect(maxError(rewards, expected.token_rewards_with_k1_old_vs_ref.flat())).toBeLessThan(1e-12)
    expect(Object.keys(expected.gae)).toEqual(["gamma=1.0,lambda=0.95", "gamma=0.99,lambda=0.9"])
    for (const [name, want] of Object.entries(expected.gae)) {
      const [gamma, lambda] = name.split(",").map((part) => Number(part.split("=")[1]))
      const got = gae(rewards, oldValues, offsets, { gamma: gamma!, lambda: lambda!, maskedTokens: "include" })
      expect(maxError(got.advantages, want.advantages.flat())).toBeLessThan(1e-10)
      expect(maxError(got.returns, want.returns.flat())).toBeLessThan(1e-10)
      const whitened = (divisor: "sample" | "population") =>
        whiten(got.advantages, { whiten: divisor, whitenEpsilon: 1e-8, whitenGuard: "add" })
      expect(maxError(whitened("sample"), want.whitened_n_minus_1.flat())).toBeLessThan(1e-10)
      expect(maxError(whitened("population"), want.whitened_population.flat())).toBeLessThan(1e-10)
    }
  })

  it.each(Object.keys(variants))("has its group advantages: %s", (name) => {
    expect(
      maxError(groupAdvantages(batch.rewards, batch.groups, variants[name]!), expected.group_advantages[name]!)
    ).toBeLessThan(1e-10)
  })

  it("has its policy and value loss of every token", () => {
    const perToken = expected.ratio.flat().map((r, t) => POLICY_LOSSES.clip.loss(logp[t]!, r, targets.advantages[t]!, clip))
    expect(maxError(perToken, expected.ppo_policy_per_token.flat())).toBeLessThan(1e-10)
    const value = valueTerm(scores.values, oldValues, targets.returns, weights("token_mean"), constants.clip_value)
    expect(
      maxError(
        value.perToken.map((x) => 2 * x),
        expected.value_clipped_per_token_without_half.flat()
      )
    ).toBeLessThan(1e-10)
  })

  it.each(reductions)("has its PPO losses under %s, symmetric, asymmetric and dual clip", (reduction) => {
    const loss = (name: string) => expected.losses[`${name}/${reduction}`]!
    expect(policyOf(targets.advantages, reduction)).toBeCloseTo(loss("ppo_policy"), 10)
    expect(policyOf(targets.advantages, reduction, { ...clip, clipHigh: 0.28 })).toBeCloseTo(
      loss("ppo_policy_asymmetric_0.2_0.28"),
      10
    )
    expect(policyOf(targets.advantages, reduction, { ...clip, dualClip: 3 })).toBeCloseTo(loss("ppo_policy_dual_clip_3"), 10)
  })

  it("has its value losses, entropy and PPO total", () => {
    const value = (reduction: Reduction, c: number | "none") =>
      valueTerm(scores.values, oldValues, targets.returns, weights(reduction), c).loss
    expect(value("token_mean", constants.clip_value)).toBeCloseTo(expected.losses["value_clipped/token_mean"]!, 10)
    expect(value("seq_mean_token_mean", constants.clip_value)).toBeCloseTo(
      expected.losses["value_clipped/seq_mean_token_mean"]!,
      10
    )
    expect(value("token_mean", "none")).toBeCloseTo(expected.losses["value_unclipped/token_mean"]!, 10)
    expect(reduce(scores.entropies, weights("token_mean"))).toBeCloseTo(expected.losses["entropy_mean/token_mean"]!, 10)
    for (const reduction of ["token_mean", "seq_mean_token_mean"] satisfies ReadonlyArray<Reduction>) {
      const inputs = { offsets, oldLogProbs: old, ...targets, oldValues, weights: weights(reduction) }
      const total =
        policyObjective(scores, inputs, ppo(reduction)).loss + criticObjective(scores.values, inputs, ppo(reduction)).loss
      expect(total).toBeCloseTo(expected.losses[`ppo_total/${reduction}`]!, 10)
    }
  })

  const grpoCases = [
    ["std_n_minus_1_eps_1e-9", "seq_mean_token_mean"],
    ["std_n_minus_1_eps_1e-9", "token_mean"],
    ["std_population_eps_1e-9", "token_mean"],
    ["dr_grpo_no_std", "sum_over_B_Lmax"]
  ] satisfies ReadonlyArray<readonly [string, Reduction]>
  it.each(grpoCases)("has its GRPO losses for %s under %s, with and without KL", (variant, reduction) => {
    const advantages = broadcast(groupAdvantages(batch.rewards, batch.groups, variants[variant]!), offsets)
    expect(policyOf(advantages, reduction)).toBeCloseTo(expected.losses[`grpo_policy[${variant}]/${reduction}`]!, 10)
    const options: GrpoOptions = {
      ...grpoPreset("paper-live-kl"),
      ...variants[variant]!,
      kl: constants.beta,
      reduction
    }
    const inputs = { offsets, oldLogProbs: old, refLogProbs: ref, advantages, weights: weights(reduction) }
    expect(grpoObjective(scores, inputs, options).loss).toBeCloseTo(
      expected.losses[`grpo_policy_plus_beta_k3[${variant}]/${reduction}`]!,
      10
    )
  })

  it("starts every on-policy GRPO update at loss 0 with a gradient that is not 0", () => {
    const advantages = broadcast(groupAdvantages(batch.rewards, batch.groups, variants["std_n_minus_1_eps_1e-9"]!), offsets)
    const term = policyTerm(logp, logp, advantages, offsets, weights("seq_mean_token_mean"), clip)
    expect(Math.abs(term.loss)).toBeLessThan(1e-15)
    expect(Math.hypot(...term.gradient)).toBeGreaterThan(0.1)
  })

  it("has its clip fractions in both definitions, approximate KLs and explained variance", () => {
    const statistics = policyStatistics(logp, old, targets.advantages, clip)
    expect(statistics.clipFractionOutside).toBeCloseTo(expected.clip_fraction_ratio_outside, 12)
    expect(statistics.clipFractionAbove).toBeCloseTo(expected.clip_fraction_above, 12)
    expect(statistics.clipFractionBelow).toBeCloseTo(expected.clip_fraction_below, 12)
    expect(statistics.clipFractionActive).toBeCloseTo(expected.clip_fraction_objective_active, 12)
    expect(statistics.approxKl1).toBeCloseTo(expected.approx_kl_old_minus_new_mean, 10)
    expect(statistics.approxKl3).toBeCloseTo(expected.approx_kl_ratio_minus_1_minus_logratio_mean, 10)
    const value = valueStatistics(scores.values, oldValues, targets.returns, constants.clip_value)
    expect(value.valueClipFraction).toBeCloseTo(expected.value_clip_fraction_objective_active, 12)
    expect(value.explainedVariance).toBeCloseTo(expected.explained_variance, 9)
  })
})
