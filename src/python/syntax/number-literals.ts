/** Number literals: `1_000`, `0x1f`, `1.5e-3`. What CPython refuses, `012` and `1x`, is refused in its words. */

import { syntaxError } from "../values/exceptions.ts"
import { type Int, PyFloat } from "../values/objects.ts"
import { Refusal } from "../values/Refusal.ts"

const digitRun = /\d(?:_?\d)*/.source
const exponent = `(?:[eE][+-]?${digitRun})?`
/** In the order in which they are tried: another base, then a float with digits after its point, then all other decimals. */
const literal = new RegExp(
  [
    /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+/.source,
    `(?:${digitRun})?\\.${digitRun}${exponent}`,
    `${digitRun}\\.?${exponent}`
  ].join("|"),
  "y"
)

/** `1if x else 2`: these keywords may follow a number without a space. */
const keyword = /(?:and|else|for|if|in|is|not|or)/y

export interface NumberLiteral {
  readonly value: Int | PyFloat
  /** Where the text goes on. */
  readonly end: number
}

/** The literal that starts at `at`, with a digit or a point before one. Throws PyRaise (SyntaxError) or Refusal. */
export const readNumber = (source: string, at: number, line: number): NumberLiteral => {
  literal.lastIndex = at
  const text = literal.exec(source)![0]
  const end = at + text.length
  keyword.lastIndex = end
  if (/^\w/.test(source.slice(end, end + 1)) && !keyword.test(source)) throw misspelt(source, at, end, line)
  return { value: numberValue(text.replaceAll("_", ""), line), end }
}

/** What is wrong with a number that runs into a letter or digit at `end`. */
const misspelt = (source: string, at: number, end: number, line: number) => {
  if (/^[jJ]/.test(source.slice(end, end + 1)))
    return /^\w/.test(source.slice(end + 1, end + 2))
      ? syntaxError("invalid imaginary literal", line)
      : new Refusal("Unsupported", "complex numbers are outside this evaluator's Python", line)
  const kind = { x: "hexadecimal", o: "octal", b: "binary" }[source.slice(at + 1, at + 2).toLowerCase()]
  return syntaxError(`invalid ${source[at] === "0" && kind !== undefined ? kind : "decimal"} literal`, line)
}

const numberValue = (digits: string, line: number): Int | PyFloat => {
  if (/^0[xob]/i.test(digits)) {
    const big = BigInt(digits)
    return big <= Number.MAX_SAFE_INTEGER ? Number(big) : big
  }
  if (/[.eE]/.test(digits)) return new PyFloat(Number(digits))
  if (digits.length > 1 && digits.startsWith("0") && /[1-9]/.test(digits))
    throw syntaxError("leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers", line)
  if (digits.length > 4300)
    throw syntaxError(
      `Exceeds the limit (4300 digits) for integer string conversion: value has ${digits.length} digits; ` +
        "use sys.set_int_max_str_digits() to increase the limit - " +
        "Consider hexadecimal for huge integer literals to avoid decimal conversion limits.",
      line
    )
  const small = Number(digits)
  return Number.isSafeInteger(small) ? small : BigInt(digits)
}
