/**
 * The answer that a solution states in words, where nothing is run: in a box, behind `####`, `A:`, `Answer:` or `The answer is:`.
 * What is said last counts, and what was begun and not finished withdraws what was said before. References are taken from
 * published solutions by the same lines, and read by the same rules.
 */

import { answerText, reading } from "../../answers/answers.ts"
import { areWords } from "../../answers/words.ts"
import type { Extraction } from "../Format.ts"
import { boxStatement } from "./boxes.ts"
import { withoutEndMarks } from "./end-marks.ts"
import { isWithdrawn, LEAVES_OPEN } from "./standing.ts"
import type { Statement } from "./statement.ts"

/** The last line that states an answer behind a mark; where no mark is, null. */
type AnswerLine = (solution: string) => Statement | null

/** What follows the last `mark` in its line. */
const lineAfter = (mark: string, name: string): AnswerLine => {
  return (solution) => {
    const start = solution.lastIndexOf(mark)
    if (start < 0) return null
    const from = start + mark.length
    const end = solution.indexOf("\n", from)
    return { start, text: withoutEndMarks(solution.slice(from, end < 0 ? undefined : end)).trim(), name }
  }
}

const hashLine = lineAfter("####", "#### line")
const lineBehindA = lineAfter("\nA:", "A: line")
/** MetaMathQA's last line, `The answer is: 42`. */
export const answerSentence = lineAfter("The answer is:", "last line")

/** GSM8K's last line: of its labels `#### 72`, of the model solutions published with it `A: 72`. */
export const gsmLine: AnswerLine = (solution) => hashLine(solution) ?? lineBehindA(`\n${solution}`)

/** The names of such a line, and of a sentence. */
export const [ANSWER, LAST] = ["Answer line", "last sentence"]
const ANSWER_LINE = /^[^\S\n]*(?:\*\*)?(?:final )?answer\s*:(?:\*\*)?([^\n]*)/gim
const BARE_ANSWER = /^[^\S\n]*(?:\*\*)?(?:final )?answer\s*(?::(?:\*\*)?|is\b)([^\n]*)/gim

const lastMatch = (pattern: RegExp, solution: string): Statement | null => {
  const found = [...solution.matchAll(pattern)].at(-1)
  return found === undefined
    ? null
    : { start: found.index, text: withoutLastStars(withoutEndMarks(found[1]!).trim()), name: ANSWER }
}

/** Of `**Answer: 17**`, whose first stars stand before the text. */
const withoutLastStars = (text: string): string =>
  (text.match(/\*\*/g)?.length ?? 0) % 2 === 1 ? text.replace(/\*\*$/, "").trim() : text

/** `Answer: 17`; `bare` where that is all there is to a solution: `Answer is 17` as well, which is prose elsewhere. */
const answerLine = (solution: string, bare: boolean): Statement | null => lastMatch(bare ? BARE_ANSWER : ANSWER_LINE, solution)

const LAST_SENTENCE = /(?:^|[.!?\n]\s*|\b(?:so|thus|hence|therefore),?\s+)(the (?:final )?answer is\s+(?=\S)([^\n]*?))\s*$/i
/** Words before an equation. */
const PROSE = /(?<![\\A-Za-z])(?!and\b)[A-Za-z]{3,}[^=]*=/
/** Longer sentences are no answers. */
const LONGEST_SENTENCE = 200

/** `The answer is 29.`, where a text ends in it and it says a value; prose elsewhere. It counts behind `last` only. */
const lastSentence = (solution: string, last: Statement | null): Statement | null => {
  const from = Math.max(0, solution.length - LONGEST_SENTENCE)
  const found = LAST_SENTENCE.exec(solution.slice(from))
  if (found === null) return null
  const start = from + found.index + found[0].indexOf(found[1]!)
  // Most end in a box, and what is read costs the most here.
  if (last !== null && last.start >= start) return null
  if (!/[\d\\]/.test(found[2]!) || PROSE.test(found[2]!)) return null
  const said = reading(found[2]!)
  return "problem" in said || areWords(said.answer) ? null : { start, text: found[2]!, name: LAST }
}

/** The last of the boxes and of GSM8K's lines. */
export const markedStatement = (solution: string): Statement | null => later(boxStatement(solution), gsmLine(solution))

const lastStatement = (solution: string, bare: boolean): Statement | null => {
  const marked = markedStatement(solution)
  if (!/answer/i.test(solution)) return marked
  const last = later(later(marked, answerLine(solution, bare)), answerSentence(solution))
  return later(last, lastSentence(solution, last))
}

/** Whichever starts last; the first of two in one place. */
export const later = (last: Statement | null, next: Statement | null): Statement | null =>
  last === null || (next !== null && next.start > last.start) ? next : last

/** What a solution states last, or `complaint` where it states nothing. */
export const lastStated = (solution: string, complaint: string, bare = false): Extraction => {
  const last = lastStatement(solution, bare)
  return last === null ? { value: null, error: complaint, steps: 0 } : extractionOf(standing(last, solution))
}

/** A statement as it stands at the end of its text, which may take it back. */
export const standing = (last: Statement, text: string): Statement => {
  if (last.text === null || last.text === "") return last
  const at = last.end ?? text.indexOf(last.text, last.start) + last.text.length
  return at >= last.start + last.text.length && isWithdrawn(text, at, last.text)
    ? { ...last, text: "", why: "is taken back" }
    : last
}

/** The answer that a statement gives. */
export const extractionOf = (last: Statement): Extraction => {
  if (last.why !== undefined) return { value: null, error: `the ${last.name} ${last.why}`, steps: 0 }
  if (last.text === null) return { value: null, error: `the ${last.name} is not finished`, steps: 0 }
  const value = LEAVES_OPEN.test(last.text) ? null : answerText(last.text)
  if (value !== null) return { value, steps: 0 }
  const found = reading(last.text)
  const why = "problem" in found ? found.problem : "leaves it open"
  const said = last.text.trim() === "" ? "" : `: ${last.text.slice(0, 60)}`
  return { value, error: `the ${last.name} states no answer: it ${why}${said}`, steps: 0 }
}
