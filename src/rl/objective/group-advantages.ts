/**
 * One advantage per completion, from the rewards of the completions of the same prompt.
 *
 *   A_i = (r_i - baseline_i) / (std + epsilon)
 *
 * "GRPO" is many of these in one library or another, hence tables of variants instead of a definition. A new variant is a new
 * entry of its table here and nothing else: the parameter of `rl`, its help and what is computed are all read from the table.
 *
 * Two rules hold for all: a group without spread gets exactly 0 (not the rounding noise of r - mean divided by epsilon), and the
 * order inside a group does not matter. Sources: Shao et al. 2024 (2402.03300), Ahmadian et al. 2024 (2402.14740), Liu et al.
 * 2025 (2503.20783); table in docs/definitions.md.
 */

import * as Param from "../../dag/Param.ts"
import { DIVISORS, mean, standardDeviation } from "../packed/masked-statistics.ts"
import { requireLength, RlInputError } from "../packed/RlInputError.ts"

/** From the rewards of a group to what remains of one of them. */
type Baseline = (group: ReadonlyArray<number>) => (reward: number) => number

/** What is subtracted from a reward. `null`: nothing, so that rewards of one sign all push one way. */
export const BASELINES = {
  /** The mean of the group (GRPO). */
  mean: (group) => {
    const centre = mean(group)
    return (reward) => reward - centre
  },
  /** The mean of the others of the group (RLOO): (r - mean) n / (n - 1). */
  leave_one_out: (group) => {
    const centre = mean(group)
    return (reward) => ((reward - centre) * group.length) / (group.length - 1)
  },
  none: null
} as const satisfies Readonly<Record<string, Baseline | null>>

/** What the difference is divided by: the standard deviation with divisor n - 1, with divisor n, or nothing (Dr. GRPO). */
export const DEVIATIONS = {
  sample: DIVISORS.sample,
  population: DIVISORS.population,
  none: null
} as const

/** The set over which the standard deviation is taken. The baseline is always the group's. */
const DEVIATION_SETS = {
  group: (group: ReadonlyArray<number>, _all: ReadonlyArray<number>) => group,
  batch: (_group: ReadonlyArray<number>, all: ReadonlyArray<number>) => all
} as const

/** The advantage in a group of one, which has no spread: 0 (TRL, SkyRL, tinker), or its reward (verl: mean 0, std 1). */
export const SINGLETONS = {
  zero: () => 0,
  raw: (reward: number) => reward
} as const

export const GroupAdvantageParams = {
  baseline: Param.variant(BASELINES, "mean", "what is subtracted from a reward, of its group"),
  std: Param.variant(DEVIATIONS, "sample", "what the difference is divided by (divisor n - 1, n)"),
  stdOver: Param.variant(DEVIATION_SETS, "group", "over what the standard deviation is taken"),
  advantageEpsilon: Param.number(1e-9, "added to the standard deviation", { min: 0 }),
  singleton: Param.variant(SINGLETONS, "zero", "advantage in a group of one")
}
export type GroupAdvantageOptions = Param.Values<typeof GroupAdvantageParams>

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
  const baseline: Baseline | null = BASELINES[options.baseline]
  if (baseline === null && DEVIATIONS[options.std] !== null) {
    throw new RlInputError({ field: "std", detail: `dividing by a standard deviation needs a baseline; got baseline "none"` })
  }
  const all = Array.from(rewards)
  const advantages = new Float64Array(rewards.length)
  for (const members of groupMembers(groups)) {
    const group = Array.from(members, (i) => rewards[i]!)
    if (group.length === 1) advantages[members[0]!] = loneAdvantage(group[0]!, options)
    else if (baseline === null || hasSpread(group)) {
      const centred = baseline === null ? (reward: number) => reward : baseline(group)
      const divisor = deviation(DEVIATION_SETS[options.stdOver](group, all), options)
      for (let j = 0; j < group.length; j++) advantages[members[j]!] = centred(group[j]!) / divisor
    }
  }
  return advantages
}

const loneAdvantage = (reward: number, options: GroupAdvantageOptions): number => {
  const raw = BASELINES[options.baseline] === null ? reward : SINGLETONS[options.singleton](reward)
  return raw / (DEVIATIONS[options.std] === null ? 1 : 1 + options.advantageEpsilon)
}

const deviation = (rewards: ReadonlyArray<number>, { std: name, advantageEpsilon }: GroupAdvantageOptions): number => {
  const divisor = DEVIATIONS[name]
  if (divisor === null) return 1
  const std = standardDeviation(rewards, divisor)
  return (Number.isNaN(std) ? 0 : std) + advantageEpsilon
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
