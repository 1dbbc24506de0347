/**
 * Complex numbers to any number of bits, each with a bound of its error that is kept in whole numbers: what they say is the
 * same on every machine. `Balls` computes with one precision.
 */

import { bitsOf, type Rational } from "../rational.ts"
import { spend } from "../work.ts"

/** (re + im i) 2^scale, to within error 2^scale. */
export interface Ball {
  readonly re: bigint
  readonly im: bigint
  readonly scale: number
  readonly error: bigint
}

/** Thrown where there is no value, or where nothing is known of it. */
export class NoValue extends Error {}

/** Beyond these powers of two nothing is worked out. */
const FARTHEST = 2 ** 40

export const magnitude = (n: bigint): bigint => (n < 0n ? -n : n)
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)

/** At least the absolute value, in units of the last place. */
const sizeOf = ({ re, im }: Ball): bigint => (im === 0n ? magnitude(re) : magnitude(re) + magnitude(im))
/** Whether it may be zero. */
export const holdsZero = (a: Ball): boolean => larger(magnitude(a.re), magnitude(a.im)) <= a.error
/** Above it in size: 2^this is more than the absolute value. */
export const exponentOf = (a: Ball): number => bitsOf(sizeOf(a)) + a.scale

/** n 2^by, rounded down. */
export const shifted = (n: bigint, by: number): bigint => (by >= 0 ? n << BigInt(by) : n >> BigInt(-by))

export const ZERO: Ball = { re: 0n, im: 0n, scale: 0, error: 0n }
export const ofWhole = (n: bigint): Ball => ({ re: n, im: 0n, scale: 0, error: 0n })

export class Balls {
  readonly bits: number

  constructor(bits: number) {
    this.bits = bits
  }

  /** Cut to as many bits as are kept; a part that is not known from nothing is nothing. */
  fit(re: bigint, im: bigint, scale: number, error: bigint): Ball {
    spend(5 + (this.bits / 400) ** 1.5)
    const excess = bitsOf(larger(magnitude(re), magnitude(im))) - this.bits
    let all: Ball = { re, im, scale, error }
    if (excess > 0)
      all = { re: shifted(re, -excess), im: shifted(im, -excess), scale: scale + excess, error: shifted(error, -excess) + 3n }
    if (Math.abs(all.scale) > FARTHEST) throw new NoValue()
    if (all.im !== 0n && magnitude(all.im) <= all.error) return { ...all, im: 0n, error: 2n * all.error }
    return all
  }

  add(a: Ball, b: Ball): Ball {
    if (a.re === 0n && a.im === 0n && a.error === 0n) return b
    if (b.re === 0n && b.im === 0n && b.error === 0n) return a
    const [high, low] = a.scale >= b.scale ? [a, b] : [b, a]
    // The last places of the one that is cut off tell nothing, if the other has as many as are kept.
    const top = Math.max(exponentOf(high), exponentOf(low))
    const scale = Math.max(low.scale, Math.min(high.scale, top - 2 * this.bits))
    const [up, down] = [high.scale - scale, low.scale - scale]
    if (up > 4 * this.bits + FURTHEST_LEFT) throw new NoValue()
    const error = shifted(high.error, up) + shifted(low.error, down) + (down < 0 ? 3n : 0n)
    return this.fit(shifted(high.re, up) + shifted(low.re, down), shifted(high.im, up) + shifted(low.im, down), scale, error)
  }

  negate({ re, im, scale, error }: Ball): Ball {
    return { re: -re, im: -im, scale, error }
  }

  multiply(a: Ball, b: Ball): Ball {
    const error = a.error * sizeOf(b) + b.error * sizeOf(a) + a.error * b.error
    const scale = a.scale + b.scale
    if (a.im === 0n && b.im === 0n) return this.fit(a.re * b.re, 0n, scale, error)
    return this.fit(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re, scale, error)
  }

  divide(a: Ball, b: Ball): Ball {
    const least = larger(magnitude(b.re), magnitude(b.im)) - b.error
    if (least <= 0n) throw new NoValue()
    // As many places as are kept.
    const up = Math.max(0, this.bits + 8 + bitsOf(sizeOf(b)) - bitsOf(sizeOf(a)))
    const [re, im] = [a.re << BigInt(up), a.im << BigInt(up)]
    const scale = a.scale - up - b.scale
    const quotient = (sizeOf(a) << BigInt(up)) / least + 1n
    const error = ((a.error << BigInt(up)) + quotient * b.error) / least + 2n
    const isExact = a.error === 0n && b.error === 0n && b.im === 0n && re % b.re === 0n && im % b.re === 0n
    if (b.im === 0n) return this.fit(re / b.re, im / b.re, scale, isExact ? 0n : error)
    const bottom = b.re * b.re + b.im * b.im
    return this.fit((re * b.re + im * b.im) / bottom, (im * b.re - re * b.im) / bottom, scale, error)
  }

  rational({ top, bottom }: Rational): Ball {
    const whole = this.fit(top, 0n, 0, 0n)
    return bottom === 1n ? whole : this.divide(whole, this.fit(bottom, 0n, 0, 0n))
  }

  /** A whole power. */
  power(base: Ball, n: bigint): Ball {
    if (n < 0n) return this.divide(ofWhole(1n), this.power(base, -n))
    if (bitsOf(n) > 64) throw new NoValue()
    let [result, square] = [ofWhole(1n), base]
    for (let rest = n; rest > 0n; rest >>= 1n) {
      if (rest & 1n) result = this.multiply(result, square)
      if (rest > 1n) square = this.multiply(square, square)
    }
    return result
  }
}
/** More than any number that is kept is long. */
const FURTHEST_LEFT = 64
