/**
 * Numeric cases from the test suites of public RL libraries (test/fixtures/rl-profiles.json), each under the convention it
 * belongs to. A case's number is its id there; the last test makes sure that none is left out.
 */

import { afterAll, describe, expect, it } from "vitest"

import { GRPO_PRESETS, grpoObjective } from "../../src/rl/algorithms/grpo.ts"
import { gae } from "../../src/rl/objective/gae.ts"
import { groupAdvantages, type GroupAdvantageOptions } from "../../src/rl/objective/group-advantages.ts"
import { klEstimate, klLoss, nextKlCoefficient, type KlEstimator } from "../../src/rl/objective/kl.ts"
import { entropyTerm, policyTerm, valueTerm } from "../../src/rl/objective/loss-terms.ts"
import type { PolicyLossOptions } from "../../src/rl/objective/policy-loss.ts"
import { reduce, reductionTotals, reductionWeights, type ReductionOptions } from "../../src/rl/objective/reduction.ts"
import { tokenRewards } from "../../src/rl/objective/token-rewards.ts"
import { policyStatistics } from "../../src/rl/objective/update-statistics.ts"
import { whiten, type WhitenOptions } from "../../src/rl/objective/whitening.ts"
import { DIVISORS, mean, standardDeviation, variance } from "../../src/rl/packed/masked-statistics.ts"
import { maxError, offsetsOf, profileCase, profileIds } from "./fixtures.ts"

type Rows = ReadonlyArray<ReadonlyArray<number>>

const used = new Set<string>()
const load = <I, E>(id: string) => {
  used.add(id)
  return profileCase<I, E>(id)
}

type Reduction = ReductionOptions["reduction"]

const clip: PolicyLossOptions = GRPO_PRESETS.paper
const groupNorm: GroupAdvantageOptions = GRPO_PRESETS.paper
const rloo: GroupAdvantageOptions = { ...groupNorm, baseline: "leave_one_out", std: "none" }
const whitening: WhitenOptions = { whiten: "sample", whitenEpsilon: 1e-8, whitenGuard: "add" }
const reducing = (reduction: Reduction, maxNewTokens = Number.NaN): ReductionOptions => ({
  reduction,
  maskedSequences: "drop",
  maxNewTokens
})
const reduced = (rows: Rows, mask: Rows, options: ReductionOptions): number =>
  reduce(rows.flat(), reductionWeights(offsetsOf(rows), options, mask.flat()))
const one = (length: number): Int32Array => Int32Array.of(0, length)

describe("reductions", () => {
  it("1: token mean, sequence mean and both readings of a constant length", () => {
    const { inputs, expected } = load<{ loss: Rows; mask: Rows; Lmax: number }, Record<string, number>>("1")
    const value = (reduction: Reduction) => reduced(inputs.loss, inputs.mask, reducing(reduction, inputs.Lmax))
    expect(value("token_mean")).toBeCloseTo(expected["token_mean"]!, 12)
    expect(value("seq_mean_token_mean")).toBeCloseTo(expected["seq_mean_token_mean"]!, 12)
    expect(value("sum_over_B_Lmax")).toBeCloseTo(expected["sum_over_B_Lmax"]!, 12)
    expect(value("sum_over_Lmax")).toBeCloseTo(expected["sum_over_Lmax_without_batch_mean"]!, 12)
  })

  it("11: the clipped loss of a masked batch under three reductions", () => {
    type Inputs = Record<"logp" | "old_logp" | "advantages" | "mask", Rows> & { Lmax: number }
    const { inputs, expected } = load<Inputs, Record<string, number> & { per_token: Rows }>("11")
    const offsets = offsetsOf(inputs.logp)
    for (const reduction of ["token_mean", "seq_mean_token_mean", "sum_over_B_Lmax"] satisfies ReadonlyArray<Reduction>) {
      const weights = reductionWeights(offsets, reducing(reduction, inputs.Lmax), inputs.mask.flat())
      const term = policyTerm(inputs.logp.flat(), inputs.old_logp.flat(), inputs.advantages.flat(), offsets, weights, clip)
      expect(term.loss).toBeCloseTo(expected[reduction]!, 12)
      expect(maxError(term.perToken, expected.per_token.flat())).toBeLessThan(1e-12)
    }
  })

  it("12: accumulation over micro-batches uses the token count of the whole batch", () => {
    const { inputs, expected } = load<
      { micro_batches: ReadonlyArray<Rows>; masks: ReadonlyArray<Rows> },
      { global_token_mean: number; mean_of_micro_batch_means: number }
    >("12")
    const totals = { tokens: inputs.masks.flat(2).reduce((sum, m) => sum + m, 0), sequences: inputs.masks.flat().length }
    const parts = inputs.micro_batches.map((rows, i) => ({ rows, mask: inputs.masks[i]! }))
    const global = parts.map(({ rows, mask }) =>
      reduce(rows.flat(), reductionWeights(offsetsOf(rows), reducing("token_mean"), mask.flat(), totals))
    )
    expect(global[0]! + global[1]!).toBeCloseTo(expected.global_token_mean, 12)
    const own = parts.map(({ rows, mask }) => reduced(rows, mask, reducing("token_mean")))
    expect((own[0]! + own[1]!) / 2).toBeCloseTo(expected.mean_of_micro_batch_means, 12)
  })

  it("13: shards with the totals of the batch add up to it, and a fully masked row is no row", () => {
    type Inputs = Record<"loss_a" | "mask_a" | "loss_b" | "mask_b" | "split" | "masked_row_loss" | "masked_row_mask", Rows>
    const { inputs, expected } = load<Inputs, Record<string, number>>("13")
    const shards = (loss: Rows, mask: Rows, reduction: Reduction): number => {
      const totals = reductionTotals(offsetsOf(loss), "drop", mask.flat())
      return inputs.split
        .map((rows) => {
          const part = rows.map((r) => loss[r]!)
          const kept = rows.map((r) => mask[r]!)
          return reduce(part.flat(), reductionWeights(offsetsOf(part), reducing(reduction), kept.flat(), totals))
        })
        .reduce((sum, x) => sum + x, 0)
    }
    expect(shards(inputs.loss_a, inputs.mask_a, "token_mean")).toBeCloseTo(expected["token_mean_a"]!, 12)
    expect(reduced(inputs.loss_a, inputs.mask_a, reducing("token_mean"))).toBeCloseTo(expected["token_mean_a"]!, 12)
    expect(shards(inputs.loss_b, inputs.mask_b, "seq_mean_token_mean")).toBeCloseTo(expected["seq_mean_token_mean_b"]!, 12)
    const masked = (maskedSequences: "drop" | "count") =>
      reduced(inputs.masked_row_loss, inputs.masked_row_mask, { ...reducing("seq_mean_token_mean"), maskedSequences })
    expect(masked("drop")).toBeCloseTo(expected["seq_mean_with_fully_masked_row_dropped"]!, 12)
    expect(masked("count")).toBeCloseTo(1, 12)
  })
})

describe("GAE and whitening", () => {
  it("2: advantages and returns for three settings of gamma and lambda", () => {
    const { inputs, expected } = load<
      Record<"rewards" | "values", ReadonlyArray<number>>,
      { rows: ReadonlyArray<{ gamma: number; lambda: number; advantages: number[]; returns: number[] }> }
    >("2")
    for (const { gamma, lambda, advantages, returns } of expected.rows) {
      const got = gae(inputs.rewards, inputs.values, one(3), { gamma, lambda, maskedTokens: "include" })
      expect([...got.advantages]).toEqual(advantages)
      expect([...got.returns]).toEqual(returns)
    }
    expect(expected.rows).toHaveLength(3)
  })

  it.each(["3", "3v"])("%s: a masked token inside, by the rule of its library", (id) => {
    type Inputs = Record<"rewards" | "values" | "mask", ReadonlyArray<number>>
    const { inputs, expected, profile } = load<Inputs, Record<"advantages" | "returns" | "whitened", ReadonlyArray<number>>>(id)
    const maskedTokens = profile === "verl" ? "skip" : "include"
    const got = gae(inputs.rewards, inputs.values, one(3), { gamma: 1, lambda: 1, maskedTokens }, inputs.mask)
    expect([...got.advantages]).toEqual(expected.advantages)
    expect([...got.returns]).toEqual(expected.returns)
    expect(maxError(whiten(got.advantages, whitening, inputs.mask), expected.whitened)).toBeLessThan(1e-12)
  })

  it("4: values at masked tokens never matter", () => {
    type Inputs = Record<"rewards" | "mask" | "values_a" | "values_b", ReadonlyArray<number>> & { gamma: number; lambda: number }
    const { inputs, expected } = load<Inputs, Record<"advantages" | "masked_returns", ReadonlyArray<number>>>("4")
    const options = { gamma: inputs.gamma, lambda: inputs.lambda, maskedTokens: "skip" } as const
    const a = gae(inputs.rewards, inputs.values_a, one(11), options, inputs.mask)
    const b = gae(inputs.rewards, inputs.values_b, one(11), options, inputs.mask)
    expect(a.advantages).toEqual(b.advantages)
    expect(maxError(a.advantages, expected.advantages)).toBeLessThan(1e-12)
    expect(
      maxError(
        a.returns.map((x, t) => x * inputs.mask[t]!),
        expected.masked_returns
      )
    ).toBeLessThan(1e-12)
  })

  it("18: packed sequences and separate ones agree exactly", () => {
    type Inputs = Record<"packed_rewards" | "packed_values" | "document_lengths", ReadonlyArray<number>>
    const { inputs, expected } = load<
      Inputs,
      { rows: ReadonlyArray<{ gamma: number; lambda: number; packed_advantages: ReadonlyArray<number> }> }
    >("18")
    const offsets = Int32Array.of(0, 6, 13, 26)
    for (const { gamma, lambda, packed_advantages } of expected.rows) {
      const options = { gamma, lambda, maskedTokens: "include" } as const
      const packed = gae(inputs.packed_rewards, inputs.packed_values, offsets, options).advantages
      expect(maxError(packed, packed_advantages)).toBeLessThan(1e-11)
      const separate = [0, 1, 2].flatMap((d) => {
        const part = (x: ReadonlyArray<number>) => x.slice(offsets[d], offsets[d + 1])
        return [
          ...gae(part(inputs.packed_rewards), part(inputs.packed_values), one(inputs.document_lengths[d]!), options).advantages
        ]
      })
      expect([...packed]).toEqual(separate)
    }
  })

  it("19: KL inside the reward, and discounted returns", () => {
    type Gae = { rewards: number[]; values: number[]; gamma: number; lambda: number }
    const { inputs, expected } = load<
      { scores: number[]; logp: Rows; ref_logp: Rows; beta: number; gae: Gae },
      { rewards: Rows; returns: ReadonlyArray<number> }
    >("19")
    const options = { kl: inputs.beta, klEstimator: "k1", clipScore: "none" } as const
    const { rewards } = tokenRewards(inputs.scores, inputs.logp.flat(), inputs.ref_logp.flat(), offsetsOf(inputs.logp), options)
    expect(maxError(rewards, expected.rewards.flat())).toBeLessThan(1e-12)
    const { gamma, lambda } = inputs.gae
    const { returns } = gae(inputs.gae.rewards, inputs.gae.values, one(4), { gamma, lambda, maskedTokens: "include" })
    expect(maxError(returns, expected.returns)).toBeLessThan(1e-12)
  })

  it("20: masked statistics are those of the unmasked subset, absent values included", () => {
    type Row = ReadonlyArray<number | null>
    const { inputs, expected } = load<
      { nanstd_input: Row; masked_input: number[]; mask: number[] },
      {
        nanstd: number
        masked_mean: number
        masked_var_n_minus_1: number
        whitened_unmasked_part: number[]
        nanstd_rows: { inputs: ReadonlyArray<Row>; expected: Row }
      }
    >("20")
    const presentStd = (row: Row) =>
      standardDeviation(
        row.map((x) => x ?? 0),
        DIVISORS.sample,
        row.map((x) => (x === null ? 0 : 1))
      )
    expect(presentStd(inputs.nanstd_input)).toBeCloseTo(expected.nanstd, 12)
    expected.nanstd_rows.inputs.forEach((row, i) => {
      const want = expected.nanstd_rows.expected[i]
      if (want === null) expect(presentStd(row)).toBeNaN()
      else expect(presentStd(row)).toBeCloseTo(want!, 12)
    })
    expect(mean(inputs.masked_input, inputs.mask)).toBe(expected.masked_mean)
    expect(variance(inputs.masked_input, DIVISORS.sample, inputs.mask)).toBe(expected.masked_var_n_minus_1)
    const kept = [...whiten(Float64Array.from(inputs.masked_input), whitening, inputs.mask)].filter(
      (_, i) => inputs.mask[i] === 1
    )
    expect(maxError(kept, expected.whitened_unmasked_part)).toBeLessThan(1e-12)
  })
})

describe("group advantages", () => {
  it("4b: RLOO and GRPO of shuffled groups at three sizes", () => {
    const { inputs, expected } = load<
      { rows: ReadonlyArray<{ groups: number[]; scores: number[] }> },
      { rows: ReadonlyArray<Record<"rloo" | "grpo_std_n_minus_1_eps_1e-6", number[]>> }
    >("4b")
    inputs.rows.forEach(({ groups, scores }, i) => {
      expect(maxError(groupAdvantages(scores, groups, rloo), expected.rows[i]!.rloo)).toBeLessThan(1e-12)
      const grpo = groupAdvantages(scores, groups, GRPO_PRESETS.verl)
      expect(maxError(grpo, expected.rows[i]!["grpo_std_n_minus_1_eps_1e-6"])).toBeLessThan(1e-12)
    })
    expect(inputs.rows).toHaveLength(3)
  })

  it("5: verl passes the raw score of a group of one through", () => {
    const { inputs, expected } = load<Record<"scores" | "groups", number[]>, { "advantage_eps_1e-6": number[] }>("5")
    const got = groupAdvantages(inputs.scores, inputs.groups, GRPO_PRESETS.verl)
    expect(maxError(got, expected["advantage_eps_1e-6"])).toBeLessThan(1e-12)
  })

  it("14: centred only, and over the population standard deviation", () => {
    const { inputs, expected } = load<{ rewards: number[] }, Record<"centred" | "divided_by_population_std", number[]>>("14")
    const groups = [0, 0, 0]
    expect([...groupAdvantages(inputs.rewards, groups, { ...groupNorm, std: "none" })]).toEqual(expected.centred)
    const population = groupAdvantages(inputs.rewards, groups, { ...groupNorm, std: "population", advantageEpsilon: 0 })
    expect(maxError(population, expected.divided_by_population_std)).toBeLessThan(1e-12)
  })

  it("15: one correct of eight under the presets paper, verl, trl, dr-grpo and the population form", () => {
    const { inputs, expected } = load<{ rewards: number[] }, Record<string, number[]>>("15")
    const groups = inputs.rewards.map(() => 0)
    const of = (options: GroupAdvantageOptions) => groupAdvantages(inputs.rewards, groups, options)
    expect(maxError(of(GRPO_PRESETS.paper), expected["paper_n_minus_1_eps_1e-9"]!)).toBeLessThan(1e-12)
    expect(maxError(of(GRPO_PRESETS.verl), expected["verl_n_minus_1_eps_1e-6"]!)).toBeLessThan(1e-12)
    expect(maxError(of(GRPO_PRESETS.trl), expected["trl_n_minus_1_eps_1e-4"]!)).toBeLessThan(1e-12)
    expect(maxError(of({ ...groupNorm, std: "population" }), expected["population_eps_1e-9"]!)).toBeLessThan(1e-12)
    expect([...of(GRPO_PRESETS["dr-grpo"])]).toEqual(expected["dr_grpo"])
  })

  it("16: leave-one-out, centring, a group of one, and the adaptive KL controller", () => {
    type Controller = Record<"target" | "horizon" | "current" | "steps" | "error_clip", number>
    const { inputs, expected } = load<
      { scores: number[]; groups: number[]; kl_controller: Controller },
      { rloo: number[]; centred_first_two_groups: number[]; kl_controller_after: number }
    >("16")
    expect([...groupAdvantages(inputs.scores, inputs.groups, rloo)]).toEqual(expected.rloo)
    const centred = groupAdvantages(inputs.scores, inputs.groups, { ...groupNorm, std: "none" })
    expect([...centred].slice(0, 4)).toEqual(expected.centred_first_two_groups)
    const { target, horizon, current, steps, error_clip } = inputs.kl_controller
    const controller = { kind: "adaptive", target, horizon, errorClip: error_clip } as const
    expect(nextKlCoefficient(0.2, current, steps, controller)).toBeCloseTo(expected.kl_controller_after, 14)
  })
})

type Surrogate = { advantages: number[]; logp: number[]; old_logp: number[] }
const thirds = Float64Array.of(1 / 3, 1 / 3, 1 / 3)

describe("policy, KL and value losses", () => {
  it("6: PPO clipping", () => {
    const { inputs, expected } = load<Surrogate, { ratio: number[]; per_token: number[]; token_mean: number }>("6")
    const term = policyTerm(inputs.logp, inputs.old_logp, inputs.advantages, one(3), thirds, clip)
    expect(maxError(term.ratios, expected.ratio)).toBeLessThan(1e-12)
    expect(maxError(term.perToken, expected.per_token)).toBeLessThan(1e-12)
    expect(term.loss).toBeCloseTo(expected.token_mean, 12)
  })

  it("7: CISPO keeps a gradient on every token", () => {
    type Expected = { per_token: number[]; token_mean: number; gradient_of_token_mean_wrt_logp: number[] }
    const { inputs, expected } = load<Surrogate, Expected>("7")
    const term = policyTerm(inputs.logp, inputs.old_logp, inputs.advantages, one(3), thirds, { ...clip, policyLoss: "cispo" })
    expect(maxError(term.perToken, expected.per_token)).toBeLessThan(1e-12)
    expect(term.loss).toBeCloseTo(expected.token_mean, 12)
    expect(maxError(term.gradient, expected.gradient_of_token_mean_wrt_logp)).toBeLessThan(1e-12)
  })

  it("8: the three KL estimators, free and clamped", () => {
    type Each = Record<"k1" | "k2" | "k3", number[]>
    const { inputs, expected } = load<Record<"logp" | "ref_logp", number[]>, Each & { output_clamped_to_10: Each }>("8")
    for (const estimator of ["k1", "k2", "k3"] satisfies ReadonlyArray<KlEstimator>) {
      const d = inputs.logp.map((l, t) => l - inputs.ref_logp[t]!)
      expect(
        maxError(
          d.map((x) => klEstimate(x, estimator)),
          expected[estimator]
        )
      ).toBeLessThan(1e-10)
      const clamped = { ...GRPO_PRESETS.paper, klEstimator: estimator, klGradient: "own", klEstimateClamp: 10 } as const
      expect(
        maxError(
          d.map((x) => klLoss(x, clamped)),
          expected.output_clamped_to_10[estimator]
        )
      ).toBeLessThan(1e-12)
    }
  })

  it("9: a loss that is KL alone", () => {
    type Inputs = Record<"logp" | "ref_logp" | "advantages", number[]> & { beta: number }
    const { inputs, expected } = load<Inputs, { k3_mean: number; loss: number }>("9")
    const options = { ...GRPO_PRESETS["paper-live-kl"], kl: inputs.beta }
    const batch = {
      offsets: one(3),
      oldLogProbs: inputs.logp,
      refLogProbs: inputs.ref_logp,
      advantages: inputs.advantages,
      weights: thirds
    }
    const objective = grpoObjective({ logProbs: inputs.logp }, batch, options)
    expect(objective.terms.kl).toBeCloseTo(expected.k3_mean, 12)
    expect(objective.loss).toBeCloseTo(expected.loss, 12)
  })

  it("10: on policy, ratio statistics are exactly 1 and the gradient is not 0", () => {
    const { inputs, expected } = load<
      { advantages: number[]; logp: number[] },
      { loss_token_mean: number; clip_fraction: number; gradient_wrt_logp: number[] }
    >("10")
    const term = policyTerm(inputs.logp, inputs.logp, inputs.advantages, one(3), thirds, clip)
    expect(term.loss).toBeCloseTo(expected.loss_token_mean, 12)
    expect(maxError(term.gradient, expected.gradient_wrt_logp)).toBeLessThan(1e-12)
    const { ratioMean, ratioMin, ratioMax, clipFractionOutside } = policyStatistics(
      inputs.logp,
      inputs.logp,
      inputs.advantages,
      clip
    )
    expect([ratioMean, ratioMin, ratioMax, clipFractionOutside]).toEqual([1, 1, 1, expected.clip_fraction])
  })

  it("17: clipped value loss, its mask and its clip fraction", () => {
    type Inputs = Record<"new_values" | "old_values" | "returns" | "mask", number[]> & { clip: number }
    const { inputs, expected } = load<Inputs, { per_token_without_half: number[]; token_mean_with_half: number }>("17")
    const weights = reductionWeights(one(3), reducing("token_mean"), inputs.mask)
    const term = valueTerm(inputs.new_values, inputs.old_values, inputs.returns, weights, inputs.clip)
    expect(
      maxError(
        term.perToken.map((x) => 2 * x),
        expected.per_token_without_half
      )
    ).toBeLessThan(1e-12)
    expect(term.loss).toBeCloseTo(expected.token_mean_with_half, 12)
    expect([...term.gradient]).toEqual([0, 0, 0])
  })

  it("22: TRL's entropy bonus is a token mean whatever the policy loss uses", () => {
    type Inputs = Record<"per_token_policy_loss" | "mask" | "entropy", Rows> & { entropy_coefficient: number; Lmax: number }
    type Expected = { mean_token_entropy: number; policy_loss: Record<string, number>; loss: Record<string, number> }
    const { inputs, expected } = load<Inputs, Expected>("22")
    const options = { ...GRPO_PRESETS.trl, entropyBonus: inputs.entropy_coefficient }
    for (const reduction of ["token_mean", "seq_mean_token_mean", "sum_over_B_Lmax"] satisfies ReadonlyArray<Reduction>) {
      const weights = reductionWeights(offsetsOf(inputs.mask), reducing(reduction, inputs.Lmax), inputs.mask.flat())
      const policy = reduce(inputs.per_token_policy_loss.flat(), weights)
      const entropy = entropyTerm(inputs.entropy.flat(), weights, options)
      expect(entropy.loss).toBeCloseTo(expected.mean_token_entropy, 12)
      expect(policy).toBeCloseTo(expected.policy_loss[reduction]!, 12)
      expect(policy - options.entropyBonus * entropy.loss).toBeCloseTo(expected.loss[reduction]!, 12)
    }
    expect(mean(inputs.entropy.flat(), inputs.mask.flat())).toBeCloseTo(expected.mean_token_entropy, 12)
  })
})

afterAll(() => {
  // 21 is of masks that no algorithm here has: high-entropy tokens, and sequences that drifted. 23 (pass@k) and 24 (majority,
  // bootstrap) are
  // evaluation: test/evaluation/profiles.test.ts.
  expect([...used, "21", "23", "24"].toSorted()).toEqual(profileIds.toSorted())
})
