/**
 * The answer that a text states in words, where nothing is run: in a box, behind `####`, `A:` or `Answer:`, in a sentence, in
 * tags. What is said last counts, and what was begun and not finished withdraws what was said before. One that is denied or left
 * open is passed over; one that the text takes back leaves none (`standing/`). References are taken from published solutions in
 * the same way.
 */

import { answerText, isSameAnswer, reading } from "../../answers/answers.ts"
import type { Extraction } from "../Format.ts"
import { BOX, boxAt } from "./boxes.ts"
import { ANSWER, conclusionOf, marksIn, statementAt, TAG, withoutEndMarks } from "./lines.ts"
import { isUnsaid } from "./standing/before.ts"
import { fateOf } from "./standing/behind.ts"
import type { Statement } from "./statement.ts"

/** As many places where an answer may be stated are looked at, from the end, and so many answers passed over. */
const MOST_MARKS = 64
const MOST_PASSED = 6

/** Lines open by themselves, and what leads to a sentence was looked at where it was found. */
const isLed = (name: string): boolean => name === BOX || name === TAG

/** What is said of the last box alone, `\boxed{31}, and \boxed{30} is wrong`. */
const SINGULAR = /^[\s$*)}]*(?:is|was|isn|wasn|does|doesn|fails|has|cannot|can)\b/

/** What a text states last; null where it states nothing. `concludes`: whether a conclusion that it ends in states one. */
const lastStatement = (written: string, concludes = true): Statement | null => {
  const text = untilNext(tidied(withoutEndMarks(written)))
  const denied: Array<string> = []
  let passed: Statement | null = null
  let limit = text.length
  for (const mark of marksIn(text, MOST_MARKS)) {
    if (mark.at >= limit) continue
    const found = mark.word === "\\boxed" ? boxAt(text, limit) : statementAt(text, mark)
    if (found === null) continue
    limit = found.from
    if (found.text === null || found.text === "" || answerText(found.text) === null) return found
    const fate =
      isLed(found.name) && isUnsaid(text, found.from, found.end, found.text)
        ? { why: "is denied or left open", own: true }
        : fateOf(text, found.end, found.text)
    if ("said" in fate) {
      const isDenied = denied.some((other) => isSameAnswer(other, fate.said))
      return isDenied ? { ...found, text: "", why: "is denied" } : { ...found, text: fate.said }
    }
    const taken = { ...found, text: "", why: fate.why }
    if (!fate.own) return taken
    const alone = found.last !== undefined && SINGULAR.test(text.slice(found.end, found.end + 20)) ? found.last : found
    denied.push(alone.text ?? "")
    limit = alone.from
    passed ??= taken
    if (denied.length > MOST_PASSED) return passed
  }
  return passed ?? (concludes ? conclusionOf(text) : null)
}

/** What a solution states last, or `complaint` where it states nothing. */
export const lastStated = (solution: string, complaint: string): Extraction => {
  const last = lastStatement(solution)
  return last === null ? { value: null, error: complaint, steps: 0 } : extractionOf(last)
}

/** The same of a text that may state none: null where it declares no answer. */
export const declared = (text: string): Extraction | null => {
  const last = lastStatement(text, false)
  return last && extractionOf(last)
}

/** Whether a text states an answer, and begins with the line that does; null where it states none. */
export const statesAnswer = (text: string): { readonly first: boolean } | null => {
  const last = lastStatement(text)
  return (
    last && { first: last.name === ANSWER && /^[^A-Za-z]*(?:(?:final|correct|the|my|our)\s+)*$/i.test(text.slice(0, last.from)) }
  )
}

/** The answer that a statement gives. */
const extractionOf = (last: Statement): Extraction => {
  if (last.why !== undefined) return { value: null, error: `the ${last.name} ${last.why}`, steps: 0 }
  if (last.text === null) return { value: null, error: `the ${last.name} is not finished`, steps: 0 }
  const value = answerText(last.text)
  if (value !== null) return { value, steps: 0 }
  const found = reading(last.text)
  const said = last.text.trim() === "" ? "" : `: ${last.text.slice(0, 60)}`
  return { value, error: `the ${last.name} states no answer: it ${"problem" in found ? found.problem : ""}${said}`, steps: 0 }
}

/** Longer runs of blanks and of one sign say no more than short ones, and nothing below looks at a run more than once. */
const RUNS = /\s{4,}|([^\w\s{}()[\]\\])\1{5,}/g
/** What most texts have none of. */
const HAS_RUNS = /\s{4}|[^\w\s{}()[\]\\]{6}/
const shortened = (run: string, sign?: string): string => {
  if (sign !== undefined) return sign.repeat(3)
  const lines = run.split("\n").length - 1
  return lines === 0 ? "  " : "\n".repeat(Math.min(lines, 2))
}
/** What is struck through, in Markdown or in HTML, is not said. */
const STRUCK = /~~[^~\n]{1,80}~~|<(s|del|strike)>[^<>\n]{1,80}<\/\1>/g
/** `\fbox{31}` and `\framebox{31}` are boxes in text. */
const FRAMES = /\\f(?:rame)?box(?:\s{0,4}\[[^\]]{0,40}\]){0,2}(?=\s{0,4}\{)/g

/** Pictures are programs. */
const DRAWN = /\[asy\][^]*?(?:\[\/asy\]|$)/g

const tidied = (text: string): string => {
  let tidy = HAS_RUNS.test(text) ? text.replaceAll(RUNS, shortened) : text
  if (tidy.includes("~~") || tidy.includes("</")) tidy = tidy.replaceAll(STRUCK, " ")
  if (tidy.includes("[asy]")) tidy = tidy.replaceAll(DRAWN, "\n")
  return tidy.includes("box") ? tidy.replaceAll(FRAMES, "\\boxed") : tidy
}

/**
 * A next question, in a line or a heading, which a base model asks itself behind its answer, and what follows it, are no part of
 * the text.
 */
const ASKS = "question|q|problem|exercise|example|human|user|instruction|input|task"
const NEXT = new RegExp(
  // `Question:`, `Example 2:`, `Question 2.`; an example without a number is one of what was said.
  String.raw`\n[\s>*#]{0,4}(?:(?:(?:next|new|another)\s)?(?!example\s{0,2}[*_:：])(?:${ASKS})\s{0,2}\d{0,3}\s{0,2}[*_]{0,2}[:：]|` +
    String.raw`(?:question|q|problem|exercise|example|task)\s{0,2}\d{1,3}[*_]{0,2}(?:[.)](?=\s|[*_]|$)|(?=\s{0,4}\n)))|` +
    // A heading of that alone.
    String.raw`\n\s{0,4}(?:#{1,6}|\*\*)\s{0,2}(?:(?:next|new|another)\s)?(?:question|problem|exercise|task)` +
    String.raw`\s{0,2}\d{0,3}[*_]{0,2}` +
    String.raw`[.)]?[*_]{0,2}(?=\n)|` +
    // The turn of a user in the marks of chat models.
    String.raw`<[|｜]\s?(?:user|human|prompter)\s?[|｜]>|<\|im_start\|>\s?(?:user|human)\b|<start_of_turn>\s?user\b|` +
    String.raw`<\|start_header_id\|>\s?user\b|\[INST\]`,
  "gi"
)

const untilNext = (text: string): string => {
  if (!/\n|<[|｜s]|\[I/i.test(text)) return text
  for (const { index } of text.matchAll(NEXT))
    if (marksIn(text, 1, index).next().done !== true) return withoutEndMarks(text.slice(0, index))
  return text
}
