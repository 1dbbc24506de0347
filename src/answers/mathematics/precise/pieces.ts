/**
 * Whether a sum of products with absolute values, floors and powers of -1 in it is zero, shown piece by piece: an absolute value
 * is what stands in it or its opposite, on either side of where a line in it is zero; of letters for whole numbers each residue
 * is looked at that a floor tells from others. On a piece nothing is left of these, and points may say that it is zero. Where
 * pieces cannot be found, nothing is zero.
 */

import { isWholeLetter } from "../normal/letters.ts"
import {
  type Atom,
  type Form,
  multiplyForms,
  addForms,
  insideOf,
  negateForm,
  ofAtom,
  ofTerm,
  ONE,
  type Polynomial,
  rationalOf,
  term,
  varies
} from "../normal/polynomials.ts"
import { isReal } from "../normal/real.ts"
import { replacedIn } from "../normal/replaced.ts"
import { compare, type Rational, rational, toNumber } from "../rational.ts"
import { spend } from "../work.ts"

/** Where a variable is; null: as far as there are numbers. */
export interface Interval {
  readonly from: Rational | null
  readonly to: Rational | null
}
export type Region = ReadonlyMap<string, Interval>
const EVERYWHERE: Interval = { from: null, to: null }

/** More pieces are not looked at, nor residues of larger numbers. */
const MOST_PIECES = 96
const LARGEST_MODULUS = 64n

/** What a piece is made of that has none left; `region` is where it is looked at. */
type Smooth = (of: Polynomial, region: Region) => boolean

/** Whether anything in it has pieces. */
export const hasPieces = (of: Polynomial): boolean => stepIn(of, () => true) !== null
/** Whether pieces are told by what is left of whole numbers. */
export const hasResidues = (of: Polynomial): boolean => stepIn(of, (atom) => modulusOf(atom) !== null) !== null

/** Whether there is nothing to look at on a piece, as what is compared has no values there. `below`: what is below zero on it. */
export type Nowhere = (region: Region, below: Form | null) => boolean

export const isZeroByPieces = (of: Polynomial, isZero: Smooth, isNowhere: Nowhere): boolean => {
  let pieces = 0
  let isAnywhere = false
  const look: Look = (all, region, below = null) => {
    if (++pieces > MOST_PIECES) return false
    spend(5)
    if (isNowhere(region, below)) return true
    if (all.size === 0) {
      isAnywhere = true
      return true
    }
    const residues = stepIn(all, (atom) => modulusOf(atom) !== null)
    if (residues !== null) return ofResidues(all, region, residues, look)
    const length = stepIn(all, isLength)
    if (length !== null) return ofSigns(all, region, length, look)
    // What is left of floors may have any value: what is zero whatever they are is zero.
    const free = replacedIn(
      all,
      (name) => name.includes("\\floor("),
      (atom) => (atom.kind === "call" && atom.function === "floor" && varies(atom) ? variable(atom.name) : null)
    ).top
    isAnywhere = true
    return free.size === 0 || isZero(free, region)
  }
  return look(of, new Map()) && isAnywhere
}

const variable = (name: string): Form => ofAtom({ name: `$${name}`, height: 0, kind: "variable" })
const isLength = (atom: Atom): boolean => atom.kind === "call" && atom.function === "abs" && varies(atom)
const isFloor = (atom: Atom): boolean => atom.kind === "call" && atom.function === "floor" && varies(atom)

/** The first atom that is a step, is `wanted`, and has no such in it. */
const stepIn = (of: Polynomial, wanted: (atom: Atom) => boolean): Atom | null => {
  const found = new Map<string, Atom>()
  const seen = new Set<string>()
  const inForm = ({ top, bottom }: Form): boolean => [inPolynomial(top), inPolynomial(bottom)].some(Boolean)
  const inAtom = (atom: Atom): boolean => {
    if (!/\\abs\(|\\floor\(|pi/.test(atom.name) || !varies(atom)) return false
    if (seen.has(atom.name)) return found.has(atom.name) || [...found.keys()].some((name) => atom.name.includes(name))
    seen.add(atom.name)
    spend(1)
    if (insideOf(atom).map(inForm).some(Boolean)) return true
    if (!(isLength(atom) || isFloor(atom) || modulusOf(atom) !== null) || !wanted(atom)) return false
    found.set(atom.name, atom)
    return true
  }
  const inPolynomial = (all: Polynomial): boolean => {
    let any = false
    for (const { factors } of all.values()) for (const { atom } of factors) any = inAtom(atom) || any
    return any
  }
  inPolynomial(of)
  // The finest residues first: they are those of what is coarser too.
  const fineness = (atom: Atom): number => Number(modulusOf(atom)?.by ?? 0n)
  const all = [...found.values()].toSorted((a, b) => fineness(b) - fineness(a) || (a.name < b.name ? -1 : 1))
  return all[0] ?? null
}

/** By what residues of its letters it is told: of a floor, of an angle that is a part of pi, and of a power of -1. */
interface Modulus {
  readonly letter: string
  readonly by: bigint
}

const modulusOf = (atom: Atom): Modulus | null => {
  if (atom.kind === "power" && atom.turns === true) return ofLetters((atom.exponent as Form).top, 2n, true)
  if (atom.kind !== "call" || !["floor", "sin", "cos"].includes(atom.function)) return null
  const [of] = atom.values as [Form]
  const below = rationalOf({ top: of.bottom, bottom: ONE })
  if (below === null || below.top === 1n) return null
  return ofLetters(of.top, below.top, atom.function !== "floor")
}

/** `withPi`: each product has pi in it. */
const ofLetters = (all: Polynomial, by: bigint, withPi: boolean): Modulus | null => {
  if (by > LARGEST_MODULUS) return null
  const letters = new Set<string>()
  for (const { factors } of all.values()) {
    let hasPi = false
    for (const { atom, power } of factors) {
      if (power.bottom !== 1n || power.top < 1n) return null
      if (atom.kind === "pi" && power.top === 1n && withPi) hasPi = true
      else if (atom.kind === "variable" && isWholeLetter(atom.name.slice(1))) letters.add(atom.name)
      else return null
    }
    if (withPi && !hasPi) return null
  }
  const first = [...letters].toSorted()[0]
  return first === undefined ? null : { letter: first, by }
}

type Look = (all: Polynomial, region: Region, below?: Form | null) => boolean

/** n = by n + r, for each r. */
const ofResidues = (all: Polynomial, region: Region, step: Atom, look: Look): boolean => {
  const { letter, by } = modulusOf(step)!
  // A power of -1 to a part is told by more residues.
  const modulus = by * partsOf(all, step)
  if (modulus > LARGEST_MODULUS) return false
  const own: Atom = { name: letter, height: 0, kind: "variable" }
  for (let r = 0n; r < modulus; r++) {
    const other = addForms(
      multiplyForms(ofAtom(own), ofTerm(term(modulus, 0n))),
      r === 0n ? ofTerm(term(0n, 0n)) : ofTerm(term(r, 0n))
    )
    const piece = replacedIn(
      all,
      (name) => name.includes(letter),
      (atom) => (atom.name === letter ? other : null)
    ).top
    const { from, to } = region.get(letter) ?? EVERYWHERE
    const moved = (end: Rational | null) => end && rational(end.top - r * end.bottom, end.bottom * modulus)
    if (!look(piece, new Map([...region, [letter, { from: moved(from), to: moved(to) }]]))) return false
  }
  return true
}

const partsOf = (all: Polynomial, step: Atom): bigint => {
  if (step.kind !== "power") return 1n
  let parts = 1n
  for (const { factors } of all.values())
    for (const { atom, power } of factors) if (atom.name === step.name && power.bottom > parts) parts = power.bottom
  return parts
}

const ofSigns = (all: Polynomial, region: Region, step: Atom, look: Look): boolean => {
  const [inside] = (step as Extract<Atom, { kind: "call" }>).values as [Form]
  // Of what may be no real number neither sign is known.
  if (!isReal(inside)) return false
  const as = (value: Form): Polynomial =>
    replacedIn(
      all,
      (name) => name.includes(step.name),
      (atom) => (atom.name === step.name ? value : null)
    ).top
  const line = lineIn(inside)
  const opposite = negateForm(inside)
  if (line === null) return look(as(inside), region, opposite) && look(as(opposite), region, inside)
  const { from, to } = region.get(line.letter) ?? EVERYWHERE
  const [above, below] = [line.rises ? inside : negateForm(inside), line.rises ? negateForm(inside) : inside]
  const isBefore = (end: Rational | null, other: Rational) => end !== null && compare(end, other) <= 0
  const inPiece = (piece: Interval, value: Form) => look(as(value), new Map([...region, [line.letter, piece]]))
  if (from !== null && compare(from, line.zero) >= 0) return inPiece({ from, to }, above)
  if (isBefore(to, line.zero)) return inPiece({ from, to }, below)
  return inPiece({ from, to: line.zero }, below) && inPiece({ from: line.zero, to }, above)
}

export interface Line {
  readonly letter: string
  readonly zero: Rational
  readonly rises: boolean
}

/** Where a line in one variable is zero. */
export const lineIn = ({ top, bottom }: Form): Line | null => {
  const number = top.get("")
  const others = [...top.values()].filter(({ key }) => key !== "")
  const [factor, ...more] = others[0]?.factors ?? []
  if (others.length !== 1 || more.length > 0 || factor === undefined || factor.atom.kind !== "variable") return null
  if (factor.power.top !== 1n || factor.power.bottom !== 1n || rationalOf({ top: bottom, bottom: ONE }) === null) return null
  const slope = others[0]!.re
  const zero = rational(-(number?.re ?? 0n), slope)
  return zero && { letter: factor.atom.name, zero, rises: slope > 0n }
}

/** A value of a variable in its part of the numbers, made of one anywhere. */
export const within = ({ from, to }: Interval, value: number): number => {
  const size = Math.abs(value)
  if (from !== null && to !== null) {
    const [low, high] = [toNumber(from), toNumber(to)]
    return low + (high - low) * (size / (1 + size))
  }
  if (from !== null) return toNumber(from) + size
  return to === null ? value : toNumber(to) - size
}
