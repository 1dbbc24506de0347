/**
 * The whole expression that a box is part of. In marks of mathematics it reaches on both sides as far as the next equals sign,
 * comma, word or end of the marks, `$2 \boxed{7}$`, `$\sqrt[3]{\boxed{27}}$`; in bare text as far as there are no blanks,
 * `0.\boxed{5}`, and over one between a number and a box or a box and a letter, `2 \boxed{7}`, `\boxed{7} x`.
 */

import { reading } from "../../../answers/answers.ts"

/** As far on either side. */
const FARTHEST = 200

/** What ends an expression: equals signs and other relations, commas, columns, words, wide blanks. */
const ENDS =
  String.raw`[=<>≤≥≈≠≡→⇒&]|(?<!\\)[,;:]|\\\\|\\(?:[lg]eq?(?:slant)?|[lg]t|neq?|approx|equiv|to|in|iff|implies|` +
  String.raw`therefore|sim|cong|` +
  String.raw`(?:[Ll]ong)?[Rr]ightarrow|q?quad|[lc]?dots|begin|end|mid|pmod|bmod|` +
  String.raw`(?:text|math|mbox|operatorname)\w*(?:\s*\{[^{}]*\})?|` +
  String.raw`displaystyle|left\.|right\.)(?![A-Za-z])|\s\s|\n`
const LAST_END = new RegExp(`^[^]*(?:${ENDS})`)
const FIRST_END = new RegExp(ENDS)

/** What an expression has on both sides of a box. */
export interface Sides {
  readonly left: string
  readonly right: string
  /** Some signs behind that. */
  readonly next: string
  readonly marked: boolean
  /** Whether an equation goes on behind it. */
  readonly goesOn: boolean
}

const CLOSES = /(?<!\\)\$|\\[)\]]/

/** Where the marks open that a place stands in; null outside of them. */
const openedAt = (before: string): number | null => {
  let opened: { readonly end: number; readonly closes: string } | null = null
  for (const { 0: mark, index } of before.matchAll(/(?<!\\)\$\$?|\\[()[\]]|\n\s*\n/g)) {
    if (opened !== null && (mark === opened.closes || mark.startsWith("\n"))) opened = null
    else if (opened === null && /^(?:\$\$?|\\[([])$/.test(mark))
      opened = { end: index + mark.length, closes: mark === "\\(" ? "\\)" : mark === "\\[" ? "\\]" : mark }
  }
  return opened?.end ?? null
}

/** Of the box that begins at `from` and ends before `end`; nothing before `least` is looked at. */
export const sidesOf = (text: string, least: number, from: number, end: number): Sides => {
  const start = Math.max(least, from - FARTHEST)
  const before = text.slice(start, from)
  const behind = text.slice(end, end + FARTHEST)
  const nextTo = (right: string) => text.slice(end + right.length, end + right.length + 8)
  const opened = openedAt(text.slice(Math.max(least, text.lastIndexOf("\n\n", from)), from).slice(-2 * FARTHEST))
  const close = opened === null ? null : CLOSES.exec(behind)
  if (close === null) {
    const left = /(?:(?<![^\n(])\s*\d[\d.,]*\s|(?<=[.!?]\s)\d[\d.,]*\s|[^\s=:;,<>$]*)$/.exec(
      text.slice(0, from).slice(-FARTHEST - 1)
    )![0]
    const right = /^(?:\s(?!\s)[a-z](?![A-Za-z.'’])|[^\s=:;,<>$]*)/.exec(behind)![0].replace(/[.!?]+$/, "")
    return {
      left: left.replace(/^(?:[=(\n:]|[.!?]\s)\s*/, ""),
      right,
      next: nextTo(right),
      marked: false,
      goesOn: /^\s*=/.test(behind.slice(right.length))
    }
  }
  const marks = before.search(/(?:\$|\\[([])(?:(?!\$|\\[()[\]])[^])*$/)
  const inside = before.slice(marks < 0 ? 0 : marks).replace(/^(?:\$|\\[([])/, "")
  const all = behind.slice(0, close.index)
  const ended = FIRST_END.exec(all)
  const right = ended === null ? all : all.slice(0, ended.index)
  return {
    left: inside.replace(LAST_END, ""),
    right,
    next: nextTo(right),
    marked: true,
    goesOn: ended !== null && /^[=<>≤≥]|^\\[lg]e|^\\neq?/.test(ended[0])
  }
}

/** A word or a letter of a choice is no factor. */
const IS_NUMBER = /\d|\\(?:pi|sqrt|frac)/
/** Units of one letter, an article. */
const VARIABLE = /^(?:\s|\\[,;:! ]|~)*(?![agmshl])[a-z](?![A-Za-z.'’])/
const BLANKS = /(?:\s|\\[,;:! ]|~)+/g
/** Of a command that only sets how something looks. */
const LOOKS = new RegExp(
  String.raw`\\(?:text|math|bm|bold|pmb|under|over|color|[Ll]arge|[Hh]uge|phantom|fbox|framebox|mbox|left|right|[Bb]ig|` +
    String.raw`hskip|vspace|hspace|tag)\w*`
)

/** Whether a factor stands before a box or a variable behind it, or the box within an argument. */
export const isFactor = ({ left, right, next, marked }: Sides, contents: string): boolean => {
  if (LOOKS.test(left)) return false
  const before = left.replaceAll(BLANKS, "")
  if (isOpen(left) || /\d\.$/.test(left)) return true
  if (IS_NUMBER.test(contents) && VARIABLE.test(right) && !/^\s+[a-z]\s+[A-Za-z]{2}/.test(right + next)) return true
  if (marked)
    return (
      /^[-+]?(?:\d|\\[dt]?frac|\\sqrt|\\pi|[A-Za-z](?![A-Za-z])|\().*$/.test(before) &&
      /[\w})]$/.test(before) &&
      isRead(before.replace(/^[-+]/, ""))
    )
  return /^\d[\d.,]*\s$/.test(left) && !/[.,]\s$/.test(left) && IS_NUMBER.test(contents)
}

/** Whether it leaves the argument of a command open: `\sqrt[3]{`, `\binom{4}{`. */
const isOpen = (left: string): boolean => {
  let depth = 0
  for (let i = left.length - 1; i >= 0; i--) {
    if (left[i] === "}") depth++
    else if (left[i] === "{" && --depth < 0)
      return (
        /\\(?:sqrt|[dtc]?frac|[dt]?binom)\s*(?:\[[^\]]*\]|\{[^{}]*\})*\s*$/.test(left.slice(0, i)) ||
        /[\^_]\s*$/.test(left.slice(0, i))
      )
  }
  return false
}

const OPERATION = /\\(?:cdot|times|div|pm|mp|log|ln|lg|exp|sin|cos|tan|cot|sec|csc)\s*$/

const isRead = (text: string): boolean => "answer" in reading(text)

/** The expression, where it can be read and is more than the box. */
export const wholeAround = ({ left, right, goesOn }: Sides, contents: string): string | null => {
  // What is put into an equation that goes on is a blank filled in.
  if (goesOn || LOOKS.test(left) || (left.trim() === "" && right.trim() === "")) return null
  const before = left.replace(/^\s*\*+|^\s*["“(](?=[^)]*$)(?!.*\()/, "")
  const plain = /^[\w.]+$/.test(contents) ? contents : `(${contents})`
  const isInside = /[{([|^_]\s*$/.test(before) || /\d\.$/.test(before)
  const touches = before.replaceAll(BLANKS, " ")
  // `2\boxed{7}` might be 27, and `\boxed{7}2` 72.
  if ((/\d$/.test(touches) && /^\d/.test(contents)) || (/^\d/.test(right) && /\d$/.test(contents))) return null
  const product = !isInside && /[\w})]\s*$/.test(touches) && !OPERATION.test(touches) ? " \\cdot " : ""
  const behind = right.replace(/\.\s*$/, "")
  const times = /^(?:\s|\\[,;:! ]|~)*(?:[A-Za-z(]|\\(?:pi|sqrt|[dt]?frac)(?![A-Za-z]))/.test(behind) ? " \\cdot " : ""
  const whole = `${before}${product}${before.endsWith("{") ? contents : plain}${times}${behind}`
    .replaceAll(/\\boxed\s*(?=\{)/g, "")
    .trim()
  return isBalanced(whole) && isRead(whole) ? whole : null
}

const isBalanced = (text: string): boolean => {
  let depth = 0
  for (const sign of text.replaceAll(/\\[{}]/g, "")) {
    if (sign === "{") depth++
    if (sign === "}" && --depth < 0) return false
  }
  return depth === 0
}
