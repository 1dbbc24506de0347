/**
 * A completion's format, answer and correctness.
 *
 * The format is what the text is written in, whatever the profile. The answer is the profile's: `corrected` asks only the
 * extractor of that format, `paper` goes through the branches of the authors' verifier (`paper-verifier.ts`). A completion is
 * correct where its answer and the gold answer are the same number (`equal.ts`). Nothing here depends on time or on earlier
 * calls.
 */

import * as Schema from "effect/Schema"

import { amountIn, answerText, isSameAnswer, reading } from "../answers/answers.ts"
import { proseBehindCode } from "./answers/behind-code.ts"
import { declared } from "./answers/stated-answer.ts"
import type { Format, Grade, Profile, Verdict } from "./Format.ts"
import { paperVerdict } from "./paper-verifier.ts"
import { detectFormat, detectFormatOutside, invalid } from "./registry.ts"
import { omi2 } from "./solutions/omi2.ts"
import { unclear } from "./solutions/sub-style.ts"

/** Grades a completion against a gold answer. Throws GoldUnreadable where that cannot be read, whatever the completion. */
export const grade = (completion: string, gold: string, profile: Profile): Grade => graderOf(completion, gold)(profile)

/**
 * The same of a text from outside, where prose that states an answer has a format, and where what is stated behind a program is
 * the answer: such texts print the value that they state, in Python with libraries, and what is called here may not be all of it.
 */
export const gradeOutside = (completion: string, gold: string, profile: Profile): Grade =>
  graderOf(completion, gold, detectFormatOutside, outsideVerdict)(profile)

/** The same under both profiles; what does not depend on a profile is found once. */
export const gradeUnderBoth = (completion: string, gold: string): GradeUnderBoth => {
  const under = graderOf(completion, gold)
  return { corrected: under("corrected"), paper: under("paper") }
}

export type GradeUnderBoth = Readonly<Record<Profile, Grade>>

const graderOf = (completion: string, gold: string, detect = detectFormat, verdictOf = correctedVerdict) => {
  const reference = referenceOf(gold)
  const format = detect(completion)
  const written = { format: format?.name ?? invalid, subStyle: format?.subStyleOf(completion) ?? unclear }
  return (profile: Profile): Grade =>
    graded(written, profile === "paper" ? paperVerdict(completion) : verdictOf(completion, format), reference)
}

const graded = (written: Pick<Grade, "format" | "subStyle">, verdict: Verdict, reference: string): Grade => {
  const { extraction } = verdict
  return {
    ...written,
    attempted: verdict.attempted,
    answered: extraction.value === null ? "none" : verdict.answered,
    answer: extraction.value,
    correct: extraction.value !== null && isSameAnswer(extraction.value, reference),
    error: extraction.value === null ? extraction.error : null
  }
}

/** Words of who fills in a table that are no answer to any question. */
const NO_ANSWER = /^(?:\W|\\text)*(?:see\s[\w\s]+|answers?\s(?:(?:may|will|can)\s)?vary|tb[ad]|to be (?:added|determined))\W*$/i

/**
 * Why nothing can be graded against a reference answer, as words that go on after it (`is no number`); null: it can be.
 * `answers`: whether those of its dataset are numbers, all of them, so that anything else is a mistake.
 */
export const gradable = (gold: string, answers: "numbers" | "mathematics" = "mathematics"): string | null => {
  const found = reading(gold)
  if ("problem" in found) return found.problem
  if (NO_ANSWER.test(gold)) return "says that the answer stands elsewhere, or later"
  return answers === "numbers" && amountIn(gold) === null ? "is no number" : null
}

/**
 * A gold answer that cannot be read: the problem cannot be graded.
 * @public
 */
export class GoldUnreadable extends Schema.TaggedError<GoldUnreadable>()("GoldUnreadable", {
  gold: Schema.String,
  problem: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return (
      `Nothing can be graded against the reference answer "${this.gold.slice(0, 80)}": it ${this.problem}. ` +
      "Leave this problem out, or write its answer as docs/answers.md says."
    )
  }
}

const referenceOf = (gold: string): string => {
  const text = answerText(gold)
  if (text === null || NO_ANSWER.test(gold)) throw new GoldUnreadable({ gold, problem: gradable(gold)! })
  return text
}

const correctedVerdict = (completion: string, format: Format | null): Verdict =>
  format === null
    ? { attempted: "none", answered: "none", extraction: { value: null, error: "no known format", steps: 0 } }
    : { attempted: format.name, answered: format.name, extraction: format.extract(completion) }

/** Behind the last program what is stated is the answer; behind any, where the programs give none. */
const outsideVerdict = (completion: string, format: Format | null): Verdict => {
  if (format === null || !format.runsCode) return correctedVerdict(completion, format)
  const prose = proseBehindCode(completion)
  const stated = declared(prose.last)
  if (stated !== null) return { attempted: format.name, answered: omi2.name, extraction: stated }
  const verdict = correctedVerdict(completion, format)
  const other = verdict.extraction.value === null ? declared(prose.all) : null
  return other === null || other.value === null ? verdict : { attempted: format.name, answered: omi2.name, extraction: other }
}
