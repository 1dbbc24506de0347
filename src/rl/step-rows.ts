/** What a run keeps of a step: a row for every completion, one for every format, and one row of numbers. */

import type { FormatShares, Rollouts as RolloutsTable, Updates } from "../../schemas/rl-run.ts"
import { gradeRow } from "../evaluation/complete.ts"
import { diversity } from "../evaluation/metrics/diversity.ts"
import { shareEntropy } from "../evaluation/metrics/format-shares.ts"
import { formatNames, invalid } from "../formats/registry.ts"
import { maximumOf, minimumOf } from "../lists/large.ts"
import type { Table } from "../store/schema/Table.ts"
import type { UpdateReport } from "./learners/learner.ts"
import { groupMembers, groupSignal } from "./objective/group-advantages.ts"
import { DIVISORS, mean, standardDeviation } from "./packed/masked-statistics.ts"
import { type Collected, lengthsOf, samplerGap } from "./sampling/collect.ts"

export const rolloutRows = (
  collected: Collected,
  report: UpdateReport,
  at: { readonly step: number; readonly policyDigest: string }
): Array<Table.Input<typeof RolloutsTable>> => {
  const { rollouts, gradesUnderBoth, texts, problems, samples } = collected
  return gradesUnderBoth.map((_, s) => {
    const prompt = Math.floor(s / samples)
    const from = rollouts.responseOffsets[s]!
    const to = rollouts.responseOffsets[s + 1]!
    return {
      step: at.step,
      prompt,
      sample: s % samples,
      round: collected.rounds[prompt]!,
      problem: problems[prompt]!.problem,
      difficulty: problems[prompt]!.steps,
      question: problems[prompt]!.question,
      text: texts[s]!,
      tokens: rollouts.tokens.slice(rollouts.offsets[s]! + rollouts.promptLengths[s]!, rollouts.offsets[s + 1]),
      logProbs: rollouts.logProbs.slice(from, to),
      scoredLogProbs: report.scores.logProbs.slice(from, to),
      referenceLogProbs: collected.refLogProbs?.slice(from, to) ?? null,
      ...gradeRow(gradesUnderBoth[s]!),
      gold: problems[prompt]!.answer,
      reward: collected.scores[s]!,
      advantage: to > from ? mean(report.advantages.subarray(from, to)) : 0,
      truncated: rollouts.stopped[s] === 0,
      ending: collected.endings[s]!,
      used: report.used[s] === 1,
      policyDigest: at.policyDigest
    }
  })
}

/** One row a format that the policy could use, and one for completions in none. */
export const formatRows = ({
  grades,
  scores,
  openingShares
}: Collected): Array<Omit<Table.Input<typeof FormatShares>, "step">> => {
  const right = grades.filter((grade) => grade.correct).length
  return [...formatNames, invalid]
    .map((format) => ({ format, some: grades.filter((grade) => grade.format === format) }))
    .filter(({ format, some }) => some.length > 0 || openingShares.has(format) || format === invalid)
    .map(({ format, some }) => {
      const rightOfSome = some.filter((grade) => grade.correct).length
      return {
        format,
        share: some.length / grades.length,
        firstTokenShare: openingShares.get(format) ?? null,
        accuracy: some.length === 0 ? null : rightOfSome / some.length,
        shareOfRight: right === 0 ? null : rightOfSome / right,
        meanReward: known(mean(scores.filter((_, s) => grades[s]!.format === format))),
        completions: some.length
      }
    })
}

export const updateRow = (collected: Collected, report: UpdateReport, step: number): Table.Input<typeof Updates> => {
  const { rollouts, grades, texts, problems, samples, scores, paid, truths } = collected
  const signal = groupSignal(scores, rollouts.groups)
  const counts = Map.groupBy(grades, (grade) => grade.format)
  const solutions = problems.map((_, p) => {
    const rows = { from: p * samples, to: (p + 1) * samples }
    const right = grades.slice(rows.from, rows.to).map((grade) => (grade.correct ? 1 : 0))
    return diversity(texts.slice(rows.from, rows.to), right)
  })
  const lengths = lengthsOf(collected)
  const gap = samplerGap(collected, report.scores)
  return {
    step,
    reward: mean(scores),
    rewardStd: known(deviation(scores)),
    groupRewardStd: mean(groupMembers(rollouts.groups).map((members) => deviation(Array.from(members, (s) => scores[s]!)))),
    accuracy: grades.filter((grade) => grade.correct).length / grades.length,
    rewardAccuracy: mean(paid.map((reward, s) => 1 - Math.abs(reward - truths[s]!))),
    entropy: report.scores.entropy,
    kl: report.scores.kl,
    approximateKl: report.approximateKl,
    approximateKl1: report.approximateKl1,
    clipFraction: report.clipFraction,
    clipFractionBelow: report.clipFractionBelow,
    clipFractionAbove: report.clipFractionAbove,
    ratioMin: report.ratioMin,
    ratioMax: report.ratioMax,
    samplerGap: gap.mean,
    samplerGapMax: gap.max,
    zeroSignalGroups: signal.zeroSignal / signal.groups,
    groups: signal.groups,
    rounds: maximumOf(collected.rounds),
    completionLength: mean(lengths.all),
    completionLengthMin: minimumOf(lengths.all),
    completionLengthMax: maximumOf(lengths.all),
    endedLength: known(mean(lengths.ended)),
    truncated: 1 - mean(rollouts.stopped),
    cutByContext: collected.endings.filter((ending) => ending === "context").length / collected.endings.length,
    loss: report.loss,
    gradientNorm: report.gradientNorm,
    gradientSteps: report.updates,
    valueLoss: report.valueLoss,
    valueClipFraction: report.valueClipFraction,
    explainedVariance: report.explainedVariance,
    learningRate: report.learningRate,
    klCoefficient: report.klCoefficient,
    distinct: mean(solutions.map(({ distinctShare }) => distinctShare)),
    distinctRight: mean(solutions.map(({ distinctCorrect }) => distinctCorrect)),
    formatEntropy: shareEntropy([...counts.values()].map((some) => some.length)).nats,
    tokensTrained: report.used.reduce(
      (sum, kept, s) => sum + (kept === 1 ? rollouts.responseOffsets[s + 1]! - rollouts.responseOffsets[s]! : 0),
      0
    )
  }
}

const deviation = (rewards: ArrayLike<number>): number => standardDeviation(rewards, DIVISORS.population)

/** A number that does not exist is null in a table, never NaN: SQL's averages pass over it. */
const known = (value: number): number | null => (Number.isNaN(value) ? null : value)
