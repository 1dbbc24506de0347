/**
 * Expert Iteration (Anthony et al. 2017, arXiv 1705.08439): sample, keep what is correct, imitate it.
 *
 *   D_k  = unique {(x, y) : y ~ pi_{k-1}(. | x), reward(x, y) >= threshold}
 *   pi_k = fine-tune(pi_0 or pi_{k-1}, D_k)             `startFrom`: base (the paper) or previous
 *
 * The paper keeps every correct sample and drops exact duplicates only, so that easy questions dominate D_k; `perQuestion` caps that.
 * Selection is a pure function of the rollouts and the seed.
 */
import * as Schema from "effect/Schema"

import type { TokenLoss } from "../../engine/Engine.ts"
import { permutation } from "../../random/philox.ts"
import { groupMembers } from "../objective/group-advantages.ts"
import { reductionWeights, type ReductionOptions, type ReductionTotals } from "../objective/reduction.ts"
import { requireLength } from "../packed/RlInputError.ts"
import { sequenceCount, toPositions, type Rollouts } from "../packed/Rollouts.ts"

export const ExpertIterationOptions = Schema.Struct({
  /** A completion is kept when its reward reaches this. */
  threshold: Schema.Finite,
  /** Drop repetitions of the same completion of the same question. */
  deduplicate: Schema.Boolean,
  /** At most this many completions of one question, drawn at random. Absent: all. */
  perQuestion: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
  /** Where each round's fine-tuning starts; the previous policy is the generator either way. */
  startFrom: Schema.Literals(["base", "previous"])
})
export type ExpertIterationOptions = typeof ExpertIterationOptions.Type

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
  seed: number
): Demonstrations => {
  requireLength("rewards", rewards, sequenceCount(rollouts), "sequences")
  const questions = groupMembers(rollouts.groups)
  const kept: Array<number> = []
  let correct = 0
  let duplicates = 0
  let overCap = 0
  let questionsSolved = 0
  questions.forEach((members, question) => {
    const right = members.filter((s) => rewards[s]! >= options.threshold)
    const unique = options.deduplicate ? firstOfEach(rollouts, right) : right
    const chosen = capped(unique, options.perQuestion, seed, question)
    correct += right.length
    duplicates += right.length - unique.length
    overCap += unique.length - chosen.length
    if (chosen.length > 0) questionsSolved++
    kept.push(...chosen)
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

const capped = (sequences: Int32Array, cap: number | undefined, seed: number, question: number): Int32Array => {
  if (cap === undefined || sequences.length <= cap) return sequences
  const order = permutation(sequences.length, seed, "expert-iteration", question)
  return order.subarray(0, cap).map((i) => sequences[i]!)
}

/** Imitation of responses only: cross-entropy with weight 0 on the prompt. */
export const imitationLoss = (rollouts: Rollouts, options: ReductionOptions, totals?: ReductionTotals): TokenLoss => ({
  kind: "cross-entropy",
  weights: toPositions(rollouts, reductionWeights(rollouts.responseOffsets, options, undefined, totals))
})
