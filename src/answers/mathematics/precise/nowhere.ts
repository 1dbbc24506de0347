/**
 * Pieces on which neither of two has a real value, so that nothing is to be compared there: what stands under a root or in a
 * logarithm is a line that is below zero on the piece, or has a letter below zero as a factor. That letter is taken not to be
 * below zero: `\sqrt{x^3}` is `x\sqrt{x}` for the x that it has a value of, and `\sqrt{a/b}` is `\sqrt{ab}/b`. Values at points
 * must bear it out, as below zero twice under two roots is no such piece.
 */

import { commonOf } from "../normal/lengths.ts"
import { type Atom, atomsIn, type Form, nameOf, type Polynomial, UNIT } from "../normal/polynomials.ts"
import { compare, type Rational } from "../rational.ts"
import { type Line, lineIn, type Nowhere, type Region, within } from "./pieces.ts"
import { POINTS, valueAt } from "./points.ts"
import { isRealAt, type Place, ratioAt } from "./zero.ts"

/** What has no real value on one side of where a line is zero. */
const bounded = (atom: Atom): Form | null => {
  if (atom.kind === "root") return atom.odd ? null : atom.base
  if (atom.kind === "power") return typeof atom.base === "object" ? atom.base : null
  return atom.kind === "call" && atom.function === "ln" ? atom.values[0]! : null
}

const ZERO: Rational = { top: 0n, bottom: 1n }

const linesIn = (of: Form): ReadonlyArray<Line> => {
  const line = lineIn(of)
  if (line !== null) return [line]
  return [of.top, of.bottom].flatMap((side) => {
    const [common, rest] = commonOf(side)
    const others = [rest, side === of.top ? of.bottom : of.top]
    return common.factors.flatMap(({ atom, power }) =>
      atom.kind === "variable" && power.bottom === 1n && power.top % 2n !== 0n && !others.some((other) => has(other, atom))
        ? [{ letter: atom.name, zero: ZERO, rises: true }]
        : []
    )
  })
}

const has = (all: Polynomial, { name }: Atom): boolean =>
  [...all.values()].some(({ factors }) => factors.some(({ atom }) => atom.name.includes(name)))

/** At how many points at most it is looked, and of how many of these it must be known. */
const LOOKS = 6
const LEAST = 3

/** Whether neither of two has a real value on a piece; null where there are no such pieces. */
export const nowhereOf = (a: Form, b: Form): Nowhere | null => {
  const atoms = [...atomsIn(a.top, a.bottom, b.top, b.bottom).values()]
  const bases = atoms.map(bounded).filter((base) => base !== null)
  if (bases.length === 0) return null
  const lines = bases.flatMap(linesIn)
  const names = atoms.flatMap(({ kind, name }) => (kind === "variable" ? [name.slice(1)] : [])).toSorted()
  return (region, below) => {
    const isBelow = below !== null && bases.some((base) => nameOf(base) === nameOf(below))
    if (!isBelow && !lines.some((line) => isBehind(line, region))) return false
    return [a, b].every((of) => isNowhereReal(of, placesOf(names, region, isBelow ? below : null)))
  }
}

/** Whether a line is not above zero anywhere on a piece. */
const isBehind = ({ letter, zero, rises }: Line, region: Region): boolean => {
  const { from, to } = region.get(letter) ?? { from: null, to: null }
  return rises ? to !== null && compare(to, zero) <= 0 : from !== null && compare(from, zero) >= 0
}

const isNowhereReal = (of: Form, places: ReadonlyArray<Place>): boolean => {
  const known = places.map((place) => isRealAt(of, place))
  return !known.includes(true) && known.filter((isReal) => isReal === false).length >= LEAST
}

/** Where it is looked. Of letters of which a piece says nothing none is below zero, but where that makes something be. */
const placesOf = (names: ReadonlyArray<string>, region: Region, below: Form | null): ReadonlyArray<Place> => {
  const places: Array<Place> = []
  for (let point = 0; point < POINTS && places.length < LOOKS; point++) {
    const place: Place = (name) => {
      const value = valueAt(name, names, point, false, false)
      const interval = region.get(`$${name}`)
      if (interval !== undefined) return { ...value, re: within(interval, value.re) }
      return below === null ? { ...value, re: Math.abs(value.re) } : value
    }
    if (below === null || (ratioAt(below, UNIT, place) ?? 0) < 0) places.push(place)
  }
  return places
}
