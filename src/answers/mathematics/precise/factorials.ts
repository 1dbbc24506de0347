/** Large factorials beside each other: of several each is a multiple of the smallest, `2024!` of `2022!`. */

import {
  type Atom,
  type Form,
  MOST_BITS,
  multiplyForms,
  ofAtom,
  ofRational,
  type Polynomial,
  rationalOf
} from "../normal/polynomials.ts"
import { replacedIn } from "../normal/replaced.ts"
import { bitsOf, productOfRange } from "../rational.ts"

const NAME = "\\factorial("

/** The number whose factorial is not worked out. */
const numberIn = (atom: Atom): bigint | null => {
  if (atom.kind !== "call" || atom.function !== "factorial") return null
  const number = rationalOf(atom.values[0]!)
  return number === null || number.bottom !== 1n ? null : number.top
}

/** The same by the least of them, or without any where that is a number that can be worked out; null where there are none. */
export const byLeastFactorial = (of: Polynomial): Polynomial | null => {
  const found = new Map<bigint, Atom>()
  for (const { factors } of of.values())
    for (const { atom } of factors) {
      const number = numberIn(atom)
      if (number !== null) found.set(number, atom)
    }
  if (found.size === 0) return null
  const known = new Map<bigint, Form>()
  let before: bigint | null = null
  for (const n of [...found.keys()].toSorted((a, b) => (a < b ? -1 : 1))) {
    const first: bigint = before === null ? 1n : before + 1n
    const isNear = bitsOf(n) * Number(n - first) <= MOST_BITS + MOST_BITS / 8
    const product = isNear ? ofRational({ top: productOfRange(first, n), bottom: 1n }) : ofAtom(found.get(n)!)
    known.set(n, isNear && before !== null ? multiplyForms(known.get(before)!, product) : product)
    before = n
  }
  return replacedIn(
    of,
    (name) => name.includes(NAME),
    (atom) => {
      const number = numberIn(atom)
      return number === null ? null : (known.get(number) ?? null)
    }
  ).top
}
