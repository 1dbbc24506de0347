import type { ExpertIterationOptions } from "../algorithms/expert-iteration.ts"
import type { GrpoOptions } from "../algorithms/grpo.ts"
import type { PpoOptions } from "../algorithms/ppo.ts"
import type { ReinforceOptions } from "../algorithms/reinforce.ts"
import type { WhitenOptions } from "../objective/gae.ts"
/**
 * The same word, different arithmetic: complete option records under the name of whoever computes it that way.
 *
 *   paper     rosieyzh/openrlhf-pretrain, the code behind arXiv 2504.07912 (a fork of OpenRLHF 0.6.3), quirks included
 *   trl       huggingface/trl, defaults of GRPOTrainer and of the experimental PPOTrainer
 *   verl      volcengine/verl, defaults of its GRPO and PPO examples
 *   dr-grpo   Liu et al. 2025, arXiv 2503.20783: no std, constant length
 *   dapo      Yu et al. 2025, arXiv 2503.14476: clip-higher, token mean, no KL; its dynamic sampling is in definitions.ts
 *   rloo      Ahmadian et al. 2024, arXiv 2402.14740
 *   standard  the definitions of `paper` with a live KL gradient and KL off: what runs when nothing is said
 *
 * A preset holds no learning rate, batch size or number of samples: those belong to the loop. `maxLength` is a constant of the run, so
 * presets that divide by it are functions of it. What is known and what is taken on trust is said in docs/definitions.md.
 */
import type { GroupAdvantageOptions } from "../objective/group-advantages.ts"
import type { KlLossOptions } from "../objective/kl.ts"
import type { EntropyOptions } from "../objective/loss-terms.ts"
import type { PolicyLossOptions } from "../objective/policy-loss.ts"
import type { ReductionOptions } from "../objective/reduction.ts"

const clip20: PolicyLossOptions = { kind: "clip", clipLow: 0.2, clipHigh: 0.2, ratio: "token" }
const clipVerl: PolicyLossOptions = { ...clip20, dualClip: 3, clampLogRatio: 20 }
const tokenMean: ReductionOptions = { reduction: "token_mean", maskedSequences: "drop" }
const noEntropyBonus: EntropyOptions = { coefficient: 0, reduction: "same" }
const noKl: KlLossOptions = { coefficient: 0, estimator: "k3", gradient: "own" }
const groupNorm: GroupAdvantageOptions = { baseline: "mean", std: "sample", stdOver: "group", epsilon: 1e-9, singleton: "zero" }

/** OpenRLHF and the paper: population variance, never below 1e-8. */
export const whitenOpenRlhf: WhitenOptions = { divisor: "population", shiftMean: true, epsilon: 1e-8, guard: "max" }
/** TRL and verl: divisor n - 1, 1e-8 added. */
export const whitenMasked: WhitenOptions = { divisor: "sample", shiftMean: true, epsilon: 1e-8, guard: "add" }

export const grpoPresets = ["standard", "paper", "paper-live-kl", "trl", "verl", "dr-grpo", "dapo"] as const
export type GrpoPreset = (typeof grpoPresets)[number]

/** GRPO and its kin. `maxLength` is the longest response of the run, in tokens. */
export const grpoPreset = (name: GrpoPreset, maxLength: number): GrpoOptions => {
  const paper: GrpoOptions = {
    advantage: groupNorm,
    policy: clip20,
    kl: { coefficient: 1e-3, estimator: "k3", gradient: "none" },
    entropy: noEntropyBonus,
    reduction: tokenMean
  }
  switch (name) {
    case "standard":
      return { ...paper, kl: { coefficient: 0, estimator: "k3", gradient: "own" } }
    case "paper":
      return paper
    case "paper-live-kl":
      return { ...paper, kl: { ...paper.kl, gradient: "own" } }
    case "trl":
      return {
        advantage: { ...groupNorm, epsilon: 1e-4 },
        policy: clip20,
        kl: noKl,
        entropy: { coefficient: 0, reduction: "token_mean" },
        reduction: { reduction: "token_mean", maskedSequences: "count" }
      }
    case "verl":
      return {
        advantage: { ...groupNorm, epsilon: 1e-6, singleton: "raw" },
        policy: clipVerl,
        kl: { coefficient: 1e-3, estimator: "k3", gradient: "own", clampLogRatio: 20, clampEstimate: 10 },
        entropy: noEntropyBonus,
        reduction: tokenMean
      }
    case "dr-grpo":
      return {
        advantage: { ...groupNorm, std: "none" },
        policy: clip20,
        kl: noKl,
        entropy: noEntropyBonus,
        reduction: { reduction: "sum_over_B_Lmax", maxLength, maskedSequences: "count" }
      }
    case "dapo":
      return {
        advantage: { ...groupNorm, epsilon: 1e-6 },
        policy: { ...clip20, clipHigh: 0.28 },
        kl: noKl,
        entropy: noEntropyBonus,
        reduction: tokenMean
      }
  }
}

export const ppoPresets = ["standard", "paper", "trl", "verl"] as const
export type PpoPreset = (typeof ppoPresets)[number]

export const ppoPreset = (name: PpoPreset): PpoOptions => {
  const paper: PpoOptions = {
    klReward: { coefficient: 1e-3, estimator: "k1", clipScore: 10 },
    gae: { gamma: 1, lambda: 0.95, maskedTokens: "include" },
    whiten: whitenOpenRlhf,
    policy: clip20,
    value: { coefficient: 1, clip: 0.2, critic: "separate" },
    entropy: noEntropyBonus,
    reduction: tokenMean
  }
  switch (name) {
    case "standard":
      return { ...paper, klReward: { ...paper.klReward, coefficient: 0 } }
    case "paper":
      return paper
    case "trl":
      return {
        klReward: { coefficient: 0.05, estimator: "k1" },
        gae: { gamma: 1, lambda: 0.95, maskedTokens: "include" },
        whiten: whitenMasked,
        policy: clip20,
        value: { coefficient: 0.1, clip: 0.2, critic: "separate" },
        entropy: noEntropyBonus,
        reduction: { reduction: "token_mean", maskedSequences: "count" }
      }
    case "verl":
      return {
        klReward: { coefficient: 0, estimator: "k1" },
        gae: { gamma: 1, lambda: 1, maskedTokens: "skip" },
        whiten: whitenMasked,
        policy: clipVerl,
        value: { coefficient: 1, clip: 0.5, critic: "separate" },
        entropy: noEntropyBonus,
        reduction: tokenMean
      }
  }
}

export const reinforcePresets = ["standard", "paper", "rloo"] as const
export type ReinforcePreset = (typeof reinforcePresets)[number]

/** `paper`: the configured but unreported REINFORCE++-baseline arm. */
export const reinforcePreset = (name: ReinforcePreset): ReinforceOptions => {
  const rloo: ReinforceOptions = {
    advantage: { ...groupNorm, baseline: "leave_one_out", std: "none" },
    klReward: { coefficient: 1e-3, estimator: "k1" },
    klPlace: "score",
    gamma: 1,
    policy: { ...clip20, kind: "reinforce" },
    entropy: noEntropyBonus,
    reduction: { reduction: "seq_mean_token_sum", maskedSequences: "drop" }
  }
  const paper: ReinforceOptions = {
    ...rloo,
    advantage: { ...groupNorm, std: "none" },
    klReward: { ...rloo.klReward, clipScore: 10 },
    klPlace: "token",
    whiten: whitenOpenRlhf,
    policy: clip20,
    reduction: tokenMean
  }
  switch (name) {
    case "standard":
      return { ...paper, klReward: { ...paper.klReward, coefficient: 0 } }
    case "paper":
      return paper
    case "rloo":
      return rloo
  }
}

export const expertIterationPresets = ["standard", "paper"] as const
export type ExpertIterationPreset = (typeof expertIterationPresets)[number]

/**
 * `paper`: every correct sample, exact duplicates dropped, restart from the base model each round; its 64 samples are the loop's
 * business. `standard` takes at most four of a question, or easy questions dominate.
 */
export const expertIterationPreset = (name: ExpertIterationPreset): ExpertIterationOptions => {
  const paper: ExpertIterationOptions = { threshold: 1, deduplicate: true, startFrom: "base" }
  return name === "paper" ? paper : { ...paper, perQuestion: 4 }
}
