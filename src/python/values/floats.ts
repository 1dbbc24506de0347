/**
 * Python's float: IEEE double, printed and rounded as CPython does it (correctly, on the exact binary value).
 *
 * `repr` is the shortest decimal that reads back; exponents are used below 1e-4 and from 1e16.
 * Rounding to digits is half-even on the exact value: round(2.675, 2) is 2.67, and round(0.125, 2) is 0.12.
 */

import { overflow, valueError, zeroDivision } from "./exceptions.ts"
import { asInt, toFloat } from "./integers.ts"
import { type Int, PyFloat, type PyValue } from "./objects.ts"

/** The number of a bool, int or float as a double; null for anything else. */
export const asFloat = (value: PyValue): number | null => {
  if (value instanceof PyFloat) return value.value
  const int = asInt(value)
  return int === null ? null : toFloat(int)
}

/** `repr` of a float. */
export const floatRepr = (x: number): string => {
  const size = Math.abs(x)
  if (size >= 1e-4 && size < 1e16) {
    const text = String(x)
    return Number.isInteger(x) ? `${text}.0` : text
  }
  if (x === 0) return Object.is(x, -0) ? "-0.0" : "0.0"
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf"
  const [digits, exponent] = x.toExponential().split("e") as [string, string]
  return `${digits}e${exponentText(Number(exponent))}`
}

/** At least two digits, always a sign: `+16`, `-05`. */
export const exponentText = (exponent: number): string =>
  `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`

const bits = new DataView(new ArrayBuffer(8))

/** x = mantissa 2^exponent, exactly; for finite x. */
export const decompose = (x: number): { readonly mantissa: bigint; readonly exponent: number } => {
  bits.setFloat64(0, x)
  const high = bits.getUint32(0)
  const biased = (high >>> 20) & 0x7ff
  const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(bits.getUint32(4))
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n)
  return { mantissa: x < 0 ? -mantissa : mantissa, exponent: (biased === 0 ? 1 : biased) - 1075 }
}

/** x as a fraction in lowest terms with a positive denominator. */
export const asRatio = (x: number): readonly [bigint, bigint] => {
  let { mantissa, exponent } = decompose(x)
  if (mantissa === 0n) return [0n, 1n]
  for (; exponent < 0 && !(mantissa & 1n); exponent++) mantissa >>= 1n
  return exponent < 0 ? [mantissa, 1n << BigInt(-exponent)] : [mantissa << BigInt(exponent), 1n]
}

const roundHalfEven = (numerator: bigint, denominator: bigint): bigint => {
  const quotient = numerator / denominator
  const twice = (numerator % denominator) * 2n
  return twice > denominator || (twice === denominator && quotient & 1n) ? quotient + 1n : quotient
}

/** |x| 10^shift rounded half-even to an integer, as digits. */
const scaledDigits = (x: number, shift: number): string => {
  const { mantissa, exponent } = decompose(Math.abs(x))
  let numerator = mantissa
  let denominator = 1n
  if (exponent > 0) numerator <<= BigInt(exponent)
  else denominator <<= BigInt(-exponent)
  if (shift > 0) numerator *= 10n ** BigInt(shift)
  else denominator *= 10n ** BigInt(-shift)
  return roundHalfEven(numerator, denominator).toString()
}

/** |x| with `digits` decimals, as by `format(x, '.{digits}f')` without its sign; finite x. */
export const fixedDigits = (x: number, digits: number): string => {
  const size = Math.abs(x)
  // toFixed is exact but for ties, which it rounds up. A tie needs x 2^(digits+1) to be an integer.
  if (size < 1e21 && digits <= 100 && !Number.isInteger(size * 2 ** (digits + 1))) return size.toFixed(digits)
  const text = scaledDigits(x, digits).padStart(digits + 1, "0")
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** The first `count` significant digits of |x| and the decimal exponent of the first; finite x. */
export const significantDigits = (x: number, count: number): { readonly digits: string; readonly exponent: number } => {
  if (x === 0) return { digits: "0".repeat(count), exponent: 0 }
  let exponent = Number(Math.abs(x).toExponential().split("e")[1])
  for (;;) {
    const digits = scaledDigits(x, count - 1 - exponent)
    if (digits.length === count) return { digits, exponent }
    exponent += digits.length - count
  }
}

/** round(x, digits) for a float: the nearest float to the half-even decimal. */
export const roundFloat = (x: number, digits: number): number => {
  if (!Number.isFinite(x) || x === 0 || digits > 323) return x
  if (digits < -308) return 0 * x
  const rounded = digits >= 0 ? Number(fixedDigits(x, digits)) : Number(`${scaledDigits(x, digits)}e${-digits}`)
  if (!Number.isFinite(rounded)) throw overflow("rounded value too large to represent")
  return x < 0 ? -rounded : rounded
}

/** round(x): the nearest integer, half to even. */
export const roundHalfEvenToInteger = (x: number): number => {
  const floor = Math.floor(x)
  const rest = x - floor
  if (rest < 0.5) return floor
  if (rest > 0.5) return floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}

/** (x // y, x % y), after CPython's float_divmod: the remainder is exact and takes the sign of y. */
export const floatDivmod = (x: number, y: number, message: string): readonly [number, number] => {
  if (y === 0) throw zeroDivision(message)
  let rest = x % y
  let quotient = (x - rest) / y
  if (rest !== 0) {
    if (y < 0 !== rest < 0) {
      rest += y
      quotient -= 1
    }
  } else rest = y < 0 ? -0 : 0
  if (quotient === 0) return [x / y < 0 || Object.is(x / y, -0) ? -0 : 0, rest]
  let floor = Math.floor(quotient)
  if (quotient - floor > 0.5) floor += 1
  return [floor, rest]
}

/** The int that a finite, integral float stands for. */
const integralToInt = (x: number): Int => (Number.isSafeInteger(x) ? x + 0 : BigInt(x))

/** `int(x)` of a number: towards zero. */
export const truncate = (value: number): Int => {
  if (Number.isNaN(value)) throw valueError("cannot convert float NaN to integer")
  if (!Number.isFinite(value)) throw overflow("cannot convert float infinity to integer")
  return integralToInt(Math.trunc(value))
}

/** Every digit can be read in one way only, so that matching is linear in the text. */
const floatText = /^[+-]?(?:(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?|inf|infinity|nan)$/i

/** float(text); null where the text is no float. */
export const parseFloatText = (text: string): number | null => {
  const trimmed = text.trim()
  if (!floatText.test(trimmed)) return null
  const lower = trimmed.toLowerCase()
  if (lower.endsWith("nan")) return Number.NaN
  if (lower.includes("inf")) return lower.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return Number(lower.replaceAll("_", ""))
}

/** Python's float of a JavaScript number. */
export const float = (value: number): PyFloat => new PyFloat(value)
