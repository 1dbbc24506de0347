/**
 * Python's int: exact, of any size up to the budget.
 *
 * A safe integer is a JavaScript number and anything larger a bigint, never the other way round; no result is ever -0.
 * Division floors and the remainder takes the sign of the divisor (Knuth 1972; Python reference, 6.7).
 * Work on bigints is charged before it is done, by the time that it takes at their size.
 * That is linear for a sum, the product of the sizes for a product or a quotient, and so on.
 * The factors were measured; a step is about a third of a microsecond at most.
 */

import type { BudgetAccount } from "./Budget.ts"
import { overflow, raised, valueError, zeroDivision } from "./exceptions.ts"
import type { Int, PyValue } from "./objects.ts"

/** The int of an int or bool; null for anything else. */
export const asInt = (value: PyValue): Int | null => {
  if (typeof value === "number" || typeof value === "bigint") return value
  if (typeof value === "boolean") return value ? 1 : 0
  return null
}

const safe = 2n ** 53n
const kilobit = 1024
/** 2^1024, 2^2048 and so on: sizing by comparison costs next to nothing where lengths differ. */
const powers: ReadonlyArray<bigint> = Array.from({ length: 65 }, (_, i) => 1n << BigInt(i * kilobit))

/** Size in kilobits, rounded down. */
const kilobits = (x: Int): number => {
  if (typeof x === "number" || (x < powers[1]! && x > -powers[1]!)) return 0
  const size = x < 0n ? -x : x
  let low = 1
  let high = powers.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (size < powers[middle]!) high = middle
    else low = middle
  }
  return high < powers.length ? low : Math.floor(bitLength(size) / kilobit)
}

/** Canonical form of `x`, charged by its size. */
export const toInt = (account: BudgetAccount, x: bigint): Int => {
  if (x < safe && x > -safe) return Number(x)
  const size = kilobits(x)
  if ((size + 1) * kilobit > account.budget.integerBits) checkBits(account, bitLength(x))
  account.step(2 + size)
  account.allocate(size * (kilobit / 8))
  return x
}

/** Charges for going once over an int, as a comparison does. */
export const chargeReading = (account: BudgetAccount, x: Int): void => {
  if (typeof x === "bigint") account.step(1 + kilobits(x))
}

const chargeProduct = (account: BudgetAccount, a: bigint, b: bigint): void => {
  account.step(1 + (((1 + kilobits(a)) * (1 + kilobits(b))) >> 1))
}

/** Charges for dividing two ints that are not both numbers: a row of the divisor's length for every digit of the quotient. */
const chargeDivision = (account: BudgetAccount, a: Int, b: Int): void => {
  const [dividend, divisor] = [kilobits(a), kilobits(b)]
  account.step(4 + dividend + 3 * Math.max(1, 1 + dividend - divisor) * (1 + divisor))
}

const checkBits = (account: BudgetAccount, bits: number): void => {
  if (bits > account.budget.integerBits) throw account.exceeded("integerBits", `${account.budget.integerBits} bits in an integer`)
}

/** Number of bits of |x|. */
export const bitLength = (x: Int): number => {
  if (typeof x === "number" && Math.abs(x) < 2 ** 31) return 32 - Math.clz32(Math.abs(x))
  const size = x < 0 ? -BigInt(x) : BigInt(x)
  const whole = size < powers.at(-1)! ? kilobits(size) * kilobit : 0
  const hex = (size >> BigInt(whole)).toString(16)
  return whole + (hex.length - 1) * 4 + 32 - Math.clz32(Number.parseInt(hex[0]!, 16))
}

/** a + b. */
export const add = (account: BudgetAccount, a: Int, b: Int): Int => {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return toInt(account, BigInt(a) + BigInt(b))
}

/** a - b. */
export const subtract = (account: BudgetAccount, a: Int, b: Int): Int => {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b
    if (Number.isSafeInteger(difference)) return difference
  }
  return toInt(account, BigInt(a) - BigInt(b))
}

/** a b. */
export const multiply = (account: BudgetAccount, a: Int, b: Int): Int => {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b
    if (Number.isSafeInteger(product)) return product + 0
  }
  const [x, y] = [BigInt(a), BigInt(b)]
  chargeProduct(account, x, y)
  return toInt(account, x * y)
}

/** -a. */
export const negate = (account: BudgetAccount, a: Int): Int => (typeof a === "number" ? 0 - a : toInt(account, -a))

/**
 * floor(a / b). For safe integers the rounded quotient never crosses an integer: the gap to the next one is at least 1/|b|,
 * the rounding error less than 2^-53 |a| / |b|.
 */
export const floorDivide = (account: BudgetAccount, a: Int, b: Int): Int => {
  if (b === 0) throw zeroDivision("integer division or modulo by zero")
  if (typeof a === "number" && typeof b === "number") return Math.floor(a / b) + 0
  const [x, y] = [BigInt(a), BigInt(b)]
  chargeDivision(account, x, y)
  const quotient = x / y
  return toInt(account, x % y !== 0n && x < 0n !== y < 0n ? quotient - 1n : quotient)
}

/** a - b floor(a / b). */
export const modulo = (account: BudgetAccount, a: Int, b: Int): Int => {
  if (b === 0) throw zeroDivision("integer modulo by zero")
  if (typeof a === "number" && typeof b === "number") {
    const rest = a % b
    return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest + 0
  }
  const [x, y] = [BigInt(a), BigInt(b)]
  chargeDivision(account, x, y)
  const rest = x % y
  return toInt(account, rest !== 0n && rest < 0n !== y < 0n ? rest + y : rest)
}

/** a ** b for b >= 0. */
export const power = (account: BudgetAccount, a: Int, b: Int): Int => {
  if (a === 0 || a === 1) return b === 0 ? 1 : a
  if (a === -1) return modulo(account, b, 2) === 0 ? 1 : -1
  if (typeof b !== "number") throw account.exceeded("integerBits", `${account.budget.integerBits} bits in an integer`)
  if (typeof a === "number") {
    const small = smallPower(a, b)
    if (small !== null) return small
  }
  const bits = (bitLength(a) - 1) * b
  checkBits(account, bits)
  account.step(8 + Math.floor(bits / 16))
  return toInt(account, BigInt(a) ** BigInt(b))
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
export const powerModulo = (account: BudgetAccount, a: Int, b: Int, m: Int): Int => {
  if (m === 0) throw valueError("pow() 3rd argument cannot be 0")
  const modulus = BigInt(m)
  const size = modulus < 0n ? -modulus : modulus
  let base = ((BigInt(a) % size) + size) % size
  let exponent = BigInt(b)
  if (exponent < 0n) {
    chargeEuclid(account, bitLength(size), 3)
    base = inverse(base, size)
    exponent = -exponent
  }
  // Each bit of the exponent takes two products and two remainders.
  // Karatsuba's multiplication grows by the words to the power of 1.58, V8's a little faster.
  account.step(Math.floor(bitLength(exponent) * (4 + (1 + bitLength(size) / 64) ** 1.7 / 12)))
  let result = 1n % size
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % size
    base = (base * base) % size
  }
  return toInt(account, modulus < 0n && result !== 0n ? result + modulus : result)
}

/** Euclid's algorithm takes some 0.6 divisions for a bit, each linear in the size as its quotient is small. */
const chargeEuclid = (account: BudgetAccount, bits: number, factor: number): void => {
  account.step(Math.floor(factor * 0.6 * bits * (1.5 + bits / 1024)))
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

/** a << b. Throws ValueError for a negative b. */
export const shiftLeft = (account: BudgetAccount, a: Int, b: Int): Int => {
  if (b < 0) throw valueError("negative shift count")
  if (a === 0) return 0
  if (typeof b !== "number") throw account.exceeded("integerBits", `${account.budget.integerBits} bits in an integer`)
  checkBits(account, bitLength(a) + b)
  return toInt(account, BigInt(a) << BigInt(b))
}

/** a >> b, towards minus infinity. Throws ValueError for a negative b. */
export const shiftRight = (account: BudgetAccount, a: Int, b: Int): Int => {
  if (b < 0) throw valueError("negative shift count")
  if (typeof b !== "number") return a < 0 ? -1 : 0
  return toInt(account, BigInt(a) >> BigInt(b))
}

/** a & b, a | b, a ^ b, on two's complement. */
export const bitwise = (account: BudgetAccount, operator: "&" | "|" | "^", a: Int, b: Int): Int => {
  chargeReading(account, a)
  chargeReading(account, b)
  if (typeof a === "number" && typeof b === "number" && (a | 0) === a && (b | 0) === b)
    return operator === "&" ? a & b : operator === "|" ? a | b : a ^ b
  const [x, y] = [BigInt(a), BigInt(b)]
  return toInt(account, operator === "&" ? x & y : operator === "|" ? x | y : x ^ y)
}

/** ~a. */
export const invert = (account: BudgetAccount, a: Int): Int => subtract(account, -1, a)

/** The float nearest to `a`; ties go to even. Throws OverflowError beyond the largest float. */
export const toFloat = (a: Int): number => {
  const value = Number(a)
  if (!Number.isFinite(value)) throw overflow("int too large to convert to float")
  return value
}

/** a / b as the float nearest to the exact quotient. */
export const trueDivide = (account: BudgetAccount, a: Int, b: Int): number => {
  if (b === 0) throw zeroDivision("division by zero")
  if (typeof a === "number" && typeof b === "number") return a / b
  account.step(8 + 4 * (kilobits(a) + kilobits(b)))
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
export const integerSquareRoot = (account: BudgetAccount, n: Int): Int => {
  if (n < 0) throw valueError("isqrt() argument must be nonnegative")
  if (typeof n === "number") return Math.floor(Math.sqrt(n))
  account.step(20 + 8 * (1 + (kilobits(n) >> 1)) ** 2)
  let x = 1n << BigInt(Math.ceil(bitLength(n) / 2))
  for (;;) {
    const next = (x + n / x) >> 1n
    if (next >= x) return toInt(account, x)
    x = next
  }
}

/** The greatest common divisor, at least 0, by Euclid's algorithm. */
export const gcd = (account: BudgetAccount, a: Int, b: Int): Int => {
  if (typeof a === "number" && typeof b === "number") {
    let [x, y] = [Math.abs(a), Math.abs(b)]
    while (y !== 0) [x, y] = [y, x % y]
    return x
  }
  let [x, y] = [BigInt(a), BigInt(b)]
  chargeEuclid(account, Math.max(bitLength(x), bitLength(y)), 1)
  while (y !== 0n) [x, y] = [y, x % y]
  return toInt(account, x < 0n ? -x : x)
}

/** Python refuses to print or read more than this many digits: that would take quadratic time. */
const maxDigits = 4300

/** Decimal digits of `n`. Throws ValueError beyond 4,300 of them, as Python does. */
export const toDecimal = (account: BudgetAccount, n: Int): string => {
  if (typeof n === "number") return String(n)
  const bits = bitLength(n)
  if (bits > 14_285) throw tooManyDigits()
  account.step(2 + Math.floor(bits / 12))
  const text = n.toString()
  if (text.length - (n < 0n ? 1 : 0) > maxDigits) throw tooManyDigits()
  return text
}

/** Digits of `n` in a base that is a power of two. */
export const toRadix = (account: BudgetAccount, n: Int, radix: 2 | 8 | 16 | 32): string => {
  const text = n.toString(radix)
  account.work(text.length)
  return text
}

const tooManyDigits = () =>
  valueError(
    `Exceeds the limit (${maxDigits} digits) for integer string conversion; ` +
      "use sys.set_int_max_str_digits() to increase the limit"
  )

/** int(text, base); `null` where the text is no integer in that base. */
export const parseInteger = (account: BudgetAccount, text: string, base: number): Int | null => {
  account.work(text.length / 4)
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
  checkBits(account, (digits.length - 1) * Math.floor(Math.log2(radix)))
  // All at once, a base of ten takes a fifth of a step for a digit; digit by digit, every other base takes some.
  account.step(
    Math.floor(radix === 10 || radix === 16 || radix === 2 ? digits.length / 4 : digits.length * (2 + digits.length / 1024))
  )
  let value: bigint
  if (radix === 10) value = BigInt(digits)
  else if (radix === 16 || radix === 2) value = BigInt((radix === 16 ? "0x" : "0b") + digits)
  else value = [...digits].reduce((sum, digit) => sum * BigInt(radix) + BigInt(Number.parseInt(digit, 36)), 0n)
  return toInt(account, sign === "-" ? -value : value)
}

/** A JavaScript number from an int that must fit a 64-bit index; beyond 2^53 it is only good for being too large. */
export const toIndex = (n: Int): number => {
  if (typeof n === "number" || BigInt.asIntN(64, n) === n) return Number(n)
  throw raised("IndexError", "cannot fit 'int' into an index-sized integer")
}
