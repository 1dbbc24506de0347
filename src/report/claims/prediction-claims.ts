/** Claims about what can be foretold: C12, shares by the tilt, and Q1, that the highest mean reward decides whatever pays. */

import { INVALID } from "../../evaluation/metrics/format-shares.ts"
import type { Estimate, PolicyEstimates } from "../data/policy-estimates.ts"
import { clearWinner, mostFrequent } from "../predictors/formats-of.ts"
import { betaOf, type ByFormat, groupedBetaOf, leaderOf, tilted } from "../predictors/tilt.ts"
import type { Claim, Part, Rows } from "./Claim.ts"
import { asked, beyond, mustRise } from "./controls.ts"
import { intervalError, shareError } from "./errors.ts"
import { ACCURACIES, changeOf, nodesOf, overSeeds, SHARES, solvingRows, type Trial, trialsOf, type Where } from "./trials.ts"
import { inPercent, inPoints } from "./words.ts"

/**
 * The error that problems leave in such a mean: of each format's share before and after RL. What one has gained others have lost,
 * so the errors of formats are added as they are.
 */
const leftBy = ({ before, after }: Trial): number => {
  const formats = [...new Set([...before.shares.keys(), ...after.shares.keys()])].filter((format) => format !== INVALID)
  const errors = formats.map((format) =>
    Math.hypot(...[before, after].flatMap(({ shares }) => shares.get(format) ?? []).map(intervalError))
  )
  return errors.reduce((sum, error) => sum + error, 0) / formats.length
}

/** The mean over formats of the difference between predicted and observed shares; completions in no format apart. */
const missOf = (predicted: ByFormat, { shares }: PolicyEstimates): number => {
  const observed = [...shares].filter(([format]) => format !== INVALID)
  const total = observed.reduce((sum, [, { value }]) => sum + value, 0)
  const formats = [...new Set([...predicted.keys(), ...observed.map(([format]) => format)])]
  const error = (format: string) => Math.abs((predicted.get(format) ?? 0) - (shares.get(format)?.value ?? 0) / total)
  return formats.reduce((sum, format) => sum + error(format), 0) / formats.length
}

export interface TiltChoices {
  /** Arms with a KL penalty that is felt, in the reward. */
  readonly arms: Where
  /** Arms with one in the loss, beside advantages divided by the deviation of their group (GRPO): told beside it. */
  readonly grouped?: Where
  /** Mean error of a share that still counts as predicted. */
  readonly margin?: number
  readonly seeds: number
}

/** C12: shares after RL follow from shares and accuracies before it. */
export const tiltPredicts = ({ arms, grouped, margin = 0.05, seeds }: TiltChoices): Claim => ({
  id: "C12",
  statement: "The shares of the formats after RL follow from their shares and accuracies before it, with nothing fitted.",
  criterion:
    `The mean error of a predicted share is below ${inPoints(margin)}, and below that of "RL changes nothing". ` +
    "Prediction: share x (1 - accuracy + accuracy e^(1/beta)).",
  control:
    "the same prediction with the accuracies handed round among the formats; seed by seed, its error is larger than with each " +
    "format's own.",
  needs: "PPO with a KL penalty, evaluated before and after with samples",
  seeds,
  evidence: (data) => {
    const rows: ReadonlyArray<Rows> = [SHARES, ACCURACIES, { table: "updates", where: "step < 5" }]
    const part = (
      measure: string,
      test: Part["test"],
      of: Where,
      betaIn: (trial: Trial) => number | null,
      value: (trial: Trial, beta: number) => number,
      role?: "told"
    ): Part => ({
      measure,
      unit: "points",
      test,
      ...overSeeds(
        trialsOf(role === undefined ? data : asked(data, role), of).filter((trial) => betaIn(trial) !== null),
        (trial) => ({ value: value(trial, betaIn(trial)!), error: leftBy(trial) })
      ),
      rows
    })
    const below = (bound: number) => ({ kind: "below", margin: bound }) as const
    const inReward = (trial: Trial) => betaOf(trial.cell, trial)
    const inLoss = (trial: Trial) => groupedBetaOf(trial.cell, trial)
    const nothingChanges = (trial: Trial) => missOf(unchanged(trial.before), trial.after)
    const overNothing = (trial: Trial, beta: number) => missBy(trial, beta) - nothingChanges(trial)
    const told = { role: "told" } as const
    const beats = part("that error, less the error of predicting no change", below(0), arms, inReward, overNothing)
    const roundBeats = part(
      beats.measure,
      below(0),
      arms,
      inReward,
      (trial, beta) => missHandedRound(trial, beta) - nothingChanges(trial)
    )
    return {
      parts: [
        part("mean error of a share predicted from before RL", below(margin), arms, inReward, missBy),
        beats,
        ...beyond(beats, { ...roundBeats, where: "with the accuracies handed round among the formats" }),
        {
          ...part(
            "that error, less the error with the accuracies after RL",
            { kind: "above", margin: 0 },
            arms,
            inReward,
            (trial, beta) => missBy(trial, beta) - missBy(trial, beta, valuesOf(trial.after.accuracies))
          ),
          ...told
        },
        ...(grouped === undefined
          ? []
          : [
              part("GRPO: mean error of a share predicted from before RL", below(margin), grouped, inLoss, missBy, "told"),
              part("GRPO: that error, less the error of predicting no change", below(0), grouped, inLoss, overNothing, "told")
            ].map((each) => ({ ...each, ...told })))
      ]
    }
  }
})

/** The mean error of the tilt at this beta, with these accuracies instead of those before RL. */
const missBy = ({ before, after }: Trial, beta: number, accuracies = valuesOf(before.accuracies)): number =>
  missOf(tilted(valuesOf(before.shares), accuracies, beta), after)

/** The same with the accuracy of another format for each: the mean over the ways of turning them round. */
const missHandedRound = (trial: Trial, beta: number): number => {
  const own = [...valuesOf(trial.before.accuracies)].filter(([format]) => format !== INVALID)
  if (own.length < 2) return Number.NaN
  const turned = (by: number) => new Map(own.map(([format], i) => [format, own[(i + by) % own.length]![1]]))
  const misses = own.slice(1).map((_, i) => missBy(trial, beta, turned(i + 1)))
  return misses.reduce((sum, miss) => sum + miss, 0) / misses.length
}

const valuesOf = (estimates: ReadonlyMap<string, Estimate>): ByFormat =>
  new Map([...estimates].map(([format, { value }]) => [format, value]))

/** The shares as they are, completions in no format apart. */
const unchanged = ({ shares }: PolicyEstimates): ByFormat => {
  const own = [...shares].filter(([format]) => format !== INVALID)
  const total = own.reduce((sum, [, { value }]) => sum + value, 0)
  return new Map(own.map(([format, { value }]) => [format, value / total]))
}

export interface RewardChoices {
  /** Arms of one policy with different rewards. */
  readonly arms: Where
  /** Rewards that mean nothing: what they happen to pay most at first must win more seldom. */
  readonly control?: Where
  /** How far the best paid format must lead to count. */
  readonly lead?: number
  /** Part of the arms that it must win. */
  readonly most?: number
  readonly seeds: number
}

/** Q1: whatever pays, the best paid format wins. */
export const bestPaidWins = ({ arms, control, lead = 0.1, most = 0.8, seeds }: RewardChoices): Claim => ({
  id: "Q1",
  statement: "Whatever the reward pays for, the format with the highest mean reward at the beginning of RL wins.",
  criterion:
    `Of the rewards under which one format is paid ${lead} more than any other (means over the first five steps of RL), that ` +
    `format wins under more than ${inPercent(most)}.`,
  control:
    "the most frequent format before RL under the same rewards" +
    (control === undefined ? "" : ", and the format that random rewards happen to pay most at first") +
    "; seed by seed, the best paid format wins oftener.",
  needs: "RL with several rewards on one policy that uses several formats",
  seeds,
  evidence: (data) => {
    const apart = trialsOf(data, arms).filter((trial) => {
      const leader = leaderOf(trial)
      return leader !== null && leader.lead >= lead && clearWinner(trial.winner, trial.after) !== null
    })
    /** Of the arms of each seed that name a format, which may be others than its neighbours': the share in which it wins. */
    const wins = (measure: string, of: ReadonlyArray<Trial>, named: (trial: Trial) => string | null): Part => {
      const bySeed = Map.groupBy(of, ({ seed }) => seed)
      const share = (own: ReadonlyArray<Trial>) => {
        const telling = own.filter((trial) => named(trial) !== null)
        if (telling.length === 0) return null
        const won = telling.filter((trial) => named(trial) === trial.winner).length / telling.length
        return { value: won, error: shareError(won, telling.length) }
      }
      return {
        measure,
        unit: "percent",
        test: { kind: "above", margin: most },
        ...overSeeds(
          [...bySeed.values()].map(([first]) => first!),
          ({ seed }) => share(bySeed.get(seed)!),
          ({ seed }) => bySeed.get(seed)!.flatMap(nodesOf)
        ),
        rows: [SHARES, { table: "formatShares", where: "step < 5" }]
      }
    }
    const bestPaid = (trial: Trial) => leaderOf(trial)?.format ?? null
    const own = wins("rewards under which the best paid format wins, of those that set one apart", apart, bestPaid)
    const frequent = wins(own.measure, apart, ({ before }) => mostFrequent(before))
    const random = control === undefined ? null : wins(own.measure, trialsOf(asked(data, "control"), control), bestPaid)
    return {
      parts: [
        own,
        ...beyond(own, { ...frequent, where: "of the most frequent format before RL" }),
        ...(random === null ? [] : beyond(own, { ...random, where: "of what random rewards pay most at first" }))
      ]
    }
  }
})

export interface RandomRewardChoices {
  readonly arms: Where
  /** A reward that means something, on the same policies: there the same RL must help. */
  readonly meaningful?: Where
  readonly margin?: number
  readonly seeds: number
}

/** Q2: a reward that means nothing does not help. */
export const randomDoesNotHelp = ({ arms, meaningful, margin = 0.05, seeds }: RandomRewardChoices): Claim => ({
  id: "Q2",
  statement: "A reward that means nothing does not help.",
  criterion: `Under random rewards greedy pass@1 does not rise by ${inPoints(margin)}.`,
  ...(meaningful === undefined
    ? {}
    : { control: "the same RL for right answers; greedy pass@1 rises there, and by more, seed by seed." }),
  needs: "RL with random rewards, evaluated before and after",
  seeds,
  evidence: (data) => {
    const gain = (of: ReadonlyArray<Trial>): Part => ({
      measure: "greedy pass@1, after RL minus before",
      unit: "points",
      test: { kind: "below", margin },
      ...overSeeds(of, (trial) => changeOf(trial, "greedy pass@1")),
      rows: [solvingRows("greedy pass@1")]
    })
    const own = gain(trialsOf(data, arms))
    if (meaningful === undefined) return { parts: [own] }
    const others = gain(trialsOf(asked(data, "control"), meaningful))
    return { parts: [own, ...mustRise(own, { ...others, where: "where right answers are paid" })] }
  }
})
