/** Equations, and what stands in a text with signs of relations: values by name, and what relates two expressions. */

import type { Answer } from "../Answer.ts"
import { equalExpressions, order } from "../mathematics/compare.ts"
import { type Expression, Unreadable, variablesOf } from "../mathematics/Expression.ts"
import { withOrder } from "../mathematics/normal/matrices.ts"
import { tryExpression } from "../mathematics/parse.ts"
import type { Rational } from "../mathematics/rational.ts"
import { numeralIn } from "../numeral.ts"
import { type OfKind, setOf } from "../same-kind.ts"
import { argumentsOf, isApplied, isDerivative, isName, isOfCoordinates, nameOf, spelled } from "../spelling/names.ts"
import { quantityNameIn } from "../spelling/quantity-names.ts"
import { isOneBracket, splitAt } from "../split.ts"
import { made } from "../units/quantities.ts"
import { areVariables } from "../vocabulary/variables.ts"
import { words } from "../words.ts"
import { called, isBounded, isNumber, isTurned, named } from "./assignments.ts"
import { withConstants } from "./constants.ts"
import { atDistance, between, inequality, related, type Sign, SIGNS } from "./inequalities.ts"
import { isOperation } from "./operations.ts"

type Read = (text: string) => Answer

/**
 * Whether an equation of a function at this says what the function is, or is there: `f(x)`, `f(2)`, `f(g(x))`, `P(A|B)`. `f(2x) =
 * x` and `f(x + 1) = x^2` tell of a function, and f is not what stands on their right.
 */
const isDefined = (applied: string): boolean =>
  splitAt(argumentsOf(applied), [","]).parts.every((at) => {
    if (isApplied(at)) return isDefined(at)
    const expression = tryExpression(at)
    return expression === null || expression.kind === "variable" || /^[A-Z]+$/.test(at) || variablesOf(expression).length === 0
  })

const NEARLY = ["\\approx", "\\simeq", "\\doteq"]

/** An equation or an inequality; null for all else. `whole` reads what stands on its sides. */
export const relationIn = (text: string, whole: Read): Answer | null => {
  const near = splitAt(text, NEARLY).parts
  if (near.length > 1)
    return isName(near[0]!) && !isNumber(near[0]!)
      ? whole(near.join("="))
      : near
          .slice(1)
          .map((part) => roundedOf(whole(near[0]!), whole(part), part))
          .at(-1)!
  const { parts, separators } = splitAt(text, SIGNS)
  if (parts.length < 2) return null
  if (parts.includes("")) throw new Unreadable("lacks one side of a relation")
  const signs = separators as ReadonlyArray<Sign>
  if (signs.every((sign) => sign === "=")) return equation(parts, whole)
  if (parts.length === 2) return inequality(parts[0]!, signs[0]!, parts[1]!, whole)
  if (parts.length === 3 && isBounded(parts[1]!, [parts[0]!, parts[2]!])) return between(parts, signs, whole)
  throw new Unreadable("relates more than two values")
}

/** A value that is said twice, the second time as a decimal: itself rounded, or, with two places and more, cut off. */
const roundedOf = (said: Answer, as: Answer, written: string, fewest = Number.NEGATIVE_INFINITY): Answer => {
  const exact = said.kind === "rounded" && said.exact.kind !== "value" ? said.as : said
  if (exact.kind !== "value" || as.kind !== "value" || as.number === null || as.number.includes("/"))
    throw new Unreadable("says nearly what is no decimal")
  // Zeros behind a point count, which the number does not keep: 0.70 is not 0.693.
  const decimals = /\.(\d+)/.exec(written)?.[1]
  const places = Math.max(fewest, decimals?.length ?? (as.number === "0" ? 0 : -/0*$/.exec(as.number)![0].length))
  const [top, bottom] = places < 0 ? [10n ** BigInt(-places), 1n] : [1n, 10n ** BigInt(places)]
  const isShare = as.unit === "%" && exact.unit === ""
  const amount: Expression = isShare ? { kind: "product", left: exact.expression, right: HUNDRED } : exact.expression
  const far = (from: Expression, to: Expression): Expression => size({ kind: "difference", left: from, right: to })
  const isRounded = isAtMost(far(amount, as.expression), { top, bottom: 2n * bottom })
  const rest = places < 2 ? null : order(size(amount), size(as.expression))
  const isCutOff = rest !== null && rest >= 0 && isAtMost(far(amount, as.expression), { top, bottom })
  const units = new Set([exact.unit, as.unit].filter((unit) => unit !== ""))
  if (!(isRounded || isCutOff) || units.size > 1) throw new Unreadable("says of a value that it is nearly another")
  const [unit = ""] = units
  return { kind: "rounded", exact: isShare ? exact : { ...exact, unit }, as: { ...as, unit } }
}

/** `100 + 13 = 113`, `\frac34 = 75\%`: what stands last, if the two are one value, or one is nearly the other. */
const agreed = (left: string, as: Answer, written: string, whole: Read): Answer | null => {
  const said = whole(left)
  // As they are written degrees are parts of pi.
  const [from, to] = [tryExpression(left), tryExpression(written)]
  if (from !== null && to !== null && equalExpressions(from, to)) return made(as)
  const isHundred = as.kind === "value" && /^(?:%|cent)$/.test(as.unit)
  if (said.kind === "value" && as.kind === "value" && isOneValue(said.expression, as.expression, isHundred)) return made(as)
  // Where nothing says that they are nearly one, `75 = 80` is none rounded to tens.
  if (!isHundred && !/\.\d/.test(written)) return null
  return roundedOf(said, as, written, 0)
}

const isOneValue = (left: Expression, right: Expression, isHundred: boolean): boolean =>
  equalExpressions(left, right) || (isHundred && equalExpressions({ kind: "product", left, right: HUNDRED }, right))

/** Numbers that a chain says to be one, the last also in a unit. Throws `Unreadable` where they are not. */
export const mustAgree = (parts: ReadonlyArray<string>, whole: Read): void => {
  const numbers = parts.filter(isNumber)
  const last = parts.at(-1)!
  const measured = MEASURED.test(last) && !isNumber(last) ? whole(last) : null
  const isAmount = measured?.kind === "value" && measured.plain && measured.number !== null
  for (const [i, number] of [...numbers, ...(isAmount ? [last] : [])].entries()) {
    const before = numbers[i - 1]
    if (before !== undefined && number !== before && agreed(before, whole(number), number, whole) === null)
      throw new Unreadable("says of two values that they are one")
  }
}
const MEASURED = /^-?[\d.,]+\s*(?:\\?%|\\text|[A-Za-z])/

/** As many hundredths as one is. */
export const HUNDRED: Expression = { kind: "number", value: { top: 100n, bottom: 1n } }
const size = (of: Expression): Expression => ({ kind: "call", name: "abs", values: [of] })
const isAtMost = (value: Expression, bound: Rational): boolean => {
  const found = order(value, { kind: "number", value: bound })
  return found !== null && found <= 0
}

/** What a matrix may be, beside one by its letter. */
const OF_MATRIX = /^[A-Z]\s*\^\s*\{?\s*(?:-?\d|T|n|k)\s*\}?$/

const equation = (parts: ReadonlyArray<string>, whole: Read): Answer => {
  const [left, right] = [parts[0]!, parts.at(-1)!]
  if (isOperation(left)) return made(lastOf(parts, whole))
  if (parts.length === 2 && isTurned(left, right)) return equation([right, left], whole)
  // `x = f(2x)` tells of f, and `y = f(2x)` what y is.
  const isOfRight = () => isDefined(right) || !argumentsOf(right).includes(left)
  if (parts.length === 2 && !isApplied(left) && isApplied(right) && !(isName(left) && isOfRight()))
    return equation([right, left], whole)
  if (parts.length === 2) {
    const values = atDistance(left, right) ?? atDistance(right, left)
    if (values !== null) return values
  }
  if (isApplied(left)) {
    // `f(x) = f(-x)` is not what f is.
    if (isRecursive(left, right)) return related("=", left, right)
    if (!isDefined(left)) return { kind: "named", values: new Map([[spelled(left), whole(right)]]) }
  }
  if (isName(left) && !(left === "\\pi" && isNumber(right))) {
    const value = named(lastOf(parts, whole), left)
    const answer = parts.length === 2 && isLong(left) ? made(value) : value
    // `xy = C` says what a product is, and no choice.
    const isChosen = answer.kind === "called" && answer.of.kind === "choice" && /^[a-z]{2,}$/.test(left) && areVariables(left)
    const isValue =
      !isChosen &&
      !(parts.length > 2 && isOfCoordinates(nameOf(left))) &&
      !areOfOneKind(left, right) &&
      (answer.kind !== "value" || parts.length > 2 || isApplied(left) || isDerivative(left) || isConstant(answer))
    if (isValue) return answer
  }
  if (parts.length > 2) return lastOf(parts, whole)
  // `100 + 13 = 113` is the value that it ends in; `5 = 5` says nothing.
  // `2 + 3 = 6` is neither.
  const asWritten = () => words(`${left}=${right}`.replaceAll(/\s+/g, ""))
  const [same, said] = [numeralIn(left)?.text, numeralIn(right)?.text]
  if (same !== undefined && same === said) return asWritten()
  if (isNumber(left) && isNumber(right)) return agreed(left, whole(right), right, whole) ?? asWritten()
  const plain = left.replaceAll(/\\?\$/g, "")
  const ending = isNumber(plain) && /[$%A-Za-z}]/.test(right) ? whole(right) : null
  if (ending?.kind === "value" && left !== right && variablesOf(ending.expression).length === 0)
    return agreed(plain, ending, right, whole) ?? asWritten()
  if (OF_MATRIX.test(left) && right.includes("\\begin")) return called(whole(right), spelled(left))
  const point = tuple(left, right, whole)
  if (point !== null) return point
  const relation = related("=", left, right)
  const [from, to] = withOrder(relation.left, relation.right)
  return withConstants({ ...relation, left: from!, right: to! })
}

const isConstant = (answer: OfKind<"value">): boolean => variablesOf(answer.expression).length === 0

/** `\vec a + \vec b = \overrightarrow{AC}`: names of quantities on both sides, of which neither says what the other is. */
const areOfOneKind = (left: string, right: string): boolean =>
  quantityNameIn(left) !== null && quantityNameIn(right) !== null && tryExpression(right) !== null

/** What stands last, and what stands before it where that is nearly the same: `x = 2\pi = 6.28`. */
const lastOf = (parts: ReadonlyArray<string>, whole: Read): Answer => {
  const [before, last] = [parts.at(-2)!, parts.at(-1)!]
  const as = whole(last)
  const isNearly = parts.length > 2 && before !== last && /\.\d/.test(last) && isNumber(before) && isNumber(last)
  const said = isNearly ? agreed(before, as, last, whole) : as
  return said?.kind === "rounded" ? said : as
}

/** Whether its own value at another place is in what a function is said to be: `T(n) = T(n - 1) + n`, and no event's. */
const isRecursive = (left: string, right: string): boolean =>
  [...right.matchAll(/(?<![A-Za-z\\])([A-Za-z])'*\(\s*([^)]*)/g)].some(
    ([, letter, of]) => left.startsWith(letter!) && (/[fghFGH]/.test(letter!) || (/[a-z]/.test(of!) && !/^[A-Z]/.test(of!)))
  )

/** A name that the verifier of `paper` reads no number behind. */
const isLong = (name: string): boolean =>
  !/^[A-Za-z ]+'*$/.test(name) && (quantityNameIn(name) !== null || /_\s*\{?\s*\\/.test(name) || isDerivative(name))

/** `(x, y) = (1, 2)`. */
const tuple = (left: string, right: string, whole: Read): Answer | null => {
  if (!left.startsWith("(") || !isOneBracket(left)) return null
  const names = splitAt(left.slice(1, -1), [","]).parts
  if (names.length < 2 || new Set(names).size < names.length || !names.every(isName)) return null
  const values = whole(right)
  const points = (values.kind === "set" ? values.items : [values]).map((point): Answer => {
    const isPoint = point.kind === "sequence" && point.open === "(" && point.close === ")" && point.of === null
    if (!isPoint || point.items.length !== names.length) throw new Unreadable(`names ${names.length} values and gives others`)
    return { kind: "named", values: new Map(names.map((name, i) => [name, point.items[i]!])) }
  })
  return points.length === 1 ? points[0]! : setOf(points, "either")
}
