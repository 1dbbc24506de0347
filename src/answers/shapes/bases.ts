/** Digits in a base: `1011_2`, `52 base 8`, `AB12_{16}`, and as programs write them, `0x1F`. */

import type { Answer } from "../Answer.ts"
import { Unreadable } from "../mathematics/Expression.ts"
import { words } from "../words.ts"

/** Digits with letters before others, `AB12`, which are hardly a product: `AB12_{16}` without its base. */
export const DIGITS = /^(?=[\dA-F]*[A-F]\d)[\dA-F]{2,40}$/

const BASES: Readonly<Record<string, number>> = {
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  sixteen: 16
}

/** The prefix that says which base, and digits of any: `0xyz` is a product. */
const PREFIXED = /^([-+]?)0([xbo])((?=\d|(?<=x)[a-f])[\da-z]+)$/i
const PREFIXES = new Map([
  ["x", 16],
  ["b", 2],
  ["o", 8]
])

/** `0x1F`: a number, of which the digits alone are another. */
const prefixed = (text: string): Answer | null => {
  const [, sign, prefix, said] = PREFIXED.exec(text) ?? []
  if (prefix === undefined) return null
  const base = PREFIXES.get(prefix.toLowerCase())!
  if (![...said!].every((digit) => Number.parseInt(digit, 36) < base)) throw new Unreadable("has digits that its base has not")
  const digits = said!.toUpperCase().replace(/^0+(?=.)/, "")
  const minus = sign === "-" && digits !== "0" ? "-" : ""
  return { kind: "based", digits: minus + digits, base, number: `${minus}${BigInt(`0${prefix.toLowerCase()}${said}`)}` }
}

export const based = (text: string): Answer | null => {
  const plain = text.replaceAll(/\\text\s*\{([^{}]*)\}/g, "$1").replaceAll(/\s+/g, "")
  const program = plain.includes("0") ? prefixed(plain) : null
  if (program !== null) return program
  const found =
    /^(-?(?:[0-9A-Za-z]+|\d+\.\d+))_(?:\{\(?([a-z]+|\d+)\)?\}|(\d)|([a-z]{3,}))$/.exec(
      plain.replace(/^\(([0-9A-Za-z]+)\)(?=_)/, "$1")
    ) ?? /^(\d[0-9A-F]*)(?:in|\()?base-?([a-z]{3,}|\d+)\)?$/.exec(plain)
  if (found === null) return null
  const word = found[2] ?? found[3] ?? found[4]!
  const base = BASES[word] ?? Number(word)
  const digits = found[1]!
    .toUpperCase()
    .replace(/^(-?)0+(?=[^.])/, "$1")
    .replace(/(?<=\..*)0+$/, "")
    .replace(/\.$/, "")
    .replace(/^-0$/, "0")
  const areDigits =
    base >= 2 && base <= 36 && [...digits.replaceAll(/^-|\./g, "")].every((digit) => Number.parseInt(digit, 36) < base)
  if (!areDigits || (base <= 10 && !/^-?\d/.test(digits))) return null
  const exact: Answer = { kind: "based", digits, base, number: null }
  if (!DIGITS.test(digits)) return exact
  const as = words(digits)
  return { kind: "rounded", exact: { kind: "rounded", exact, as }, as }
}
