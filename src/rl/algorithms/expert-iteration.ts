/**
 * Expert Iteration (Anthony et al. 2017, arXiv 1705.08439): sample, keep what is correct, imitate it.
 *
 *   D_k  = unique {(x, y) : y ~ pi_{k-1}(. | x), reward(x, y) >= threshold}
 *   pi_k = fine-tune(pi_0 or pi_{k-1}, D_k)             `startFrom`: base (the paper) or previous
 *
 * The paper keeps every correct sample and drops exact duplicates only, so that easy questions dominate D_k; `perQuestion` caps
 * that. Selection is a pure function of the rollouts, the seed and the step. `ExpertIterationParams` lists every choice,
 * `EXPERT_ITERATION_PRESETS` is the table of who makes which.
 */

import * as Param from "../../dag/Param.ts"
import type { TokenLoss } from "../../engine/Engine.ts"
import { append } from "../../lists/large.ts"
import { permutation } from "../../random/philox.ts"
import { groupMembers } from "../objective/group-advantages.ts"
import { reductionWeights } from "../objective/reduction.ts"
import { requireLength } from "../packed/RlInputError.ts"
import { sequenceCount, toPositions, type Rollouts } from "../packed/Rollouts.ts"

/** The parameters that each round's fine-tuning starts from. The previous policy is the generator either way. */
export const STARTS = {
  base: (base: Float32Array, _previous: Float32Array) => base,
  previous: (_base: Float32Array, previous: Float32Array) => previous
} as const

export const ExpertIterationParams = {
  deduplicate: Param.boolean(true, "one demonstration of equal completions of a question"),
  perQuestion: Param.integer(4, "most demonstrations of one question in a step, drawn at random; 0: all", { min: 0 }),
  startFrom: Param.variant(STARTS, "base", "where each round starts")
}
export type ExpertIterationOptions = Param.Values<typeof ExpertIterationParams>

/** The rounds of imitation: not a definition in which presets differ. */
export const ImitationParams = {
  roundSteps: Param.integer(10, "sampling steps of a round", { min: 1 }),
  imitationEpochs: Param.integer(2, "passes over a round's demonstrations", { min: 1, max: 10_000 }),
  imitationBatch: Param.integer(64, "demonstrations of a gradient step", { min: 1 }),
  imitationLearningRate: Param.number(1e-3, "peak learning rate of imitation", { above: 0 })
}

/**
 * Who does Expert Iteration how.
 *
 *   paper     every correct sample, exact duplicates dropped, restart from the base model each round (arXiv 2504.07912);
 *             its 64 samples are the loop's business
 *   standard  at most four of a question, or easy questions dominate
 */
export const EXPERT_ITERATION_PRESETS = {
  standard: { deduplicate: true, perQuestion: 4, startFrom: "base" },
  paper: { deduplicate: true, perQuestion: 0, startFrom: "base" }
} as const satisfies Readonly<Record<string, ExpertIterationOptions>>

/** A completion is right, and becomes a demonstration, when its reward reaches this. */
const RIGHT = 1

export interface Demonstrations {
  /** Kept sequences, ascending. */
  readonly sequences: Int32Array
  readonly correct: number
  readonly duplicates: number
  /** Correct, not a duplicate, but beyond `perQuestion`. */
  readonly overCap: number
  readonly questions: number
  /** Questions with at least one kept completion. */
  readonly questionsSolved: number
}

/**
 * Which sequences become demonstrations. `rewards` is `[sequences]`; a question is a group. Of equal completions the first stays.
 */
export const selectDemonstrations = (
  rollouts: Rollouts,
  rewards: ArrayLike<number>,
  options: ExpertIterationOptions,
  at: { readonly seed: number; readonly step: number }
): Demonstrations => {
  requireLength("rewards", rewards, sequenceCount(rollouts), "sequences")
  const questions = groupMembers(rollouts.groups)
  const kept: Array<number> = []
  let correct = 0
  let duplicates = 0
  let overCap = 0
  let questionsSolved = 0
  questions.forEach((members, question) => {
    const right = members.filter((s) => rewards[s]! >= RIGHT)
    const unique = options.deduplicate ? firstOfEach(rollouts, right) : right
    const chosen = capped(unique, options.perQuestion, (n) => permutation(n, at.seed, "expert-iteration", at.step, question))
    correct += right.length
    duplicates += right.length - unique.length
    overCap += unique.length - chosen.length
    if (chosen.length > 0) questionsSolved++
    append(kept, chosen)
  })
  const sequences = Int32Array.from(kept).toSorted()
  return { sequences, correct, duplicates, overCap, questions: questions.length, questionsSolved }
}

const firstOfEach = (rollouts: Rollouts, sequences: Int32Array): Int32Array => {
  const seen = new Set<string>()
  return sequences.filter((s) => {
    const start = rollouts.offsets[s]! + rollouts.promptLengths[s]!
    const key = rollouts.tokens.subarray(start, rollouts.offsets[s + 1]!).join(" ")
    return !seen.has(key) && seen.add(key)
  })
}

const capped = (sequences: Int32Array, cap: number, orderOf: (n: number) => Int32Array): Int32Array =>
  cap === 0 || sequences.length <= cap
    ? sequences
    : orderOf(sequences.length)
        .subarray(0, cap)
        .map((i) => sequences[i]!)

/** Imitation of responses only: cross-entropy, the mean over response tokens, with weight 0 on the prompt. */
export const imitationLoss = (rollouts: Rollouts): TokenLoss => ({
  kind: "cross-entropy",
  weights: toPositions(
    rollouts,
    reductionWeights(rollouts.responseOffsets, { reduction: "token_mean", maskedSequences: "drop", maxNewTokens: 0 })
  )
})
