import { evaluateCached, numericAnswer } from "../python/evaluate.ts"
import { lastBoxed } from "./boxed.ts"
import type { Value } from "./Format.ts"
import { withoutLatex } from "./latex.ts"
import { parseValue } from "./number-text.ts"

/**
 * A number found in free text, in the order in which Math-Verify 0.5 looks for one with its default configuration, which is what the authors'
 * verifier uses:
 *
 *   1. `final answer is X. I hope`
 *   2. the last `\boxed{}`, or `final answer ... is X`
 *   3. `answer: ... X`          4. `answer ... X`
 *   5. the last formula (`$...$`, `\(...\)`, `\frac{}{}`), arithmetic expression (`3 * 4`) or number anywhere
 *
 * At equal rank the match that ends last wins, then the one that starts first. Matches without a numeric value are passed over, except a box: a boxed
 * expression is the answer, and it is not a number. Symbolic answers (sets, intervals, radicals) are outside what is read here.
 */
export const numberInText = (text: string): Value | null => {
  if (plainInteger.test(text)) return parseValue(text)
  const speaksOfAnswer = /answer/i.test(text)
  const conclusion = speaksOfAnswer ? lastOf(text, finalAnswerHope) : null
  if (conclusion !== null) return conclusion
  const boxed = lastBoxed(text)
  if (boxed !== null) return valueOfFormula(boxed)
  for (const patterns of speaksOfAnswer ? [finalAnswer, answerColon, answer, anywhere] : [anywhere]) {
    const value = lastOf(text, patterns)
    if (value !== null) return value
  }
  return null
}

/** What programs print most of the time, and no pattern would read differently. */
const plainInteger = /^-?\d+$/

/**
 * A number (`1,234.5`, `1 000`, `0,5`, `.5`, with a percent sign) and an arithmetic expression that starts with one. The expression is bounded, so that
 * matching is linear in the text.
 */
const number = String.raw`(?<number>(?<!\d)(?:-?[1-9]\d{0,2}(?:[ ,]\d{3})+(?:\.\d+)?|-?\d+[.,]\d+|\.\d+|-?\d+)(?:\s*(?:%|[Pp]ercent|[Pp]ct))?)`
const expression = String.raw`(?<expression>-?\(?-?\d[\d.\s+\-*×/^()÷]{0,60}[+\-*×/^()÷][\d.\s+\-*×/^()÷]{1,60}\)?)(?:\*\*)?(?:[.,:\s)$]|$)`
const opening = String.raw`(?:^|\s|=)(?:\*\*)?`
const anchoredNumber = `${opening}[$€£¥₹₩]?${number}`
const anchoredExpression = opening + expression
const either = (prefix: string, suffix: string): ReadonlyArray<RegExp> =>
  [anchoredExpression, anchoredNumber].map((target) => new RegExp(prefix + target + suffix, "g"))

const finalAnswerHope = either(String.raw`[Ff]inal [Aa]nswer is:?\s*`, String.raw`\.?\s?I hope`)
const finalAnswer = either(String.raw`[Ff]inal [Aa]nswer.{0,100}?\s+is:?`, "")
const answerColon = either(String.raw`(?:[Aa]nswer|ANSWER):(?:.{0,100}=\s*|.{0,50}?)`, String.raw`(?!\s*=)`)
const answer = either(String.raw`(?:[Aa]nswer|ANSWER)(?:.{0,100}=\s*|.{0,50}?)`, String.raw`(?!\s*=)`)
const anywhere = [
  /(?<![\\\d])\$(?<formula>[^\n$]{1,200})\$/g,
  /\\\((?<formula>[^\n]{1,200}?)\\\)/g,
  /\\\[(?<formula>[\s\S]{1,400}?)\\\]/g,
  /(?<formula>-?\\frac\{-?\d+(?:[.,]\d+)?\}\{-?\d+(?:[.,]\d+)?\})/g,
  ...either("", "")
]

/** The value of the match that ends last, among those that have one. */
const lastOf = (text: string, patterns: ReadonlyArray<RegExp>): Value | null => {
  const matches = patterns.flatMap((pattern) => [...text.matchAll(pattern)])
  matches.sort((a, b) => b.index + b[0].length - (a.index + a[0].length) || a.index - b.index)
  for (const match of matches) {
    const groups = match.groups!
    const value =
      groups["number"] !== undefined
        ? valueOfNumber(groups["number"])
        : groups["expression"] !== undefined
          ? valueOfExpression(groups["expression"])
          : valueOfFormula(groups["formula"]!)
    if (value !== null) return value
  }
  return null
}

/** Groups of three may be parted by blanks as well as commas; any other comma is a decimal point. */
const valueOfNumber = (text: string): Value | null => {
  const grouped = /^-?[1-9]\d{0,2}(?:[ ,]\d{3})+(?!\d)/.test(text)
  return parseValue(grouped ? text.replaceAll(/(?<=\d)[ ,](?=\d{3})/g, "") : text.replace(",", "."))
}

const valueOfExpression = (text: string): Value | null => {
  const python = text.replaceAll(/\s+/g, " ").replaceAll("^", "**").replaceAll("×", "*").replaceAll("÷", "/").trim()
  return numericAnswer(evaluateCached(python))
}

const valueOfFormula = (text: string): Value | null => {
  const value = parseValue(text)
  if (value !== null) return value
  const plain = withoutLatex(text)
  return plain !== null && /^[\d\s.+*/()^-]+$/.test(plain) ? valueOfExpression(plain) : null
}
