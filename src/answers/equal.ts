/**
 * Whether two answers are the same. Symmetric and deterministic; what it costs is charged (`mathematics/work.ts`).
 *
 *   values       equal numbers (`numbers.ts`), or expressions of one value wherever they have one (`mathematics/compare.ts`)
 *   units        an answer with a unit equals one without, or with another of the same kind at the right ratio
 *   counted      3 red marbles are 3 marbles, 3 red and 3; two answers that count different things are different
 *   percent      50% is 50 and 1/2; 50 cents are 50 and 1/2
 *   bases        1011_2 is 1011_2 and, without its base, 1011
 *   names        x = 5 is 5, and not y = 5
 *   times        7:30 pm is 7:30 pm, 7:30 without its half of the day, and 19:30
 *   constants    arbitrary ones have any letters: x^2 + C is x^2 + c (`families.ts`)
 *   sets         in any order, equal members once, each with its own in the other; `1, 2` is {1, 2} and, in order, (1, 2)
 *   equations    the same up to a factor: 2x - 4y = 0 and x = 2y; y = 2x + 3 is also 2x + 3
 *
 * Units, words, percent, bases and halves of the day may be left out by one of two, so that 5 cm and 5 m both equal 5 and
 * not each other.
 */

import { type Answer, VECTOR } from "./Answer.ts"
import { isMemberOf } from "./families.ts"
import { areProportional, equalExpressions } from "./mathematics/compare.ts"
import { exactValue } from "./mathematics/exact.ts"
import { type Expression, isCapital, variablesOf, withVariable, written } from "./mathematics/Expression.ts"
import { isWholeLetter } from "./mathematics/normal/letters.ts"
import { tryExpression } from "./mathematics/parse.ts"
import { add, compare, negate, type Rational } from "./mathematics/rational.ts"
import { spend } from "./mathematics/work.ts"
import { equalNumbers } from "./numbers.ts"
import { inOrderOfNames, isPoint, numberedIn } from "./relations/assignments.ts"
import { isAmong } from "./relations/whole-numbers.ts"
import { areInRatio, differenceOf, inOrder, type OfKind, quotientOf, sameOfKind } from "./same-kind.ts"
import { argumentsOf, isApplied, isOfCoordinates } from "./spelling/names.ts"
import { isReadable } from "./spelling/quantity-names.ts"
import { agree, isWithin } from "./vocabulary/kept-words.ts"
import { INFINITELY_MANY } from "./words.ts"

export const equalAnswers = (a: Answer, b: Answer): boolean => {
  spend(1)
  if (a.kind === "value" && b.kind === "value") return equalValues(a, b)
  if (a.kind === b.kind) return sameOfKind(a, b, equalAnswers)
  return acrossKinds(a, b) ?? acrossKinds(b, a) ?? false
}

/** Answers of two kinds that can mean the same; undefined where this order of the two is not looked at. */
const acrossKinds = (a: Answer, b: Answer): boolean | undefined => {
  if (b.kind === "value" && isOfCoordinates(b.name) && !HOLD_EQUATIONS.has(a.kind)) return undefined
  if (a.kind === "called" && b.kind === "value" && (pointIn(b)?.name ?? a.name) !== a.name) return false
  if (a.kind === "called" && b.kind !== "rounded") return equalAnswers(a.of, b)
  if (a.kind === "rounded") return equalAnswers(a.exact, b) || equalAnswers(a.as, b)
  if (a.kind === "family") return b.kind === "called" || b.kind === "rounded" ? undefined : isMemberOf(a, b, equalAnswers)
  if (a.kind === "among" && (b.kind === "sequence" || b.kind === "union")) return isAmong(a, b)
  if (a.kind === "words" && b.kind === "value") return b.unit === "" && b.name === null && isNamedBy(b.expression, a.text)
  // What has no real solutions has none among the real numbers.
  if (a.kind === "words" && b.kind === "set") return b.items.length === 0 && NO_REAL.test(a.text)
  if (a.kind === "choice" && a.says !== null && isSaidBy(a.says, b)) return true
  if (a.kind === "choice" && b.kind === "value") return (b.name === null || a.says === null) && isLetter(b.expression, a.variable)
  if (a.kind === "based" && b.kind === "value") return b.unit === "" && b.number === (a.number ?? a.digits)
  if (a.kind === "ratio" && b.kind === "value" && (b.unit === "am" || b.unit === "pm")) return isTime(a, b)
  if (a.kind === "ratio" && b.kind === "value") return a.parts.length === 2 && isShare(quotientOf(a), b)
  if (a.kind === "sequence" && b.kind === "value") return isTuple(a) && a.of === null && isAt(a.items, pointIn(b)?.at ?? [])
  if (a.kind === "sequence" && b.kind === "set")
    return b.written === "list" && isTuple(a) && inOrder(a.items, b.items, equalAnswers)
  if (a.kind === "named" && b.kind === "set" && b.written !== "statements") {
    const numbered = numberedIn(a)
    if (numbered !== null && equalAnswers(numbered, b)) return true
  }
  if (
    a.kind === "named" &&
    ((b.kind === "sequence" && isTuple(b)) ||
      (b.kind === "set" && b.written === "list" && !b.items.some(({ kind }) => kind === "relation")))
  )
    return isPoint(a) && inOrder(inOrderOfNames(a), b.items, equalAnswers)
  if (a.kind === "relation" && b.kind === "value" && a.sign === "=") return solves(a, b)
  return undefined
}

/** What may be, or hold, the same equation of coordinates. */
const HOLD_EQUATIONS: ReadonlySet<Answer["kind"]> = new Set(["relation", "rounded", "family"])

const isNamedBy = (at: Expression, words: string): boolean =>
  initialsOf(at) === words || (words === INFINITELY_MANY && at.kind === "constant" && at.name === "infinity")
const NO_REAL = /^(?:there (?:is|are) )?no real (?:solution|root|value)s?$/

/** Behind the letter of a choice these say something of the other choices. */
const OF_OTHERS = /^(?:none|all|both|neither|either|no|not|cannot)\b/

/** What stands behind the letter of a choice, alone: `(D) 12` and 12, but no more than that, not 12 cm and not `D = 12`. */
const isSaidBy = (says: Answer, other: Answer): boolean => {
  if (other.kind === "words") return says.kind === "words" && says.text === other.text && !OF_OTHERS.test(other.text)
  if (other.kind !== "value")
    return says.kind === other.kind && !(says.kind === "set" && says.items.length === 0) && equalAnswers(says, other)
  const isAsMuch = says.kind === "value" && says.unit === other.unit && says.counted.length >= other.counted.length
  return isAsMuch && (other.name === null || other.name === says.name) && equalValues(says, other)
}

/** A product of several capitals as it is written, in small letters: `AC` may be the name of a segment, `II` of a quadrant. */
const initialsOf = (at: Expression, areAll = true): string | null => {
  // A quadrant alone.
  if (at.kind === "variable" && isCapital(at) && (!areAll || /[IV]/.test(at.name))) return at.name.toLowerCase()
  if (at.kind !== "product") return null
  const [left, right] = [initialsOf(at.left, false), initialsOf(at.right, false)]
  return left === null || right === null ? null : left + right
}

/** What may be a tuple, a point: an interval in round brackets is written like one, but no inequality is, `1 < x < 2`. */
const isTuple = ({ open, close, of }: OfKind<"sequence">): boolean =>
  open === "(" && close === ")" && (of === null || of === VECTOR)

/** `P(3, -2)` alone is a point by its name; F, N and U may be functions and distributions. */
const pointIn = ({ expression, name, unit }: OfKind<"value">) => {
  if (expression.kind !== "call" || expression.name !== "applied" || name !== null || unit !== "") return null
  const [letter, ...at] = expression.values
  const point = letter?.kind === "variable" ? /^([A-EG-MO-TV-Z])\(\)$/.exec(letter.name)?.[1] : undefined
  return point === undefined || at.length < 2 || variablesOf(expression).length > 1 ? null : { name: point, at }
}

const isAt = (items: ReadonlyArray<Answer>, at: ReadonlyArray<Expression>): boolean =>
  items.length === at.length &&
  items.every((item, i) => item.kind === "value" && item.unit === "" && equalExpressions(item.expression, at[i]!))

/** `(e)` may be the constant. */
const isLetter = (at: Expression, letter: string): boolean =>
  (at.kind === "variable" || at.kind === "constant") && at.name === letter

/** `3:4` is 3/4, and 75% as that is: a ratio counts no hundredths, so that it is not 75. */
const isShare = (ratio: Expression, value: OfKind<"value">): boolean =>
  value.unit === "%"
    ? equalExpressions(ratio, { kind: "quotient", left: value.expression, right: HUNDRED })
    : value.unit === "" && equalExpressions(ratio, value.expression)

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
  // A curve is that of a function, `y = 2x + 1` of `f(x) = 2x + 1`.
  const isCurve = relation.left.kind === "variable" && relation.left.name === "y" && value.name === "f(x)"
  if (isCurve || (relation.left.kind === "variable" && isFunctionOf(value, relation.left.name)))
    return equalExpressions(relation.right, value.expression)
  if (value.name !== null && isReadable(value.name)) {
    const left = tryExpression(value.name)
    return left !== null && areProportional(differenceOf(relation), { kind: "difference", left, right: value.expression })
  }
  if (value.name !== null && /^\w+$/.test(value.name)) {
    // `xy = 6` is named by a product.
    const variables = (/^[a-z]+$/.test(value.name) ? [...value.name] : [value.name]).map((name): Expression => ({
      kind: "variable",
      name
    }))
    const left = variables.reduce((product, variable) => ({ kind: "product", left: product, right: variable }))
    const named: Expression = { kind: "difference", left, right: value.expression }
    return areProportional(differenceOf(relation), named)
  }
  const { left, right } = relation
  if (value.name === null && (isSumOf(left, right) || isSumOf(right, left)))
    return equalExpressions(exactValue(left) === null ? right : left, value.expression)
  // `3x + 2x = 5x`: written in two ways.
  if (value.name === null && equalExpressions(left, right)) return equalExpressions(right, value.expression)
  const defines = left.kind === "variable" && !variablesOf(right).includes(left.name)
  return value.name === null && defines && equalExpressions(right, value.expression)
}

/** `y(x) = x^2` says of y what `y = x^2` does: a function's letter with its arguments, and without. */
const isFunctionOf = ({ name, expression }: OfKind<"value">, letter: string | null): boolean => {
  if (name === null || letter === null || !isApplied(name) || !name.startsWith(`${letter}(`)) return false
  const known = variablesOf(expression)
  const of = argumentsOf(name)
  // A prime alone is by x, and by the time where there is no x.
  if (letter.endsWith("'") && (of === "x" || (of === "t" && !known.includes("x")))) return true
  return of.split(",").every((argument) => known.includes(argument))
}

/** `m + n = 113`: what was asked for, and its number. Not of x, y and z, which are coordinates; zero would be any equation. */
const isSumOf = (left: Expression, right: Expression): boolean => {
  const value = exactValue(right)
  const names = variablesOf(left)
  return (
    value !== null &&
    value.top !== 0n &&
    (isOfFunctions(left, names) || isRounded(left, names) || (names.length > 1 && names.every((name) => ASKED.test(name))))
  )
}

/** Letters that are no coordinates, Greek ones, those with an index, lengths. */
const ASKED = /^(?:[a-wA-W]|\\overline [A-Z]{2}|\\[a-z]+|[A-Za-z]_\w+)$/

/** `f(f(1))`, `f(1) + f(2)`: values of functions at numbers; of one of them in an equation, `2f(1) = 8`, a division finds it. */
const isOfFunctions = (left: Expression, names: ReadonlyArray<string>): boolean =>
  names.length > 0 &&
  names.every((name) => name.endsWith("()")) &&
  ((left.kind === "call" && left.name === "applied") || new Set(appliedIn(left)).size > 1)

const appliedIn = (at: Expression): ReadonlyArray<string> => {
  if (at.kind === "call") return at.name === "applied" ? [written(at)] : at.values.flatMap(appliedIn)
  if (at.kind === "negative") return appliedIn(at.of)
  return "left" in at ? [...appliedIn(at.left), ...appliedIn(at.right)] : []
}

/** `\lfloor S \rfloor`, of what was worked out: of a number that is looked for there would be many. */
const isRounded = (left: Expression, names: ReadonlyArray<string>): boolean =>
  left.kind === "call" && /^(?:floor|ceiling)$/.test(left.name) && names.length === 1 && /^[A-W]$/.test(names[0]!)

/** The slope of f is that of its curve: `f'(x) = 2x` and `y' = 2x`. */
const asCurve = (value: OfKind<"value">): OfKind<"value"> => ({
  ...value,
  name: value.name?.replace(/^f(?='+(?:\(x\))?$)/, "y") ?? null
})

const areOfOne = (a: OfKind<"value">, b: OfKind<"value">): boolean =>
  a.name === b.name || isFunctionOf(a, b.name) || isFunctionOf(b, a.name)

/** A function of one letter: `f(x)`, `f^{-1}(x)`. */
const OF_LETTER = /^([A-Za-z](?:_\w+)?'*(?:\^-1)?)\(([a-z])\)$/

/** `f(y) = y^2` says of f what `f(x) = x^2` does: with the letter of the other, unless that stands for something else there. */
const withLetterOf = (a: OfKind<"value">, b: OfKind<"value">): OfKind<"value"> => {
  const [, name, from] = OF_LETTER.exec(a.name ?? "") ?? []
  const [, other, to] = OF_LETTER.exec(b.name ?? "") ?? []
  if (name !== other || from === undefined || to === undefined || from === to) return a
  const isOther = variablesOf(a.expression).includes(to) || isWholeLetter(from) !== isWholeLetter(to)
  return isOther ? a : { ...a, name: b.name, expression: withVariable(a.expression, from, { kind: "variable", name: to }) }
}

const equalValues = (a: OfKind<"value">, b: OfKind<"value">): boolean => equalNamed(withLetterOf(a, b), b)

const equalNamed = (a: OfKind<"value">, b: OfKind<"value">): boolean => {
  if (a.name !== null && b.name !== null && !areOfOne(asCurve(a), asCurve(b))) return false
  if ((a.name === null) !== (b.name === null) && isOfCoordinates(a.name ?? b.name)) return false
  if (!agree(a.counted, b.counted)) return false
  if (a.unit === b.unit) return isSame(a, b)
  if (a.unit !== "" && b.unit !== "") return areInRatio(a, b)
  const [measured, plain] = a.unit === "" ? [b, a] : [a, b]
  // A bare multiple of pi beside degrees is an angle in radians.
  if (measured.unit === "degree" && holdsPi(plain.expression)) return areInRatio(measured, { ...plain, unit: "rad" })
  // Half past seven is no number, and seven o'clock may be written as one.
  if ((measured.unit === "am" || measured.unit === "pm") && measured.number === null) return false
  // 3 apples are not 3 hours.
  if (!isWithin(plain.counted, measured.counted)) return false
  // A letter that only one of them has may be its unit: `0 K` is not 0 degrees, though a product with zero is zero.
  const letters = variablesOf(measured.expression)
  if (!variablesOf(plain.expression).every((letter) => letters.includes(letter))) return false
  if (isSame(plain, measured)) return true
  return (measured.unit === "%" || measured.unit === "cent") && isSame(plain, measured, true)
}

const holdsPi = (at: Expression): boolean => {
  if (at.kind === "constant") return at.name === "pi"
  return at.kind === "negative" ? holdsPi(at.of) : "left" in at && (holdsPi(at.left) || holdsPi(at.right))
}

/** `hundredth`: `b` counts hundredths. */
const isSame = (a: OfKind<"value">, b: OfKind<"value">, hundredth = false): boolean => {
  if (a.number !== null && b.number !== null) return equalNumbers(a.number, b.number, hundredth)
  return equalExpressions(a.expression, hundredth ? { kind: "quotient", left: b.expression, right: HUNDRED } : b.expression)
}

const HUNDRED: Expression = { kind: "number", value: { top: 100n, bottom: 1n } }
