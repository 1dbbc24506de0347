/**
 * A number found in free text, in the order in which Math-Verify 0.5 looks for one with its default configuration, which is what
 * the authors' verifier uses:
 *
 *   1. `final answer is X. I hope`
 *   2. the last `\boxed{}`, or `final answer ... is X`
 *   3. `answer: ... X`          4. `answer ... X`
 *   5. the last formula (`$...$`, `\(...\)`, `\frac{}{}`), arithmetic expression (`3 * 4`) or number anywhere
 *
 * At equal rank the match that ends last wins, then the one that starts first. Matches without a numeric value are passed over,
 * except a box: a boxed expression is the answer, and it is not a number. Symbolic answers (sets, intervals, radicals) are
 * outside what is read here.
 */

import { numberIn } from "../../answers/answers.ts"
import { lastBox } from "../../answers/boxed.ts"
import { plainLatex } from "../../answers/plain-latex.ts"
import { evaluateCached, numericAnswer } from "../../python/evaluate.ts"
import type { Value } from "../Format.ts"
import { paperFormula } from "./paper-formula.ts"

/** The number that a text gives as its answer, in canonical form; null where it gives none. */
export const numberInText = (text: string): Value | null => {
  if (plainInteger.test(text)) return numberIn(text)
  const speaksOfAnswer = /answer/i.test(text)
  const hopeful = speaksOfAnswer ? lastOf(text, finalAnswerHope) : null
  if (hopeful !== null) return hopeful.value
  const final = speaksOfAnswer ? lastOf(text, finalAnswer) : null
  // A box and a final answer have the same rank. Boxes are looked for up to the last closing brace of the text. One that is cut
  // off behind it is not seen, and the box before it stands; one that is open there is an answer that cannot be read.
  const end = text.lastIndexOf("}") + 1
  const boxed = lastBox(text.slice(0, end))?.contents ?? null
  if (boxed !== null && (final === null || final.end <= end)) return valueOfFormula(boxed)
  if (final !== null) return final.value
  for (const rank of speaksOfAnswer ? [answerColon, answer, anywhere] : [anywhere]) {
    const found = lastOf(text, rank)
    if (found !== null) return found.value
  }
  return null
}

/** What programs print most of the time, and no pattern would read differently. */
const plainInteger = /^-?\d+$/

/**
 * A number (`1,234.5`, `1 000`, `0,5`, `.5`, with a percent sign) and an arithmetic expression that starts with one. The
 * expression is bounded, so that matching is linear in the text.
 */
const digits = String.raw`-?[1-9]\d{0,2}(?:[ ,]\d{3})+(?:\.\d+)?|-?\d+[.,]\d+|\.\d+|-?\d+`
const number = String.raw`(?<number>(?<!\d)(?:${digits})(?:\s*(?:%|[Pp]ercent|[Pp]ct))?)`
const arithmetic = String.raw`-?\(?-?\d[\d.\s+\-*×/^()÷]{0,60}[+\-*×/^()÷][\d.\s+\-*×/^()÷]{1,60}\)?`
const expression = String.raw`(?<expression>${arithmetic})(?:\*\*)?(?:[.,:\s)$]|$)`
const opening = String.raw`(?:^|\s|=)(?:\*\*)?`
const anchoredExpression = opening + expression
const anchoredNumber = `${opening}[$€£¥₹₩]?${number}`
/** Mathematics between dollars or brackets, and a bare fraction. */
const formula = [
  String.raw`(?<![\\\d])\$(?<formula>[^\n$]{1,200})\$`,
  String.raw`\\\((?<formula>[^\n]{1,200}?)\\\)`,
  String.raw`\\\[(?<formula>[\s\S]{1,400}?)\\\]`,
  String.raw`(?<formula>-?\\frac\{-?\d+(?:[.,]\d+)?\}\{-?\d+(?:[.,]\d+)?\})`
].join("|")

/**
 * A rank has one pattern for numbers and expressions and one for formulas, each with what may stand before and after its target.
 */
const plainAfter = (before: string, after = "") =>
  new RegExp(`${before}(?:${anchoredExpression}|${anchoredNumber})${after}`, "gi")
const formulaAfter = (before: string, after = "") => new RegExp(`${before}(?:${formula})${after}`, "gi")
const hope = String.raw`\.?\s?I hope`
const noEquals = String.raw`(?!\s*=)`

const finalAnswerHope = [plainAfter(String.raw`final answer is:?\s*`, hope), formulaAfter(String.raw`final answer is:?\s*`, hope)]
const finalAnswer = [
  plainAfter(String.raw`final answer.{0,100}?\s+is:?`),
  formulaAfter(String.raw`final answer[\s\S]{0,100}?\s+is:?\s*`)
]
/** Up to the last equals sign, or to the first number, that follows the word. */
const answerColon = [
  plainAfter(String.raw`answer:(?:.{0,100}=\s*|.{0,50}?)`, noEquals),
  formulaAfter(String.raw`answer:[\s\S]{0,50}?`)
]
const answer = [plainAfter(String.raw`answer(?:.{0,100}=\s*|.{0,50}?)`, noEquals), formulaAfter(String.raw`answer[\s\S]{0,50}?`)]
const anywhere = [formulaAfter(""), new RegExp(anchoredExpression, "g"), new RegExp(anchoredNumber, "g")]

/** The match that ends last, among those that have a value. */
const lastOf = (text: string, rank: ReadonlyArray<RegExp>): { readonly value: Value; readonly end: number } | null => {
  const matches = rank.flatMap((pattern) => [...text.matchAll(pattern)])
  matches.sort((a, b) => b.index + b[0].length - (a.index + a[0].length) || a.index - b.index)
  for (const match of matches) {
    const groups = match.groups!
    const value =
      groups["number"] !== undefined
        ? valueOfNumber(groups["number"])
        : groups["expression"] !== undefined
          ? valueOfExpression(groups["expression"])
          : valueOfFormula(groups["formula"]!)
    if (value !== null) return { value, end: match.index + match[0].length }
  }
  return null
}

/** Groups of three may be parted by blanks as well as commas; any other comma is a decimal point. */
const valueOfNumber = (text: string): Value | null => {
  const grouped = /^-?[1-9]\d{0,2}(?:[ ,]\d{3})+(?!\d)/.test(text)
  return numberIn(grouped ? text.replaceAll(/(?<=\d)[ ,](?=\d{3})/g, "") : text.replace(",", "."))
}

const valueOfExpression = (text: string): Value | null => {
  const python = text.replaceAll(/\s+/g, " ").replaceAll("^", "**").replaceAll("×", "*").replaceAll("÷", "/").trim()
  return numericAnswer(evaluateCached(python))
}

const valueOfFormula = (formula: string): Value | null => {
  const text = paperFormula(formula)
  if (text === null) return null
  const value = numberIn(text)
  if (value !== null) return value
  const plain = plainLatex(text)
  return /^[\d\s.+*/()^-]+$/.test(plain) ? valueOfExpression(plain) : null
}
