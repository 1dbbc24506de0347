/**
 * Every definition in which RL libraries differ, as a parameter: a preset chooses all of them, and each can be chosen by itself.
 *
 * A parameter left null takes the preset's value, so that `preset` and the exceptions to it say completely what is computed, and all of it
 * is in the action key. A parameter that an algorithm has no use for (Expert Iteration and a KL coefficient) is ignored, so that one
 * sweep can set it for several algorithms; its description says whose it is. What cannot be computed, or would
 * change nothing, is refused before a study starts: settings-problem.ts.
 */
import * as Param from "../../dag/Param.ts"
import type { ExpertIterationOptions } from "../algorithms/expert-iteration.ts"
import type { GrpoOptions } from "../algorithms/grpo.ts"
import type { PpoOptions } from "../algorithms/ppo.ts"
import type { ReinforceOptions } from "../algorithms/reinforce.ts"
import type { WhitenOptions } from "../objective/gae.ts"
import type { GroupAdvantageOptions } from "../objective/group-advantages.ts"
import type { KlController } from "../objective/kl.ts"
import type { PolicyLossOptions } from "../objective/policy-loss.ts"
import type { ReductionOptions } from "../objective/reduction.ts"
import {
  type ExpertIterationPreset,
  expertIterationPreset,
  expertIterationPresets,
  type GrpoPreset,
  grpoPreset,
  grpoPresets,
  type PpoPreset,
  ppoPreset,
  ppoPresets,
  type ReinforcePreset,
  reinforcePreset,
  reinforcePresets,
  whitenMasked,
  whitenOpenRlhf
} from "./presets.ts"

export const algorithms = ["ppo", "grpo", "reinforce", "ei"] as const
export type Algorithm = (typeof algorithms)[number]

export const PRESETS: Readonly<Record<Algorithm, ReadonlyArray<string>>> = {
  ppo: ppoPresets,
  grpo: grpoPresets,
  reinforce: reinforcePresets,
  ei: expertIterationPresets
}

const ofPreset = <A>(param: Param.Param<A, true>): Param.Param<A | null, true> =>
  Param.nullable({ ...param, description: `${param.description}; null: the preset's` }, null)

export const DefinitionParams = {
  preset: Param.oneOf(
    ["standard", "paper", "paper-live-kl", "trl", "verl", "dr-grpo", "dapo", "rloo"],
    "standard",
    "whose definitions; see docs/definitions.md"
  ),
  kl: ofPreset(Param.number(0, "KL coefficient: in the loss (GRPO) or in the reward (PPO, REINFORCE)", { min: 0 })),
  klEstimator: ofPreset(Param.oneOf(["k1", "k2", "k3"], "k3", "estimate of KL to the reference on a token")),
  klGradient: ofPreset(
    Param.oneOf(["own", "k2", "none"], "own", "GRPO: what flows back from the KL term; none as in the paper's code")
  ),
  klTarget: Param.nullable(
    Param.number(0, "adaptive KL: nats a completion to hold, by moving the coefficient; null keeps it", { above: 0 }),
    null
  ),
  klHorizon: Param.integer(10_000, "adaptive KL: samples over which the coefficient may change by its fifth", { min: 1 }),
  policyLoss: ofPreset(Param.oneOf(["clip", "cispo", "unclipped", "reinforce"], "clip", "loss of a token")),
  ratio: ofPreset(Param.oneOf(["token", "sequence"], "token", "importance ratio of each token, or of its sequence (GSPO)")),
  clipLow: ofPreset(Param.number(0.2, "lower clip range of the ratio", { above: 0 })),
  clipHigh: ofPreset(Param.number(0.2, "upper clip range of the ratio", { above: 0 })),
  dualClip: ofPreset(Param.number(3, "bound of the loss of a bad token, in advantages", { above: 1 })),
  baseline: ofPreset(
    Param.oneOf(["mean", "leave_one_out", "none"], "mean", "GRPO, REINFORCE: what is subtracted from a reward, of its group")
  ),
  std: ofPreset(
    Param.oneOf(
      ["sample", "population", "none"],
      "sample",
      "GRPO, REINFORCE: what the difference is divided by (divisor n - 1, n)"
    )
  ),
  stdOver: ofPreset(Param.oneOf(["group", "batch"], "group", "GRPO, REINFORCE: over what the standard deviation is taken")),
  advantageEpsilon: ofPreset(Param.number(1e-9, "GRPO, REINFORCE: added to the standard deviation", { min: 0 })),
  singleton: ofPreset(Param.oneOf(["zero", "raw"], "zero", "GRPO, REINFORCE: advantage in a group of one")),
  whiten: ofPreset(
    Param.oneOf(["none", "sample", "population"], "none", "whitening of the advantages over the step, by divisor n - 1 or n")
  ),
  reduction: ofPreset(
    Param.oneOf(
      ["token_mean", "seq_mean_token_mean", "seq_mean_token_sum", "sum_over_B_Lmax", "sum_over_Lmax"],
      "token_mean",
      "from losses of tokens to one number; Lmax is maxNewTokens"
    )
  ),
  maskedSequences: ofPreset(
    Param.oneOf(["drop", "count"], "drop", "whether wholly masked sequences count in a mean over sequences")
  ),
  entropyBonus: ofPreset(Param.number(0, "weight of the entropy in the objective", { min: 0 })),
  entropyReduction: ofPreset(Param.oneOf(["same", "token_mean"], "same", "weights of the entropy: the loss's, or a token mean")),
  gamma: ofPreset(Param.number(1, "PPO, REINFORCE: discount", { min: 0, max: 1 })),
  lambda: ofPreset(Param.number(0.95, "PPO: lambda of GAE", { min: 0, max: 1 })),
  maskedTokens: ofPreset(Param.oneOf(["include", "skip"], "include", "PPO: masked tokens inside GAE")),
  clipScore: ofPreset(Param.number(10, "PPO, REINFORCE: the reward is cut to this in size", { above: 0 })),
  klPlace: ofPreset(Param.oneOf(["token", "score"], "token", "REINFORCE: KL on each token, or in the score before the baseline")),
  valueCoefficient: ofPreset(Param.number(1, "PPO: weight of the critic's loss", { above: 0 })),
  valueClip: ofPreset(Param.number(0.2, "PPO: clip range of the critic's values", { above: 0 })),
  dynamicSampling: ofPreset(
    Param.oneOf(
      ["off", "filter", "resample"],
      "off",
      "groups whose rewards are all equal: kept, left out of the update, or replaced by new prompts (DAPO); not for Expert Iteration"
    )
  ),
  resamples: Param.integer(4, "most rounds of new prompts in a step, under dynamicSampling resample", { min: 1 }),
  overlongBuffer: Param.nullable(
    Param.integer(16, "soft overlong punishment (DAPO): it grows over the last so many tokens before the limit; null: none", {
      min: 1
    }),
    null
  ),
  overlongFactor: Param.number(1, "soft overlong punishment at the limit", { above: 0 }),
  deduplicate: ofPreset(Param.boolean(true, "Expert Iteration: one demonstration of equal completions")),
  perQuestion: ofPreset(Param.integer(4, "Expert Iteration: most demonstrations of one question in a step; 0: all", { min: 0 })),
  startFrom: ofPreset(Param.oneOf(["base", "previous"], "base", "Expert Iteration: where each round starts"))
}
export type Definitions = Param.Values<typeof DefinitionParams>

export type Settings = Definitions & { readonly algorithm: Algorithm; readonly maxNewTokens: number }

/** `base` with the entries of `changes` that are not null. */
const override = <A extends object>(base: A, changes: { readonly [K in keyof A]?: A[K] | null }): A => ({
  ...base,
  ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null))
})

const advantageOf = (base: GroupAdvantageOptions, d: Definitions): GroupAdvantageOptions => {
  const { baseline, std, stdOver, singleton, advantageEpsilon: epsilon } = d
  return override(base, { baseline, std, stdOver, singleton, epsilon })
}
const policyOf = (
  base: PolicyLossOptions,
  { policyLoss: kind, ratio, clipLow, clipHigh, dualClip }: Definitions
): PolicyLossOptions => override(base, { kind, ratio, clipLow, clipHigh, dualClip })
const reductionOf = (base: ReductionOptions, { reduction, maskedSequences, maxNewTokens }: Settings): ReductionOptions =>
  override({ ...base, maxLength: maxNewTokens }, { reduction, maskedSequences })
const entropyOf = <A extends GrpoOptions["entropy"]>(base: A, d: Definitions): A =>
  override<GrpoOptions["entropy"]>(base, { coefficient: d.entropyBonus, reduction: d.entropyReduction }) as A

const WHITENING = { none: undefined, sample: whitenMasked, population: whitenOpenRlhf } as const

/** The options with whitening as asked for. */
const whitened = <A extends { readonly whiten?: WhitenOptions }>(options: A, { whiten }: Definitions): A => {
  if (whiten === null) return options
  const { whiten: _, ...rest } = options
  const chosen = WHITENING[whiten]
  return (chosen === undefined ? rest : { ...rest, whiten: chosen }) as A
}

/** GRPO's options: the preset's, with what is given in their place. */
export const grpoOptions = (d: Settings): GrpoOptions => {
  const preset = grpoPreset(d.preset as GrpoPreset, d.maxNewTokens)
  return whitened(
    {
      ...preset,
      advantage: advantageOf(preset.advantage, d),
      policy: policyOf(preset.policy, d),
      kl: override(preset.kl, { coefficient: d.kl, estimator: d.klEstimator, gradient: d.klGradient }),
      entropy: entropyOf(preset.entropy, d),
      reduction: reductionOf(preset.reduction, d)
    },
    d
  )
}

const klRewardOf = <A extends PpoOptions["klReward"]>(base: A, d: Definitions): PpoOptions["klReward"] =>
  override<PpoOptions["klReward"]>(base, { coefficient: d.kl, estimator: d.klEstimator, clipScore: d.clipScore })

/** PPO's options. */
export const ppoOptions = (d: Settings): PpoOptions => {
  const preset = ppoPreset(d.preset as PpoPreset)
  return whitened(
    {
      ...preset,
      klReward: klRewardOf(preset.klReward, d),
      gae: override(preset.gae, { gamma: d.gamma, lambda: d.lambda, maskedTokens: d.maskedTokens }),
      policy: policyOf(preset.policy, d),
      value: override(preset.value, { coefficient: d.valueCoefficient, clip: d.valueClip }),
      entropy: entropyOf(preset.entropy, d),
      reduction: reductionOf(preset.reduction, d)
    },
    d
  )
}

/** REINFORCE's options. */
export const reinforceOptions = (d: Settings): ReinforceOptions => {
  const preset = reinforcePreset(d.preset as ReinforcePreset)
  return whitened(
    {
      ...preset,
      ...override({ gamma: preset.gamma, klPlace: preset.klPlace }, { gamma: d.gamma, klPlace: d.klPlace }),
      advantage: advantageOf(preset.advantage, d),
      klReward: klRewardOf(preset.klReward, d),
      policy: policyOf(preset.policy, d),
      entropy: entropyOf(preset.entropy, d),
      reduction: reductionOf(preset.reduction, d)
    },
    d
  )
}

/** Expert Iteration's options. */
export const expertIterationOptions = (d: Definitions): ExpertIterationOptions => {
  const { perQuestion: cap, ...preset } = expertIterationPreset(d.preset as ExpertIterationPreset)
  const perQuestion = d.perQuestion ?? cap ?? 0
  return {
    ...override(preset, { deduplicate: d.deduplicate, startFrom: d.startFrom }),
    ...(perQuestion === 0 ? {} : { perQuestion })
  }
}

/** KL coefficient in force at the start. */
export const klCoefficient = (settings: Settings): number => {
  switch (settings.algorithm) {
    case "grpo":
      return grpoOptions(settings).kl.coefficient
    case "ppo":
      return ppoOptions(settings).klReward.coefficient
    case "reinforce":
      return reinforceOptions(settings).klReward.coefficient
    case "ei":
      return 0
  }
}

/** How the KL coefficient moves. The clip of the error is Ziegler's. */
export const klController = ({ klTarget, klHorizon }: Definitions): KlController =>
  klTarget === null ? { kind: "fixed" } : { kind: "adaptive", target: klTarget, horizon: klHorizon, errorClip: 0.2 }

/** What becomes of groups without signal. Expert Iteration learns from groups that are all right: there is nothing to filter. */
export const dynamicSampling = ({ algorithm, preset, dynamicSampling }: Settings): "off" | "filter" | "resample" =>
  algorithm === "ei" ? "off" : (dynamicSampling ?? (preset === "dapo" ? "resample" : "off"))
