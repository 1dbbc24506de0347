/**
 * Completions from outside, each with the answer that it is graded against and perhaps the problem that it is about: one grade
 * each, and pass@k and majority@k over the problems.
 *
 * A problem is its name (or its text) together with its reference answer. A completion that names none is a problem of its own.
 */

import { isSameAnswer } from "../answers/answers.ts"
import { canonicalAnswer } from "../datasets/answers.ts"
import { WrittenNumber } from "../datasets/Dataset.ts"
import { lastStated } from "../formats/answers/stated-answer.ts"
import type { Profile } from "../formats/Format.ts"
import { gradable, gradeOutside } from "../formats/grade.ts"
import { maximumOf, minimumOf } from "../lists/large.ts"
import { majorityAtK } from "./metrics/majority.ts"
import { ksUpTo, passAtK } from "./metrics/pass-at-k.ts"
import { votesOf } from "./metrics/votes.ts"

export interface Submission {
  readonly completion: string
  readonly gold: string
  readonly problem: string | null
}

/** A record as a submission, or what is wrong with it: words that go on after its place, `has no field "gold"`. */
export const submissionOf = (record: Readonly<Record<string, unknown>>): Submission | { readonly fault: string } => {
  const { completion, gold, problem } = record
  if (completion === undefined) return { fault: `has no field "completion"${othersOf(record)}` }
  if (typeof completion === "string" && !completion.isWellFormed()) return { fault: "has a completion with half of a character" }
  if (typeof completion !== "string") return { fault: `has a completion that is ${kindOf(completion)}, not text` }
  if (gold === undefined) return { fault: `has no field "gold"${othersOf(record)}` }
  const reference = textOf(gold)
  if (reference === null) return { fault: `has a gold answer that is ${kindOf(gold)}, not text or a number` }
  if (reference.trim() === "") return { fault: "has an empty gold answer" }
  const name = problem === undefined || problem === null ? null : textOf(problem)
  return name === null && problem !== undefined && problem !== null
    ? { fault: `has a problem that is ${kindOf(problem)}, not text or a number` }
    : { completion, gold: answerIn(reference), problem: name }
}

/** A reference may be a whole solution, as GSM8K and MATH publish them: then what it states, by the rules for completions. */
const answerIn = (reference: string): string =>
  gradable(reference) === null ? reference : (lastStated(reference, "states no answer").value ?? reference)

const textOf = (value: unknown): string | null => {
  if (typeof value === "string") return value
  if (value instanceof WrittenNumber) return value.text
  return typeof value === "number" || typeof value === "bigint" ? String(value) : null
}

const kindOf = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "a list (write a line for each)"
      : typeof value === "string"
        ? "text"
        : typeof value === "boolean"
          ? "true or false"
          : value instanceof WrittenNumber || typeof value === "number"
            ? "a number"
            : "an object"

const othersOf = (record: Readonly<Record<string, unknown>>): string => {
  const names = Object.keys(record).slice(0, 6)
  return names.length === 0 ? "" : `; its fields are ${names.map((name) => JSON.stringify(name.slice(0, 40))).join(", ")}`
}

/** A submission with what was said of it. */
export interface Graded {
  readonly problem: string | null
  readonly gold: string
  readonly format: string
  readonly answer: string | null
  /** Null where the reference answer cannot be graded against. */
  readonly correct: boolean | null
  /** Why it is not right; null where it is. */
  readonly reason: string | null
}

export const gradeSubmission = ({ completion, gold, problem }: Submission, profile: Profile): Graded => {
  const why = gradable(gold)
  // What a completion answers does not depend on what it is compared with.
  const { format, answer, correct, error } = gradeOutside(completion, why === null ? gold : "0", profile)
  const line = { problem, gold, format, answer }
  if (why !== null) return { ...line, correct: null, reason: `the gold answer ${why}` }
  if (correct) return { ...line, correct, reason: null }
  return { ...line, correct, reason: answer === null ? error : `${short(answer)} is not ${short(canonicalAnswer(gold) ?? gold)}` }
}

const short = (text: string): string => (text.length <= 80 ? text : `${text.slice(0, 79)}…`)

/** Completions of one problem, counted. */
interface Tally {
  readonly problem: string
  readonly gold: string
  right: number
  /** Wrong answers, each with how many gave it. */
  readonly wrong: Map<string, number>
  /** Without any answer. */
  silent: number
  completions: number
}

export interface ProblemScore {
  readonly problem: string
  readonly gold: string
  readonly completions: number
  readonly right: number
  /** At the k that all problems have. */
  readonly passAtK: number
  readonly majorityAtK: number
}

/** pass@k and majority@k over the problems that have k completions and more. */
export interface MeanScore {
  readonly k: number
  readonly passAtK: number
  readonly majorityAtK: number
  readonly problems: number
}

/** Counts graded submissions. What it keeps grows with problems and distinct wrong answers, not with completions. */
export class Scoreboard {
  right = 0
  wrong = 0
  /** Of the wrong ones, those without an answer. */
  silent = 0
  ungradable = 0
  private aloneRight = 0
  private alone = 0
  private readonly byName = new Map<string, Array<Tally>>()

  add({ problem, gold, answer, correct }: Graded): void {
    if (correct === null) {
      this.ungradable++
      return
    }
    if (correct) this.right++
    else this.wrong++
    if (!correct && answer === null) this.silent++
    if (problem === null) {
      this.alone++
      if (correct) this.aloneRight++
      return
    }
    const tally = this.tallyOf(problem, gold)
    tally.completions++
    if (correct) tally.right++
    else if (answer === null) tally.silent++
    else tally.wrong.set(answer, (tally.wrong.get(answer) ?? 0) + 1)
  }

  private tallyOf(problem: string, gold: string): Tally {
    const same = this.byName.get(problem) ?? []
    const known = same.find((tally) => tally.gold === gold || isSameAnswer(tally.gold, gold))
    if (known !== undefined) return known
    const tally: Tally = { problem, gold, right: 0, wrong: new Map(), silent: 0, completions: 0 }
    same.push(tally)
    this.byName.set(problem, same)
    return tally
  }

  private get tallies(): ReadonlyArray<Tally> {
    return [...this.byName.values()].flat()
  }

  /** How many problems have a name. */
  get named(): number {
    return this.tallies.length
  }

  /** How many problems there are. */
  get problems(): number {
    return this.named + this.alone
  }

  /** The largest k that all named problems have. */
  get commonK(): number {
    const least = minimumOf(this.tallies.map(({ completions }) => completions))
    return Number.isFinite(least) ? Math.min(least, MOST) : 1
  }

  /** The named problems in the order in which they came, the first `most` of them. */
  byProblem(most: number): ReadonlyArray<ProblemScore> {
    const k = this.commonK
    return this.tallies.slice(0, most).map((tally) => ({
      problem: tally.problem,
      gold: tally.gold,
      completions: tally.completions,
      right: tally.right,
      passAtK: passAtK(tally.completions, tally.right, k),
      majorityAtK: majorityAtK(ballot(tally), RIGHT, k)
    }))
  }

  /** The means over problems, by k. */
  means(): ReadonlyArray<MeanScore> {
    const { tallies } = this
    const ballots = tallies.map(ballot)
    const most = Math.min(
      maximumOf(
        tallies.map(({ completions }) => completions),
        1
      ),
      MOST
    )
    return ksUpTo(most).map((k) => {
      const alone = k === 1 ? this.alone : 0
      const aloneRight = k === 1 ? this.aloneRight : 0
      const enough = tallies.flatMap((tally, i) => (tally.completions >= k ? [{ tally, ballot: ballots[i]! }] : []))
      const problems = enough.length + alone
      const mean = (value: (of: (typeof enough)[number]) => number) =>
        (enough.reduce((sum, one) => sum + value(one), 0) + aloneRight) / problems
      return {
        k,
        passAtK: mean(({ tally }) => passAtK(tally.completions, tally.right, k)),
        majorityAtK: mean(({ ballot }) => majorityAtK(ballot, RIGHT, k)),
        problems
      }
    })
  }
}

/** Largest k: majority@k takes time with a power of it. */
const MOST = 256

/** What right completions vote for: no answer is written so. */
const RIGHT = "\0"

/** What each completion of a problem votes for. */
const ballot = ({ right, wrong, silent }: Tally): ReadonlyArray<string | null> =>
  votesOf(
    [
      ...Array.from({ length: right }, () => ({ answer: RIGHT, correct: true })),
      ...[...wrong].flatMap(([answer, count]) => Array.from({ length: count }, () => ({ answer, correct: false }))),
      ...Array.from({ length: silent }, () => ({ answer: null, correct: false }))
    ],
    RIGHT
  )
