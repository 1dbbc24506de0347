/**
 * The expression that a box stands in. A sign before it and a scale behind it belong to the answer, `-\boxed{7}`, `\boxed{7}
 * million`. A box that is a factor, an operand, an argument, an exponent, a bound or one of two measures is part of something
 * larger, `1/\boxed{7}`, `2 \boxed{7}`, `x > \boxed{7}`, and is not the answer by itself: the whole expression is, where it can
 * be read (`standing/larger.ts`). What only sets a box off from a text, a tag, an arrow, the mark of a quotation, is
 * part of nothing.
 */

import { reading } from "../../answers/answers.ts"
import { isFactor, sidesOf, wholeAround } from "./standing/larger.ts"

/** As much before a box and behind it is looked at. */
const NEAR = 60

/** A tag, a quotation, an arrow, a colour: what stands before it is not of one expression with what stands behind it. */
const SETS_OFF = new RegExp(
  String.raw`(?:<[/|｜]?[A-Za-z][^<>\n]{0,40}>|(?:^|\n)[^\S\n]*>|[-=–—]+>|` + String.raw`\\(?:text)?color\s*\{[^{}]*\}\s*\{?)\s*$`
)

const FUNCTION = "log|ln|lg|exp|(?:arc)?(?:sin|cos|tan|cot|sec|csc)h?|sqrt|[dtc]?frac|binom|det|gcd|lcm"
const OPERATION = String.raw`\\(?:cdot|times|div|pm|mp|pi|${FUNCTION})(?![A-Za-z])`
const COMPARES = String.raw`(?:[≤≥≠]|\\(?:[lg](?:eq?(?:slant)?|t)|neq?|in|subset(?:eq)?)(?![A-Za-z]))`

const BEFORE = new RegExp(
  // A second argument, what it is more or less than, an open list. The bound of `x \ge \boxed{7}` is often what is asked for.
  String.raw`(?:\}\s*\{|[<>]|\\[lg]t(?![A-Za-z])|\\[lc]?dots[\s$]*,[\s$]*)\s*$|` +
    // A factor, an operand, an exponent.
    String.raw`(?:\d|[)}][-−+*/^]|(?<![A-Za-z])\w\s*[-−+]|${OPERATION}\s*[({]?|\b(?:log|ln|sin|cos|tan)\s?\(?|` +
    String.raw`(?:\^|[A-Za-z\d)}]_)\s*\{?)$|(?:[\d)}]|\d[a-z])\s*[-−+]\s?$|` +
    String.raw`(?<![A-Za-z])[a-z]\s*\+\s?$|(?:\d|[)}]|(?<![A-Za-z\\/])[A-Za-z])\s*[/×÷·]\s*$`
)
const BEHIND = new RegExp(
  String.raw`^(?:[xyzni](?![A-Za-z])|ish\b|\.\d|\$?(?:,|\{,\})\d{3}(?!\d)|[²³⁴-⁹ⁿ]|!(?=\s?(?:[$=]|\\[)\]]))|` +
    String.raw`_\{?[A-Za-z\d]|/[xyzn](?!\w)|:\d|\s:\s\d|\((?![^()]*(?<!\\)[A-Za-z]{2})[^()\n]*[A-Za-z][^()\n]*\)|` +
    String.raw`[^\S\n]*(?:(?!\\[dtc]?frac\s*\{\s*\\(?:text|mathrm))${OPERATION}|${COMPARES}|>(?=[\s=\d\\])|<(?=[\s=\d\\])|` +
    String.raw`,[\s$]*\\[lc]?dots)|[^\S\n]*(?:\^(?!\s*\{?\s*\\circ)|\+|\*(?=\s?[\w\\(])|\d))`
)

const SCALE = /^[\s$]*(?:\\text\s*\{\s*)?(?:hundred|thousand|million|billion|trillion|dozen)\b/i

/** `hours 5 minutes`, `feet 3 inches`. */
const MEASURES = /^[\s$~\\,]*(?:\\text\s*\{\s*)?[a-z]+[\s\\$~},]+\d[\d.]*[\s\\$~,]*(?:\\text\s*\{\s*)?[a-z]+/

/** What stands round boxes, from a place to another: a sign and a scale, or that they are part of a larger expression. */
export const expressionAround = (text: string, from: number, end: number, contents: string) => {
  const led = text.slice(Math.max(0, from - NEAR), from)
  const lead = SETS_OFF.test(led) ? "" : led
  const rest = text.slice(end, end + NEAR)
  // In italics.
  const behind = lead.endsWith("*") && rest.startsWith("*") ? rest.slice(1) : rest
  const sides = sidesOf(text, lead === "" ? from : 0, from, end)
  const argument = isArgument(lead, behind)
  const factor = BEFORE.test(lead) || argument || isFactor(sides, contents)
  const minus = /(?:(?:^|[^\w})])[-−]|[=(]\s*[-−–](?:\s|\\[,;:! ])*)$/.test(lead)
  const scale = SCALE.exec(behind)?.[0] ?? ""
  const part = factor || BEHIND.test(behind) || isOneOfMeasures(contents, behind)
  const whole = part && !argument ? wholeAround(sides, contents) : null
  return {
    sign: minus && !factor ? "-" : "",
    behind: scale === "" ? "" : ` ${scale.replaceAll(/[^A-Za-z]|text/g, "")}`,
    part,
    whole: whole === null ? null : { text: whole, from: from - sides.left.length, end: end + sides.right.length }
  }
}

/** `f(\boxed{3})`, `|\boxed{-3}|`, but no row of a table. */
const isArgument = (lead: string, behind: string): boolean =>
  (/(?<![A-Za-z])[A-Za-z\d]\($/.test(lead) && behind.startsWith(")")) ||
  (lead.endsWith("|") && /^(?:\\right)?\|/.test(behind) && !/(?:^|\n)\s*\|[^\n]*$/.test(lead))

const isOneOfMeasures = (contents: string, behind: string): boolean => {
  const found = MEASURES.exec(behind)?.[0]
  if (found === undefined || !/^[\d.]+$/.test(contents)) return false
  const read = reading(
    `${contents} ${found
      .replaceAll(/\\text|[\\$~{},]/g, " ")
      .replaceAll(/\s+/g, " ")
      .trim()}`
  )
  return "answer" in read && read.answer.kind === "value" && read.answer.unit !== ""
}
