/**
 * Whether two answers of one kind are the same, by a rule for what they hold: that of the field (`equal.ts`), which lets one
 * leave out what the other states, or none but the same value (`areIdentical`). The second decides what a set holds each once.
 */

import type { Answer, Written } from "./Answer.ts"
import { sameFamily } from "./families.ts"
import { areProportional, equalExpressions, exactOf, isConstantAnywhere } from "./mathematics/compare.ts"
import { type Expression, written } from "./mathematics/Expression.ts"
import { spend } from "./mathematics/work.ts"
import { measureOf } from "./units/units.ts"
import { areAlike } from "./vocabulary/kept-words.ts"
import { areWords, SAID_OF } from "./words.ts"

export type OfKind<K extends Answer["kind"]> = Extract<Answer, { readonly kind: K }>
export type Same = (a: Answer, b: Answer) => boolean

/** How much an answer says beside its numbers: units, names, words of what is counted. */
const saidIn = (answer: Answer): number => {
  switch (answer.kind) {
    case "value":
      return (answer.unit === "" ? 0 : 1) + (answer.name === null ? 0 : 1) + answer.counted.length
    case "set":
    case "sequence":
      return answer.items.reduce((sum, item) => sum + saidIn(item), 0)
    default:
      return 0
  }
}

/**
 * One of two lists may leave out what the other says, all along or of some; each leaving out what the other says makes them
 * different: `10 pencils, 5` and `10, 5 pencils`.
 */
const fromOneSide = (
  a: ReadonlyArray<Answer>,
  b: ReadonlyArray<Answer>,
  same: Same,
  compare: (a: ReadonlyArray<Answer>, b: ReadonlyArray<Answer>, same: Same) => boolean
): boolean => {
  if (a.length !== b.length) return false
  const says = ({ length }: ReadonlyArray<Answer>, all: ReadonlyArray<Answer>) => length > 1 && all.some((one) => saidIn(one) > 0)
  if (!says(a, a) || !says(b, b)) return compare(a, b, same)
  return (
    compare(a, b, (one, other) => saidIn(one) <= saidIn(other) && same(one, other)) ||
    compare(a, b, (one, other) => saidIn(one) >= saidIn(other) && same(one, other))
  )
}

/** Both in one order. */
export const inOrder = (a: ReadonlyArray<Answer>, b: ReadonlyArray<Answer>, same: Same): boolean =>
  fromOneSide(a, b, same, (a, b, same) => a.every((item, i) => same(item, b[i]!)))

/**
 * Each of one has its own in the other. What is left out makes sameness less than transitive, so that who is taken first may take
 * the only one that another could have: then they change (augmenting paths).
 */
const inAnyOrder = (a: ReadonlyArray<Answer>, b: ReadonlyArray<Answer>, same: Same): boolean => fromOneSide(a, b, same, matched)

const matched = (a: ReadonlyArray<Answer>, b: ReadonlyArray<Answer>, same: Same): boolean => {
  const known = new Map<number, boolean>()
  const isSame = (i: number, j: number): boolean => {
    const at = i * b.length + j
    const before = known.get(at)
    spend(0.3)
    if (before !== undefined) return before
    const now = same(a[i]!, b[j]!)
    known.set(at, now)
    return now
  }
  const takenBy: Array<number | undefined> = b.map(() => undefined)
  const takes = (i: number, asked: Set<number>): boolean =>
    b.some((_, j) => {
      if (asked.has(j) || !isSame(i, j)) return false
      asked.add(j)
      const other = takenBy[j]
      if (other !== undefined && !takes(other, asked)) return false
      takenBy[j] = i
      return true
    })
  return a.every((_, i) => takes(i, new Set()))
}

const allEqual = (a: ReadonlyArray<Expression>, b: ReadonlyArray<Expression>): boolean =>
  a.length === b.length && a.every((value, i) => equalExpressions(value, b[i]!))

/** Each two of one as the same two of the other: `1:2:3` and `2:4:6`. Where one is zero nothing follows from it. */
const inProportion = (a: ReadonlyArray<Expression>, b: ReadonlyArray<Expression>): boolean => {
  if (a.length !== b.length) return false
  const hasZero = [...a, ...b].some((part) => exactOf(part)?.top === 0n)
  if (hasZero) return allEqual(a, b)
  const times = (left: Expression, right: Expression): Expression => ({ kind: "product", left, right })
  return a.every((part, i) => i === 0 || equalExpressions(times(part, b[0]!), times(b[i]!, a[0]!)))
}

type Rules = { readonly [K in Exclude<Answer["kind"], "value">]: (a: OfKind<K>, b: OfKind<K>, same: Same) => boolean }

const RULES: Rules = {
  words: (a, b) => a.text === b.text,
  choice: (a, b, same) => a.letter === b.letter && (a.says === null || b.says === null || same(a.says, b.says)),
  based: (a, b) => (a.base === b.base && a.digits === b.digits) || (a.number !== null && a.number === b.number),
  ratio: (a, b) =>
    a.parts.length === 2 && b.parts.length === 2
      ? equalExpressions(quotientOf(a), quotientOf(b))
      : inProportion(a.parts, b.parts),
  // Without braces it is said how often each stands there: `1, 1, 2` is {1, 2} in no order, and not `1, 2`.
  set: (a, b, same) =>
    areWrittenAlike(a, b) &&
    (a.written === "braces" || b.written === "braces"
      ? inAnyOrder(a.members, b.members, same)
      : inAnyOrder(a.items, b.items, same)),
  sequence: (a, b, same) =>
    (a.of === null || b.of === null || a.of === b.of) &&
    a.open === b.open &&
    a.close === b.close &&
    inOrder(a.items, b.items, same),
  union: (a, b, same) => inAnyOrder(a.parts, b.parts, same),
  rounded: (a, b, same) => same(a.exact, b.exact),
  family: sameFamily,
  among: (a, b) => a.numbers === b.numbers && a.ranges === b.ranges && (a.name === null || b.name === null || a.name === b.name),
  called: (a, b, same) => (a.name === b.name || areOfOne(a.name, b.name)) && same(a.of, b.of),
  conditional: (a, b, same) => same(a.value, b.value) && same(a.condition, b.condition),
  // One of two may leave out where the right sides of its equations begin.
  matrix: (a, b) =>
    a.rows.length === b.rows.length &&
    a.rows.every((row, i) => allEqual(row, b.rows[i]!)) &&
    (a.bars.length === 0 || b.bars.length === 0 || `${a.bars}` === `${b.bars}`),
  relation: (a, b) =>
    a.sign === b.sign &&
    areProportional(differenceOf(a), differenceOf(b), a.sign !== "=") &&
    (haveSameSides(a, b) || ![a, b].some((one) => isConstantAnywhere(differenceOf(one)))),
  named: (a, b, same) =>
    a.values.size === b.values.size &&
    [...a.values.keys()].every((name) => b.values.has(name)) &&
    inOrder(
      [...a.values.values()],
      [...a.values.keys()].map((name) => b.values.get(name)!),
      same
    )
}

/** Of what holds everywhere or nowhere: `x + 0 = x` is not `x \cdot 1 = x`, nor `0x = 5` what `0x = 6` is. */
const haveSameSides = (a: OfKind<"relation">, b: OfKind<"relation">): boolean => {
  const [left, right, first, second] = [a.left, a.right, b.left, b.right].map(written)
  return (left === first && right === second) || (a.sign === "=" && left === second && right === first)
}

/** What is said of a function is said of f, and of a number of n, by either name. */
const areOfOne = (a: string, b: string): boolean => isOf(a, b) || isOf(b, a)
const isOf = (letter: string, thing: string): boolean =>
  thing === `${SAID_OF}function` ? OF_FUNCTION.test(letter) : /^of (?:number|integer)$/.test(thing) && OF_NUMBER.test(letter)
const OF_FUNCTION = /^of [fghpqFGHPQ]$/
const OF_NUMBER = /^of [a-eijk-or-zN]$/

/** Of values any may be meant where all are listed; of words and letters of a choice `A or B` is not `A and B`. */
const areWrittenAlike = (a: OfKind<"set">, b: OfKind<"set">): boolean => {
  if ((a.written === "statements") !== (b.written === "statements")) return false
  const isWord = (answer: Answer) => answer.kind === "choice" || areWords(answer)
  return (a.written === "either") === (b.written === "either") || !(a.items.some(isWord) || b.items.some(isWord))
}

/** `same`: of what they hold. */
export const sameOfKind = (a: Answer, b: Answer, same: Same): boolean =>
  a.kind !== "value" && a.kind === b.kind && RULES[a.kind](a as never, b as never, same)

/** Expressions that are made of answers, so that they are worked out once. */
const made = new WeakMap<Answer, Expression>()
const madeOf = <A extends Answer>(answer: A, make: (answer: A) => Expression): Expression => {
  const before = made.get(answer)
  if (before !== undefined) return before
  const now = make(answer)
  made.set(answer, now)
  return now
}

export const quotientOf = (ratio: OfKind<"ratio">): Expression =>
  madeOf(ratio, ({ parts }) => ({ kind: "quotient", left: parts[0]!, right: parts[1]! }))
export const differenceOf = (relation: OfKind<"relation">): Expression =>
  madeOf(relation, ({ left, right }) => ({ kind: "difference", left, right }))

/** The same value, neither rounded nor with anything left out. */
const areIdentical: Same = (a, b) => {
  spend(1)
  if (a.kind !== "value" || b.kind !== "value") return sameOfKind(a, b, areIdentical)
  if (a.name !== b.name || !areAlike(a.counted, b.counted)) return false
  if (a.unit === b.unit) return equalExpressions(a.expression, b.expression)
  return a.unit !== "" && b.unit !== "" && areInRatio(a, b)
}

/** Two units of one kind, and as many base units in both. */
export const areInRatio = (a: OfKind<"value">, b: OfKind<"value">): boolean => {
  if (a.unit === "%" || b.unit === "%") return false
  const [left, right] = [measureOf(a.unit), measureOf(b.unit)]
  if (left === null || right === null || left.kind !== right.kind) return false
  return equalExpressions(inBase(a, left.size), inBase(b, right.size))
}

const inBase = (value: OfKind<"value">, size: Expression): Expression =>
  madeOf(value, ({ expression }) => ({ kind: "product", left: expression, right: size }))

/** A set or a list: `items` as they are written. */
export const setOf = (items: ReadonlyArray<Answer>, written: Written): OfKind<"set"> => ({
  kind: "set",
  items,
  members: items.filter((item, i) => items.findIndex((other) => areIdentical(item, other)) === i),
  written
})
