/**
 * Python's int: exact, of any size up to the budget.
 *
 * A safe integer is a JavaScript number and anything larger a bigint, never the other way round; no result is ever -0.
 * Division floors and the remainder takes the sign of the divisor (Knuth 1972; Python reference, 6.7).
 */
import { overflow, raised, valueError, zeroDivision } from "./exceptions.ts"
import type { Meter } from "./Meter.ts"
import type { Int } from "./objects.ts"

const safe = 2n ** 53n
const cheap = 2n ** 1024n
const isCheap = (x: Int): boolean => typeof x === "number" || (x < cheap && x > -cheap)

/** Canonical form of `x`, charged by its size. */
export const toInt = (meter: Meter, x: bigint): Int => {
  if (x < safe && x > -safe) return Number(x)
  if (isCheap(x)) return x
  const bits = bitLength(x)
  checkBits(meter, bits)
  meter.step(Math.floor(bits / 256))
  meter.allocate(bits / 8)
  return x
}

/** Charges for dividing: the result says little about the size of the work. */
export const chargeDivision = (meter: Meter, a: Int, b: Int): void => {
  if (!isCheap(a) || !isCheap(b)) meter.step(Math.floor((bitLength(a) + bitLength(b)) / 256))
}

const checkBits = (meter: Meter, bits: number): void => {
  if (bits > meter.budget.integerBits) throw meter.exceeded("integerBits", `${meter.budget.integerBits} bits in an integer`)
}

/** Number of bits of |x|. */
export const bitLength = (x: Int): number => {
  if (typeof x === "number" && Math.abs(x) < 2 ** 31) return 32 - Math.clz32(Math.abs(x))
  const hex = (x < 0 ? -BigInt(x) : BigInt(x)).toString(16)
  return (hex.length - 1) * 4 + 32 - Math.clz32(Number.parseInt(hex[0]!, 16))
}

export const add = (meter: Meter, a: Int, b: Int): Int => {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return toInt(meter, BigInt(a) + BigInt(b))
}

export const subtract = (meter: Meter, a: Int, b: Int): Int => {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b
    if (Number.isSafeInteger(difference)) return difference
  }
  return toInt(meter, BigInt(a) - BigInt(b))
}

export const multiply = (meter: Meter, a: Int, b: Int): Int => {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b
    if (Number.isSafeInteger(product)) return product + 0
  }
  return toInt(meter, BigInt(a) * BigInt(b))
}

export const negate = (a: Int): Int => (typeof a === "number" ? 0 - a : -a)

/**
 * floor(a / b). For safe integers the rounded quotient never crosses an integer: the gap to the next one is at least 1/|b|,
 * the rounding error less than 2^-53 |a| / |b|.
 */
export const floorDivide = (meter: Meter, a: Int, b: Int): Int => {
  if (b === 0) throw zeroDivision("integer division or modulo by zero")
  if (typeof a === "number" && typeof b === "number") return Math.floor(a / b) + 0
  const [x, y] = [BigInt(a), BigInt(b)]
  chargeDivision(meter, x, y)
  const quotient = x / y
  return toInt(meter, x % y !== 0n && x < 0n !== y < 0n ? quotient - 1n : quotient)
}

/** a - b floor(a / b). */
export const modulo = (meter: Meter, a: Int, b: Int): Int => {
  if (b === 0) throw zeroDivision("integer modulo by zero")
  if (typeof a === "number" && typeof b === "number") {
    const rest = a % b
    return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest + 0
  }
  const [x, y] = [BigInt(a), BigInt(b)]
  chargeDivision(meter, x, y)
  const rest = x % y
  return toInt(meter, rest !== 0n && rest < 0n !== y < 0n ? rest + y : rest)
}

/** a ** b for b >= 0. */
export const power = (meter: Meter, a: Int, b: Int): Int => {
  if (a === 0 || a === 1) return b === 0 ? 1 : a
  if (a === -1) return modulo(meter, b, 2) === 0 ? 1 : -1
  if (typeof b !== "number") throw meter.exceeded("integerBits", `${meter.budget.integerBits} bits in an integer`)
  if (typeof a === "number") {
    const small = smallPower(a, b)
    if (small !== null) return small
  }
  checkBits(meter, (bitLength(a) - 1) * b)
  meter.step(Math.floor(((bitLength(a) - 1) * b) / 64))
  return toInt(meter, BigInt(a) ** BigInt(b))
}

/** By squaring while every product is safe; null where one is not. */
const smallPower = (a: number, b: number): number | null => {
  if (b > 64) return null
  let result = 1
  let square = a
  for (let left = b; ;) {
    if (left & 1) result *= square
    if (!Number.isSafeInteger(result)) return null
    left >>= 1
    if (left === 0) return result
    square *= square
    if (!Number.isSafeInteger(square)) return null
  }
}

/** pow(a, b, m): the remainder takes the sign of m; a negative b inverts a. */
export const powerModulo = (meter: Meter, a: Int, b: Int, m: Int): Int => {
  if (m === 0) throw valueError("pow() 3rd argument cannot be 0")
  const modulus = BigInt(m)
  const size = modulus < 0n ? -modulus : modulus
  let base = ((BigInt(a) % size) + size) % size
  let exponent = BigInt(b)
  if (exponent < 0n) {
    meter.step(Math.floor(bitLength(size) / 8))
    base = inverse(base, size)
    exponent = -exponent
  }
  const work = (bitLength(exponent) * (1 + bitLength(size) / 64)) / 16
  meter.step(Math.floor(work))
  let result = 1n % size
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % size
    base = (base * base) % size
  }
  return toInt(meter, modulus < 0n && result !== 0n ? result + modulus : result)
}

const inverse = (a: bigint, m: bigint): bigint => {
  let [previous, rest] = [m, a]
  let [x0, x1] = [0n, 1n]
  while (rest !== 0n) {
    const quotient = previous / rest
    ;[previous, rest] = [rest, previous - quotient * rest]
    ;[x0, x1] = [x1, x0 - quotient * x1]
  }
  if (previous !== 1n) throw valueError("base is not invertible for the given modulus")
  return ((x0 % m) + m) % m
}

export const shiftLeft = (meter: Meter, a: Int, b: Int): Int => {
  if (b < 0) throw valueError("negative shift count")
  if (a === 0) return 0
  if (typeof b !== "number") throw meter.exceeded("integerBits", `${meter.budget.integerBits} bits in an integer`)
  checkBits(meter, bitLength(a) + b)
  return toInt(meter, BigInt(a) << BigInt(b))
}

export const shiftRight = (meter: Meter, a: Int, b: Int): Int => {
  if (b < 0) throw valueError("negative shift count")
  if (typeof b !== "number") return a < 0 ? -1 : 0
  return toInt(meter, BigInt(a) >> BigInt(b))
}

export const bitwise = (meter: Meter, operator: "&" | "|" | "^", a: Int, b: Int): Int => {
  if (typeof a === "number" && typeof b === "number" && (a | 0) === a && (b | 0) === b)
    return operator === "&" ? a & b : operator === "|" ? a | b : a ^ b
  const [x, y] = [BigInt(a), BigInt(b)]
  return toInt(meter, operator === "&" ? x & y : operator === "|" ? x | y : x ^ y)
}

export const invert = (meter: Meter, a: Int): Int => subtract(meter, -1, a)

/** The float nearest to `a`; ties go to even. Throws OverflowError beyond the largest float. */
export const toFloat = (a: Int): number => {
  const value = Number(a)
  if (!Number.isFinite(value)) throw overflow("int too large to convert to float")
  return value
}

/** a / b as the float nearest to the exact quotient. */
export const trueDivide = (a: Int, b: Int): number => {
  if (b === 0) throw zeroDivision("division by zero")
  if (typeof a === "number" && typeof b === "number") return a / b
  const negative = a < 0 !== b < 0
  const x = a < 0 ? -BigInt(a) : BigInt(a)
  const y = b < 0 ? -BigInt(b) : BigInt(b)
  const quotient = rationalToFloat(x, y)
  if (!Number.isFinite(quotient)) throw overflow("integer division result too large for a float")
  return negative ? -quotient : quotient
}

/** x / y correctly rounded, for x >= 0 and y > 0: 66 bits of quotient, the last of them sticky, then one rounding. */
const rationalToFloat = (x: bigint, y: bigint): number => {
  if (x === 0n) return 0
  const shift = bitLength(x) - bitLength(y) - 66
  const [n, d] = shift < 0 ? [x << BigInt(-shift), y] : [x, y << BigInt(shift)]
  let quotient = n / d
  if (n % d !== 0n) quotient |= 1n
  if (shift > -1200 && shift < 1000) return scale(quotient, shift)
  return shift < 0 ? 0 : Number.POSITIVE_INFINITY
}

/** quotient 2^shift with one rounding, also where the result is subnormal. */
const scale = (quotient: bigint, shift: number): number => {
  const lost = -1074 - shift
  if (lost <= 0 || bitLength(quotient) - lost >= 53)
    return Number(quotient) * 2 ** Math.max(shift, -1022) * 2 ** Math.min(0, shift + 1022)
  const low = quotient & ((1n << BigInt(lost)) - 1n)
  const half = 1n << BigInt(lost - 1)
  let kept = quotient >> BigInt(lost)
  if (low > half || (low === half && kept & 1n)) kept += 1n
  return Number(kept) * 2 ** -1074
}

/** floor(sqrt(n)), by Newton's method. */
export const integerSquareRoot = (meter: Meter, n: Int): Int => {
  if (n < 0) throw valueError("isqrt() argument must be nonnegative")
  if (typeof n === "number") return Math.floor(Math.sqrt(n))
  meter.step(Math.floor(bitLength(n) / 64))
  let x = 1n << BigInt(Math.ceil(bitLength(n) / 2))
  for (;;) {
    const next = (x + n / x) >> 1n
    if (next >= x) return toInt(meter, x)
    x = next
  }
}

export const gcd = (meter: Meter, a: Int, b: Int): Int => {
  if (typeof a === "number" && typeof b === "number") {
    let [x, y] = [Math.abs(a), Math.abs(b)]
    while (y !== 0) [x, y] = [y, x % y]
    return x
  }
  let [x, y] = [BigInt(a), BigInt(b)]
  meter.step(Math.floor((bitLength(x) + bitLength(y)) / 16))
  while (y !== 0n) [x, y] = [y, x % y]
  return toInt(meter, x < 0n ? -x : x)
}

/** Python refuses to print or read more than this many digits: that would take quadratic time. */
export const maxDigits = 4300

/** Decimal digits of `n`. Throws ValueError beyond 4,300 of them, as Python does. */
export const toDecimal = (meter: Meter, n: Int): string => {
  if (typeof n === "number") return String(n)
  if (bitLength(n) > 14_285) throw tooManyDigits()
  const text = n.toString()
  if (text.length - (n < 0n ? 1 : 0) > maxDigits) throw tooManyDigits()
  meter.work(text.length)
  return text
}

const tooManyDigits = () =>
  valueError(
    `Exceeds the limit (${maxDigits} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit`
  )

/** int(text, base); `null` where the text is no integer in that base. */
export const parseInteger = (meter: Meter, text: string, base: number): Int | null => {
  meter.work(text.length / 4)
  const trimmed = text.trim().replaceAll(/[０-９]/g, (digit) => String(digit.charCodeAt(0) - 0xff10))
  const match = /^([+-]?)(0[xX]|0[oO]|0[bB])?(_?[0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)$/.exec(trimmed)
  if (match === null) return null
  let [, sign, prefix, digits] = match as unknown as [string, string, string | undefined, string]
  const implied = prefix === undefined ? 0 : { x: 16, o: 8, b: 2 }[prefix[1]!.toLowerCase() as "x" | "o" | "b"]
  if (prefix !== undefined && base !== 0 && base !== implied) {
    digits = prefix + digits
    prefix = undefined
  }
  if (prefix === undefined && digits.startsWith("_")) return null
  const radix = base === 0 ? implied || 10 : base
  digits = digits.replaceAll("_", "").toLowerCase()
  if (base === 0 && implied === 0 && digits.length > 1 && /^0+[1-9]/.test(digits)) return null
  for (const digit of digits) if (Number.parseInt(digit, 36) >= radix) return null
  if (digits.length > maxDigits && (radix & (radix - 1)) !== 0)
    throw valueError(
      `Exceeds the limit (${maxDigits} digits) for integer string conversion: value has ${digits.length} digits; ` +
        "use sys.set_int_max_str_digits() to increase the limit"
    )
  checkBits(meter, (digits.length - 1) * Math.floor(Math.log2(radix)))
  meter.work(digits.length)
  let value: bigint
  if (radix === 10) value = BigInt(digits)
  else if (radix === 16 || radix === 2) value = BigInt((radix === 16 ? "0x" : "0b") + digits)
  else value = [...digits].reduce((sum, digit) => sum * BigInt(radix) + BigInt(Number.parseInt(digit, 36)), 0n)
  return toInt(meter, sign === "-" ? -value : value)
}

/** A JavaScript number from an int that must fit a 64-bit index; beyond 2^53 it is only good for being too large. */
export const toIndex = (n: Int): number => {
  if (typeof n === "number" || BigInt.asIntN(64, n) === n) return Number(n)
  throw raised("IndexError", "cannot fit 'int' into an index-sized integer")
}
