/**
 * What a reward is: from the completions of one prompt, graded, to what each of them is paid.
 *
 * A new reward is one file in `pages/` and one line in `registry.ts`. The parameter `rl.reward`, its help, what is refused and
 * what is paid are read from there. Whatever is paid, the true grade stays beside it in every row.
 *
 * Chance is a pure function of (seed, step, prompt, sample): it depends neither on the number of threads nor on how often a run
 * was stopped, nor on how many samples a group has.
 */

import type { SuiteProblem } from "../../../schemas/corpus.ts"
import type { Grade, Profile } from "../../formats/Format.ts"
import { draws, type Draws, permutation } from "../../random/philox.ts"

/** One of the completions of a prompt. */
export interface Candidate {
  readonly text: string
  /** What both profiles say of it, however it ended. */
  readonly grades: Readonly<Record<Profile, Grade>>
  /** The answer that counts, by `rl.rewardProfile`. Null: none can be read, or the completion was cut and counts as none. */
  readonly answer: string | null
  /** Whether that answer is right. */
  readonly right: boolean
}

/** The completions of one prompt of a step, in the order of their samples. */
export interface Group {
  readonly problem: SuiteProblem
  readonly completions: ReadonlyArray<Candidate>
  readonly key: {
    readonly seed: number
    readonly step: number
    /** Number of the prompt inside the step, those of dynamic sampling's rounds included. */
    readonly prompt: number
  }
}

/** What a reward's name stands for, with what stood behind it. */
export interface Reward {
  /** As it enters keys: one spelling for what is one reward. */
  readonly text: string
  /** Whether what it pays depends on answers, and so on the verifier's profile. */
  readonly readsAnswers: boolean
  /** The format that it asks for; null: none in particular. */
  readonly format: string | null
  /** What each completion of a group is paid, from 0 to 1. */
  readonly pay: (group: Group) => ReadonlyArray<number>
}

export interface RewardPage {
  readonly name: string
  /** How it is written, as in help: `"coin" or "coin:P"`. */
  readonly spelling: string
  /** From what stands behind the colon (null: no colon) to the reward, or why there is none, as a sentence. */
  readonly of: (argument: string | null) => Reward | { readonly problem: string }
}

/** The page of a reward that takes nothing behind its name. */
export const plain = (name: string, rest: Pick<Reward, "readsAnswers" | "pay">): RewardPage => ({
  name,
  spelling: `"${name}"`,
  of: (argument) =>
    argument === null
      ? { text: name, format: null, ...rest }
      : { problem: `"${name}:${argument}" has something behind the name, and "${name}" takes nothing.` }
})

/** 1 for a right answer: what `truth` pays, and what others are held against. */
export const truthOf = ({ right }: Candidate): number => (right ? 1 : 0)

/** More than any group has samples (`rl.samples`), so that a prompt and a sample are one number. */
const SAMPLES = 2 ** 20

/** The draws of one completion of a group, for one use. */
export const drawsOf = ({ key }: Group, sample: number, use: string): Draws =>
  draws(key.seed, `rl/reward/${use}`, key.prompt * SAMPLES + sample, key.step)

/** An order of a group's completions, for one use. */
export const orderOf = ({ key, completions }: Group, use: string): Int32Array =>
  permutation(completions.length, key.seed, `rl/reward/${use}`, key.prompt, key.step)
