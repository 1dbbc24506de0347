/**
 * The policy after RL as the one before, tilted by its reward.
 *
 * With a reward r and a KL penalty beta the optimum is pi(y) proportional to pi_0(y) exp(r(y)/beta). If format i has the share
 * a_i before RL and the mean reward r_i, of rewards that are 0 or 1, it gets the mass
 *
 *   a_i (1 - r_i + r_i e^(1/beta))
 *
 * so the shares after RL follow from those before, with nothing fitted (Echo Chamber, section 3.6, where the reward is whether a
 * completion is right). Without a penalty the format with the highest mean reward takes all; those that are paid alike keep their
 * proportion. PPO has the penalty in its reward, as the formula has it. GRPO's is in the loss beside advantages divided by the
 * deviation of their group: rewards are worth so much more there, and beta is the coefficient times that deviation.
 */

import { exp } from "../../elementary/elementary.ts"
import { INVALID } from "../../evaluation/metrics/format-shares.ts"
import { GRPO_PRESETS } from "../../rl/algorithms/grpo.ts"
import { largestFirst } from "../data/ordering.ts"
import type { PolicyEstimates } from "../data/policy-estimates.ts"
import type { RlSeries } from "../data/rl-outcomes.ts"
import type { CellData, Repetition } from "../data/study-data.ts"
import { leads, usedFormats } from "./formats-of.ts"

/** A share or a mean reward of each format. */
export type ByFormat = ReadonlyMap<string, number>

/**
 * Shares of the formats that the tilt predicts, completions in none apart, from shares and mean rewards before RL. e^(1/beta) is
 * divided out, so that a small beta does not overflow. Where nothing is paid, shares stay.
 */
export const tilted = (shares: ByFormat, rewards: ByFormat, beta: number): ByFormat => {
  const masses = [...shares]
    .filter(([format]) => format !== INVALID)
    .map(([format, share]) => {
      const reward = rewards.get(format) ?? 0
      return [format, share * ((1 - reward) * exp(-1 / beta) + reward)] as const
    })
  return masses.some(([, mass]) => mass > 0)
    ? new Map(parts(masses))
    : new Map(parts([...shares].filter(([format]) => format !== INVALID)))
}

/** Each as its part of the whole; NaN of nothing. */
const parts = (masses: ReadonlyArray<readonly [format: string, mass: number]>) => {
  const total = masses.reduce((sum, [, mass]) => sum + mass, 0)
  return masses.map(([format, mass]) => [format, total > 0 ? mass / total : Number.NaN] as const)
}

/** The KL coefficient as a beta where the penalty is in the reward; null where it is elsewhere, or off. */
export const betaOf = ({ settings }: Pick<CellData, "settings">, { series }: Pick<Repetition, "series">): number | null => {
  const coefficient = series?.klCoefficient ?? null
  return coefficient !== null && coefficient > 0 && settings.get("rl.algorithm") === "ppo" ? coefficient : null
}

/**
 * The beta of a KL penalty in the loss, beside rewards divided by the deviation of their group: the coefficient times that
 * deviation, the mean over the groups of the first steps that have one. Null without such a penalty, or where nothing flows back.
 */
export const groupedBetaOf = (
  { settings }: Pick<CellData, "settings">,
  { series }: Pick<Repetition, "series">
): number | null => {
  const coefficient = series?.klCoefficient ?? 0
  if (series === null || !(coefficient > 0) || settings.get("rl.algorithm") !== "grpo") return null
  if ((settings.get("rl.klGradient") ?? presetGradient(settings.get("rl.preset"))) === "none") return null
  const firstOf = (column: string) => (series.updates.get(column) ?? []).slice(0, FIRST)
  const sum = (values: ReadonlyArray<number>) => values.reduce((all, each) => all + each, 0)
  const [deviations, silent] = [firstOf("groupRewardStd"), firstOf("zeroSignalGroups")]
  const telling = deviations.length - sum(silent)
  return telling > 0 && sum(deviations) > 0 ? (coefficient * sum(deviations)) / telling : null
}

/** What flows back from the penalty by a preset of GRPO. */
const presetGradient = (preset: unknown): string | undefined =>
  Object.entries(GRPO_PRESETS).find(([name]) => name === preset)?.[1].klGradient

/** Steps at the beginning of RL from which mean rewards are taken: the policy has hardly moved. */
const FIRST = 5

/** What each format's completions were paid at the beginning of RL, the mean over its first steps. */
export const firstRewards = ({ rewards }: RlSeries): ByFormat =>
  new Map(
    [...rewards].flatMap(([format, curve]) => {
      const first = curve.slice(0, FIRST).filter((reward) => !Number.isNaN(reward))
      return first.length === 0 || format === INVALID
        ? []
        : [[format, first.reduce((sum, reward) => sum + reward, 0) / first.length] as const]
    })
  )

/** The used formats with what they are paid at first, the best paid first. */
const paidFormats = (before: PolicyEstimates, series: RlSeries) => {
  const rewards = firstRewards(series)
  return usedFormats(before)
    .flatMap((format) => (rewards.has(format) ? [{ format, reward: rewards.get(format)! }] : []))
    .toSorted((a, b) => b.reward - a.reward)
}

/**
 * The format with the highest mean reward among those used before RL, and how far it leads the next; null where one alone is, or
 * none leads.
 */
export const leaderOf = ({ before, series }: Repetition): { readonly format: string; readonly lead: number } | null => {
  if (before === null || series === null) return null
  const [first, second] = paidFormats(before, series)
  return first === undefined || second === undefined || !leads(first.reward, second.reward)
    ? null
    : { format: first.format, lead: first.reward - second.reward }
}

/**
 * Shares after RL foretold from those before and the first rewards: tilted where a penalty holds the policy back, and without one
 * all for the best paid format. Null where RL or the policy before it was not read, or no used format was paid for.
 */
export const foretoldShares = (cell: Pick<CellData, "settings">, repetition: Repetition): ByFormat | null => {
  const { before, series } = repetition
  if (before === null || series === null) return null
  const shares = new Map([...before.shares].map(([format, { value }]) => [format, value]))
  const beta = betaOf(cell, repetition) ?? groupedBetaOf(cell, repetition)
  if (beta !== null) return tilted(shares, firstRewards(series), beta)
  const paid = paidFormats(before, series)
  const best = paid.filter(({ reward }) => !leads(paid[0]!.reward, reward))
  return best.length === 0 ? null : new Map(parts(best.map(({ format }) => [format, shares.get(format) ?? 0])))
}

/** The format that is foretold to win; null where none leads. */
export const foretoldWinner = (cell: Pick<CellData, "settings">, repetition: Repetition): string | null => {
  const [first, second] = [...(foretoldShares(cell, repetition) ?? [])].toSorted(largestFirst)
  return first === undefined || (second !== undefined && !leads(first[1], second[1])) ? null : first[0]
}
