/**
 * x ** y in doubles, rounded correctly where the exponent is an integer up to 64: growth rates, squares, cubes.
 * Nearly all real programs have no others.
 *
 * V8's Math.pow is up to one unit in the last place off what C libraries give, which shows in the printed digits.
 * The exact power of such an exponent is an integer times a power of two, so it can be formed and rounded once.
 */

import type { BudgetAccount } from "../values/Budget.ts"
import { decompose } from "../values/floats.ts"
import { trueDivide } from "../values/integers.ts"

const largestExact = 64

/** x ** y as a double; NaN and infinity where C's `pow` gives them. */
export const floatPower = (account: BudgetAccount, x: number, y: number): number => {
  if (y === 1 || x === 1 || y === 0) return y === 1 ? x : 1
  if (x === -1 && !Number.isFinite(y) && !Number.isNaN(y)) return 1
  const size = Math.abs(y)
  if (Number.isInteger(y) && size <= largestExact && Number.isFinite(x) && x !== 0) return exactPower(account, x, y)
  return Math.pow(x, y)
}

/** One multiplication is already correctly rounded; beyond that the exact power is formed. */
const exactPower = (account: BudgetAccount, x: number, y: number): number => {
  if (y === 2) return x * x
  account.step(10 + (Math.abs(y) >> 2))
  const guess = Math.pow(x, y)
  if (guess === 0 || !Number.isFinite(guess) || Math.abs(guess) < 1e-290) return guess
  const { mantissa, exponent } = decompose(x)
  const n = Math.abs(y)
  const power = mantissa ** BigInt(n)
  const shift = exponent * n
  const numerator = shift > 0 ? power << BigInt(shift) : power
  const denominator = shift < 0 ? 1n << BigInt(-shift) : 1n
  return y > 0 ? trueDivide(account, numerator, denominator) : trueDivide(account, denominator, numerator)
}
