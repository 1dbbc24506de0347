/** The PPO and GRPO losses of the RL fixture, spelled out as per-position arguments of `lossStep`. */

import type { Batch, TokenLoss } from "../../src/engine/Engine.ts"
import { documentsOf, type RlFixture } from "./fixtures.ts"

type Ragged = ReadonlyArray<ReadonlyArray<number>>
type Surrogate = Extract<TokenLoss, { kind: "surrogate" }>
type Reduction = "token_mean" | "seq_mean_token_mean" | "sum_over_B_Lmax"

export interface RlCase {
  readonly name: string
  readonly loss: Surrogate
}

/** Spreads response entries over positions: entry t belongs to position prompt_length - 1 + t of its sequence. */
export const overPositions = (rl: RlFixture, batch: Batch, entries: Ragged): Float32Array => {
  const out = new Float32Array(batch.tokens.length)
  entries.forEach((row, i) => out.set(row, batch.offsets[i]! + rl.prompt_lengths[i]! - 1))
  return out
}

/** Weight of each response token under a reduction. */
const weightsOf = (rl: RlFixture, reduction: Reduction): Ragged => {
  const lengths = rl.old_logp.map((row) => row.length)
  const tokens = lengths.reduce((a, b) => a + b, 0)
  const weight = (length: number) =>
    reduction === "token_mean"
      ? 1 / tokens
      : reduction === "seq_mean_token_mean"
        ? 1 / (lengths.length * length)
        : 1 / (lengths.length * rl.constants.Lmax)
  return lengths.map((length) => Array.from({ length }, () => weight(length)))
}

export const rlBatch = (rl: RlFixture): Batch => documentsOf(rl.sequences)

/** Every loss of the fixture that the surrogate covers; `on-policy` takes the current log-probabilities as old. */
export const rlCases = (rl: RlFixture): ReadonlyArray<RlCase> => {
  const batch = rlBatch(rl)
  const spread = (entries: Ragged) => overPositions(rl, batch, entries)
  const gae = rl.expected.gae["gamma=1.0,lambda=0.95"]!
  const none = new Float32Array(batch.tokens.length)
  const base = (reduction: Reduction, advantages: Float32Array): Surrogate => ({
    kind: "surrogate",
    weights: spread(weightsOf(rl, reduction)),
    advantages,
    oldLogProbs: spread(rl.old_logp),
    refLogProbs: spread(rl.ref_logp),
    returns: spread(gae.returns),
    oldValues: spread(rl.old_values),
    clipLow: 0.2,
    clipHigh: 0.2,
    temperature: rl.temperature
  })
  const whitened = spread(gae.whitened_n_minus_1)
  const grouped = (kind: string) => {
    const advantages = rl.expected.group_advantages[kind]!
    return spread(rl.old_logp.map((row, i) => row.map(() => advantages[i]!)))
  }
  const cases: Array<RlCase> = []
  const add = (name: string, loss: Surrogate) => cases.push({ name, loss })
  for (const reduction of ["token_mean", "seq_mean_token_mean", "sum_over_B_Lmax"] as const) {
    add(`ppo_policy/${reduction}`, base(reduction, whitened))
    add(`ppo_policy_asymmetric_0.2_0.28/${reduction}`, { ...base(reduction, whitened), clipHigh: 0.28 })
    add(`ppo_policy_dual_clip_3/${reduction}`, { ...base(reduction, whitened), dualClip: 3 })
  }
  for (const reduction of ["token_mean", "seq_mean_token_mean"] as const) {
    add(`value_clipped/${reduction}`, { ...base(reduction, none), valueCoefficient: 1, valueClip: 0.2 })
    add(`ppo_total/${reduction}`, {
      ...base(reduction, whitened),
      valueCoefficient: 0.5,
      valueClip: 0.2,
      entropyCoefficient: 0.01
    })
  }
  add("value_unclipped/token_mean", { ...base("token_mean", none), valueCoefficient: 1 })
  add("entropy_mean/token_mean", { ...base("token_mean", none), entropyCoefficient: -1 })
  add("k3_in_loss/token_mean", { ...base("token_mean", none), klCoefficient: 1 })
  const groups = [
    ["std_n_minus_1_eps_1e-9", "seq_mean_token_mean"],
    ["std_n_minus_1_eps_1e-9", "token_mean"],
    ["std_population_eps_1e-9", "token_mean"],
    ["dr_grpo_no_std", "sum_over_B_Lmax"]
  ] as const
  for (const [kind, reduction] of groups) {
    add(`grpo_policy[${kind}]/${reduction}`, base(reduction, grouped(kind)))
    add(`grpo_policy_plus_beta_k3[${kind}]/${reduction}`, { ...base(reduction, grouped(kind)), klCoefficient: rl.constants.beta })
  }
  add("grpo_on_policy[std_n_minus_1_eps_1e-9]/seq_mean_token_mean", {
    ...base("seq_mean_token_mean", grouped("std_n_minus_1_eps_1e-9")),
    oldLogProbs: spread(rl.expected.logp)
  })
  return cases
}
