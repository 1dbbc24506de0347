/** Congruences, `n \equiv 1 \pmod 4`: what is left of each residue by the modulus, so that 5 is 1, and remainders. */

import type { Answer } from "../Answer.ts"
import { exactOf } from "../mathematics/compare.ts"
import { variablesOf } from "../mathematics/Expression.ts"
import { tryExpression } from "../mathematics/parse.ts"
import type { Rational } from "../mathematics/rational.ts"
import { bound } from "../relations/inequalities.ts"
import { othersThan, residuesOf, residuesText } from "../relations/whole-numbers.ts"
import { signs } from "../split.ts"
import { made } from "../units/quantities.ts"

const CONGRUENCE = new RegExp(
  String.raw`^([^=<>,;]{1,100}?)\s*\\equiv(?![A-Za-z])\s*([^=<>()]{1,200}?)\s*\(?\s*` +
    String.raw`(?:\\[pb]?mod(?![A-Za-z])|\\text\s*\{\s*\(?\s*mod\s*\}|mod\b)\s*\{?\s*(\d{1,30})\s*\}?\s*\)?$`
)

const DIVIDES = /^(\d{1,9})\s*(\||\\nmid(?![A-Za-z]))\s*([A-Za-z])$/
/** Of a letter, or of all: `a multiple of 6` alone is some number. */
const DIVISIBLE = new RegExp(
  String.raw`^(?:(?:all\s+)?(?!a\s+multiple)([a-z])\s+(?:(?:is|are|that\s+are)\s+)?(not\s+)?` +
    String.raw`(?:divisible\s+by|(?:an?\s+)?(?:integer\s+)?multiples?\s+of)` +
    String.raw`|(?:all\s+|the\s+)?(?:multiples\s+of|(?:integers|numbers)\s+(not\s+)?divisible\s+by))\s+(\d{1,9})$`
)

/** `6 \mid n`, `n is divisible by 6`, `all multiples of 6`; what is not divisible leaves all else. */
export const divisible = (text: string): Answer | null => {
  const divides = /\||\\nmid/.test(text) ? DIVIDES.exec(text) : null
  const said = /divisible|multiple/.test(text) ? DIVISIBLE.exec(plainWords(text)) : null
  const [name, by] = divides === null ? [said?.[1], said?.[4]] : [divides[3], divides[1]]
  if (by === undefined || /^0+$/.test(by)) return null
  const isNot = divides === null ? (said?.[2] ?? said?.[3]) !== undefined : divides[2] !== "|"
  const residues = isNot ? othersThan(BigInt(by), [0n]) : [0n]
  if (residues === null) return null
  const of: Answer = { kind: "words", text: residuesOf(BigInt(by), residues) }
  return name === undefined ? of : { kind: "called", name, of }
}

const plainWords = (text: string): string =>
  text
    .replaceAll(/\\text\s*\{([^{}]*)\}/g, " $1 ")
    .replaceAll(/\s+/g, " ")
    .trim()

export const congruence = (text: string): Answer | null => {
  const statement = text.replace(/^(?:\\text\s*\{\s*)?(?:for\s+)?all\b\s*\}?\s*/, "")
  const found = text.includes("\\equiv") ? CONGRUENCE.exec(statement) : null
  if (found === null || found[1]!.includes("\\equiv")) return null
  const modulus = BigInt(found[3]!)
  if (modulus === 0n) return null
  const residues = found[2]!
    .split(/,?\s*\\text\s*\{\s*(?:or|and)\s*\}\s*|,?\s+(?:or|and)\s+|,/)
    .flatMap(signs)
    .map((residue) => residue.replaceAll(/[\s{}]+/g, ""))
  const [left = "", not] = found[1]!.replaceAll(/[\s{}]+/g, "").split("\\not")
  const areNumbers = residues.every((residue) => /^-?\d{1,30}$/.test(residue))
  const own = areNumbers ? (not === undefined ? residues.map(BigInt) : othersThan(modulus, residues.map(BigInt))) : null
  if (not !== undefined && own === null) return null
  const said = own !== null ? residuesOf(modulus, own) : residuesText(residues, modulus)
  const [only = "", more] = residues
  const number = not === undefined && more === undefined && areNumbers && /^-?\d{1,30}$/.test(left) ? BigInt(left) : null
  if (number !== null && (number - BigInt(only)) % modulus === 0n && BigInt(only) >= 0n && BigInt(only) < modulus) {
    const value = made(bound({ kind: "number", value: { top: BigInt(only), bottom: 1n } }))
    return withRemainder({ kind: "words", text: `${left} \\equiv ${said}` }, only, value)
  }
  if (/^[A-Za-z]$/.test(left)) return { kind: "called", name: left, of: { kind: "words", text: said } }
  return { kind: "words", text: `${left} \\equiv ${said}` }
}

const REMAINDER = new RegExp(
  String.raw`^(-?[\d({\\][^=<>,;]{0,200}?)\s*\(?\s*` +
    String.raw`(?:\\([bp]?)mod(?![A-Za-z])|\\text\s*\{\s*\(?\s*mod\s*\}|mod\b)\s*\{?\s*(\d{1,30})\s*\}?\s*\)?$`
)

/** A residue that is written as the least one is what is left, too. */
const withRemainder = (exact: Answer, residue: string, as: Answer): Answer =>
  as.kind === "value" && as.number === residue.trim() ? { kind: "rounded", exact, as } : exact

/** `17 \bmod 5` is 2; `17 \pmod 5` and `17 mod 5` are `2 mod 5`, and only `2 mod 5` is 2 as well. */
export const remainder = (text: string): Answer | null => {
  const found = text.includes("mod") ? REMAINDER.exec(text) : null
  const expression = found === null ? null : tryExpression(found[1]!)
  const exact = expression === null || variablesOf(expression).length > 0 ? null : exactOf(expression)
  if (found === null || exact === null || exact.bottom !== 1n || /^0+$/.test(found[3]!)) return null
  const modulus = BigInt(found[3]!)
  const left: Rational = { top: ((exact.top % modulus) + modulus) % modulus, bottom: 1n }
  const value = made(bound({ kind: "number", value: left }))
  if (found[2] === "b") return value
  return withRemainder({ kind: "words", text: `${left.top} mod ${modulus}` }, found[1]!, value)
}
