/** Digits in a base: `1011_2`, `52 base 8`, `AB12_{16}`. */

import type { Answer } from "../Answer.ts"
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

export const based = (text: string): Answer | null => {
  const plain = text.replaceAll(/\\text\s*\{([^{}]*)\}/g, "$1").replaceAll(/\s+/g, "")
  const found =
    /^([0-9A-Za-z]+)_(?:\{\(?([a-z]+|\d+)\)?\}|(\d)|([a-z]{3,}))$/.exec(plain.replace(/^\(([0-9A-Za-z]+)\)(?=_)/, "$1")) ??
    /^(\d[0-9A-F]*)(?:in|\()?base-?([a-z]{3,}|\d+)\)?$/.exec(plain)
  if (found === null) return null
  const word = found[2] ?? found[3] ?? found[4]!
  const base = BASES[word] ?? Number(word)
  const digits = found[1]!.toUpperCase().replace(/^0+(?=.)/, "")
  const areDigits = base >= 2 && base <= 36 && [...digits].every((digit) => Number.parseInt(digit, 36) < base)
  if (!areDigits || (base <= 10 && !/^\d/.test(digits))) return null
  const exact: Answer = { kind: "based", digits, base }
  if (!DIGITS.test(digits)) return exact
  const as = words(digits)
  return { kind: "rounded", exact: { kind: "rounded", exact, as }, as }
}
