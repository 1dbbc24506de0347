/** One step's experience: prompts, completions, grades, log-probabilities; and the rows that a run keeps of it. */
import { createHash } from "node:crypto"

import { Effect } from "effect"

import type { FormatShares, Rollouts as RolloutsTable, Updates } from "../../schemas/rl-run.ts"
import type { Batch, Model } from "../engine/Engine.ts"
import { complete, gradeAll } from "../evaluation/complete.ts"
import { diversity } from "../evaluation/diversity.ts"
import { shareEntropy } from "../evaluation/format-shares.ts"
import type { Grade } from "../formats/Format.ts"
import { formatNames, invalid } from "../formats/registry.ts"
import { permutation } from "../random/philox.ts"
import type { Table } from "../store/Table.ts"
import type { Tokenizer } from "../tokenizer/Tokenizer.ts"
import type { SuiteProblem } from "../training/corpus.ts"
import { groupSignal } from "./advantages.ts"
import { klEstimate } from "./kl.ts"
import type { UpdateReport } from "./learner.ts"
import { fromGenerated, fromPositions, type Rollouts } from "./Rollouts.ts"

export interface SamplingSettings {
  readonly prompts: number
  readonly samples: number
  readonly temperature: number
  readonly topP: number
  readonly maxNewTokens: number
  readonly rewardProfile: "corrected" | "paper"
  /** Completions cut at the limit: no reward, graded as any other, or kept out of the update. */
  readonly truncated: "fail" | "count" | "mask"
  readonly seed: number
}

/** The problems of a step: the suite in a new order every epoch, a pure function of (seed, step). */
export const promptsAt = (
  suite: ReadonlyArray<SuiteProblem>,
  step: number,
  { prompts, seed }: SamplingSettings
): ReadonlyArray<SuiteProblem> => {
  const perEpoch = Math.max(1, Math.floor(suite.length / prompts))
  const order = permutation(suite.length, seed, "rl/prompts", Math.floor(step / perEpoch))
  const from = (step % perEpoch) * prompts
  return Array.from({ length: Math.min(prompts, suite.length) }, (_, i) => suite[order[from + i]!]!)
}

export interface Collected {
  readonly problems: ReadonlyArray<SuiteProblem>
  readonly rollouts: Rollouts
  readonly texts: ReadonlyArray<string>
  readonly grades: ReadonlyArray<Grade>
  readonly scores: Float64Array
  readonly oldLogProbs: Float32Array
  readonly refLogProbs: Float32Array | undefined
  /** Mean entropy per completion token, in nats. */
  readonly entropy: number
  /** Mean k3 estimate of KL(policy || reference) per completion token. */
  readonly kl: number | null
  /** Exact probability of each format's opening token, mean over prompts. */
  readonly openingShares: ReadonlyMap<string, number>
  readonly live: Readonly<Record<string, number>>
}

export const collect = Effect.fnUntraced(function* (request: {
  readonly policy: Model
  readonly reference: Model | null
  readonly tokenizer: Tokenizer
  readonly openings: ReadonlyMap<string, number>
  readonly problems: ReadonlyArray<SuiteProblem>
  readonly step: number
  readonly params: SamplingSettings
}) {
  const { policy, reference, tokenizer, openings, problems, params } = request
  const rows = problems.length * params.samples
  const completions = yield* complete(policy, tokenizer, { ...params, problems, firstStream: request.step * rows })
  const rollouts = fromGenerated(concatenate(completions.prompts), params.samples, {
    ...concatenate(completions.tokens),
    logProbs: flatten(completions.logProbs),
    stopped: Uint8Array.from(completions.truncated, (cut) => (cut ? 0 : 1))
  })
  const grades = gradeAll(problems, completions, params.rewardProfile)

  const { temperature } = params
  const scored = yield* policy.score(rollouts, { temperature, entropies: true })
  const oldLogProbs = fromPositions(rollouts, scored.logProbs)
  const entropy = mean(fromPositions(rollouts, scored.entropies!))
  const refLogProbs =
    reference === null ? undefined : fromPositions(rollouts, (yield* reference.score(rollouts, { temperature })).logProbs)
  const kl = refLogProbs === undefined ? null : mean(oldLogProbs.map((logProb, t) => klEstimate(logProb - refLogProbs[t]!, "k3")))

  // A completion that never ends is no answer, unless the settings say otherwise.
  const fails = (row: number) => params.truncated === "fail" && completions.truncated[row]!
  const scores = Float64Array.from(grades, (grade, row) => (grade.correct && !fails(row) ? 1 : 0))
  const openingShares = yield* exactShares(policy, completions.prompts, openings, temperature)
  const top = [...openingShares].toSorted((a, b) => b[1] - a[1])[0]
  return {
    problems,
    rollouts,
    texts: completions.texts,
    grades,
    scores,
    oldLogProbs,
    refLogProbs,
    entropy,
    kl,
    openingShares,
    live: { reward: mean(scores), entropy, ...(top === undefined ? {} : { [top[0]]: top[1] }) }
  } satisfies Collected as Collected
})

/** p(opening token of the format | prompt), exact, mean over prompts: the format distribution without sampling noise. */
const exactShares = Effect.fnUntraced(function* (
  policy: Model,
  prompts: ReadonlyArray<Int32Array>,
  openings: ReadonlyMap<string, number>,
  temperature: number
) {
  const documents = prompts.flatMap((prompt) => [...openings.values()].map((token) => Int32Array.from([...prompt, token])))
  const shares = new Map([...openings.keys()].map((format) => [format, 0]))
  if (documents.length === 0) return shares
  const batch = concatenate(documents)
  const { logProbs } = yield* policy.score(batch, { temperature })
  const formats = [...openings.keys()]
  documents.forEach((document, i) => {
    const format = formats[i % formats.length]!
    shares.set(format, shares.get(format)! + Math.exp(logProbs[batch.offsets[i]! + document.length - 2]!) / prompts.length)
  })
  return shares
})

/** First 16 digits of the SHA-256 of a parameter vector. */
export const digestOfParameters = (parameters: Float32Array): string =>
  createHash("sha256")
    .update(new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength))
    .digest("hex")
    .slice(0, 16)

export const rolloutRows = (
  collected: Collected,
  report: UpdateReport,
  at: { readonly step: number; readonly policyDigest: string; readonly params: SamplingSettings }
): Array<Table.Input<typeof RolloutsTable>> => {
  const { rollouts, grades, texts, problems } = collected
  return grades.map((grade, s) => {
    const prompt = Math.floor(s / at.params.samples)
    const from = rollouts.responseOffsets[s]!
    const to = rollouts.responseOffsets[s + 1]!
    return {
      step: at.step,
      prompt,
      sample: s % at.params.samples,
      problem: problems[prompt]!.problem,
      difficulty: problems[prompt]!.steps,
      question: problems[prompt]!.question,
      text: texts[s]!,
      tokens: rollouts.tokens.slice(rollouts.offsets[s]! + rollouts.promptLengths[s]!, rollouts.offsets[s + 1]),
      logProbs: rollouts.logProbs.slice(from, to),
      scoredLogProbs: collected.oldLogProbs.slice(from, to),
      referenceLogProbs: collected.refLogProbs?.slice(from, to) ?? null,
      format: grade.format,
      subStyle: grade.subStyle,
      attempted: grade.attempted,
      answered: grade.answered,
      answer: grade.answer,
      gold: problems[prompt]!.answer,
      correct: grade.correct,
      reward: collected.scores[s]!,
      advantage: to > from ? mean(report.advantages.subarray(from, to)) : 0,
      truncated: rollouts.stopped[s] === 0,
      used: report.used[s] === 1,
      policyDigest: at.policyDigest
    }
  })
}

/** One row a format that the policy could use, and one for completions in none. */
export const formatRows = ({ grades, openingShares }: Collected): Array<Omit<Table.Input<typeof FormatShares>, "step">> =>
  [...formatNames, invalid]
    .map((format) => ({ format, some: grades.filter((grade) => grade.format === format) }))
    .filter(({ format, some }) => some.length > 0 || openingShares.has(format) || format === invalid)
    .map(({ format, some }) => ({
      format,
      share: some.length / grades.length,
      firstTokenShare: openingShares.get(format) ?? null,
      accuracy: some.length === 0 ? null : some.filter((grade) => grade.correct).length / some.length,
      completions: some.length
    }))

export const updateRow = (collected: Collected, report: UpdateReport, step: number): Table.Input<typeof Updates> => {
  const { rollouts, grades, texts, problems } = collected
  const lengths = rollouts.stopped.length
  const signal = groupSignal(collected.scores, rollouts.groups)
  const samples = grades.length / problems.length
  const counts = Map.groupBy(grades, (grade) => grade.format)
  const distinct = problems.map(
    (_, p) => diversity(texts.slice(p * samples, (p + 1) * samples), new Uint8Array(samples)).distinctShare
  )
  return {
    step,
    reward: mean(collected.scores),
    accuracy: grades.filter((grade) => grade.correct).length / grades.length,
    entropy: collected.entropy,
    kl: collected.kl,
    approximateKl: report.approximateKl,
    clipFraction: report.clipFraction,
    zeroSignalGroups: signal.zeroSignal / signal.groups,
    completionLength: rollouts.responseOffsets.at(-1)! / lengths,
    truncated: rollouts.stopped.reduce((cut, stopped) => cut + (stopped === 0 ? 1 : 0), 0) / lengths,
    loss: report.loss,
    gradientNorm: report.gradientNorm,
    valueLoss: report.valueLoss,
    explainedVariance: report.explainedVariance,
    learningRate: report.learningRate,
    klCoefficient: report.klCoefficient,
    distinct: mean(distinct),
    formatEntropy: shareEntropy([...counts.values()].map((some) => some.length)).nats,
    tokensTrained: report.used.reduce(
      (sum, used, s) => sum + (used === 1 ? rollouts.responseOffsets[s + 1]! - rollouts.responseOffsets[s]! : 0),
      0
    )
  }
}

const concatenate = (sequences: ReadonlyArray<Int32Array>): Batch => {
  const offsets = new Int32Array(sequences.length + 1)
  sequences.forEach((sequence, i) => (offsets[i + 1] = offsets[i]! + sequence.length))
  const tokens = new Int32Array(offsets[sequences.length]!)
  sequences.forEach((sequence, i) => tokens.set(sequence, offsets[i]!))
  return { tokens, offsets }
}

const flatten = (sequences: ReadonlyArray<Float32Array>): Float32Array => {
  const out = new Float32Array(sequences.reduce((sum, sequence) => sum + sequence.length, 0))
  let at = 0
  for (const sequence of sequences) {
    out.set(sequence, at)
    at += sequence.length
  }
  return out
}

const mean = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}
