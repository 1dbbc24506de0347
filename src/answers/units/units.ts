/**
 * Units behind numbers (`table.ts`). What can be measured keeps its unit, money and angles too: 5 cm is 0.05 m and not 5 m.
 * Words that say what is counted (`17 apples`, `../vocabulary/counted.ts`) are kept beside it. All else (`7 or more`,
 * `4 r^2`) is no unit, and the text no number with one.
 */

import type { Expression } from "../mathematics/Expression.ts"
import { multiply, power, type Rational } from "../mathematics/rational.ts"
import { isMathematical } from "../mathematics/tokens.ts"
import { spend } from "../mathematics/work.ts"
import { isCounted } from "../vocabulary/counted.ts"
import { keptOf } from "../vocabulary/kept-words.ts"
import { areVariables } from "../vocabulary/variables.ts"
import { isSign, LETTERS, type Unit, unitNamed } from "./table.ts"

const SPOKEN: ReadonlyArray<readonly [RegExp, string]> = [
  [/²/g, "^2"],
  [/³/g, "^3"],
  [/[{}]/g, ""],
  [/\s*\\cdot\s*|\s*\*\s*/g, " "],
  [/\b(?:arc[\s-]*(min|sec)(?:ute|ond)s?|(min|sec)(?:ute|ond)s?\s+of\s+arc)\b/gi, "arc$1$2"],
  [/\bdegrees?\s+of\s+arc\b/gi, "degree"],
  [/\b(?:man|person|worker|labou?r)[\s-]*(hour|day)s?\b/gi, "man$1"],
  [/\b(?:psi|pounds?\s+per\s+square\s+inch(?:es)?)\b/gi, "lbf/in^2"],
  [/\bparts\s+per\s+([mb])illion\b/gi, "pp$1"],
  [/\b(kg|mg|km|cm|mm|ml|kwh|gb|mb)s\b/gi, "$1"],
  [/\s+(hour|month|week|year)ly$/gi, "/$1"],
  [/\s+daily$/gi, "/day"],
  [/\bwpm\b/gi, "words/min"],
  [/\bsqft\b/gi, "ft^2"],
  [/\bleft\s+over\b/gi, "left"],
  [/\bof\s+an?\s+/gi, "of "],
  [/(?:\bdegrees?|°)\s*°?(?:celsius|centigrade|C)\b/gi, "celsius"],
  [/(?:\bdegrees?|°)\s*°?(?:fahrenheit|F)\b/gi, "fahrenheit"],
  [/\b(?:fluid\s+ounces?|fl\s+oz|fluid-ounces?)\b/gi, "floz"],
  [/\blight[\s-]+(?=years?\b)/gi, "light"],
  [/\bnautical\s+miles?\b/gi, "nmi"],
  [/\bmetric\s+tons?\b/gi, "tonne"],
  [/\bpounds?\s+sterling\b/gi, "GBP"],
  [/(?:^|\s+)per\s+|\s+an?\s+|\s+(?:every|each)\s+(?=(?:second|minute|hour|day|week|month|year)\b)/gi, "/"],
  [/\s*\/\s*/g, "/"]
]

/** `square feet`, `feet squared`: of what is a unit; tiles that are square are counted. */
const POWERS = /\b(?:(square|sq)|cubic|cu)[\s-]+([A-Za-z]+)|\b([A-Za-z]+)\s+(?:(squared)|cubed)\b/gi

/** Words with a unit before a hyphen: `foot-pounds`, `cm-long`. */
const HYPHENS = /\b([A-Za-z]+)-([A-Za-z]+)(?:-[A-Za-z]+)*/g

/** What stands before words: a blank or nothing, a command for text, where no letter is a variable, or a blank of TeX. */
export type Setting = "plain" | "text" | "mathematics"

/** What words behind a number say of it. */
interface Said {
  /** As it is written (`cm^2`, `mi/h`, `per day`); "" for none. */
  readonly unit: string
  /** The words of what is counted. */
  readonly counted: ReadonlyArray<string>
}

/** The unit that words behind a number are, and what they count; null for what is neither. */
export const unitIn = (words: string, setting: Setting = "plain"): Said | null => {
  if (setting !== "text" && words.split(/[\s/]+/).some((word) => isMathematical(word) && unitNamed(word) === undefined))
    return null
  const parts = partsOf(words).map((part) => factorsIn(part, setting))
  if (parts.includes(null)) return null
  const factors = parts.flatMap((part, i) =>
    i === 0 ? part!.factors : part!.factors.map((factor) => ({ ...factor, power: -factor.power }))
  )
  if (factors.length > 4) return null
  const counted = parts.flatMap((part, i) => keptOf(part!.others, i, part!.factors.some(isLength)))
  return { unit: unitOf(factors), counted }
}

const isLength = ({ powers }: Factor): boolean => "m" in powers || "unit" in powers

const unitOf = (factors: ReadonlyArray<Factor>): string => {
  if (factors.length === 0) return ""
  const [up, down] = [factors.filter((factor) => factor.power > 0), factors.filter((factor) => factor.power < 0)]
  // Letters side by side would be variables when they are read again.
  const areLetters = up.length > 1 && up.every((factor) => factor.written.length === 1)
  const above = up.map((factor, i) => said(areLetters && i === 0 ? factor.name : factor.written, factor.power)).join(" ")
  const below = down.map((factor) => said(factor.written, factor.power)).join("/")
  if (below === "") return above
  return above === "" ? `per ${below}` : `${above}/${below}`
}

const said = (name: string, power: number): string => (Math.abs(power) === 1 ? name : `${name}^${Math.abs(power)}`)

/**
 * Whether it is no more than words, with at most one unit over another, so that the number before it can be taken without it. By
 * letters alone: what is in the table has no part in this.
 */
export const isPlainUnit = (words: string, isText: boolean): boolean => {
  if (!isText && !/^[A-Za-z°][A-Za-z°'’ ./-]*(?:\^[23])?$/.test(words)) return false
  let text = words.replaceAll(".", "").trim()
  for (const [pattern, unit] of PLAIN) text = text.replace(pattern, unit)
  const parts = text.split("/")
  return parts.length <= 2 && parts.every(isPlainPart)
}

const PLAIN: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(?:square|sq)\s+([A-Za-z]+)$/i, "$1^2"],
  [/\b(?:cubic|cu)\s+([A-Za-z]+)$/i, "$1^3"],
  [/\s+squared$/i, "^2"],
  [/\s+cubed$/i, "^3"],
  [/\s+(?:per|an|a)\s+/gi, "/"],
  [/\s*\/\s*/g, "/"]
]

const isPlainPart = (part: string): boolean => {
  const [, name = "", power] = /^(.*?)(\^[23])?$/.exec(part)!
  if (LETTERS.has(name)) return true
  if (name.includes("^")) return false
  const names = name.trim().split(/\s+/)
  return (power === undefined || names.length === 1) && names.every((word) => /^(?:[A-Za-z°][A-Za-z°'’-]+|°)$/.test(word))
}

const partsOf = (words: string): ReadonlyArray<string> => {
  let text = words.replaceAll(".", "").trim()
  for (const [pattern, unit] of SPOKEN) text = text.replace(pattern, unit)
  return text
    .replace(POWERS, (all, square?: string, after?: string, before?: string, squared?: string) => {
      const unit = (after ?? before)!
      return unitNamed(unit) === undefined ? all : `${unit}^${square === undefined && squared === undefined ? 3 : 2}`
    })
    .replace(HYPHENS, (all, first: string, second: string) => {
      const isUnit = unitNamed(first) !== undefined && (first.length > 1 || unitNamed(second) !== undefined)
      return isUnit ? all.replaceAll("-", " ") : all
    })
    .trim()
    .split("/")
}

interface Factor extends Unit {
  readonly power: number
}

const factorIn = (word: string, isText: boolean): Factor | null => {
  const found = /^([^\d^]+)(?:\^(-?[1-3]))?$/.exec(word)
  const unit = found === null ? undefined : unitNamed(found[1]!)
  if (unit === undefined || (!isText && /^[A-Za-z]$/.test(found![1]!) && !LETTERS.has(found![1]!))) return null
  return { ...unit, power: Number(found![2] ?? 1) }
}

/**
 * Whether what touches the number before it is no product of variables: it begins with a unit of the table (`5cm`, `12kg of
 * rice`), by its sign with its own capitals where it has two letters.
 */
export const isTouchingUnit = (words: string): boolean => {
  const [letters] = /^[A-Za-z°µμΩ¢]+/.exec(words)!
  if (/^[A-Za-z]$/.test(letters)) return false
  return letters.length === 2 ? isSign(letters) : unitNamed(letters) !== undefined
}

/** Units side by side are a product; among words that count the first unit is meant (`cm long`, `US dollars`). None: no unit. */
const factorsIn = (
  part: string,
  setting: Setting
): { readonly factors: ReadonlyArray<Factor>; readonly others: ReadonlyArray<string> } | null => {
  const inText = setting === "text"
  const words = part.split(/\s+/).filter(Boolean)
  const factors = words.map((word) => factorIn(word, inText))
  if (factors.every((factor) => factor !== null)) {
    const areLetters = words.length > 1 && words.every((word) => /^[A-Za-z](?:\^|$)/.test(word))
    // `3 m s` is a product of variables, and `3 m s^-1` is a speed.
    return areLetters && !inText && !part.includes("^-") ? null : { factors, others: [] }
  }
  // `3 ab`, `2 xy^2`: letters, and nothing that is counted.
  if (setting === "mathematics" || (!inText && words.every((word) => areVariables(word.replace(/\^[23]$/, ""))))) return null
  const first = words.findIndex((word, i) => factors[i] !== null && isClear(word, words[i + 1], i === 0))
  if (!words.every((word, i) => i === first || isCounted(words, i, inText))) return null
  return first < 0 ? { factors: [], others: words } : { factors: [factors[first]!], others: words.toSpliced(first, 1) }
}

/** `5 in total` is no length. */
const isClear = (word: string, next: string | undefined, isFirst: boolean): boolean =>
  /^in$/i.test(word) ? isFirst && /^(?:long|wide|tall|high|deep|thick)$/i.test(next ?? "") : isFirst || word.length > 2

/** What a unit measures, as powers of base units, and how many of them it is. */
interface Measure {
  readonly kind: string
  readonly size: Expression
}

/** How many of unit `b` one of unit `a` is, where that is rational; null where they measure different things. */
export const shareOf = (a: string, b: string): Rational | null => {
  const [left, right] = [measured(a), measured(b)]
  if (left === null || right === null || left.kind !== right.kind || left.pi !== right.pi) return null
  return multiply(left.size, { top: right.size.bottom, bottom: right.size.top })
}

/** Of a unit as `unitIn` writes it; null where it is none. */
export const measureOf = (unit: string): Measure | null => {
  spend(2)
  const found = measured(unit)
  return found && { kind: found.kind, size: found.inBase }
}

const PI: Expression = { kind: "constant", name: "pi" }
const whole = (n: number): Expression => ({ kind: "number", value: { top: BigInt(n), bottom: 1n } })

interface Measured {
  readonly kind: string
  readonly size: Rational
  readonly pi: number
  /** Both in one. */
  readonly inBase: Expression
}

/** Members of two sets are compared each with each. Bounded, and without it all is the same. */
const measures = new Map<string, Measured | null>()
const MOST_MEASURES = 1000

const measured = (unit: string): Measured | null => {
  const known = measures.get(unit)
  if (known !== undefined) return known
  if (measures.size >= MOST_MEASURES) measures.clear()
  const found = measuredNow(unit)
  measures.set(unit, found)
  return found
}

const measuredNow = (written: string): Measured | null => {
  const powers = new Map<string, number>()
  let size: Rational = { top: 1n, bottom: 1n }
  for (const [i, part] of partsOf(written).entries())
    for (const word of part.split(" ").filter((word) => word !== "" && word !== "1")) {
      const factor = factorIn(word, true)
      if (factor === null) return null
      const times = i === 0 ? factor.power : -factor.power
      size = multiply(size, power(factor.size, { top: BigInt(times), bottom: 1n })!)!
      for (const [name, of] of Object.entries(factor.powers)) powers.set(name, (powers.get(name) ?? 0) + of * times)
    }
  const pi = powers.get("pi") ?? 0
  powers.delete("pi")
  const named = [...powers].filter(([, of]) => of !== 0).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const number: Expression = { kind: "number", value: size }
  const turns: Expression = { kind: "power", left: PI, right: whole(pi) }
  const inBase: Expression = pi === 0 ? number : { kind: "product", left: number, right: turns }
  return { kind: named.map(([name, of]) => `${name}${of}`).join(" "), size, pi, inBase }
}
