/**
 * What claims are made of: the policies of single seeds before and after RL, chosen by their settings, paired by what they share,
 * and one number for each seed.
 */

import { meanOf } from "../../evaluation/statistics/averages.ts"
import type { Estimate, PolicyEstimates } from "../data/policy-estimates.ts"
import type { CellData, Repetition, StudyData } from "../data/study-data.ts"
import type { ParamValue } from "../data/varying-params.ts"
import type { Observation, Rows } from "./Claim.ts"
import { intervalError } from "./errors.ts"

/** One policy after RL beside the one it started from, of one seed. */
export interface Trial extends Repetition {
  readonly cell: CellData
  readonly before: PolicyEstimates
  readonly after: PolicyEstimates
}

/** Settings by their full names, as `{ "rl.algorithm": "ppo", "rl.kl": [0, 1e-3] }`: equal to, or one of. */
export type Where = Readonly<Record<string, ParamValue | ReadonlyArray<ParamValue>>>

/** The trials of a run whose settings are these, evaluated on both sides of RL. */
export const trialsOf = ({ cells, asked }: StudyData, where: Where): ReadonlyArray<Trial> => {
  asked?.(where)
  return cells.filter(isAt(where)).flatMap((cell) =>
    cell.repetitions.flatMap((repetition) => {
      const { before, after } = repetition
      return before === null || after === null ? [] : [{ ...repetition, cell, before, after }]
    })
  )
}

/** Whether a policy's settings are these. */
export const isAt =
  (where: Where) =>
  ({ settings }: Pick<CellData, "settings">): boolean =>
    Object.entries(where)
      .map(([name, wanted]) => ({ value: settings.get(name), wanted }))
      .every(({ value, wanted }) => value !== undefined && (Array.isArray(wanted) ? wanted.includes(value) : wanted === value))

/** Two trials of one seed. */
export interface Pair {
  readonly one: Trial
  readonly other: Trial
}

/** Every two trials, one of each kind, that share their seed and the settings named. */
export const pairsOf = (data: StudyData, one: Where, other: Where, sharing: ReadonlyArray<string>): ReadonlyArray<Pair> => {
  data.asked?.(Object.fromEntries(sharing.map((name) => [name, []])), "named")
  const key = ({ seed, cell }: Trial) => JSON.stringify([seed, ...sharing.map((name) => cell.settings.get(name) ?? null)])
  const others = Map.groupBy(trialsOf(data, other), key)
  return trialsOf(data, one).flatMap((trial) => (others.get(key(trial)) ?? []).map((rival) => ({ one: trial, other: rival })))
}

/** A number of one trial, or of a pair, with the standard error that its problems leave. */
export interface Measured {
  readonly value: number
  readonly error: number
}

export interface SeedNumbers {
  readonly observations: ReadonlyArray<Observation>
  readonly leftOut: ReadonlyArray<string>
}

/**
 * One number for each seed: the mean over its arms. A seed that lacks an arm which others have would be compared with something
 * else, so it is left out by name, though it have another twice; so is one whose number of an arm is none (NaN). An arm that a
 * claim is not about (null) is no part of the mean. The errors of arms are averaged as they are, for arms are evaluated on the
 * same problems. `behind`: the nodes that an arm's number was read from, where each stands for all of its seed.
 */
export const overSeeds = <A extends Trial | Pair>(
  arms: ReadonlyArray<A>,
  measure: (arm: A) => Measured | null,
  behind?: (arm: A) => ReadonlyArray<string>
): SeedNumbers => {
  const measured = arms.map((arm) => ({
    seed: seedOf(arm),
    arm: behind === undefined ? armOf(arm) : "",
    nodes: (behind ?? nodesOf)(arm),
    number: measure(arm)
  }))
  const bySeed = Map.groupBy(measured, ({ seed }) => seed)
  const most = new Set(measured.map(({ arm }) => arm)).size
  const observations: Array<Observation> = []
  const leftOut: Array<string> = []
  for (const [seed, own] of [...bySeed].toSorted(([a], [b]) => a - b)) {
    const has = new Set(own.map(({ arm }) => arm)).size
    const told = own.flatMap(({ number }) => number ?? [])
    const numbers = told.filter(({ value, error }) => Number.isFinite(value) && Number.isFinite(error))
    if (has < most) leftOut.push(`seed ${seed} has ${has} of ${most} arms`)
    else if (numbers.length === 0) leftOut.push(`seed ${seed} cannot tell`)
    else if (numbers.length < told.length) leftOut.push(`seed ${seed} has numbers of ${numbers.length} of ${told.length} arms`)
    else
      observations.push({
        seed,
        value: meanOf(numbers.map(({ value }) => value)),
        error: meanOf(numbers.map(({ error }) => error)),
        nodes: [...new Set(own.flatMap(({ nodes }) => nodes))]
      })
  }
  return { observations, leftOut }
}

/** What an arm is, in whatever seed: its settings. */
const armOf = (arm: Trial | Pair): string => {
  const own = ({ cell }: Trial) => [...cell.settings].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify("one" in arm ? [own(arm.one), own(arm.other)] : own(arm))
}

/**
 * As overSeeds, of what happens or does not: 1 or 0 for each seed, by the majority of its arms; a seed that is split is left out.
 */
export const countSeeds = <A extends Trial | Pair>(arms: ReadonlyArray<A>, happens: (arm: A) => boolean | null): SeedNumbers => {
  const { observations, leftOut } = overSeeds(arms, (arm) => {
    const told = happens(arm)
    return told === null ? null : { value: told ? 1 : 0, error: 0 }
  })
  const split = observations.filter(({ value }) => value === 0.5)
  return {
    observations: observations.filter(({ value }) => value !== 0.5).map((each) => ({ ...each, value: each.value > 0.5 ? 1 : 0 })),
    leftOut: [...leftOut, ...split.map(({ seed }) => `the arms of seed ${seed} are split`)]
  }
}

const seedOf = (arm: Trial | Pair): number => ("one" in arm ? arm.one.seed : arm.seed)

export const nodesOf = (arm: Trial | Pair): ReadonlyArray<string> => {
  const own = ({ member: { before, after, rl }, comparison }: Trial) => [
    ...[before, after, rl].flatMap((node) => node?.id ?? []),
    ...(comparison === null ? [] : [comparison])
  ]
  return "one" in arm ? [...new Set([...own(arm.one), ...own(arm.other)])] : own(arm)
}

/** Numbers of a policy on whole problems: sampled unless it says greedy. */
export type SolvingMetric = "greedy pass@1" | "pass@1" | "pass@k" | "majority@k"

/** Where those numbers stand. */
export const solvingRows = (metric: SolvingMetric, k = 1): Rows => {
  const [name, of] = metric === "greedy pass@1" ? ["pass@1", 1] : metric === "pass@1" ? ["pass@k", 1] : [metric, k]
  const decoding = metric === "greedy pass@1" ? "greedy" : "sampled"
  return {
    table: "evaluations",
    where: `metric = '${name}' and k = ${of} and decoding = '${decoding}' and slice = 'all'`
  }
}

/** Where the shares of the formats stand, which a winner is the largest of; and their accuracies. */
export const SHARES: Rows = { table: "evaluations", where: "metric = 'share' and slice like 'format=%'" }
export const ACCURACIES: Rows = { table: "evaluations", where: "metric = 'accuracy' and slice like 'format=%'" }

const estimateOf = (policy: PolicyEstimates, metric: SolvingMetric, k: number): Estimate | null => {
  switch (metric) {
    case "greedy pass@1":
      return policy.pass1
    case "pass@1":
      return policy.passAtK.get(1) ?? null
    case "pass@k":
      return policy.passAtK.get(k) ?? null
    case "majority@k":
      return policy.majorityAtK.get(k) ?? null
  }
}

/** A number after RL. */
export const outcomeOf = (trial: Trial, metric: SolvingMetric, k = 1): Measured | null => {
  const after = estimateOf(trial.after, metric, k)
  return after === null ? null : { value: after.value, error: intervalError(after) }
}

/** After RL minus before; its error is that of the comparison by problem where the study made one. */
export const changeOf = (trial: Trial, metric: SolvingMetric, k = 1): Measured | null => {
  const [before, after] = [estimateOf(trial.before, metric, k), estimateOf(trial.after, metric, k)]
  if (before === null || after === null) return null
  const [name, decoding, of] =
    metric === "greedy pass@1"
      ? ["pass@1", "greedy", 1]
      : [metric === "pass@1" ? "pass@k" : metric, "sampled", metric === "pass@1" ? 1 : k]
  const paired = trial.differences.find(
    (row) => row.metric === name && row.k === of && row.decoding === decoding && row.slice === "all"
  )
  const error = paired === undefined ? Math.hypot(intervalError(before), intervalError(after)) : intervalError(paired)
  return { value: after.value - before.value, error }
}

/** The number of one trial after RL minus that of the other. */
export const gapOf = ({ one, other }: Pair, metric: SolvingMetric, k = 1): Measured | null => {
  const [a, b] = [outcomeOf(one, metric, k), outcomeOf(other, metric, k)]
  return a === null || b === null ? null : { value: a.value - b.value, error: Math.hypot(a.error, b.error) }
}
