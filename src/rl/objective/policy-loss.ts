/**
 * The policy term for one token, and what flows back from it to the log-probability.
 *
 * With the importance ratio r = exp(logp - logpOld) and the advantage A:
 *
 *   clip         max(-A r, -A clip(r, 1 - low, 1 + high))           PPO (Schulman et al. 2017, 1707.06347); high > low: DAPO
 *                with dualClip c, for A < 0: min(that, -c A)        Ye et al. 2020 (1912.09729); the same as TRL's `delta`
 *   cispo        -stop(clip(r, 1 - low, 1 + high)) A logp           clipped weight, live gradient (MiniMax 2025, 2506.13585)
 *   unclipped    -A r
 *   reinforce    -A logp                                            no ratio at all
 *
 * d r / d logp = r, so every derivative below is the loss with the branch that is active. On the clipped side it is exactly 0, on
 * the other side it never is: clipping only removes the incentive to go further.
 *
 * A new loss is a new entry of `POLICY_LOSSES`: the parameter `policyLoss` of `rl` and all that is computed are read from it.
 */

import * as Param from "../../dag/Param.ts"
import { exp } from "../../elementary/elementary.ts"
import { requireLength } from "../packed/RlInputError.ts"

interface Ratio {
  /** The log-ratios of a sequence's tokens, from each token's own. Masked tokens (`kept` 0) are in no mean. */
  readonly logRatios: (own: Float64Array, kept: ArrayLike<number>) => Float64Array
  /** Does a sequence share one ratio? Then its tokens share the gradient that comes back through it. */
  readonly shared: boolean
}

/** Whose log-ratio a token's ratio is made of: its own, or the mean over its sequence (GSPO, 2507.18071). */
export const RATIOS = {
  token: { logRatios: (own) => own, shared: false },
  sequence: { logRatios: (own, kept) => new Float64Array(own.length).fill(meanKept(own, kept)), shared: true }
} as const satisfies Readonly<Record<string, Ratio>>

/** What the ratio is, and how far it may go: to 1 - clipLow and 1 + clipHigh before the gradient stops. */
const RatioParams = {
  ratio: Param.variant(RATIOS, "token", "importance ratio of each token, or of its sequence (GSPO)"),
  ratioClamp: Param.orNone(
    Param.number(20, "|logp - logpOld| is cut at this before exp (verl, OpenRLHF: 20)", { above: 0 }),
    "none"
  ),
  clipLow: Param.number(0.2, "lower clip range of the ratio", { above: 0 }),
  clipHigh: Param.number(0.2, "upper clip range of the ratio", { above: 0 }),
  dualClip: Param.orNone(Param.number(3, "bound of the loss of a bad token, in advantages", { above: 1 }), "none")
}
export type RatioOptions = Param.Values<typeof RatioParams>

/** What a loss may look at; one that does not declare an option in `uses` has it refused. */
export const RATIO_OPTIONS = Object.keys(RatioParams) as ReadonlyArray<keyof RatioOptions>

/** Those that bound how far the ratio goes: nothing while it is 1. */
export const RATIO_BOUNDS = ["ratioClamp", "clipLow", "clipHigh", "dualClip"] as const satisfies ReadonlyArray<keyof RatioOptions>

interface PolicyLoss {
  /** The loss of one token. */
  readonly loss: (logProb: number, ratio: number, advantage: number, o: RatioOptions) => number
  /** d loss / d logp. Under `ratio: sequence` and `throughRatio`: with respect to the sequence's log-ratio. */
  readonly gradient: (ratio: number, advantage: number, o: RatioOptions) => number
  /** Does the gradient reach logp through the ratio? Then a clamp of the ratio stops it, and a sequence's tokens share it. */
  readonly throughRatio: boolean
  /** Is one branch of the loss clipped, so that there the gradient is 0? */
  readonly clipsGradient: boolean
  /** The options below that it looks at. To set another one is refused, since it would do nothing. */
  readonly uses: ReadonlyArray<keyof RatioOptions>
}

const clip = (r: number, o: RatioOptions): number => Math.min(Math.max(r, 1 - o.clipLow), 1 + o.clipHigh)

export const POLICY_LOSSES = {
  clip: {
    loss: (_, ratio, advantage, o) => {
      const loss = Math.max(-advantage * ratio, -advantage * clip(ratio, o))
      return advantage < 0 && o.dualClip !== "none" ? Math.min(loss, -o.dualClip * advantage) : loss
    },
    gradient: (ratio, advantage, o) =>
      beyondClip(ratio, advantage, o) || beyondDualClip(ratio, advantage, o) ? 0 : -advantage * ratio,
    throughRatio: true,
    clipsGradient: true,
    uses: ["ratio", "ratioClamp", "clipLow", "clipHigh", "dualClip"]
  },
  cispo: {
    loss: (logProb, ratio, advantage, o) => -clip(ratio, o) * advantage * logProb,
    gradient: (ratio, advantage, o) => -clip(ratio, o) * advantage,
    throughRatio: false,
    clipsGradient: false,
    uses: ["ratio", "ratioClamp", "clipLow", "clipHigh"]
  },
  unclipped: {
    loss: (_, ratio, advantage) => -advantage * ratio,
    gradient: (ratio, advantage) => -advantage * ratio,
    throughRatio: true,
    clipsGradient: false,
    uses: ["ratio", "ratioClamp"]
  },
  reinforce: {
    loss: (logProb, _, advantage) => -advantage * logProb,
    gradient: (_, advantage) => -advantage,
    throughRatio: false,
    clipsGradient: false,
    uses: []
  }
} as const satisfies Readonly<Record<string, PolicyLoss>>

export const PolicyLossParams = {
  policyLoss: Param.variant(POLICY_LOSSES, "clip", "loss of a token"),
  ...RatioParams
}
export type PolicyLossOptions = Param.Values<typeof PolicyLossParams>

/** Is the clipped branch strictly larger, so that the gradient is 0? One of the two quantities called "clip fraction". */
export const clippedBranchActive = (ratio: number, advantage: number, o: PolicyLossOptions): boolean =>
  POLICY_LOSSES[o.policyLoss].clipsGradient && beyondClip(ratio, advantage, o)

const beyondClip = (ratio: number, advantage: number, o: RatioOptions): boolean =>
  advantage > 0 ? ratio > 1 + o.clipHigh : advantage < 0 && ratio < 1 - o.clipLow

const beyondDualClip = (ratio: number, advantage: number, o: RatioOptions): boolean =>
  o.dualClip !== "none" && advantage < 0 && ratio > o.dualClip

/** Is the ratio outside the clip range, whatever the advantage? The other "clip fraction". */
export const ratioOutside = (ratio: number, o: RatioOptions): boolean => ratio < 1 - o.clipLow || ratio > 1 + o.clipHigh

export interface Ratios {
  /** r per response token. */
  readonly ratios: Float64Array
  /** 1, or 0 where the clamp of the log-ratio is active and nothing flows back. */
  readonly live: Uint8Array
}

/**
 * Importance ratios per response token. Tokens of weight 0 are masked: they get ratio 1 and do not enter a sequence's mean.
 */
export const importanceRatios = (
  logProbs: ArrayLike<number>,
  oldLogProbs: ArrayLike<number>,
  offsets: Int32Array,
  weights: ArrayLike<number>,
  o: PolicyLossOptions
): Ratios => {
  const tokens = offsets.at(-1) ?? 0
  requireLength("logProbs", logProbs, tokens)
  requireLength("oldLogProbs", oldLogProbs, tokens)
  requireLength("weights", weights, tokens)
  const limit = o.ratioClamp === "none" ? Number.POSITIVE_INFINITY : o.ratioClamp
  const ratios = new Float64Array(tokens).fill(1)
  const live = new Uint8Array(tokens).fill(1)
  for (let s = 0; s + 1 < offsets.length; s++) {
    const start = offsets[s]!
    const kept = Array.from({ length: offsets[s + 1]! - start }, (_, i) => weights[start + i]!)
    const own = Float64Array.from(kept, (weight, i) => (weight === 0 ? 0 : logProbs[start + i]! - oldLogProbs[start + i]!))
    const logRatios = RATIOS[o.ratio].logRatios(own, kept)
    for (let i = 0; i < kept.length; i++) {
      if (kept[i] === 0) continue
      const logRatio = logRatios[i]!
      ratios[start + i] = exp(Math.min(Math.max(logRatio, -limit), limit))
      live[start + i] = Math.abs(logRatio) <= limit ? 1 : 0
    }
  }
  return { ratios, live }
}

const meanKept = (values: Float64Array, kept: ArrayLike<number>): number => {
  let sum = 0
  let n = 0
  for (let i = 0; i < values.length; i++) {
    if (kept[i] === 0) continue
    sum += values[i]!
    n++
  }
  return n === 0 ? 0 : sum / n
}

/** The mean log-ratio moves by 1 / n with each token: shares the gradient of a sequence's tokens evenly among them, in place. */
export const shareWithinSequences = (gradient: Float64Array, offsets: Int32Array, weights: ArrayLike<number>): void => {
  for (let s = 0; s + 1 < offsets.length; s++) {
    let sum = 0
    let n = 0
    for (let t = offsets[s]!; t < offsets[s + 1]!; t++) {
      if (weights[t] === 0) continue
      sum += gradient[t]!
      n++
    }
    for (let t = offsets[s]!; t < offsets[s + 1]!; t++) if (weights[t] !== 0) gradient[t] = sum / n
  }
}
