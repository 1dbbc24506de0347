/**
 * Which sampled tokens take part in an update: DAPO's dynamic sampling (Yu et al. 2025, 2503.14476), masking of truncated
 * responses. A mask is one byte per response token; `both` joins two.
 */

import * as Param from "../../dag/Param.ts"
import { requireLength } from "./RlInputError.ts"
import { responseTokenCount, sequenceCount, type Rollouts } from "./Rollouts.ts"

/**
 * What becomes of groups whose rewards are all equal: whether they are kept out of the update, and whether new prompts replace
 * them.
 */
export const DYNAMIC_SAMPLING = {
  off: { drops: false, replaces: false },
  filter: { drops: true, replaces: false },
  resample: { drops: true, replaces: true }
} as const satisfies Readonly<Record<string, { readonly drops: boolean; readonly replaces: boolean }>>

export const DynamicSamplingParams = {
  dynamicSampling: Param.variant(
    DYNAMIC_SAMPLING,
    "off",
    "groups whose rewards are all equal: kept, left out of the update, or replaced by new prompts (DAPO)"
  )
}
export type DynamicSampling = keyof typeof DYNAMIC_SAMPLING

/** What belongs to the loop, not to a definition. */
export const ResampleParams = {
  resamples: Param.integer(4, "most rounds of new prompts in a step, under dynamicSampling resample", { min: 1 })
}

/** 0 on every token of a response that was cut at a limit: `[response tokens]`. */
export const truncationMask = (rollouts: Rollouts): Uint8Array => {
  const mask = new Uint8Array(responseTokenCount(rollouts))
  for (let s = 0; s < sequenceCount(rollouts); s++) {
    if (rollouts.stopped[s] === 1) mask.fill(1, rollouts.responseOffsets[s]!, rollouts.responseOffsets[s + 1]!)
  }
  return mask
}

/** 1 where both masks keep the token. */
export const both = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  requireLength("mask", b, a.length)
  return a.map((kept, t) => (kept !== 0 && b[t] !== 0 ? 1 : 0))
}
