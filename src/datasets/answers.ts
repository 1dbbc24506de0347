/**
 * Answers as one canonical text, whatever their source wrote: `$1,234.50` is `1234.5`, `51.0` is `51`, `\frac{6}{4}` is `3/2`.
 *
 * Works on the text, never through a float, so that a 20-digit integer keeps its digits. An answer that is not a number (a LaTeX
 * expression, an interval) is kept as its text without outer `$` and white space: comparing such answers is the grader's
 * business, not the loader's.
 */

/** Canonical text of an answer, or null where there is none. */
export const canonicalAnswer = (answer: string | number | bigint | null): string | null => {
  if (answer === null) return null
  if (typeof answer === "bigint") return answer.toString()
  if (typeof answer === "number") return Number.isFinite(answer) ? decimal(String(answer)) : null
  const text = unwrap(answer)
  if (text === "") return null
  return number(text) ?? fraction(text) ?? text
}

/** The text that ends a GSM8K solution: what follows the last `####` (or `A:` in the published model solutions), as it stands. */
export const textAfter = (solution: string, mark: string): string | null => {
  const at = solution.lastIndexOf(mark)
  return at < 0 ? null : solution.slice(at + mark.length)
}

/** Content of the last `\boxed{...}` as it stands, braces balanced; null where there is none. */
export const boxedText = (solution: string): string | null => {
  const start = solution.lastIndexOf("\\boxed{")
  if (start < 0) return null
  let depth = 0
  for (let i = start + "\\boxed".length; i < solution.length; i++) {
    if (solution[i] === "\\") i++
    else if (solution[i] === "{") depth++
    else if (solution[i] === "}" && --depth === 0) return solution.slice(start + "\\boxed{".length, i)
  }
  return null
}

/** Takes off white space, math signs, currency, a final full stop or per cent sign, until nothing changes. */
const unwrap = (answer: string): string => {
  let text = answer.trim()
  for (;;) {
    const before = text
    if (text.length > 1 && text.startsWith("$") && text.endsWith("$")) text = text.slice(1, -1).trim()
    text = text.replace(/^\\[([]([^]*)\\[)\]]$/, "$1").trim()
    const bare = text
      .replace(/^(-?)\s*(?:\\\$|[$€£])\s*/, "$1")
      .replace(/(?:\\?%|(?<=\d)\.)$/, "")
      .trim()
    if (number(bare) !== null) text = bare
    if (text === before) return text
  }
}

const GROUPED = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/
const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** Canonical decimal of a numeral, or null for anything else. `1,234` is a numeral; `1,2` is a list. */
const number = (text: string): string | null => {
  const plain = text.replaceAll("{,}", ",").replaceAll("\\!", "").replaceAll("−", "-")
  if (GROUPED.test(plain)) return decimal(plain.replaceAll(",", ""))
  return PLAIN.test(plain) ? decimal(plain) : null
}

/** A numeral without exponent, leading zeros, trailing zeros, `+` or `-0`. Exponents beyond 400 are left as they are. */
const decimal = (numeral: string): string => {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(numeral)!
  const exponent = Number(match[4] ?? 0)
  if (Math.abs(exponent) > 400) return numeral
  let whole = match[2]!
  let part = match[3]!
  if (exponent > 0) {
    whole += part.slice(0, exponent).padEnd(exponent, "0")
    part = part.slice(exponent)
  } else if (exponent < 0) {
    const padded = whole.padStart(-exponent, "0")
    part = padded.slice(padded.length + exponent) + part
    whole = padded.slice(0, padded.length + exponent)
  }
  whole = whole.replace(/^0+/, "") || "0"
  part = part.replace(/0+$/, "")
  const size = part === "" ? whole : `${whole}.${part}`
  return match[1] === "-" && size !== "0" ? `-${size}` : size
}

/** `a/b` and `\frac{a}{b}` of integers in lowest terms, sign in front; null for anything else. */
const fraction = (text: string): string | null => {
  const match =
    /^([+-]?)\s*\\[dt]?frac\s*\{\s*([+-]?\d+)\s*\}\s*\{\s*([+-]?\d+)\s*\}$/.exec(text) ??
    /^([+-]?)(\d+)\s*\/\s*([+-]?\d+)$/.exec(text)
  if (match === null) return null
  const bottom = BigInt(match[3]!)
  if (bottom === 0n) return null
  const sign = (match[1] === "-") === bottom < 0n ? 1n : -1n
  const top = BigInt(match[2]!) * sign
  const size = bottom < 0n ? -bottom : bottom
  const divisor = greatestCommonDivisor(top < 0n ? -top : top, size)
  return size === divisor ? `${top / divisor}` : `${top / divisor}/${size / divisor}`
}

const greatestCommonDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : greatestCommonDivisor(b, a % b))
