/**
 * Roots and absolute values of which one is a number times another, `\sqrt{1 - \cos^2 x}` and `|\sin x|`: neither is below zero,
 * so that they are where their squares are. The number is guessed at a point, and their squares are then compared as all else is.
 */

import { calledOn } from "../normal/normal-form.ts"
import {
  type Atom,
  atomsIn,
  crossDifference,
  type Form,
  multiplyForms,
  ofAtom,
  ofRational,
  type Polynomial
} from "../normal/polynomials.ts"
import { rootPower } from "../normal/powers.ts"
import { isNeverBelow, isReal } from "../normal/real.ts"
import { replacedIn } from "../normal/replaced.ts"
import type { Rational } from "../rational.ts"
import { valueAt } from "./points.ts"
import { ratioAt } from "./zero.ts"

/** More pairs are not looked at. */
const MOST = 6
/** Largest number below the line of a ratio that is guessed. */
const LARGEST = 36
const POINTS = 4

interface Length {
  readonly atom: Atom
  readonly square: Form
  readonly isRoot: boolean
  /** Of what is real: a root of its square is known to be that. */
  readonly isKnown: boolean
}

const lengthOf = (atom: Atom): ReadonlyArray<Length> => {
  if (atom.kind === "root" && !atom.odd) return [{ atom, square: atom.base, isRoot: true, isKnown: false }]
  if (atom.kind !== "call" || atom.square === undefined) return []
  return [{ atom, square: atom.square, isRoot: false, isKnown: isReal(atom.values[0]!) }]
}

const numberOf = (ratio: number): Rational | null => {
  for (let bottom = 1; bottom <= LARGEST; bottom++) {
    const top = Math.round(ratio * bottom)
    if (top > 0 && Math.abs(ratio * bottom - top) < 1e-9 * top) return { top: BigInt(top), bottom: BigInt(bottom) }
  }
  return null
}

/** The number that one square is of another, if it is one; `isZero` of what has no absolute values. */
const ratioOf = (a: Form, b: Form, isZero: (of: Polynomial) => boolean): Rational | null => {
  const names = [...atomsIn(a.top, a.bottom, b.top, b.bottom).values()]
    .flatMap(({ kind, name }) => (kind === "variable" ? [name.slice(1)] : []))
    .toSorted()
  for (let point = 0; point < POINTS; point++) {
    const value = ratioAt(a, b, (name) => valueAt(name, names, point, false, false))
    if (value === null) continue
    const number = numberOf(value)
    return number !== null && isZero(crossDifference(a, multiplyForms(ofRational(number), b))) ? number : null
  }
  return null
}

const HALF: Rational = { top: 1n, bottom: 2n }

/** The same with one length for those that are a number times it; null where there are none. */
export const withFewerLengths = (of: Polynomial, isZero: (of: Polynomial) => boolean): Polynomial | null => {
  const all = lengthsIn(of)
  const lengths = [...all.filter(({ isKnown }) => isKnown), ...all.filter(({ isRoot }) => isRoot), ...all.filter(isUnknown)]
  const instead = new Map<string, Form>()
  let looks = 0
  for (const [i, one] of lengths.entries())
    for (const other of lengths.slice(i + 1)) {
      if ((one.isRoot && other.isRoot) || instead.has(one.atom.name) || instead.has(other.atom.name) || ++looks > MOST) continue
      const ratio = ratioOf(other.square, one.square, isZero)
      if (ratio === null) continue
      // A root is replaced by what it is a root of.
      const own = one.isRoot ? ofAtom(one.atom, HALF) : ofAtom(one.atom)
      const form = other.isRoot
        ? multiplyForms(ofRational(ratio), one.square)
        : multiplyForms(rootPower(ofRational(ratio), HALF), own)
      instead.set(other.atom.name, form)
    }
  for (const atom of atomsIn(of).values()) {
    const whole = atom.kind === "call" && atom.function === "ln" ? withoutBars(atom.values[0]!) : null
    if (whole !== null) instead.set(atom.name, whole)
  }
  if (instead.size === 0) return null
  const names = [...instead.keys()]
  const fewer = replacedIn(
    of,
    (name) => names.some((one) => name.includes(one)),
    (atom) => instead.get(atom.name) ?? null
  ).top
  return lengthsIn(fewer).length < all.length ? fewer : null
}

const lengthsIn = (of: Polynomial): ReadonlyArray<Length> => [...atomsIn(of).values()].flatMap(lengthOf)

/** The logarithm of what is never below zero, as half of that of its square; null where no absolute value goes by it. */
const withoutBars = (of: Form): Form | null => {
  const isLength = (side: Polynomial) => [...side.values()].some(({ factors }) => factors.some(({ atom }) => isBar(atom)))
  if (!(isLength(of.top) || isLength(of.bottom)) || !isNeverBelow(of.top) || !isNeverBelow(of.bottom)) return null
  return multiplyForms(ofRational(HALF), calledOn("ln", [multiplyForms(of, of)]))
}
const isBar = (atom: Atom): boolean => atom.kind === "call" && atom.function === "abs"

const isUnknown = ({ isRoot, isKnown }: Length): boolean => !isRoot && !isKnown
