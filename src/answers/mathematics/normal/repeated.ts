/** Factors that a polynomial in one atom has more than once, found by its derivative: of `x^3 - 2x^2 + x` the x - 1. */

import { bitsOf, greatestCommonDivisor, over, remainder, times } from "../rational.ts"
import { spend } from "../work.ts"
import { polynomial, type Polynomial, term } from "./polynomials.ts"

/** Of larger ones nothing is found. */
const HIGHEST = 12
const MOST_BITS = 200

/** By the power, from the lowest; the last is not zero. */
type Row = ReadonlyArray<bigint>

/** A square root and what is left, the first squared times the second; null where no factor is repeated. */
export const repeatedIn = (all: Polynomial): readonly [root: Polynomial, rest: Polynomial] | null => {
  const atoms = new Map([...all.values()].flatMap(({ factors }) => factors.map(({ atom }) => [atom.name, atom] as const)))
  const [atom] = atoms.values()
  if (atom === undefined || atoms.size > 1 || all.size < 2) return null
  const of: Array<bigint> = []
  for (const { re, im, factors } of all.values()) {
    const { top, bottom } = factors[0]?.power ?? { top: 0n, bottom: 1n }
    if (im !== 0n || bottom !== 1n || top < 0n || top > HIGHEST || bitsOf(re) > MOST_BITS) return null
    of[Number(top)] = re
  }
  for (let power = 0; power < of.length; power++) of[power] ??= 0n
  const found = factorsOf(of)
  if (found.length < 2) return null
  const powers = (often: (n: number) => number): Row =>
    found.reduce<Row>((product, one, i) => Array.from({ length: often(i + 1) }, () => one).reduce(multiplied, product), [1n])
  const [root, rest] = [powers((n) => Math.floor(n / 2)), powers((n) => n % 2)]
  const [first, last] = [of.at(-1)!, times(times(root.at(-1)!, root.at(-1)!), rest.at(-1)!)]
  if (remainder(first, last) !== 0n) return null
  const written = (row: Row, by: bigint): Polynomial =>
    polynomial(
      row.flatMap((n, power) =>
        n === 0n ? [] : [term(times(n, by), 0n, power === 0 ? [] : [{ atom, power: { top: BigInt(power), bottom: 1n } }])]
      )
    )
  return [written(root, 1n), written(rest, over(first, last))]
}

/** What is in it once, twice, and so on, each without a common factor; one alone where nothing is repeated. */
const factorsOf = (of: Row): ReadonlyArray<Row> => {
  const found: Array<Row> = []
  let shared = divisorOf(of, slopeOf(of))
  if (shared.length < 2) return [of]
  let left = quotientOf(of, shared)
  while (left.length > 1) {
    const more = divisorOf(left, shared)
    found.push(quotientOf(left, more))
    left = more
    shared = quotientOf(shared, more)
  }
  return found
}

const slopeOf = (of: Row): Row => of.slice(1).map((n, i) => n * BigInt(i + 1))

const trimmed = (of: Row): Row => of.slice(0, of.findLastIndex((n) => n !== 0n) + 1)

/** Without the number that all are a multiple of, and with the last above zero. */
const primitive = (of: Row): Row => {
  const divisor = of.reduce((all, n) => greatestCommonDivisor(all, n), 0n) * (of.at(-1)! < 0n ? -1n : 1n)
  return of.map((n) => over(n, divisor))
}

const multiplied = (a: Row, b: Row): Row => {
  const all = Array.from({ length: a.length + b.length - 1 }, () => 0n)
  for (const [i, x] of a.entries()) for (const [k, y] of b.entries()) all[i + k]! += times(x, y)
  return all
}

/** What is left of one, multiplied by as much as it takes, and how often the other is in it. */
const divided = (a: Row, b: Row): readonly [quotient: Row, rest: Row] => {
  spend(5 * a.length)
  const quotient = Array.from({ length: Math.max(0, a.length - b.length + 1) }, () => 0n)
  let rest = a
  while (rest.length >= b.length) {
    const [top, last, shift] = [rest.at(-1)!, b.at(-1)!, rest.length - b.length]
    rest = trimmed(rest.map((n, i) => times(n, last) - (i >= shift ? times(top, b[i - shift]!) : 0n)))
    for (const i of quotient.keys()) quotient[i] = times(quotient[i]!, last)
    quotient[shift]! += top
  }
  return [quotient, rest]
}

const quotientOf = (a: Row, b: Row): Row => primitive(divided(a, b)[0])

const divisorOf = (a: Row, b: Row): Row => {
  let [left, right] = [a, trimmed(b)]
  while (right.length > 0) {
    const [, rest] = divided(left, right)
    ;[left, right] = [right, rest.length === 0 ? rest : primitive(rest)]
  }
  return primitive(left)
}
