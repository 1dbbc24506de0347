/**
 * Quantities that more than a number and a unit make: `3 hours 20 minutes`, `5'11"`, `7 million people`, `7:30 p.m.`, and units
 * written in several commands for text.
 */

import type { Answer } from "../Answer.ts"
import { exactValue } from "../mathematics/exact.ts"
import type { Expression } from "../mathematics/Expression.ts"
import { add, compare, multiply, type Rational } from "../mathematics/rational.ts"
import { TEX_BLANK } from "../mathematics/tokens.ts"
import { numberText, numeralIn } from "../numeral.ts"
import { fractionNamed, multiplierNamed } from "../vocabulary/number-words.ts"
import { isTouchingUnit, type Setting, shareOf, unitIn } from "./units.ts"

/** An amount of a unit. */
export interface Quantity {
  readonly value: Rational
  readonly unit: string
  readonly counted: ReadonlyArray<string>
  /** Whether one of its numbers has a decimal point. */
  readonly decimal: boolean
}

/** A number and, behind something else, another: without these nothing is compound. */
const MAYBE_COMPOUND = /^-?\s*\\?[$€£]?\d/
const GOES_ON = /[A-Za-z.'"′″}]\W{0,6}\d/
const WORDS = String.raw`[A-Za-z°]+\.?(?:\s+[A-Za-z]+\.?)?`
const PIECE = new RegExp(String.raw`\s*(\d[\d.]*(?:\s+\d+/\d+)?)\s*(\^\s*\{?\s*\\circ\s*\}?|${WORDS}|['′]{1,2}|["″])\s*`, "y")

/**
 * `3 hours 20 minutes`, `5 ft 11 in`, `2 lb and 4 oz` as so many of the last unit; null for all else. The units get smaller, each
 * amount is less than one of the unit before, and all but the last are whole: two lengths side by side are no compound.
 */
export const compoundIn = (text: string): Quantity | null => {
  if (!MAYBE_COMPOUND.test(text) || !GOES_ON.test(text)) return null
  const flat = text
    .replaceAll(/\\text\s*\{([^{}]*)\}/g, " $1 ")
    .replace(/^(-?\s*)\\?([$€£])\s*(\d+)/, (_, sign: string, mark: string, whole: string) => `${sign}${whole} ${MONEY[mark]}`)
    .replaceAll(/\^\s*\{?\s*\\prime\s*\\prime\s*\}?/g, '"')
    .replaceAll(/\^\s*\{?\s*\\prime\s*\}?/g, "'")
    .replaceAll(/(?<=[A-Za-z.'"])\s*,\s*(?:and\s+)?|\s+and\s+/g, " ")
    .trim()
  const negative = flat.startsWith("-")
  const pieces: Array<{ readonly amount: Rational } & Omit<Quantity, "value">> = []
  PIECE.lastIndex = negative ? 1 : 0
  while (PIECE.lastIndex < flat.length) {
    const found = PIECE.exec(flat)
    if (found === null) return null
    const [, digits, word] = found
    const numeral = numeralIn(digits!)
    const said = unitOf(word!, pieces.at(-1)?.unit)
    // `5 miles north, 300 feet east`: what the parts before the last count is another thing.
    if (numeral === null || said === null || said.unit === "" || pieces.length > 4 || pieces.at(-1)?.counted.length) return null
    pieces.push({ ...said, amount: numeral.value, decimal: digits!.includes(".") })
  }
  if (pieces.length < 2) return null
  let total = pieces[0]!
  for (const [i, piece] of pieces.slice(1).entries()) {
    const share = shareOf(total.unit, piece.unit)
    const isInside = share !== null && compare(share, ONE) > 0 && compare(piece.amount, share) < 0
    if (!isInside || pieces[i]!.amount.bottom !== 1n) return null
    const amount = add(multiply(total.amount, share)!, piece.amount)!
    total = { amount, unit: piece.unit, counted: piece.counted, decimal: total.decimal || piece.decimal }
  }
  const { top, bottom } = total.amount
  return { value: { top: negative ? -top : top, bottom }, unit: total.unit, counted: total.counted, decimal: total.decimal }
}

const ONE: Rational = { top: 1n, bottom: 1n }

/** `m` behind hours is minutes; `'` is feet, or minutes behind degrees. */
const unitOf = (word: string, before: string | undefined): ReturnType<typeof unitIn> => {
  const unit = shortUnit(word, before)
  return unit === null ? unitIn(word) : { unit, counted: [] }
}

const shortUnit = (word: string, before: string | undefined): string | null => {
  if (word.startsWith("^")) return "degree"
  const isAngle = before === "degree" || before === "arcmin"
  if (/^['′]$/.test(word)) return isAngle ? "arcmin" : "ft"
  if (/^(?:['′]{2}|["″])$/.test(word)) return isAngle ? "arcsec" : "in"
  if (/^m$/i.test(word) && before === "h") return "min"
  return word.toLowerCase() === "d" ? "day" : null
}

/** Signs of money, and the words that are put for them. */
export const MONEY: Readonly<Record<string, string>> = {
  $: "dollars",
  "€": "euros",
  "£": "GBP",
  "¥": "yen",
  "₹": "rupees",
  "¢": "cents"
}

/** A factor that words behind a number say, and the words behind those. */
export interface Scale {
  readonly factor: Rational
  readonly rest: string
}

const scale = (top: bigint, bottom: bigint, names: ReadonlyArray<string>, from: number): Scale => ({
  factor: { top, bottom },
  rest: names.slice(from).join(" ")
})

/** What words behind a number multiply it by, `hundred thousand people`; null where they do not. */
export const scaleIn = (words: string): Scale | null => {
  const names = words.trim().split(/\s+/)
  let factor = 1n
  let i = 0
  for (; i < Math.min(names.length, 3); i++) {
    const by = multiplierNamed(names[i]!.toLowerCase())
    if (by === undefined) break
    factor *= by
  }
  return i === 0 ? null : scale(factor, 1n, names, i)
}

/** `3 sixteenths`, `1 half`, `2 thirds of the class`: what words divide a number by; null where they do not. */
export const shareIn = (front: string, words: string): Scale | null => {
  const names = words.trim().split(/\s+/)
  const fraction = fractionNamed(names[0]!.toLowerCase())
  // `1 fifth grader`, `2 third`.
  if (fraction === undefined || (fraction.isOne && (front.trim() !== "1" || !/^(?:of)?$/.test(names[1] ?? "")))) return null
  return scale(1n, fraction.bottom, names, 1)
}

const PERCENT = /^\s*(?:(percent(?:age\s+points?)?|per\s+cent|pct)|(permille|per\s+mille)|basis\s+points?)(?![A-Za-z])\.?/i

/** How many hundredths one of those is that words say: `percent of them`, `basis points`; null where they say none. */
export const percentIn = (words: string): Scale | null => {
  const found = PERCENT.exec(words)
  return found && scale(1n, found[1] ? 1n : found[2] ? 10n : 100n, [words.slice(found[0].length).trim()], 0)
}

const CLOCK = /^(\d{1,2})(?::([0-5]\d))?\s*(?:\\text\s*\{)?\s*(?:([ap])\.?\s?m\.?|(noon|midnight))\s*\}?$/i

/** Hours of the half of a day that is named: `7:30 p.m.` is seven and a half after noon. */
export const clockIn = (text: string): Quantity | null => {
  if (/^(?:\\text\s*\{\s*)?(?:noon|midnight)\s*\}?$/i.test(text))
    return { value: TWELVE, unit: /noon/i.test(text) ? "pm" : "am", counted: [], decimal: false }
  const found = CLOCK.exec(text)
  if (found === null) return null
  const [, hours, minutes = "00", half, name] = found
  if (BigInt(hours!) > 12n || (name !== undefined && (hours !== "12" || minutes !== "00"))) return null
  const after = name === undefined ? half!.toLowerCase() === "p" : name.toLowerCase() === "noon"
  const value = add(
    { top: BigInt(hours!), bottom: 1n },
    multiply({ top: BigInt(minutes), bottom: 1n }, { top: 1n, bottom: 60n })!
  )!
  return { value, unit: after ? "pm" : "am", counted: [], decimal: false }
}

const TWELVE: Rational = { top: 12n, bottom: 1n }

/** Units in several commands for text, in one: `\text{kg}\cdot\text{m}/\text{s}^2`, `\frac{\text{m}}{\text{s}}`. */
export const withUnitsJoined = (text: string): string => {
  if (!/\}[^]*\\text|\\mu/.test(text)) return text
  let joined = text
    .replaceAll(/\\mu\s*\\text\s*\{/g, "\\text{µ")
    .replaceAll(
      /\\frac\s*\{\s*\\text\s*\{([^{}]*)\}\s*\}\s*\{\s*\\text\s*\{([^{}]*)\}\s*(\^\s*\{?\d\}?)?\s*\}/g,
      "\\text{$1/$2$3}"
    )
  for (let before = "", i = 0; before !== joined && i < 4; i++) {
    before = joined
    joined = joined.replace(
      /\\text\s*\{([^{}]*)\}\s*(?:\^\s*\{?\s*(-?\d)\s*\}?)?\s*(\/|\\cdot|\*|)\s*\\text\s*\{([^{}]*)\}/,
      (_, left: string, power: string | undefined, sign: string, right: string) =>
        `\\text{${left}${power === undefined ? "" : `^${power}`}${sign === "/" ? "/" : " "}${right}}`
    )
  }
  return joined
}

/** A value with what it counts. */
export const counting = (answer: Answer, counted: ReadonlyArray<string>): Answer =>
  answer.kind === "value" && counted.length > 0 ? { ...answer, counted: [...answer.counted, ...counted] } : answer

/** A value that more than its number and one word says. */
export const made = (answer: Answer): Answer => (answer.kind === "value" ? { ...answer, plain: false } : answer)

export const scaled = (answer: Answer, factor: Rational): Answer => {
  if (answer.kind !== "value") return answer
  const expression: Expression = { kind: "product", left: answer.expression, right: { kind: "number", value: factor } }
  const exact = exactValue(expression)
  return { ...answer, expression, number: exact && numberText(exact, answer.number?.includes(".") === true), plain: false }
}

export const ofQuantity = ({ value, unit, counted, decimal }: Quantity, plain: boolean): Answer => ({
  kind: "value",
  expression: { kind: "number", value },
  // Half past seven is held as it was written.
  number: (unit === "am" || unit === "pm") && value.bottom !== 1n ? null : numberText(value, decimal),
  unit,
  counted,
  plain,
  name: null
})

const IN_TEXT = /^(?<front>[^]*[^\s_^])\s*\\text\s*\{(?<text>[^{}]*)\}\s*(?<power>\^\s*\{?\s*-?[1-3]\s*\}?)?$/
const BEHIND_NUMBER = new RegExp(
  String.raw`^(?<front>[-+\d.,/\s]*\d\.?(?:(?:\s*(?:\\times|\\cdot|\*)\s*10)?\s*\^\s*(?:\{\s*-?\d+\s*\}|-?\d+))?` +
    String.raw`(?:\s*\\?%(?=\s))?)` +
    String.raw`(?<gap>\s*)(?<words>[A-Za-z°µμΩ¢][A-Za-z°µμΩ¢'’ ./*^{}\d\\-]*)$`
)

/** A value and the words behind it. */
export interface Measured {
  readonly front: string
  readonly words: string
  readonly setting: Setting
  /** Whether they touch what they stand behind. */
  readonly touches: boolean
  /** Behind a command for text. */
  readonly power: string
}

/** `36/week`, `36/\text{week}`: a number by a unit that is a word. */
const RATE = /^(?<front>-?\d[\d.,]*)\s*\/\s*(?:(?<word>[a-z]{3,})|\\text\s*\{\s*(?<word>[a-z]{3,})\s*\})$/

/** In a command for text, or plain behind a plain number or a power of one, or behind LaTeX that ends in a digit or a bracket. */
export const measuredParts = (text: string): Measured | null => {
  const rate = RATE.exec(text)?.groups
  if (rate !== undefined && unitIn(`per ${rate["word"]}`)?.unit.startsWith("per "))
    return { front: rate["front"]!, words: `per ${rate["word"]}`, setting: "plain", touches: false, power: "" }
  const inText = IN_TEXT.exec(text)?.groups
  if (inText !== undefined)
    return { front: inText["front"]!, words: inText["text"]!, setting: "text", touches: false, power: inText["power"] ?? "" }
  const plain = BEHIND_NUMBER.exec(text)?.groups
  if (plain === undefined) return behindLatex(text)
  const gap = plain["gap"]!
  return {
    front: plain["front"]!,
    words: plain["words"]!,
    setting: gap.includes(TEX_BLANK) ? "mathematics" : "plain",
    touches: gap === "",
    power: ""
  }
}

/** `\\frac12 cups`, `2\\sqrt3 cm`: more than one letter, and no two that would rather be variables. From the end, in one go. */
const behindLatex = (text: string): Measured | null => {
  if (!text.includes("\\") && !text.includes("(")) return null
  let end = text.length
  const power = /\^\s*\{?\s*-?[1-3]\s*\}?$/.exec(text.slice(-12))?.[0] ?? ""
  end -= power.length
  let start = end
  while (start > 0 && /[A-Za-z'’ ./-]/.test(text[start - 1]!)) start--
  if (text[start - 1] === "\\") {
    if (!/^pi\s/.test(text.slice(start, start + 3))) return null
    start += 2
  }
  const words = text.slice(start, end)
  const front = text.slice(0, start)
  const [first = ""] = /[A-Za-z]+/.exec(words) ?? []
  if (!/^\s+[A-Za-z]/.test(words) || first.length < 2 || !/(?:[\d})]|\\pi)$/.test(front)) return null
  if (first.length === 2 && !isTouchingUnit(first)) return null
  return { front, words: `${words.trim()}${power}`, setting: "plain", touches: false, power: "" }
}

export const FUNCTION = /\\(?:sin|cos|tan|cot|sec|csc)(?![A-Za-z])/
const CIRCLE = String.raw`\^\s*(?:\{\s*\\circ\s*\}|\\circ)\s*`
export const DEGREES = new RegExp(String.raw`^([^]*\S)\s*${CIRCLE}$`)
export const TEMPERATURE = new RegExp(String.raw`^([^]*\S)\s*${CIRCLE}(?:\\text\s*\{\s*)?([CF])\s*\}?$`)
