/**
 * One advantage per completion, from the rewards of the completions of the same prompt.
 *
 *   A_i = (r_i - baseline_i) / (std + epsilon)
 *   baseline   mean: mean of the group (GRPO);   leave_one_out: mean of the others (RLOO);   none: 0
 *   std        sample: divisor n - 1;   population: divisor n;   none: no division (Dr. GRPO);   taken over the group or the batch
 *
 * "GRPO" is all of these in one library or another, hence options instead of a definition. Two rules hold for all: a group without
 * spread gets exactly 0 (not the rounding noise of r - mean divided by epsilon), and the order inside a group does not matter.
 * Sources: Shao et al. 2024 (2402.03300), Ahmadian et al. 2024 (2402.14740), Liu et al. 2025 (2503.20783); table in docs/definitions.md.
 */
import * as Schema from "effect/Schema"

import { mean, standardDeviation } from "../packed/masked-statistics.ts"
import { requireLength, RlInputError } from "../packed/RlInputError.ts"

export const GroupAdvantageOptions = Schema.Struct({
  baseline: Schema.Literals(["mean", "leave_one_out", "none"]),
  std: Schema.Literals(["sample", "population", "none"]),
  /** The set over which the standard deviation is taken; the baseline is always the group's. */
  stdOver: Schema.Literals(["group", "batch"]),
  epsilon: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  /** A group of one has no spread: `zero` (TRL, SkyRL, tinker) or its reward over 1 + epsilon (`raw`, verl: mean 0, std 1). */
  singleton: Schema.Literals(["zero", "raw"])
})
export type GroupAdvantageOptions = typeof GroupAdvantageOptions.Type

/** Sequences of each group, in order of first appearance. `groups` holds any integer ids, in any order. */
export const groupMembers = (groups: ArrayLike<number>): ReadonlyArray<Int32Array> => {
  const members = new Map<number, Array<number>>()
  for (let i = 0; i < groups.length; i++) {
    const list = members.get(groups[i]!)
    if (list === undefined) members.set(groups[i]!, [i])
    else list.push(i)
  }
  return [...members.values()].map((list) => Int32Array.from(list))
}

/**
 * Advantages `[sequences]` from `rewards` `[sequences]` and group ids `groups` `[sequences]`.
 * Throws `RlInputError` on a reward that is not finite, or for a standard deviation without a baseline.
 */
export const groupAdvantages = (
  rewards: ArrayLike<number>,
  groups: ArrayLike<number>,
  options: GroupAdvantageOptions
): Float64Array => {
  requireLength("groups", groups, rewards.length, "sequences")
  checkRewards(rewards)
  if (options.baseline === "none" && options.std !== "none") {
    throw new RlInputError({ field: "std", detail: `dividing by a standard deviation needs a baseline; got baseline "none"` })
  }
  const advantages = new Float64Array(rewards.length)
  const batchScale = options.stdOver === "batch" ? scale(Array.from(rewards), options) : 0
  for (const members of groupMembers(groups)) {
    const group = Array.from(members, (i) => rewards[i]!)
    if (group.length === 1) {
      const raw = options.singleton === "raw" || options.baseline === "none"
      advantages[members[0]!] = raw ? group[0]! / (options.std === "none" ? 1 : 1 + options.epsilon) : 0
      continue
    }
    if (options.baseline !== "none" && !hasSpread(group)) continue
    const centre = mean(group)
    const divisor = options.stdOver === "batch" ? batchScale : scale(group, options)
    for (let j = 0; j < group.length; j++) {
      advantages[members[j]!] = centred(group[j]!, centre, group.length, options.baseline) / divisor
    }
  }
  return advantages
}

/** r - baseline. Leaving one out only stretches it: r_i - mean_{j != i} r_j = G / (G - 1) (r_i - mean). */
const centred = (reward: number, mean: number, size: number, baseline: GroupAdvantageOptions["baseline"]): number => {
  if (baseline === "none") return reward
  return baseline === "mean" ? reward - mean : ((reward - mean) * size) / (size - 1)
}

const scale = (rewards: ReadonlyArray<number>, options: GroupAdvantageOptions): number => {
  if (options.std === "none") return 1
  const std = standardDeviation(rewards, options.std)
  return (Number.isNaN(std) ? 0 : std) + options.epsilon
}

const hasSpread = (rewards: ReadonlyArray<number>): boolean => rewards.some((reward) => reward !== rewards[0])

const checkRewards = (rewards: ArrayLike<number>): void => {
  for (let i = 0; i < rewards.length; i++) {
    if (!Number.isFinite(rewards[i]))
      throw new RlInputError({ field: "rewards", detail: `sequence ${i} has reward ${rewards[i]}` })
  }
}

/** Groups in which all rewards are equal, so that a baseline leaves nothing to learn from. */
export interface GroupSignal {
  readonly groups: number
  readonly zeroSignal: number
  /** 1 where the sequence's group has spread: `[sequences]`. */
  readonly informative: Uint8Array
}

/** Which groups carry signal: logged at every step, and the filter of DAPO's dynamic sampling (Yu et al. 2025, 2503.14476). */
export const groupSignal = (rewards: ArrayLike<number>, groups: ArrayLike<number>): GroupSignal => {
  requireLength("groups", groups, rewards.length, "sequences")
  const informative = new Uint8Array(rewards.length)
  const all = groupMembers(groups)
  let zeroSignal = 0
  for (const members of all) {
    if (hasSpread(Array.from(members, (i) => rewards[i]!))) for (const i of members) informative[i] = 1
    else zeroSignal++
  }
  return { groups: all.length, zeroSignal, informative }
}

/** Repeats one value per sequence over its response tokens: `[sequences]` to `[response tokens]`. */
export const broadcast = (perSequence: ArrayLike<number>, responseOffsets: Int32Array): Float64Array => {
  requireLength("perSequence", perSequence, responseOffsets.length - 1, "sequences")
  const perToken = new Float64Array(responseOffsets.at(-1) ?? 0)
  for (let s = 0; s < perSequence.length; s++) perToken.fill(perSequence[s]!, responseOffsets[s]!, responseOffsets[s + 1]!)
  return perToken
}
