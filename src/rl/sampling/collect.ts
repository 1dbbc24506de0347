/**
 * One step's experience: prompts, completions, grades, and what the reference says of them. Generated once, whatever the
 * algorithm does with it. What the policy itself says when it reads them comes later: policy-scores.ts.
 *
 * Under `dynamicSampling: resample` (DAPO, 2503.14476) groups whose rewards are all equal are replaced: rounds of new prompts,
 * until as many groups carry signal as a step has prompts, or the rounds are used up. Everything sampled is kept as rows; the
 * mask says what takes part in the update.
 */

import * as Effect from "effect/Effect"

import type { SuiteProblem } from "../../../schemas/corpus.ts"
import type { Ending } from "../../../schemas/grade.ts"
import * as Param from "../../dag/Param.ts"
import { exp } from "../../elementary/elementary.ts"
import { type Batch, type Model, SAMPLING_RANGE } from "../../engine/Engine.ts"
import { complete, type Completions, gradeAllUnderBoth } from "../../evaluation/complete.ts"
import type { Grade } from "../../formats/Format.ts"
import type { GradeUnderBoth } from "../../formats/grade.ts"
import { permutation, subSeed } from "../../random/philox.ts"
import type { Tokenizer } from "../../tokenizer/Tokenizer.ts"
import { groupSignal } from "../objective/group-advantages.ts"
import { OverlongParams, overlongPenalty } from "../objective/overlong-penalty.ts"
import { mean } from "../packed/masked-statistics.ts"
import { both, DYNAMIC_SAMPLING, type DynamicSampling, type ResampleParams, truncationMask } from "../packed/masks.ts"
import { fromGenerated, fromPositions, responseLengths, type Rollouts } from "../packed/Rollouts.ts"
import { RewardParams, rewardNamed } from "../rewards/registry.ts"
import { type Candidate, truthOf } from "../rewards/Reward.ts"
import type { PolicyScores } from "./policy-scores.ts"

/** Completions cut at the limit: taken for no answer, graded as any other, or kept out of the update. */
export const TRUNCATED = {
  fail: { rewarded: false, takesPart: true },
  count: { rewarded: true, takesPart: true },
  mask: { rewarded: true, takesPart: false }
} as const satisfies Readonly<Record<string, { readonly rewarded: boolean; readonly takesPart: boolean }>>

/** What is sampled at a step, and how it is rewarded. */
export const SamplingParams = {
  prompts: Param.integer(16, "prompts of a step", { min: 1, max: 1e6 }),
  samples: Param.integer(8, "completions of each prompt: the group", { min: 1, max: 1e6 }),
  temperature: Param.number(1, "of sampling, and of the log-probabilities that training sees", SAMPLING_RANGE.temperature),
  topP: Param.number(1, "nucleus of sampling", SAMPLING_RANGE.topP),
  maxNewTokens: Param.integer(128, "longest completion", { min: 1 }),
  ...RewardParams,
  rewardProfile: Param.oneOf(["corrected", "paper"], "corrected", "whose verifier gives the reward"),
  truncated: Param.variant(
    TRUNCATED,
    "fail",
    "completions cut at the limit: taken for no answer, graded as any other, or kept out of the update"
  ),
  ...OverlongParams
}

export type SamplingSettings = Param.Values<typeof SamplingParams & typeof ResampleParams> & {
  readonly dynamicSampling: DynamicSampling
  readonly seed: number
}

/** The problems of a step: the suite in a new order every epoch, a pure function of (seed, step). */
const promptsAt = (
  suite: ReadonlyArray<SuiteProblem>,
  step: number,
  { prompts, seed }: Pick<SamplingSettings, "prompts" | "seed">
): ReadonlyArray<SuiteProblem> => {
  const perEpoch = Math.max(1, Math.floor(suite.length / prompts))
  const order = permutation(suite.length, seed, "rl/prompts", Math.floor(step / perEpoch))
  const from = (step % perEpoch) * prompts
  return Array.from({ length: Math.min(prompts, suite.length) }, (_, i) => suite[order[from + i]!]!)
}

/**
 * `count` problems in place of groups without signal, none that the step has had unless the suite is used up; a pure function of
 * (seed, step, round).
 *
 * @internal the tests hold that no two rounds draw alike
 */
export const otherPrompts = (
  suite: ReadonlyArray<SuiteProblem>,
  had: ReadonlySet<SuiteProblem>,
  count: number,
  at: { readonly step: number; readonly round: number; readonly seed: number }
): ReadonlyArray<SuiteProblem> =>
  Array.from(permutation(suite.length, at.seed, "rl/other-prompts", at.step, at.round), (i) => suite[i]!)
    .filter((problem) => !had.has(problem))
    .slice(0, count)

export interface Collected {
  readonly problems: ReadonlyArray<SuiteProblem>
  /** Per prompt: 0 for the step's own, else the round of new prompts it came with. */
  readonly rounds: ReadonlyArray<number>
  readonly samples: number
  readonly rollouts: Rollouts
  readonly texts: ReadonlyArray<string>
  readonly endings: ReadonlyArray<Ending>
  /** As tables keep them. */
  readonly gradesUnderBoth: ReadonlyArray<GradeUnderBoth>
  /** Under the profile that gives the reward. */
  readonly grades: ReadonlyArray<Grade>
  /** 1 where the reward `truth` would pay. */
  readonly truths: ReadonlyArray<number>
  /** What the reward pays. */
  readonly paid: ReadonlyArray<number>
  /** What the algorithm is given: that, less the punishment of what is overlong. */
  readonly scores: Float64Array
  readonly refLogProbs: Float32Array | undefined
  /** 0 keeps a token out of the update; undefined: all take part. */
  readonly mask: Uint8Array | undefined
  /** Exact probability of each format's opening token, mean over prompts. */
  readonly openingShares: ReadonlyMap<string, number>
}

export const collect = Effect.fnUntraced(function* (request: {
  readonly policy: Model
  readonly reference: Model | null
  readonly tokenizer: Tokenizer
  readonly openings: ReadonlyMap<string, number>
  /** Tokens that every completion begins with, as if they belonged to the prompt: nothing is learnt of them. */
  readonly forced?: ReadonlyArray<number>
  readonly suite: ReadonlyArray<SuiteProblem>
  readonly step: number
  readonly params: SamplingSettings
}) {
  const { policy, reference, tokenizer, openings, forced = [], suite, step, params } = request
  const { prompts, samples, temperature } = params
  const { replaces } = DYNAMIC_SAMPLING[params.dynamicSampling]
  const drawn: Array<Sampled> = []
  let wanted = promptsAt(suite, step, params)
  for (let round = 0; wanted.length > 0; round++) {
    const firstStream = step * prompts * samples
    // Streams are numbered by step and row; a round of new prompts has a key of its own.
    const seed = round === 0 ? params.seed : subSeed(params.seed, `rl/round/${round}`)
    const answered = yield* complete(policy, tokenizer, { ...params, problems: wanted, firstStream, seed, forced })
    const completions = forcedInPrompts(answered, forced)
    const firstPrompt = drawn.reduce((sum, { problems }) => sum + problems.length, 0)
    drawn.push(gradedRound(wanted, completions, { step, round, firstPrompt }, params))
    if (!replaces || round === params.resamples) break
    const informative = drawn.reduce((sum, { scores }) => sum + informativeGroups(scores, samples), 0)
    const had = new Set(drawn.flatMap(({ problems }) => problems))
    wanted = otherPrompts(suite, had, prompts - informative, { step, round: round + 1, seed: params.seed })
  }
  const { completions, scores, ...rest } = together(drawn)
  const rollouts = fromGenerated(concatenate(completions.prompts), samples, {
    ...concatenate(completions.tokens),
    logProbs: flatten(completions.logProbs),
    stopped: Uint8Array.from(completions.endings, (ending) => (ending === "end of text" ? 1 : 0))
  })

  const refLogProbs =
    reference === null ? undefined : fromPositions(rollouts, (yield* reference.score(rollouts, { temperature })).logProbs)
  const collected: Collected = {
    ...rest,
    samples,
    rollouts,
    texts: completions.texts,
    endings: completions.endings,
    scores,
    refLogProbs,
    mask: learningMask(rollouts, scores, params),
    openingShares: yield* exactShares(
      policy,
      completions.prompts.map((prompt) => prompt.subarray(0, prompt.length - forced.length)),
      openings,
      temperature
    )
  }
  return collected
})

/** What was forced was not chosen: it moves from the completions to the prompts. The texts, which are graded, keep it. */
const forcedInPrompts = (completions: Completions, { length }: ReadonlyArray<number>): Completions => {
  if (length === 0) return completions
  const { prompts, samples, tokens, logProbs } = completions
  const forced = (p: number) => tokens[p * samples]!.subarray(0, length)
  return {
    ...completions,
    prompts: prompts.map((prompt, p) => Int32Array.from([...prompt, ...forced(p)])),
    tokens: tokens.map((completion) => completion.subarray(length)),
    logProbs: logProbs.map((completion) => completion.subarray(length))
  }
}

interface Sampled {
  readonly problems: ReadonlyArray<SuiteProblem>
  readonly completions: Completions
  readonly gradesUnderBoth: ReadonlyArray<GradeUnderBoth>
  readonly grades: ReadonlyArray<Grade>
  readonly truths: ReadonlyArray<number>
  readonly paid: ReadonlyArray<number>
  readonly scores: ReadonlyArray<number>
  readonly rounds: ReadonlyArray<number>
}

/** A round's completions with their grades and rewards. */
const gradedRound = (
  problems: ReadonlyArray<SuiteProblem>,
  completions: Completions,
  at: { readonly step: number; readonly round: number; readonly firstPrompt: number },
  params: SamplingSettings
): Sampled => {
  const { reward, rewardProfile, truncated, maxNewTokens, overlongBuffer, overlongFactor, seed } = params
  const { texts, samples } = completions
  const { pay } = rewardNamed(reward)
  const gradesUnderBoth = gradeAllUnderBoth(problems, completions)
  // A completion that never ends is no answer, unless the settings say otherwise.
  const fails = (row: number) => !TRUNCATED[truncated].rewarded && completions.endings[row] !== "end of text"
  const candidates = texts.map((text, row): Candidate => {
    const grades = gradesUnderBoth[row]!
    const { answer, correct } = grades[rewardProfile]
    return fails(row) ? { text, grades, answer: null, right: false } : { text, grades, answer, right: correct }
  })
  const paid = problems.flatMap((problem, p) => {
    const key = { seed, step: at.step, prompt: at.firstPrompt + p }
    return pay({ problem, completions: candidates.slice(p * samples, (p + 1) * samples), key })
  })
  const punishment = (row: number) =>
    overlongBuffer === null ? 0 : overlongPenalty(completions.tokens[row]!.length, maxNewTokens, overlongBuffer, overlongFactor)
  return {
    problems,
    completions,
    gradesUnderBoth,
    grades: gradesUnderBoth.map((under) => under[rewardProfile]),
    truths: candidates.map(truthOf),
    paid,
    scores: paid.map((reward, row) => reward + punishment(row)),
    rounds: problems.map(() => at.round)
  }
}

const groupsOf = (scores: ArrayLike<number>, samples: number): Int32Array =>
  Int32Array.from({ length: scores.length }, (_, s) => Math.floor(s / samples))

const informativeGroups = (scores: ReadonlyArray<number>, samples: number): number => {
  const { groups, zeroSignal } = groupSignal(scores, groupsOf(scores, samples))
  return groups - zeroSignal
}

const together = (drawn: ReadonlyArray<Sampled>) => {
  const all = drawn.map(({ completions }) => completions)
  return {
    problems: drawn.flatMap(({ problems }) => problems),
    rounds: drawn.flatMap(({ rounds }) => rounds),
    gradesUnderBoth: drawn.flatMap(({ gradesUnderBoth }) => gradesUnderBoth),
    grades: drawn.flatMap(({ grades }) => grades),
    truths: drawn.flatMap(({ truths }) => truths),
    paid: drawn.flatMap(({ paid }) => paid),
    scores: Float64Array.from(drawn.flatMap(({ scores }) => scores)),
    completions: {
      prompts: all.flatMap(({ prompts }) => prompts),
      tokens: all.flatMap(({ tokens }) => tokens),
      logProbs: all.flatMap(({ logProbs }) => logProbs),
      endings: all.flatMap(({ endings }) => endings),
      texts: all.flatMap(({ texts }) => texts)
    }
  }
}

/** What takes part: not truncated completions under `mask`, not groups without signal under dynamic sampling. */
const learningMask = (rollouts: Rollouts, scores: Float64Array, settings: SamplingSettings): Uint8Array | undefined => {
  const cut = TRUNCATED[settings.truncated].takesPart ? undefined : truncationMask(rollouts)
  if (!DYNAMIC_SAMPLING[settings.dynamicSampling].drops) return cut
  const { informative } = groupSignal(scores, rollouts.groups)
  const signal = new Uint8Array(rollouts.responseOffsets.at(-1)!)
  informative.forEach((kept, s) => signal.fill(kept, rollouts.responseOffsets[s], rollouts.responseOffsets[s + 1]))
  return cut === undefined ? signal : both(cut, signal)
}

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
    shares.set(format, shares.get(format)! + exp(logProbs[batch.offsets[i]! + document.length - 2]!) / prompts.length)
  })
  return shares
})

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

/** Numbers to watch while a run goes on: the reward, the entropy, and the share of the format that is ahead. */
export const liveMetrics = (
  { scores, openingShares }: Collected,
  { entropy }: PolicyScores
): Readonly<Record<string, number>> => {
  const [ahead] = [...openingShares].toSorted((a, b) => b[1] - a[1])
  return { reward: mean(scores), entropy, ...(ahead === undefined ? {} : { [ahead[0]]: ahead[1] }) }
}

/** Largest and mean absolute difference between log-probabilities when sampled and when scored: 0 but for rounding. */
export const samplerGap = (
  { rollouts }: Collected,
  { logProbs }: PolicyScores
): { readonly mean: number; readonly max: number } => {
  const gaps = logProbs.map((logProb, t) => Math.abs(logProb - rollouts.logProbs[t]!))
  return { mean: mean(gaps), max: gaps.reduce((a, b) => Math.max(a, b), 0) }
}

/** Tokens of each completion, and of those that ended by themselves. */
export const lengthsOf = ({ rollouts }: Collected) => {
  const all = responseLengths(rollouts)
  return { all, ended: all.filter((_, s) => rollouts.stopped[s] === 1) }
}
