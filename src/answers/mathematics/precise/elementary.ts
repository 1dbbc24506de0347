/** Roots, exponentials, logarithms, sines and arctangents of balls, by series in whole numbers. */

import { rootBelow } from "../normal/factors.ts"
import { bitsOf } from "../rational.ts"
import { spend } from "../work.ts"
import { type Ball, Balls, exponentOf, holdsZero, magnitude, NoValue, ofWhole, shifted, ZERO } from "./balls.ts"

/** Arguments of more bits before the point have no exponential that anything could be done with. */
const MOST_BEFORE = 30
/** Bits beyond those that are kept. */
const GUARD = 40

/** artanh(1/n) and arctan(1/n), in units of 2^-bits. */
const ofReciprocal = (n: bigint, bits: number, sign: bigint): bigint => {
  let power = (1n << BigInt(bits)) / n
  let sum = 0n
  for (let [k, times] = [1n, 1n]; power !== 0n; k += 2n, times *= sign) {
    sum += (times * power) / k
    power /= n * n
  }
  return sum
}

/** By the name and the bits, of which there are few: what is asked for is cut out of the next longer one. */
const constants = new Map<string, bigint>()
const LENGTHS = 512
const constantOf = (name: "ln2" | "pi", bits: number): bigint => {
  spend(5)
  const wide = (Math.floor(bits / LENGTHS) + 1) * LENGTHS
  const key = `${name}${wide}`
  const value =
    constants.get(key) ??
    (name === "ln2"
      ? 18n * ofReciprocal(26n, wide, 1n) - 2n * ofReciprocal(4801n, wide, 1n) + 8n * ofReciprocal(8749n, wide, 1n)
      : 16n * ofReciprocal(5n, wide, -1n) - 4n * ofReciprocal(239n, wide, -1n))
  constants.set(key, value)
  return value >> BigInt(wide - bits)
}

/** A real number in units of 2^-bits. */
const fixed = (re: bigint, scale: number, bits: number): bigint => shifted(re, scale + bits)

/** How much a real function may be off for the error of what it is of: in units of 2^-bits, rounded up. */
const errorIn = ({ error, scale }: Ball, bits: number): bigint => (error === 0n ? 0n : shifted(error, scale + bits) + 1n)

export class Elementary extends Balls {
  private get wide(): number {
    return this.bits + GUARD
  }

  pi(): Ball {
    return this.fit(constantOf("pi", this.wide), 0n, -this.wide, 8n)
  }

  /** Of a series in numbers of so many bits: as many products as there are bits, nearly, and each longer with them. */
  private cost(wide: number): void {
    spend(40 + wide / 2 + (wide / 60) ** 2.6)
  }

  sqrt(a: Ball): Ball {
    if (a.re === 0n && a.im === 0n && a.error === 0n) return a
    if (a.im !== 0n) return this.raise(a, { re: 1n, im: 0n, scale: -1, error: 0n })
    if (magnitude(a.re) <= 4n * a.error) throw new NoValue()
    spend(10 + (this.bits / 100) ** 2)
    let up = Math.max(0, 2 * this.bits + 8 - bitsOf(a.re))
    if ((a.scale - up) % 2 !== 0) up++
    const value = magnitude(a.re) << BigInt(up)
    const root = rootBelow(value, 2n)
    const isExact = a.error === 0n && root * root === value
    const error = isExact ? 0n : (a.error << BigInt(up)) / root + 2n
    const scale = (a.scale - up) / 2
    return a.re > 0n ? this.fit(root, 0n, scale, error) : this.fit(0n, root, scale, error)
  }

  private realExp(a: Ball): Ball {
    if (a.re === 0n && a.error === 0n) return ofWhole(1n)
    const before = Math.max(0, exponentOf(a))
    if (before > MOST_BEFORE) throw new NoValue()
    const HALVINGS = 8
    const wide = this.wide + before + HALVINGS
    this.cost(wide)
    const x = fixed(a.re, a.scale, wide)
    const off = errorIn(a, wide) + 1n
    if (off >> BigInt(wide - 1) > 0n) throw new NoValue()
    const ln2 = constantOf("ln2", wide)
    const turns = x / ln2
    const rest = (x - turns * ln2) >> BigInt(HALVINGS)
    const one = 1n << BigInt(wide)
    let [sum, part] = [one, one]
    for (let n = 1n; part !== 0n && part !== -1n; n++) {
      part = ((part * rest) >> BigInt(wide)) / n
      sum += part
    }
    for (let i = 0; i < HALVINGS; i++) sum = (sum * sum) >> BigInt(wide)
    // e^(x + d) - e^x is at most 2 d e^x; all else is within the guard.
    return this.fit(sum, 0n, Number(turns) - wide, (sum * 2n * off) / one + (1n << BigInt(GUARD / 2 + HALVINGS + before)))
  }

  private realLog(a: Ball): Ball {
    if (a.re <= 2n * a.error) throw new NoValue()
    const turns = exponentOf(a)
    const wide = this.wide + bitsOf(BigInt(Math.abs(turns)))
    this.cost(wide)
    const one = 1n << BigInt(wide)
    // Between 1/2 and 1 (sizes are rough), as 2 artanh((m - 1) / (m + 1)).
    let [m, twos] = [fixed(a.re, a.scale - turns, wide), BigInt(turns)]
    while (m * 4n < one * 3n) [m, twos] = [m * 2n, twos - 1n]
    const z = ((m - one) << BigInt(wide)) / (m + one)
    const square = (z * z) >> BigInt(wide)
    let [sum, power] = [0n, z]
    for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
      sum += power / n
      power = (power * square) >> BigInt(wide)
    }
    const off = a.error === 0n ? 0n : (a.error << BigInt(wide)) / (a.re - a.error) + 1n
    return this.fit(
      2n * sum + twos * constantOf("ln2", wide),
      0n,
      -wide,
      off + (1n << BigInt(GUARD / 2 + bitsOf(BigInt(Math.abs(turns)))))
    )
  }

  /** Cosine and sine of a real number. */
  private turned(a: Ball): readonly [cosine: Ball, sine: Ball] {
    if (a.re === 0n && a.error === 0n) return [ofWhole(1n), a]
    const before = Math.max(0, exponentOf(a))
    if (before > 4 * this.bits) throw new NoValue()
    // Small ones keep as many places.
    const small = Math.min(4 * this.bits, Math.max(0, -exponentOf(a)))
    const wide = this.wide + before + small
    this.cost(1.3 * wide)
    const x = fixed(a.re, a.scale, wide)
    const off = errorIn(a, wide) + (1n << BigInt(GUARD / 2 + before))
    const quarter = constantOf("pi", wide) >> 1n
    const half = quarter >> 1n
    const turns = x >= 0n ? (x + half) / quarter : -((half - x) / quarter)
    const rest = x - turns * quarter
    const square = (rest * rest) >> BigInt(wide)
    const one = 1n << BigInt(wide)
    const series = (first: bigint, from: bigint): bigint => {
      let [sum, part] = [first, first]
      for (let n = from; part !== 0n && part !== -1n; n += 2n) {
        part = -((part * square) >> BigInt(wide)) / (n * (n + 1n))
        sum += part
      }
      return sum
    }
    const [cosine, sine] = [series(one, 1n), series(rest, 2n)]
    const quadrant = Number(((turns % 4n) + 4n) % 4n)
    const [c, s] = [
      [cosine, sine],
      [-sine, cosine],
      [-cosine, -sine],
      [sine, -cosine]
    ][quadrant] as [bigint, bigint]
    return [this.fit(c, 0n, -wide, off), this.fit(s, 0n, -wide, off)]
  }

  realArctan(a: Ball): Ball {
    if (a.re === 0n && a.error === 0n) return a
    if (exponentOf(a) > 1) {
      if (holdsZero(a)) throw new NoValue()
      const quarter = this.divide(this.pi(), ofWhole(a.re > 0n ? 2n : -2n))
      return this.add(quarter, this.negate(this.realArctan(this.divide(ofWhole(1n), a))))
    }
    const small = Math.min(4 * this.bits, Math.max(0, -exponentOf(a)))
    const wide = this.wide + small
    this.cost(1.3 * wide)
    const one = 1n << BigInt(wide)
    let x = fixed(a.re, a.scale, wide)
    const HALVINGS = 3
    for (let i = 0; i < HALVINGS; i++) {
      const root = rootBelow(x * x + (one << BigInt(wide)), 2n)
      x = (x << BigInt(wide)) / (one + root)
    }
    const square = (x * x) >> BigInt(wide)
    let [sum, power] = [0n, x]
    for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
      sum += n % 4n === 1n ? power / n : -(power / n)
      power = (power * square) >> BigInt(wide)
    }
    return this.fit(sum << BigInt(HALVINGS), 0n, -wide, errorIn(a, wide) + (1n << BigInt(GUARD / 2)))
  }

  exp(a: Ball): Ball {
    const real = this.realExp({ ...a, im: 0n })
    if (a.im === 0n) return real
    const [cosine, sine] = this.turned({ ...a, re: a.im, im: 0n })
    return this.multiply(real, this.complex(cosine, sine))
  }

  complex(re: Ball, im: Ball): Ball {
    return this.add(re, { ...im, re: 0n, im: im.re })
  }

  private real({ re, scale, error }: Ball): Ball {
    return { re, im: 0n, scale, error }
  }
  private imaginary({ im, scale, error }: Ball): Ball {
    return { re: im, im: 0n, scale, error }
  }

  length(a: Ball): Ball {
    if (a.im === 0n) return { ...a, re: magnitude(a.re) }
    const [re, im] = [this.real(a), this.imaginary(a)]
    return this.sqrt(this.add(this.multiply(re, re), this.multiply(im, im)))
  }

  log(a: Ball): Ball {
    if (holdsZero(a)) throw new NoValue()
    if (a.im === 0n && a.re > 0n) return this.realLog(a)
    const size = this.realLog(this.length(a))
    return this.complex(size, this.angle(a))
  }

  private angle(a: Ball): Ball {
    const pi = this.pi()
    if (a.im === 0n) return a.re > 0n ? ZERO : pi
    const [re, im] = [this.real(a), this.imaginary(a)]
    if (magnitude(a.im) >= magnitude(a.re)) {
      const half = this.divide(pi, ofWhole(a.im > 0n ? 2n : -2n))
      return this.add(half, this.negate(this.realArctan(this.divide(re, im))))
    }
    const near = this.realArctan(this.divide(im, re))
    if (a.re > 0n) return near
    return this.add(near, a.im > 0n ? pi : this.negate(pi))
  }

  /** The principal power. */
  raise(base: Ball, exponent: Ball): Ball {
    if (base.re === 0n && base.im === 0n && base.error === 0n && exponent.im === 0n && exponent.re > 0n && !holdsZero(exponent))
      return base
    return this.exp(this.multiply(exponent, this.log(base)))
  }

  cosineAndSine(a: Ball): readonly [cosine: Ball, sine: Ball] {
    if (a.im === 0n) return this.turned(a)
    const i: Ball = { re: 0n, im: 1n, scale: 0, error: 0n }
    const [above, below] = [this.exp(this.multiply(i, a)), this.exp(this.negate(this.multiply(i, a)))]
    const two = ofWhole(2n)
    return [this.divide(this.add(above, below), two), this.divide(this.add(above, this.negate(below)), this.multiply(two, i))]
  }

  arcsin(a: Ball): Ball {
    const one = ofWhole(1n)
    const rest = this.add(one, this.negate(this.multiply(a, a)))
    if (rest.re === 0n && rest.error === 0n) return this.divide(this.pi(), ofWhole(a.re > 0n ? 2n : -2n))
    if (rest.re <= rest.error) throw new NoValue()
    return this.realArctan(this.divide(a, this.sqrt(rest)))
  }
}
