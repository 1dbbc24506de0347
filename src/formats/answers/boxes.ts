/**
 * The boxes that are a text's answer: the last one that is said to be it, with those that `and`, `or` and commas join to it.
 * `\boxed{2} and \boxed{3}` is the list `2, 3`, as neighbouring boxes are for Math-Verify; `\boxed{31} or \boxed{32}` are
 * alternatives, and right only where the reference has both.
 */

import { isSameAnswer } from "../../answers/answers.ts"
import { lastBox } from "../../answers/boxed.ts"
import { standingOf } from "./standing.ts"
import type { Statement } from "./statement.ts"

const COMMAND = "\\boxed"
/** More boxes that are denied or left open are not passed over, and of more none are joined. */
const MOST_PASSED = 6
const MOST_JOINED = 12

interface Found {
  readonly from: number
  readonly start: number
  readonly end: number
  readonly contents: string | null
}

/** The last box that begins before a place. */
const boxBefore = (text: string, before: number): Found | null => {
  const found = lastBox(text.slice(0, before))
  return found && { ...found, from: text.lastIndexOf(COMMAND, found.start) }
}

/** What its boxes state; null where none is said to be the answer. Of one that is denied the value is no other's either. */
export const boxStatement = (text: string): Statement | null => {
  const denied: Array<string> = []
  let before = text.length
  for (let passed = 0; passed <= MOST_PASSED; passed++) {
    const last = text.includes(COMMAND) ? boxBefore(text, before) : null
    if (last === null) return null
    const name = "last \\boxed{}"
    if (last.contents === null) return { start: last.start, text: null, name }
    const { said, first, either } = joined(text, last, last.contents)
    // Of alternatives all stand as the first does.
    const standings = [last, ...(either ? [first] : [])].map((box) => standingOf(text, box.from, last.end, said))
    if (standings.every((standing) => standing === "said"))
      return denied.some((other) => isSameAnswer(other, said)) ? null : { start: last.start, end: last.end, text: said, name }
    if (standings.includes("denied")) denied.push(last.contents)
    before = either ? first.from : last.from
  }
  return null
}

interface Joined {
  readonly said: string
  readonly first: Found
  readonly either: boolean
}

/** A box with those that are joined to it: what they say together, and whether as alternatives. */
const joined = (text: string, last: Found, contents: string): Joined => {
  const parts = [contents]
  const names = [nameBefore(text, last.from)]
  let first = last
  let either = false
  for (; parts.length < MOST_JOINED;) {
    const box = boxBefore(text, first.from)
    const joint = box === null || box.contents === null ? null : jointOf(text.slice(box.end, first.from))
    if (box === null || box.contents === null || joint === null) break
    if (joint !== "or" && standingOf(text, box.from, box.end, box.contents) !== "said") break
    if (joint === "or") either = true
    parts.unshift(box.contents)
    names.unshift(nameBefore(text, box.from))
    first = box
  }
  if (parts.every((part) => isSameAnswer(part, contents))) return { said: contents, first, either }
  const areNamed = names.every((name) => name !== null)
  const said = parts.map((part, i) => (areNamed ? `${names[i]} = ${part}` : part)).join(either ? " or " : ", ")
  return { said, first, either }
}

/** Marks of mathematics and of bold type, blanks of LaTeX, and commands for text. */
const MARKS = /\\(?:q?quad(?![A-Za-z])|[,;:! ()[\]])|[$*_~]|\\(?:text|mathrm|mbox)\s*\{([^{}]*)\}/g
/** A unit or what is counted, the joint, and a name. */
const JOINT = new RegExp(
  String.raw`^\s*(?:[a-z]{1,12}\d?\s*)?` +
    String.raw`(?:,|;|(?:[,;]\s*)?(?<![a-z])(and|or)(?![a-z])(?:\s+(?:also|else|even|maybe|perhaps|possibly))?)\s*` +
    String.raw`(?:[A-Za-z](?:_?\{?\w\}?)?\s*(?:=|is))?\s*$`
)
const LONGEST_JOINT = 80

/** What joins two boxes, by what stands between them; null for what does not. */
const jointOf = (between: string): "and" | "or" | null => {
  if (between.length > LONGEST_JOINT) return null
  const found = JOINT.exec(between.replaceAll(MARKS, " $1 "))
  return found === null ? null : found[1] === "or" ? "or" : "and"
}

/** `x` of `x = \boxed{2}`. */
const nameBefore = (text: string, from: number): string | null =>
  /(?<![A-Za-z\\])([A-Za-z](?:_\{?\w\}?)?)\s*(?:=|\sis)[\s$*\\(]*$/.exec(text.slice(Math.max(0, from - 24), from))?.[1] ?? null
