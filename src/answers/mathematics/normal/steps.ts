/** Floors, and what is made of absolute values: the largest and the smallest of several. */

import { over, remainder } from "../rational.ts"
import { absolute } from "./lengths.ts"
import {
  addForms,
  type Form,
  form,
  multiplyForms,
  negateForm,
  ofRational,
  ofTerm,
  ONE,
  opaque,
  polynomial,
  rationalOf,
  type Term,
  term
} from "./polynomials.ts"
import { isReal, isWholeProduct } from "./real.ts"

/** A whole number taken out of a quotient, `(n + k)/k` as n/k and 1: what is no more than as much of what stands below it. */
const wholeIn = ({ top, bottom }: Form): readonly [whole: bigint, rest: Form] | null => {
  const [below, more] = bottom.values()
  const above = below === undefined ? undefined : top.get(below.key)
  if (below === undefined || more !== undefined || above === undefined || below.im !== 0n || above.im !== 0n) return null
  const left = (remainder(above.re, below.re) + below.re) % below.re
  const rest = [...top.values()].flatMap((one) => (one !== above ? [one] : left === 0n ? [] : [{ ...one, re: left }]))
  return left === above.re ? null : [over(above.re - left, below.re), form(polynomial(rest), bottom)]
}

export const floorOf = (of: Form): Form => {
  const below = rationalOf({ top: of.bottom, bottom: ONE })
  const found = below === null ? wholeIn(of) : null
  if (found !== null) return addForms(ofTerm(term(found[0], 0n)), floorOf(found[1]))
  if (below === null || !isReal(of)) return opaque("floor", [of])
  const [out, left]: [Array<Term>, Array<Term>] = [[], []]
  for (const one of of.top.values()) {
    const rest = isWholeProduct(one) ? (remainder(one.re, below.top) + below.top) % below.top : one.re
    if (rest !== one.re) out.push({ ...one, re: over(one.re - rest, below.top) })
    if (rest !== 0n) left.push({ ...one, re: rest })
  }
  const [whole, part]: [Form, Form] = [{ top: polynomial(out), bottom: ONE }, form(polynomial(left), of.bottom)]
  return rationalOf(part) === null ? addForms(whole, opaque("floor", [part])) : whole
}

const HALF: Form = ofRational({ top: 1n, bottom: 2n })

/** The larger of two (`sign` 1) or the smaller. */
export const extreme = (a: Form, b: Form, sign: bigint): Form => {
  const distance = absolute(addForms(a, negateForm(b)))
  return multiplyForms(HALF, addForms(addForms(a, b), multiplyForms(ofTerm(term(sign, 0n)), distance)))
}
