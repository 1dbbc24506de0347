/**
 * Whether two answers are the same. Symmetric and deterministic; what it costs is bounded by what `readAnswer` takes in.
 *
 *   values       equal numbers (`numbers.ts`), or expressions of one value wherever they have one (`mathematics/compare.ts`)
 *   units        an answer with a unit equals one without, or with another of the same kind at the right ratio
 *   percent      50% is 50 and 1/2; 50 cents are 50 and 1/2
 *   bases        1011_2 is 1011_2 and, without its base, 1011
 *   names        x = 5 is 5, and not y = 5
 *   times        7:30 pm is 7:30 pm, 7:30 without its half of the day, and 19:30
 *   sets         in any order, each member once; `1, 2` is {1, 2} and, in order, (1, 2)
 *   equations    the same up to a factor: 2x - 4y = 0 and x = 2y; y = 2x + 3 is also 2x + 3
 *
 * Units, percent, bases and halves of the day may be left out by one of two, so that 5 cm and 5 m both equal 5 and
 * not each other.
 */

import type { Answer } from "./Answer.ts"
import { areProportional, equalExpressions } from "./mathematics/compare.ts"
import { exactValue } from "./mathematics/exact.ts"
import { type Expression, variablesOf } from "./mathematics/Expression.ts"
import { add, compare, negate, type Rational } from "./mathematics/rational.ts"
import { equalNumbers } from "./numbers.ts"
import { ratioOf } from "./units/units.ts"

type OfKind<K extends Answer["kind"]> = Extract<Answer, { readonly kind: K }>

export const equalAnswers = (a: Answer, b: Answer): boolean => {
  if (a.kind === b.kind) return SAME_KIND[a.kind](a as never, b as never)
  return acrossKinds(a, b) ?? acrossKinds(b, a) ?? false
}

/** Both in one order. */
const inOrder = (a: ReadonlyArray<Answer>, b: ReadonlyArray<Answer>): boolean =>
  a.length === b.length && a.every((item, i) => equalAnswers(item, b[i]!))

const allEqual = (a: ReadonlyArray<Expression>, b: ReadonlyArray<Expression>): boolean =>
  a.length === b.length && a.every((value, i) => equalExpressions(value, b[i]!))

/** Each of one has its own in the other. */
const inAnyOrder = (a: ReadonlyArray<Answer>, b: ReadonlyArray<Answer>): boolean => {
  if (a.length !== b.length) return false
  const left = [...b]
  return a.every((item) => {
    const found = left.findIndex((other) => equalAnswers(item, other))
    if (found >= 0) left.splice(found, 1)
    return found >= 0
  })
}

const once = (items: ReadonlyArray<Answer>): ReadonlyArray<Answer> =>
  items.filter((item, i) => items.findIndex((other) => equalAnswers(item, other)) === i)

const SAME_KIND: { readonly [K in Answer["kind"]]: (a: OfKind<K>, b: OfKind<K>) => boolean } = {
  value: (a, b) => equalValues(a, b),
  words: (a, b) => a.text === b.text,
  choice: (a, b) => a.letter === b.letter,
  based: (a, b) => a.base === b.base && a.digits === b.digits,
  // Two parts are a quotient; three and more stand for themselves.
  ratio: (a, b) =>
    a.parts.length === 2 && b.parts.length === 2
      ? equalExpressions(quotientOf(a.parts), quotientOf(b.parts))
      : allEqual(a.parts, b.parts),
  set: (a, b) => inAnyOrder(once(a.items), once(b.items)),
  sequence: (a, b) =>
    (a.of === null || b.of === null || a.of === b.of) && a.open === b.open && a.close === b.close && inOrder(a.items, b.items),
  union: (a, b) => inAnyOrder(a.parts, b.parts),
  matrix: (a, b) => a.rows.length === b.rows.length && a.rows.every((row, i) => allEqual(row, b.rows[i]!)),
  relation: (a, b) => a.sign === b.sign && areProportional(differenceOf(a), differenceOf(b), a.sign !== "="),
  named: (a, b) =>
    a.values.size === b.values.size &&
    [...a.values].every(([name, value]) => {
      const other = b.values.get(name)
      return other !== undefined && equalAnswers(value, other)
    })
}

const quotientOf = ([left, right]: ReadonlyArray<Expression>): Expression => ({ kind: "quotient", left: left!, right: right! })
const differenceOf = ({ left, right }: OfKind<"relation">): Expression => ({ kind: "difference", left, right })

/** Answers of two kinds that can mean the same; undefined where this order of the two is not looked at. */
const acrossKinds = (a: Answer, b: Answer): boolean | undefined => {
  if (a.kind === "choice" && b.kind === "value")
    return b.expression.kind === "variable" && b.expression.name.toUpperCase() === a.letter
  if (a.kind === "based" && b.kind === "value") return b.unit === "" && b.number === a.digits
  if (a.kind === "ratio" && b.kind === "value" && (b.unit === "am" || b.unit === "pm")) return isTime(a, b)
  if (a.kind === "ratio" && b.kind === "value")
    return a.parts.length === 2 && b.unit === "" && equalExpressions(quotientOf(a.parts), b.expression)
  if (a.kind === "sequence" && b.kind === "set") return !b.braces && isTuple(a) && inOrder(a.items, b.items)
  if (a.kind === "named" && ((b.kind === "sequence" && isTuple(b)) || (b.kind === "set" && !b.braces)))
    return inOrder([...a.values.values()], b.items)
  if (a.kind === "relation" && b.kind === "value" && a.sign === "=") return solves(a, b)
  return undefined
}

/** What may be a tuple, a point: an interval in round brackets is written like one, but no inequality is, `1 < x < 2`. */
const isTuple = ({ open, close, of }: OfKind<"sequence">): boolean => open === "(" && close === ")" && of === null

/** Hours and minutes that leave out the half of the day, or count it: 7:30 and 19:30 are 7:30 pm. */
const isTime = ({ parts }: OfKind<"ratio">, time: OfKind<"value">): boolean => {
  const [hours, minutes, clock] = [...parts, time.expression].map(exactValue)
  if (parts.length !== 2 || hours == null || minutes == null || clock == null) return false
  if (hours.bottom !== 1n || minutes.bottom !== 1n || minutes.top < 0n || minutes.top >= 60n) return false
  const said = add(hours, { top: minutes.top, bottom: 60n })!
  const noon: Rational = { top: 12n, bottom: 1n }
  const first = compare(clock, noon) >= 0 ? add(clock, negate(noon))! : clock
  const ofDay = time.unit === "pm" ? add(first, noon)! : first
  return compare(said, clock) === 0 || compare(said, ofDay) === 0
}

/** An equation that says what a variable is, and that: `y = 2x + 3` and 2x + 3; or any and one with a name in front. */
const solves = (relation: OfKind<"relation">, value: OfKind<"value">): boolean => {
  if (value.name !== null && /^\w+$/.test(value.name)) {
    const named: Expression = { kind: "difference", left: { kind: "variable", name: value.name }, right: value.expression }
    return areProportional(differenceOf(relation), named)
  }
  const { left, right } = relation
  const defines = left.kind === "variable" && !variablesOf(right).includes(left.name)
  return value.name === null && defines && equalExpressions(right, value.expression)
}

const equalValues = (a: OfKind<"value">, b: OfKind<"value">): boolean => {
  if (a.name !== null && b.name !== null && a.name !== b.name) return false
  if (a.unit === b.unit) return isSame(a, b)
  if (a.unit !== "" && b.unit !== "") {
    if (a.unit === "%" || b.unit === "%") return false
    const ratio = ratioOf(a.unit, b.unit)
    return ratio !== null && equalExpressions({ kind: "product", left: a.expression, right: ratio }, b.expression)
  }
  const [measured, plain] = a.unit === "" ? [b, a] : [a, b]
  if (isSame(plain, measured)) return true
  return (measured.unit === "%" || measured.unit === "cent") && isSame(plain, measured, true)
}

/** `hundredth`: `b` counts hundredths. */
const isSame = (a: OfKind<"value">, b: OfKind<"value">, hundredth = false): boolean => {
  if (a.number !== null && b.number !== null) return equalNumbers(a.number, b.number, hundredth)
  return equalExpressions(a.expression, hundredth ? { kind: "quotient", left: b.expression, right: HUNDRED } : b.expression)
}

const HUNDRED: Expression = { kind: "number", value: { top: 100n, bottom: 1n } }
