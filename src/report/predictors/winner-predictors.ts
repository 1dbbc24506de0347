/**
 * Which number from before RL foretells the format that wins: its share, its accuracy, what its completions are paid at first, or
 * its trainability.
 *
 * Trainability is what a format gains when RL may use no other: runs from the same policy with the format forced (`rl.force`),
 * and the slope of the share of right completions over their steps, by least squares. Accuracy says where a format begins,
 * trainability where it is going: a format that is behind and learns fast may overtake.
 */

import { meanInterval } from "../../evaluation/statistics/intervals.ts"
import { largestFirst } from "../data/ordering.ts"
import type { Estimate } from "../data/policy-estimates.ts"
import type { CellData, Repetition, StudyData } from "../data/study-data.ts"
import { clearWinner, mostAccurate, mostFrequent, usedFormats } from "./formats-of.ts"
import { leaderOf } from "./tilt.ts"

/** The format that gains most in a step among those used before RL; null where fewer than two were tried, or two gain alike. */
const mostTrainable = ({ before, trainability }: Repetition): string | null => {
  const [first, second] = usedFormats(before!)
    .flatMap((format) => (trainability.has(format) ? [[format, trainability.get(format)!] as const] : []))
    .toSorted(largestFirst)
  return first === undefined || second === undefined || first[1] === second[1] ? null : first[0]
}

/** By name, each from a repetition that was evaluated before RL to the format that should win; null: it cannot tell. */
const PREDICTORS: Readonly<Record<string, (repetition: Repetition) => string | null>> = {
  "share before RL": ({ before }) => mostFrequent(before!),
  "accuracy before RL": ({ before }) => mostAccurate(before!),
  "mean reward of the first steps": (repetition) => leaderOf(repetition)?.format ?? null,
  trainability: mostTrainable
}

export interface PredictorScore {
  readonly predictor: string
  /** Policies whose winner it named. */
  readonly right: number
  /** The share of them: the mean over seeds, each with all its policies, and its 95 % interval (NaN with one seed). */
  readonly share: Estimate
}

export interface PredictorScores {
  /** Policies after RL that every predictor has a word about. */
  readonly policies: number
  readonly seeds: number
  readonly scores: ReadonlyArray<PredictorScore>
}

/** RL for right answers alone is what share and accuracy could foretell. */
const paidForTruth = ({ settings }: CellData): boolean => settings.get("rl.reward") === "truth"

/** Every predictor on the same policies: those about which all of them, trainability too, have a word. Null where none is. */
export const predictorScores = ({ cells }: StudyData): PredictorScores | null => {
  const predicted = cells
    .filter(paidForTruth)
    .flatMap(({ repetitions }) => repetitions)
    // One that several studies need is one policy.
    .filter(({ member: { after } }, i, all) => all.findIndex(({ member }) => member.after === after) === i)
    .filter(({ before, winner, after, series }) => before !== null && clearWinner(winner, after) !== null && series !== null)
    .map((repetition) => ({
      repetition,
      formats: Object.values(PREDICTORS).map((predict) => predict(repetition))
    }))
    .filter(({ formats }) => formats.every((format) => format !== null))
  if (predicted.length === 0) return null
  const bySeed = [...Map.groupBy(predicted, ({ repetition }) => repetition.seed).values()]
  const scores = Object.keys(PREDICTORS).map((predictor, i): PredictorScore => {
    const right = (some: typeof predicted) => some.filter(({ repetition, formats }) => formats[i] === repetition.winner).length
    const { mean, low, high } = meanInterval(bySeed.map((own) => right(own) / own.length))
    return {
      predictor,
      right: right(predicted),
      share: { value: mean, low: Math.max(0, low), high: Math.min(1, high), seeds: bySeed.length }
    }
  })
  return { policies: predicted.length, seeds: bySeed.length, scores }
}
