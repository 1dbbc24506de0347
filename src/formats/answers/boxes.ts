/**
 * A box that a text states its answer in, with those that `and`, `or` and commas join to it. `\boxed{2} and \boxed{3}` is the
 * list `2, 3`, as neighbouring boxes are for Math-Verify; `\boxed{31} or \boxed{32}` are alternatives, and right only where the
 * reference has both. A sign before a box and a scale behind it belong to the answer, `-\boxed{7}`, `\boxed{7} million`, and one
 * that is part of a larger expression, `\boxed{7}\pi`, states none.
 */

import { isSameAnswer } from "../../answers/answers.ts"
import { lastBox } from "../../answers/boxed.ts"
import { expressionAround } from "./expression.ts"
import { isUnsaid } from "./standing/before.ts"
import { inWords, signOf } from "./standing/lexicon.ts"
import type { Statement } from "./statement.ts"

const COMMAND = "\\boxed"
export const BOX = "last \\boxed{}"
/** As many as a list has parts at most (docs/answers.md). */
const MOST_JOINED = 40

interface Found {
  readonly from: number
  readonly start: number
  readonly end: number
  readonly contents: string | null
}

/** The last box that begins before a place. */
const boxBefore = (text: string, before: number): Found | null => {
  for (let from = text.lastIndexOf(COMMAND, before - 1); from >= 0; from = text.lastIndexOf(COMMAND, from - 1)) {
    const found = lastBox(text.slice(from, before))
    if (found !== null) return { from, start: from + found.start, end: from + found.end, contents: found.contents }
    if (from === 0) return null
  }
  return null
}

/** What the last box before a place states; null where there is none. */
export const boxAt = (text: string, before: number): Statement | null => {
  const last = boxBefore(text, before)
  if (last === null) return null
  if (last.contents === null) return { from: last.from, start: last.start, end: last.end, text: null, name: BOX }
  const { parts, names, first, either, more } = joined(text, last, last.contents)
  const said = parts.every((part) => isSameAnswer(part, last.contents!))
    ? last.contents
    : parts.map((part, i) => (names.every((name) => name !== null) ? `${names[i]} = ${part}` : part)).join(either ? " or " : ", ")
  const statement = {
    from: first.from,
    start: last.start,
    end: last.end,
    name: BOX,
    last: { from: last.from, text: last.contents }
  }
  if (more) return { ...statement, text: "", why: `is one of more than ${MOST_JOINED}` }
  const { sign, behind, part, whole: larger } = expressionAround(text, first.from, last.end, last.contents)
  if (larger !== null && parts.length === 1) return { ...statement, from: larger.from, end: larger.end, text: larger.text }
  if (part || (parts.length > 1 && sign !== "")) return { ...statement, text: "", why: "is part of a larger expression" }
  const whole =
    sign === "" && behind === "" ? said : `${sign}${/^[\d.,]+$/.test(said) || sign === "" ? said : `(${said})`}${behind}`
  return { ...statement, text: whole, end: last.end + (behind === "" ? 0 : behind.length) }
}

/** A box with those that are joined to it, and whether as alternatives. */
const joined = (text: string, last: Found, contents: string) => {
  const parts = [contents]
  const names = [nameBefore(text, last.from)]
  let first = last
  let either = false
  for (;;) {
    const box = boxBefore(text, first.from)
    const name = box === null ? null : nameBefore(text, box.from)
    const between = box === null || box.contents === null ? "" : text.slice(box.end, first.from)
    const joint = between === "" ? null : name !== null && isOtherLine(between, name, names[0]!) ? "and" : jointOf(between)
    if (box === null || box.contents === null || joint === null) return { parts, names, first, either, more: false }
    // `It is not \boxed{30}, \boxed{31}.`
    if (joint !== "or" && isUnsaid(text, box.from, box.end, box.contents)) return { parts, names, first, either, more: false }
    if (parts.length === MOST_JOINED) return { parts, names, first, either, more: true }
    either ||= joint === "or"
    parts.unshift(box.contents)
    names.unshift(name)
    first = box
  }
}

/** Marks of mathematics and of bold type, blanks of LaTeX, and commands for text. */
const MARKS = /\\(?:q?quad(?![A-Za-z])|[,;:! ()[\]])|[$*~]|(?<!\w)_|_(?![\w{])|\\(?:text|mathrm|mbox)\s*\{([^{}]*)\}/g
const LONGEST_JOINT = 80
/** What a value is called: `x_2 =`, `\theta =`, `width =`. */
const NAMED = /\\?[A-Za-z]+(?:_\{?\w\}?)?(?=\s*=)/g
/** A unit or what is counted, the joint, and a name. */
const JOINT = /^u?(?:,?e*(?:o[eo,dm]*|a[e,]*)|,|\.e*o[eo,dm]*)y*$/
/** Items of a list. */
const ITEMS = /^[\s$]*\n\s*[-*•]\s+[$\s]*$/

/** Below `x = \boxed{2}` the line `y = \boxed{3}`, of another unknown. */
const isOtherLine = (between: string, above: string, below: string | null): boolean =>
  below !== null && above !== below && /^[$\s\\)\].,]*$/.test(between.replace(NAME, "")) && /\n/.test(between)

/** What joins two boxes, by what stands between them; null for what does not. */
const jointOf = (between: string): "and" | "or" | null => {
  if (between.length > LONGEST_JOINT) return null
  if (ITEMS.test(between)) return "and"
  const tokens =
    inWords(
      between
        .replaceAll(MARKS, " $1 ")
        .replaceAll(NAMED, "y")
        .replace(/\band\/or\b/i, " or ")
        .replace(/\bas well as\b|&|\bplus\b/i, " and ")
    ).match(/[A-Za-z]+(?:_?\{?\w\}?)?(?=\s*=|\s+is\b)|[A-Za-z]+|\S/g) ?? []
  const signs = tokens
    .map((token, i) => {
      if (token === "," || token === ";") return ","
      if (token === "." || token === "/") return token === "." ? "." : "o"
      if (/^(?:=|is|[A-Za-z])$/.test(token)) return "y"
      if (/^[A-Za-z]_/.test(token)) return "y"
      if (!/^[A-Za-z]/.test(token)) return "x"
      const sign = signOf(token)
      return sign === "x" && i === 0 && /^[a-z]/.test(token) ? "u" : sign
    })
    .join("")
  return JOINT.test(signs) ? (signs.includes("o") ? "or" : "and") : null
}

/** `x` of `x = \boxed{2}`. */
const NAME = /(?<![A-Za-z\\])([A-Za-z](?:_\{?\w\}?)?)\s*(?:=|\sis)[\s$*\\(]*$/
const nameBefore = (text: string, from: number): string | null => NAME.exec(text.slice(Math.max(0, from - 24), from))?.[1] ?? null
