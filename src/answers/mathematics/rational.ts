/**
 * Whole numbers of any size and exact fractions of them, within a budget: what would grow beyond it is not computed exactly. What
 * two whole numbers that may be long make is made here, and charged by their bits before it is.
 */

import { spend, TooMuchWork } from "./work.ts"

const ONE_WORD = 2n ** 32n

/** Powers of two from large to small, by which a number is cut down to a word: digits of a long one would take far longer. */
const CUTS = Array.from({ length: 13 }, (_, i) => 2 ** (17 - i)).map((bits) => ({
  bits,
  by: BigInt(bits),
  power: 1n << BigInt(bits)
}))

/** How many bits a whole number has. */
export const bitsOf = (n: bigint): number => {
  let rest = n < 0n ? -n : n
  let all = 0
  if (rest >= ONE_WORD)
    for (const { bits, by, power } of CUTS)
      while (rest >= power) {
        rest >>= by
        all += bits
      }
  return all + 32 - Math.clz32(Number(rest))
}

/** No whole number has more bits, whatever steps are left. */
const LONGEST = 200_000

/** What a product of so many bits and so many takes, and a quotient of so many bits by so many. */
const chargeProduct = (a: number, b: number): void => {
  if (a + b > LONGEST) throw new TooMuchWork()
  if (a + b > 256) spend((a + b) / 2000 + (a * b) / 500_000)
}

export const times = (a: bigint, b: bigint): bigint => {
  if (!isSmall(a) || !isSmall(b)) chargeProduct(bitsOf(a), bitsOf(b))
  return a * b
}

/** Of a whole exponent that is not below zero. */
export const raised = (base: bigint, exponent: bigint): bigint => {
  if (base === 1n || base === 0n || exponent === 1n) return exponent === 0n ? 1n : base
  const bits = bitsOf(base)
  if (exponent > BigInt(LONGEST) || bits * Number(exponent) > LONGEST) throw new TooMuchWork()
  const all = bits * Number(exponent)
  chargeProduct(all / 2, all / 2)
  return base ** exponent
}

const chargeQuotient = (a: bigint, b: bigint): void => {
  if (isSmall(a)) return
  const [above, below] = [bitsOf(a), bitsOf(b)]
  chargeProduct(Math.max(0, above - below), 2 * below)
}
export const over = (a: bigint, b: bigint): bigint => {
  chargeQuotient(a, b)
  return a / b
}
export const remainder = (a: bigint, b: bigint): bigint => {
  chargeQuotient(a, b)
  return a % b
}

/** first * ... * last, halved again and again so that factors stay alike in size. */
export const productOfRange = (first: bigint, last: bigint): bigint => {
  if (first > last) return 1n
  spend(0.5)
  if (first === last) return first
  const middle = (first + last) / 2n
  return times(productOfRange(first, middle), productOfRange(middle + 1n, last))
}

/** In lowest terms; `bottom` is above zero. */
export interface Rational {
  readonly top: bigint
  readonly bottom: bigint
}

/** The largest parts that are computed with, in bits. */
const MOST_BITS = 8192

const SMALL = 1n << 60n
const isSmall = (n: bigint): boolean => n < SMALL && n > -SMALL

/** Charged by who asks for it, as what is known of the two tells how long it takes. */
export const greatestCommonDivisor = (a: bigint, b: bigint): bigint => {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

/** `top / bottom`; null where that is no number, or none within the budget. */
export const rational = (top: bigint, bottom = 1n): Rational | null => {
  if (bottom === 0n) return null
  if (bottom === 1n) {
    const bits = isSmall(top) ? 0 : bitsOf(top)
    spend(1 + bits / 64)
    return bits > MOST_BITS ? null : { top, bottom }
  }
  // Euclid divides as often as half of the bits of the smaller.
  const bits = isSmall(top) || isSmall(bottom) ? 0 : Math.min(bitsOf(top), bitsOf(bottom))
  spend(1 + bits * (0.8 + (bits / 3500) ** 2))
  const divisor = greatestCommonDivisor(top, bottom) * (bottom < 0n ? -1n : 1n)
  const [t, b] = [over(top, divisor), over(bottom, divisor)]
  return bitsOf(t) > MOST_BITS || bitsOf(b) > MOST_BITS ? null : { top: t, bottom: b }
}

export const add = (a: Rational, b: Rational): Rational | null =>
  rational(times(a.top, b.bottom) + times(b.top, a.bottom), times(a.bottom, b.bottom))
export const negate = ({ top, bottom }: Rational): Rational => ({ top: -top, bottom })
export const multiply = (a: Rational, b: Rational): Rational | null => rational(times(a.top, b.top), times(a.bottom, b.bottom))
export const divide = (a: Rational, b: Rational): Rational | null =>
  b.top === 0n ? null : rational(times(a.top, b.bottom), times(a.bottom, b.top))

/** A power that is rational: of whole exponents, and roots that come out even. */
export const power = (base: Rational, exponent: Rational): Rational | null => {
  if (exponent.bottom !== 1n) {
    const root = rootOf(base, exponent.bottom)
    return root === null ? null : power(root, { top: exponent.top, bottom: 1n })
  }
  const size = exponent.top < 0n ? -exponent.top : exponent.top
  if (base.top === 0n) return exponent.top < 0n || size === 0n ? null : base
  const largest = Math.max(bitsOf(base.top), bitsOf(base.bottom))
  // 1 and -1 have powers of any exponent.
  const unit = base.bottom === 1n && (base.top === 1n || base.top === -1n)
  if (unit) return { top: base.top === -1n && size % 2n === 1n ? -1n : 1n, bottom: 1n }
  if (size > BigInt(MOST_BITS) || largest * Number(size) > 2 * MOST_BITS) return null
  const [top, bottom] = [raised(base.top, size), raised(base.bottom, size)]
  return exponent.top < 0n ? rational(bottom, top) : rational(top, bottom)
}

/** The real n-th root where it is rational: of a negative number where n is odd. */
const rootOf = ({ top, bottom }: Rational, n: bigint): Rational | null => {
  if (n > 64n || (top < 0n && n % 2n === 0n)) return null
  if (top < 0n) {
    const root = rootOf({ top: -top, bottom }, n)
    return root && negate(root)
  }
  const [t, b] = [wholeRoot(top, n), wholeRoot(bottom, n)]
  return t === null || b === null ? null : { top: t, bottom: b }
}

const wholeRoot = (value: bigint, n: bigint): bigint | null => {
  if (value < 2n) return value
  const bits = bitsOf(value)
  spend(4 + bits ** 2 / 10_000)
  // Newton's method from above.
  let x = 1n << BigInt(Math.ceil(bits / Number(n)) + 1)
  for (;;) {
    const next = ((n - 1n) * x + over(value, raised(x, n - 1n))) / n
    if (next >= x) break
    x = next
  }
  return raised(x, n) === value ? x : null
}

/** The largest whole number that is not above it. */
export const floor = ({ top, bottom }: Rational): Rational => {
  const quotient = over(top, bottom)
  return { top: top < 0n && quotient * bottom !== top ? quotient - 1n : quotient, bottom: 1n }
}

export const compare = (a: Rational, b: Rational): number => {
  const difference = times(a.top, b.bottom) - times(b.top, a.bottom)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** As a float, also where its parts have none. */
export const toNumber = ({ top, bottom }: Rational): number => {
  const [t, b] = [Number(top), Number(bottom)]
  if (Number.isFinite(t) && Number.isFinite(b)) return t / b
  const excess = BigInt(Math.max(0, Math.max(bitsOf(top), bitsOf(bottom)) - 1000))
  const shifted = bottom >> excess
  return shifted === 0n ? Number.POSITIVE_INFINITY * Math.sign(Number(top >> excess)) : Number(top >> excess) / Number(shifted)
}
