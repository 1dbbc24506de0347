/** Whole numbers as products of powers, as far as that costs little: so that roots of 8 and of 2 are known to be of one kind. */

import { bitsOf, over, raised, remainder, times } from "../rational.ts"
import { spend } from "../work.ts"

/** Larger prime factors stay together in what is left. */
const LARGEST_PRIME = 1000
const PRIMES: ReadonlyArray<bigint> = Array.from({ length: LARGEST_PRIME - 1 }, (_, i) => i + 2)
  .filter((n) => {
    for (let d = 2; d * d <= n; d++) if (n % d === 0) return false
    return true
  })
  .map(BigInt)
/** Of a number above zero: bases above one, no one of which is a power, with their exponents. */
export const factorsOf = (value: bigint): ReadonlyArray<readonly [base: bigint, exponent: bigint]> => {
  const found: Array<readonly [bigint, bigint]> = []
  let rest = value
  const bits = bitsOf(value)
  for (const prime of PRIMES) {
    if (rest === 1n) break
    spend(0.2 + bits / 8000)
    if (rest < prime * prime) break
    const [left, exponent] = without(prime, rest)
    rest = left
    if (exponent > 0n) found.push([prime, exponent])
  }
  if (rest > 1n) found.push(powerIn(rest))
  return found
}

/** A number without a factor, and how often it had it: by its square, and the square of that. */
const without = (factor: bigint, value: bigint): readonly [rest: bigint, times: bigint] => {
  spend(0.2)
  if (remainder(value, factor) !== 0n) return [value, 0n]
  const [rest, often] = without(times(factor, factor), over(value, factor))
  return remainder(rest, factor) === 0n ? [over(rest, factor), 2n * often + 2n] : [rest, 2n * often + 1n]
}

/** A number as a power of one that is none. */
const powerIn = (value: bigint): readonly [base: bigint, exponent: bigint] => {
  for (const n of [2n, 3n, 5n, 7n]) {
    // Its prime factors are larger than those that are looked for, or it is one.
    if (value < BigInt(LARGEST_PRIME) ** n) break
    const root = rootBelow(value, n)
    if (raised(root, n) !== value) continue
    const [base, exponent] = powerIn(root)
    return [base, exponent * n]
  }
  return [value, 1n]
}

/** The largest whole number whose n-th power is not above a value. */
export const rootBelow = (value: bigint, n: bigint): bigint => {
  if (value < 2n) return value
  const bits = bitsOf(value)
  spend(2 + bits / 50)
  // Newton's method from above.
  let x = 1n << BigInt(Math.ceil(bits / Number(n)) + 1)
  for (;;) {
    const next = ((n - 1n) * x + over(value, raised(x, n - 1n))) / n
    if (next >= x) return x
    x = next
  }
}
