/**
 * What became of the RL runs of a cell, beyond their evaluation: whether they diverged, when one format took over, and how each
 * went step by step.
 */

import * as Effect from "effect/Effect"

import { RlRun } from "../../../schemas/rl-run.ts"
import { openArtifactTable } from "../../dag/foresight/artifact-table.ts"
import { timeToDominance } from "../../evaluation/metrics/dominance.ts"
import { wilson } from "../../evaluation/statistics/intervals.ts"
import { type CurvesBuilder, slopeOf } from "./curves.ts"
import type { Estimate } from "./policy-estimates.ts"
import type { RunNode } from "./RunRecord.ts"
import { artifactOf } from "./RunRecord.ts"

/** Time to dominance over the repetitions of a cell. */
export interface DominanceOfCell {
  /** Mean over the repetitions that got there; null when none did. */
  readonly step: number | null
  readonly reached: number
  readonly runs: number
}

/** Of the cell's finished RL runs; null when there is none to judge. Divergences are sentences. */
export const rlOutcomes = Effect.fnUntraced(function* (nodes: ReadonlyArray<RunNode>) {
  const steps: Array<number> = []
  const divergences: Array<string> = []
  let runs = 0
  for (const node of nodes) {
    const artifact = artifactOf(node)
    if (artifact === null) continue
    runs++
    const shares = new Map<string, Array<number>>()
    for (const { format, step, share } of yield* openArtifactTable(RlRun, "formatShares", artifact)) {
      const curve = shares.get(format) ?? []
      // A format that no completion of a step is in has no row there.
      while (curve.length < step) curve.push(0)
      curve.push(share)
      shares.set(format, curve)
    }
    const dominance = timeToDominance(shares)
    if (dominance !== null) steps.push(dominance.step)
    for (const { ending, updatedThrough, problem } of yield* openArtifactTable(RlRun, "endings", artifact))
      if (ending === "diverged")
        divergences.push(`${node.label} diverged: ${problem}; its numbers are those of the policy after ${updatedThrough} steps`)
  }
  const dominance: DominanceOfCell | null =
    runs === 0
      ? null
      : {
          step: steps.length === 0 ? null : steps.reduce((sum, step) => sum + step, 0) / steps.length,
          reached: steps.length,
          runs
        }
  return { dominance, divergences }
})

/** What became of a run that may use one format alone. */
export interface ForcedOutcome {
  /** What the share of right completions gains in a step, by least squares. */
  readonly gain: number
  /** That share over the last tenth of the run. */
  readonly end: Estimate
}

/** Null of a run with fewer than two steps. */
export const forcedOutcome = Effect.fnUntraced(function* (artifact: string) {
  const accuracy = [...(yield* openArtifactTable(RlRun, "updates", artifact)).column("accuracy")].map(Number)
  if (accuracy.length < 2) return null
  const steps = Math.max(1, Math.floor(accuracy.length / 10))
  const value = accuracy.slice(-steps).reduce((sum, each) => sum + each, 0) / steps
  let completions = 0
  for (const row of yield* openArtifactTable(RlRun, "formatShares", artifact))
    if (row.step >= accuracy.length - steps) completions += row.completions
  const outcome: ForcedOutcome = {
    gain: slopeOf(accuracy),
    end: { value, ...wilson(Math.round(value * completions), Math.max(1, completions)), seeds: 1 }
  }
  return outcome
})

/** The RL run of one repetition, step by step, without thinning: what is judged seed by seed. */
export interface RlSeries {
  /** Columns of `updates` by name, NaN where a step has none; and `completions`, how many were sampled. */
  readonly updates: ReadonlyMap<string, ReadonlyArray<number>>
  /** By format, 0 where no completion of a step is in it. */
  readonly shares: ReadonlyMap<string, ReadonlyArray<number>>
  /** Mean reward of each format's completions, NaN where a step has none. */
  readonly rewards: ReadonlyMap<string, ReadonlyArray<number>>
  readonly klCoefficient: number | null
}

const UPDATE_COLUMNS = [
  "reward",
  "accuracy",
  "entropy",
  "kl",
  "formatEntropy",
  "completionLength",
  "zeroSignalGroups",
  "groupRewardStd"
] as const

export interface RlCurves {
  readonly updates: CurvesBuilder
  readonly accuracies: CurvesBuilder
}

/** Adds one RL run's curves; returns the run by itself. */
export const readRl = Effect.fnUntraced(function* (artifact: string, seed: string, curves: RlCurves) {
  const table = yield* openArtifactTable(RlRun, "updates", artifact)
  const updates = new Map<string, Array<number>>(UPDATE_COLUMNS.map((name) => [name, []]))
  for (const row of table)
    for (const name of UPDATE_COLUMNS) {
      updates.get(name)!.push(row[name] ?? Number.NaN)
      if (row[name] !== null) curves.updates.add(name, seed, row.step, row[name])
    }
  const shares = new Map<string, Array<number>>()
  const rewards = new Map<string, Array<number>>()
  const steps = (value: number) => Array.from({ length: table.rows }, () => value)
  const sampled = steps(0)
  for (const { step, format, share, accuracy, meanReward, completions } of yield* openArtifactTable(
    RlRun,
    "formatShares",
    artifact
  )) {
    if (!shares.has(format)) {
      shares.set(format, steps(0))
      rewards.set(format, steps(Number.NaN))
    }
    sampled[step]! += completions
    shares.get(format)![step] = share
    rewards.get(format)![step] = meanReward ?? Number.NaN
    if (accuracy !== null) curves.accuracies.add(format, seed, step, accuracy)
  }
  updates.set("completions", sampled)
  return { updates, shares, rewards, klCoefficient: table.rows === 0 ? null : table.row(0).klCoefficient } satisfies RlSeries
})

/** `12`, `12 (2 of 3)`, `never`: a time to dominance in a few words. */
export const dominanceWords = ({ step, reached, runs }: DominanceOfCell): string =>
  step === null
    ? "never"
    : `${Number.isInteger(step) ? step : step.toFixed(1)}${reached < runs ? ` (${reached} of ${runs})` : ""}`
