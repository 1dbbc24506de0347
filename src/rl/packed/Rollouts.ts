/**
 * Sampled completions in packed form: what the loop passes from sampling to the update.
 *
 * Two coordinates meet here, and only here:
 * - *positions*: entries of the packed batch, prompt and response of every sequence one after another (see src/engine/Engine.ts).
 *   Entry t belongs to the state after reading token t.
 * - *response tokens*: entries for sampled tokens only, sequence after sequence; `responseOffsets` delimits them.
 *
 * Response token j of a sequence with prompt length p was chosen in the state of position p - 1 + j, so that is where its
 * log-probability, entropy, value, advantage and weight belong. The last position of a sequence decides nothing.
 */

import type { Batch, Generated } from "../../engine/Engine.ts"
import { requireLength, RlInputError } from "./RlInputError.ts"

export interface Rollouts extends Batch {
  /** Prompt tokens of each sequence, at least 1: `[sequences]`. */
  readonly promptLengths: Int32Array
  /** First response token of each sequence and, last, their number: `[sequences + 1]`. */
  readonly responseOffsets: Int32Array
  /** Sequences sampled from the same prompt share a group: `[sequences]`. */
  readonly groups: Int32Array
  /** 1 where the model ended the response itself, 0 where it was cut at a limit: `[sequences]`. */
  readonly stopped: Uint8Array
  /** log-probability of each response token under the policy that sampled it: `[response tokens]`. */
  readonly logProbs: Float32Array
}

export const sequenceCount = (rollouts: Rollouts): number => rollouts.promptLengths.length
export const responseTokenCount = (rollouts: Rollouts): number => rollouts.responseOffsets.at(-1) ?? 0

/** Response tokens of each sequence: `[sequences]`. */
export const responseLengths = (rollouts: Rollouts): Int32Array =>
  Int32Array.from(rollouts.promptLengths, (_, s) => rollouts.responseOffsets[s + 1]! - rollouts.responseOffsets[s]!)

/** Joins prompts with what an engine generated for them; sequence r continues prompt floor(r / samplesPerPrompt), its group. */
export const fromGenerated = (prompts: Batch, samplesPerPrompt: number, generated: Generated): Rollouts => {
  const sequences = generated.offsets.length - 1
  requireLength("generated", generated.stopped, sequences, "sequences")
  if (sequences !== (prompts.offsets.length - 1) * samplesPerPrompt) {
    throw new RlInputError({
      field: "samplesPerPrompt",
      detail: `${prompts.offsets.length - 1} prompts with ${samplesPerPrompt} samples each, but ${sequences} completions`
    })
  }
  const groups = Int32Array.from({ length: sequences }, (_, s) => Math.floor(s / samplesPerPrompt))
  const promptLengths = Int32Array.from(groups, (p) => prompts.offsets[p + 1]! - prompts.offsets[p]!)
  checkPrompts(promptLengths)
  const offsets = new Int32Array(sequences + 1)
  for (let s = 0; s < sequences; s++) {
    offsets[s + 1] = offsets[s]! + promptLengths[s]! + generated.offsets[s + 1]! - generated.offsets[s]!
  }
  const tokens = new Int32Array(offsets[sequences]!)
  for (let s = 0; s < sequences; s++) {
    const prompt = groups[s]!
    tokens.set(prompts.tokens.subarray(prompts.offsets[prompt]!, prompts.offsets[prompt + 1]!), offsets[s]!)
    tokens.set(generated.tokens.subarray(generated.offsets[s]!, generated.offsets[s + 1]!), offsets[s]! + promptLengths[s]!)
  }
  return {
    tokens,
    offsets,
    promptLengths,
    responseOffsets: generated.offsets,
    groups,
    stopped: generated.stopped,
    logProbs: generated.logProbs
  }
}

const checkPrompts = (promptLengths: Int32Array): void => {
  const empty = promptLengths.indexOf(0)
  if (empty >= 0) {
    throw new RlInputError({
      field: "prompts",
      detail: `the prompt of sequence ${empty} is empty; the first response token would have no state`
    })
  }
}

/**
 * Position of the state in which each response token was chosen: `[response tokens]`.
 *
 * @internal the tests hold the one place where positions and response tokens meet
 */
export const decisionPositions = (rollouts: Rollouts): Int32Array => {
  const positions = new Int32Array(responseTokenCount(rollouts))
  for (let s = 0; s < sequenceCount(rollouts); s++) {
    const first = rollouts.offsets[s]! + rollouts.promptLengths[s]! - 1
    const start = rollouts.responseOffsets[s]!
    for (let t = start; t < rollouts.responseOffsets[s + 1]!; t++) positions[t] = first + t - start
  }
  return positions
}

/** `[response tokens]` to `[positions]`, 0 everywhere else: the form in which an engine takes weights and coefficients. */
export const toPositions = (rollouts: Rollouts, perToken: ArrayLike<number>): Float32Array => {
  requireLength("perToken", perToken, responseTokenCount(rollouts))
  const out = new Float32Array(rollouts.tokens.length)
  const positions = decisionPositions(rollouts)
  for (let t = 0; t < positions.length; t++) out[positions[t]!] = perToken[t]!
  return out
}

/** `[positions]`, as an engine scores them, to `[response tokens]`. */
export const fromPositions = (rollouts: Rollouts, perPosition: ArrayLike<number>): Float32Array => {
  requireLength("perPosition", perPosition, rollouts.tokens.length, "positions")
  const positions = decisionPositions(rollouts)
  const out = new Float32Array(positions.length)
  for (let t = 0; t < positions.length; t++) out[t] = perPosition[positions[t]!]!
  return out
}

/** The given sequences, in the given order, as rollouts of their own: a minibatch. Group ids are kept. */
export const selectSequences = (rollouts: Rollouts, sequences: ArrayLike<number>): Rollouts => {
  const chosen = Int32Array.from(sequences)
  const lengths = chosen.map((s) => rollouts.offsets[s + 1]! - rollouts.offsets[s]!)
  const offsets = cumulative(lengths)
  const tokens = new Int32Array(offsets.at(-1)!)
  chosen.forEach((s, i) => tokens.set(rollouts.tokens.subarray(rollouts.offsets[s]!, rollouts.offsets[s + 1]!), offsets[i]!))
  return {
    tokens,
    offsets,
    promptLengths: chosen.map((s) => rollouts.promptLengths[s]!),
    responseOffsets: cumulative(chosen.map((s) => rollouts.responseOffsets[s + 1]! - rollouts.responseOffsets[s]!)),
    groups: chosen.map((s) => rollouts.groups[s]!),
    stopped: Uint8Array.from(chosen, (s) => rollouts.stopped[s]!),
    logProbs: Float32Array.from(selectTokens(rollouts, rollouts.logProbs, chosen))
  }
}

/**
 * The entries of a `[response tokens]` array that belong to the given sequences, in their order.
 *
 * @internal the tests reorder a batch with it
 */
export const selectTokens = (rollouts: Rollouts, perToken: ArrayLike<number>, sequences: ArrayLike<number>): Float64Array => {
  requireLength("perToken", perToken, responseTokenCount(rollouts))
  const out: Array<number> = []
  for (let i = 0; i < sequences.length; i++) {
    const s = sequences[i]!
    for (let t = rollouts.responseOffsets[s]!; t < rollouts.responseOffsets[s + 1]!; t++) out.push(perToken[t]!)
  }
  return Float64Array.from(out)
}

const cumulative = (lengths: Int32Array): Int32Array => {
  const offsets = new Int32Array(lengths.length + 1)
  for (let i = 0; i < lengths.length; i++) offsets[i + 1] = offsets[i]! + lengths[i]!
  return offsets
}
