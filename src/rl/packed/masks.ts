/**
 * Which sampled tokens take part in an update, and penalties for responses that run out of room.
 *
 * All of these are options of one library or another: DAPO's dynamic sampling and soft overlong punishment (Yu et al. 2025, 2503.14476),
 * masking of truncated responses, learning from high-entropy tokens only (Wang et al. 2025, 2506.01939), dropping sequences that have
 * drifted too far from the sampling policy. A mask is one byte per response token; multiply by `both`.
 */
import { groupSignal } from "../objective/group-advantages.ts"
import { requireLength, RlInputError } from "./RlInputError.ts"
import { responseTokenCount, sequenceCount, type Rollouts } from "./Rollouts.ts"

/** Sequences whose group has spread in its rewards, ascending: what dynamic sampling keeps. */
export const informativeSequences = (rewards: ArrayLike<number>, groups: ArrayLike<number>): Int32Array => {
  const { informative } = groupSignal(rewards, groups)
  const kept: Array<number> = []
  for (let s = 0; s < informative.length; s++) if (informative[s] === 1) kept.push(s)
  return Int32Array.from(kept)
}

/** 0 on every token of a response that was cut at a limit: `[response tokens]`. */
export const truncationMask = (rollouts: Rollouts): Uint8Array => {
  const mask = new Uint8Array(responseTokenCount(rollouts))
  for (let s = 0; s < sequenceCount(rollouts); s++) {
    if (rollouts.stopped[s] === 1) mask.fill(1, rollouts.responseOffsets[s]!, rollouts.responseOffsets[s + 1]!)
  }
  return mask
}

/**
 * DAPO's soft overlong punishment, added to the reward: 0 up to `maxLength - buffer` tokens, then linear down to -factor at `maxLength`.
 */
export const overlongPenalty = (length: number, maxLength: number, buffer: number, factor: number): number => {
  if (!(buffer > 0 && buffer <= maxLength)) {
    throw new RlInputError({ field: "buffer", detail: `it must be above 0 and at most maxLength (${maxLength}); got ${buffer}` })
  }
  const over = length - (maxLength - buffer)
  return over <= 0 ? 0 : (-over / buffer) * factor
}

/** 1 where both masks keep the token. */
export const both = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  requireLength("mask", b, a.length)
  return a.map((kept, t) => (kept !== 0 && b[t] !== 0 ? 1 : 0))
}

/** Quantile with linear interpolation between order statistics, 0 <= q <= 1 (the default of numpy and torch). */
export const quantile = (values: ReadonlyArray<number>, q: number): number => {
  const sorted = Float64Array.from(values).toSorted()
  const at = q * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!)
}

/** Keeps unmasked tokens whose entropy reaches the given quantile of the unmasked tokens' entropies. */
export const highEntropyMask = (entropies: ArrayLike<number>, mask: Uint8Array, q: number): Uint8Array => {
  requireLength("entropies", entropies, mask.length)
  const kept = Array.from(entropies).filter((_, t) => mask[t] !== 0)
  if (kept.length === 0) return new Uint8Array(mask.length)
  const threshold = quantile(kept, q)
  return mask.map((m, t) => (m !== 0 && entropies[t]! >= threshold ? 1 : 0))
}

/**
 * 1 for sequences to keep: advantage >= 0, or mean over unmasked tokens of (sampling logp - logp) at most `threshold`.
 * `[sequences]`.
 */
export const offPolicyKeep = (
  logProbs: ArrayLike<number>,
  samplingLogProbs: ArrayLike<number>,
  advantages: ArrayLike<number>,
  offsets: Int32Array,
  threshold: number,
  mask: Uint8Array
): Uint8Array => {
  const keep = new Uint8Array(offsets.length - 1)
  for (let s = 0; s < keep.length; s++) {
    let sum = 0
    let n = 0
    for (let t = offsets[s]!; t < offsets[s + 1]!; t++) {
      if (mask[t] === 0) continue
      sum += samplingLogProbs[t]! - logProbs[t]!
      n++
    }
    keep[s] = advantages[s]! >= 0 || n === 0 || sum / n <= threshold ? 1 : 0
  }
  return keep
}
