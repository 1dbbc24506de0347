/**
 * Products of vectors. A dot and a cross between two vectors are products of two kinds, and a cross changes its sign with the
 * order. Vectors have two parts where values are worked out (as a complex number has), which is enough to tell them apart. And
 * powers of matrices, entry by entry.
 */

import { exactValue } from "./exact.ts"
import type { Expression } from "./Expression.ts"
import { add, divide, multiply, negate, type Rational } from "./rational.ts"

/** Whether a variable is a vector, by the mark over it; a hat makes one of the letters of base vectors only. */
export const isVectorName = (name: string): boolean => /^(?:d |\\Delta )?\\(?:vec |overrightarrow |hat [ijk]$)/.test(name)

export const isVector = (at: Expression): boolean => {
  switch (at.kind) {
    case "variable":
      return isVectorName(at.name)
    case "negative":
      return isVector(at.of)
    case "quotient":
      return isVector(at.left)
    case "sum":
    case "difference":
    case "product":
      return isVector(at.left) || isVector(at.right)
    case "call":
      return at.name === "cross" || (at.name === "applied" && isVector(at.values[0]!))
    default:
      return false
  }
}

/** `isCross`: with the sign that is a cross between vectors. */
export const productOf = (left: Expression, right: Expression, isCross: boolean): Expression =>
  isVector(left) && isVector(right)
    ? { kind: "call", name: isCross ? "cross" : "dot", values: [left, right] }
    : { kind: "product", left, right }

/** The square of a vector, and of its length, is its product with itself. */
export const powerOf = (left: Expression, right: Expression): Expression => {
  if (right.kind !== "number" || right.value.top !== 2n || right.value.bottom !== 1n) return { kind: "power", left, right }
  const base = left.kind === "call" && left.name === "abs" ? left.values[0]! : left
  return isVector(base) ? productOf(base, base, false) : { kind: "power", left, right }
}

export type Rows = ReadonlyArray<ReadonlyArray<Expression>>

/** Rows as columns. */
export const turned = <Entry>(rows: ReadonlyArray<ReadonlyArray<Entry>>): ReadonlyArray<ReadonlyArray<Entry>> =>
  (rows[0] ?? []).map((_, i) => rows.map((row) => row[i]!))

/** Larger ones are not worked out: of numbers, and of letters, whose products grow. */
const [HIGHEST, HIGHEST_OF_LETTERS] = [20, 3]

/** A whole power of a square matrix: the inverse of numbers up to three by three; null for what has none, and for others. */
export const raisedMatrix = (rows: Rows, exponent: number): Rows | null => {
  const size = rows.length
  if (size > 4 || rows.some((row) => row.length !== size)) return null
  const values = rows.map((row) => row.map(exactValue).filter((value) => value !== null))
  const numbers = values.every((row) => row.length === size) ? values : null
  const units = rows.map((_, i) => rows.map((_, j) => (i === j ? ONE : ZERO)))
  if (exponent === -1) return numbers && size < 4 ? written(inverse(numbers)) : null
  if (exponent < 0 || exponent > (numbers === null ? HIGHEST_OF_LETTERS : HIGHEST)) return null
  if (exponent === 0) return written(units)
  if (numbers === null) return repeated(rows, exponent, productOfExpressions)
  return written(repeated<Maybe>(numbers, exponent, productOfNumbers))
}

type NumberRows = ReadonlyArray<ReadonlyArray<Rational>>
type Maybe = Rational | null
const ZERO: Rational = { top: 0n, bottom: 1n }
const ONE: Rational = { top: 1n, bottom: 1n }

const plus = (a: Maybe, b: Maybe): Maybe => a && b && add(a, b)
const times = (a: Maybe, b: Maybe): Maybe => a && b && multiply(a, b)

/** Null where an entry is no number, or too large. */
const written = (rows: ReadonlyArray<ReadonlyArray<Maybe>> | null): Rows | null => {
  const all = rows?.map((row) => row.flatMap((value): ReadonlyArray<Expression> => (value ? [{ kind: "number", value }] : [])))
  return all?.every((row) => row.length === all.length) ? all : null
}

const productOfNumbers = (row: ReadonlyArray<Maybe>, column: ReadonlyArray<Maybe>): Maybe =>
  row.map((value, i) => times(value, column[i]!)).reduce(plus)
const productOfExpressions = (row: ReadonlyArray<Expression>, column: ReadonlyArray<Expression>): Expression =>
  row
    .map((left, i): Expression => ({ kind: "product", left, right: column[i]! }))
    .reduce((left, right) => ({ kind: "sum", left, right }))

/** Two matrices, each entry from a row of the first and a column of the second; null where these have not as many entries. */
export const multiplied = (a: Rows, b: Rows): Rows | null =>
  a.length > 0 && a.every((row) => row.length === b.length)
    ? a.map((row) => turned(b).map((column) => productOfExpressions(row, column)))
    : null

/** A matrix times itself, each entry from a row and a column. */
const repeated = <Entry>(
  rows: ReadonlyArray<ReadonlyArray<Entry>>,
  exponent: number,
  entry: (row: ReadonlyArray<Entry>, column: ReadonlyArray<Entry>) => Entry
): ReadonlyArray<ReadonlyArray<Entry>> => {
  const columns = turned(rows)
  let power = rows
  for (let i = 1; i < exponent; i++) power = power.map((row) => columns.map((column) => entry(row, column)))
  return power
}

/** By what each entry is multiplied by in the determinant. */
const inverse = (rows: NumberRows): ReadonlyArray<ReadonlyArray<Maybe>> | null => {
  const cofactors = rows.map((row, i) =>
    row.map((_, j) => {
      const minor = determinant(rows.filter((_, at) => at !== i).map((other) => other.filter((_, at) => at !== j)))
      return (i + j) % 2 === 1 ? negated(minor) : minor
    })
  )
  const all = rows[0]!.map((value, j) => times(value, cofactors[0]![j]!)).reduce(plus)
  return all && turned(cofactors.map((row) => row.map((value) => value && divide(value, all))))
}

/** Of two by two at most. */
const determinant = (rows: NumberRows): Maybe => {
  const [[a, b] = [], [c, d] = []] = rows
  if (a === undefined) return ONE
  return b === undefined || c === undefined || d === undefined ? a : plus(multiply(a, d), negated(multiply(b, c)))
}
const negated = (value: Maybe): Maybe => value && negate(value)
