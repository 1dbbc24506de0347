/** Values and statements with commas or words between them: lists, alternatives, what intervals have in common. */

import type { Answer } from "../Answer.ts"
import { order } from "../mathematics/compare.ts"
import { Unreadable, variablesOf } from "../mathematics/Expression.ts"
import { isWholeLetter } from "../mathematics/normal/letters.ts"
import { type OfKind, setOf } from "../same-kind.ts"
import { signs, splitAt, splitAtCommas } from "../split.ts"
import { excludeEachOther, intersectionOf, isInfinite, unionOf } from "../unions.ts"
import { assignmentsIn, called, equationsIn, unnamed } from "./assignments.ts"
import { valueIn } from "./inequalities.ts"
import { HUNDRED } from "./relations.ts"
import { withValues } from "./whole-numbers.ts"

type Read = (text: string) => Answer

/** Words between values, as signs that no text has: `1 and 2`, `x = 1 \text{ or } x = 2`; between relations also `\lor`. */
const [OR, AND] = ["\u0001", "\u0002"]
const connected = (text: string): string => {
  const said = text
    .replaceAll(/,?\s*\\text\s*\{\s*and\s+(?=all\s)/g, `${AND}\\text{`)
    .replaceAll(/,?\s*\\text\s*\{\s*(?:,\s*)?or\s*\}|,?\s+or\s+/g, OR)
    .replaceAll(/,?\s*\\text\s*\{\s*(?:,\s*)?and\s*\}|,?\s+and\s+/g, AND)
  if (!isStatement(text)) return said
  return said.replaceAll(/\s*\\(?:lor|vee)(?![A-Za-z])/g, OR).replaceAll(/\s*\\(?:land|wedge)(?![A-Za-z])/g, AND)
}

const isStatement = (text: string): boolean => /[=<>]|\\[lgn]eq/.test(text)

/** Values and statements with commas or words between them; null where none are. */
export const listIn = (text: string, whole: Read): Answer | null => {
  const said = connected(text)
  const plain = (part: string) => part.replaceAll(OR, " or ").replaceAll(AND, " and ").trim()
  const choices = splitAt(said, [OR]).parts.map((choice) => ({
    parts: splitAt(choice, [AND]).parts.flatMap(splitAtCommas).map(plain),
    areAll: splitAt(choice, [AND]).parts.length > 1
  }))
  const all = choices.flatMap(({ parts }) => parts)
  if (all.length < 2 || all.includes("")) return null
  const [first] = choices
  if (choices.length === 1) return listOf(first!.parts, first!.areAll, whole)
  // `1, 2 or 3` is one list; of `x = 1, y = 2 or x = 3, y = 4` each has two.
  if (choices.every(({ parts }, i) => parts.length === 1 || (i === 0 && !isStatement(parts.at(-1)!))))
    return eitherOf(all.flatMap(signs).map(whole))
  return eitherOf(choices.map(({ parts, areAll }) => (parts.length === 1 ? whole(parts[0]!) : listOf(parts, areAll, whole))))
}

/** `areAll`: it is said with a word that all of them hold. */
const listOf = (parts: ReadonlyArray<string>, areAll: boolean, whole: Read): Answer => {
  const assigned = assignmentsIn(parts, whole)
  if (assigned !== null) return assigned
  const names = new Set(equationsIn(parts).map(({ name }) => name))
  if (names.size === 1) return setOf(parts.flatMap(signs).map(whole), "either")
  if (names.size > 1) return solutionsOf(parts, names.size, whole)
  const points = pointsOf(parts, whole)
  if (points !== null) return points
  const items = parts.flatMap(signs).map(whole)
  const among = withValues(items)
  if (among !== null) return among
  const roots = rootsIn(items)
  if (roots !== null) return roots
  const [first, second, third] = items
  if (!areAll && second?.kind === "sequence" && third === undefined && isOnLetter(first!, second))
    return { kind: "conditional", value: first!, condition: second }
  const [unknown, ...others] = new Set(items.map(unknownOf))
  const areOfOne = unknown != null && others.length === 0
  // Nothing is both: `x \leq -2, x \geq 2` are two ranges.
  if (areOfOne && !areAll && items.every(isBound) && excludeEachOther(items)) return unionOf(items)
  const common = (areAll || items.every(isBound)) && areOfOne ? intersectionOf(items) : null
  return common ?? setOf(items, "list")
}

/** `2^n - 1, n \geq 1`: a formula, and bounds of a letter that is in it; of an equation a whole one, `n = 2^k, k \geq 0`. */
const isOnLetter = (answer: Answer, { of }: OfKind<"sequence">): boolean => {
  if (of === null) return false
  if (answer.kind === "value") return variablesOf(answer.expression).includes(of)
  const isDefined = answer.kind === "relation" && answer.left.kind === "variable" && answer.left.name !== of
  return isDefined && isWholeLetter(of) && variablesOf(answer.right).includes(of)
}

/** `x = 1, y = 2, x = 3, y = 4`: all unknowns, then all once more. */
const solutionsOf = (parts: ReadonlyArray<string>, size: number, whole: Read): Answer => {
  const solutions = parts.flatMap((_, i) => (i % size === 0 ? [assignmentsIn(parts.slice(i, i + size), whole)] : []))
  if (!solutions.every((one) => one?.kind === "named" && one.values.size === size))
    throw new Unreadable("gives some unknowns one value and others several")
  return setOf(
    solutions.filter((one) => one !== null),
    "either"
  )
}

const UNKNOWNS = /^(\([^()=<>,]*(?:,[^()=<>,]*)+\))\s*=/

/** `(x, y) = (1, 2), (3, 4)`: each is what the unknowns before the first may be; null where others are said of others. */
const pointsOf = (parts: ReadonlyArray<string>, whole: Read): Answer | null => {
  const unknowns = UNKNOWNS.exec(parts[0]!)?.[1]
  if (unknowns === undefined) return null
  const all = parts.map((part) => (/^[(\\][^=]*$/.test(part) ? `${unknowns}=${part}` : part))
  return all.every((part) => UNKNOWNS.exec(part)?.[1] === unknowns) ? setOf(all.flatMap(signs).map(whole), "either") : null
}

/** `x = 1, 2`: a name before the first of several values, of which it may have any; null where others have names or none has. */
const rootsIn = (items: ReadonlyArray<Answer>): Answer | null => {
  const [first, ...others] = items
  const name = first === undefined ? null : nameIn(first)
  // Behind `\pm` both have the name.
  const plain = others.filter((other) => nameIn(other) !== name)
  if (name === null || plain.length === 0 || !plain.every((other) => other.kind === kindIn(first!))) return null
  if (plain.some((other) => nameIn(other) !== null)) {
    if (plain.every((other) => nameIn(other) !== null)) return null
    throw new Unreadable("gives some unknowns one value and others several")
  }
  return setOf(
    items.map((item) => (nameIn(item) === null ? called(item, name) : item)),
    "either"
  )
}

const nameIn = (answer: Answer): string | null => (answer.kind === "value" || answer.kind === "called" ? answer.name : null)
const kindIn = (answer: Answer): Answer["kind"] => (answer.kind === "called" ? answer.of.kind : answer.kind)

/** One side of a value, or all but it: several of one unknown hold together, `x \geq -2, x \leq 7`. */
const isBound = (answer: Answer): boolean =>
  answer.kind === "union" ? answer.parts.every(isBound) : answer.kind === "sequence" && answer.of !== null && isEndless(answer)

const isEndless = ({ items }: OfKind<"sequence">): boolean =>
  items.length === 2 && items.some((item) => item.kind === "value" && isInfinite(item.expression))

/** The unknown that an answer says something of; null for none, and for several. */
const unknownOf = (answer: Answer): string | null => {
  if (answer.kind === "value") return answer.name
  if (answer.kind === "sequence") return answer.of
  if (answer.kind === "named") return [...answer.values.keys()].toSorted().join(",")
  if (answer.kind !== "union") return null
  const [name, ...others] = new Set(answer.parts.map(unknownOf))
  return others.length === 0 ? (name ?? null) : null
}

/** Intervals of one unknown are a union; values of one, or of none, are any of them; all else are statements. */
const eitherOf = (items: ReadonlyArray<Answer>): Answer => {
  const [one, other, more] = items
  if (more === undefined && isSaidTwice(one!, other!)) return { kind: "rounded", exact: one!, as: other! }
  const [unknown, ...others] = new Set(items.map(unknownOf).filter((name) => name !== null))
  const isInterval = ({ kind }: Answer) => kind === "sequence" || kind === "union"
  const areOfOne = unknown !== undefined && others.length === 0 && items.every((item) => unknownOf(item) === unknown)
  if (areOfOne && items.some(isInterval) && items.every((item) => isInterval(item) || item.kind === "value"))
    return unionOf(items.map((item) => (item.kind === "value" ? setOf([unnamed(item)], "braces") : item)))
  // `(-\infty, 2) or (3, \infty)`: in round brackets with two values they might all be points.
  const areIntervals = items.every(isInterval) && items.some((item) => item.kind === "sequence" && isWrittenInterval(item))
  if (areIntervals && others.length === 0) return unionOf(items)
  const areStatements = others.length > 0 || items.some(({ kind }) => kind === "relation")
  if (!areStatements) return setOf(items, "either")
  // `y = 2x or y = 3x` is also what y may be.
  const [exact, values] = [setOf(items, "statements"), items.map(valueIn)]
  const areOfOneName = values.every((value) => value !== null) && new Set(values.map(({ name }) => name)).size === 1
  return areOfOneName ? { kind: "rounded", exact, as: setOf(values, "either") } : exact
}

/** `\frac38 or 0.375`: one value, as a number and as another way to write it. */
const isSaidTwice = (one: Answer, other: Answer): boolean => {
  if (one.kind !== "value" || other.kind !== "value" || one.name !== other.name) return false
  const isShare = other.unit === "%" && one.unit === ""
  if (!isShare && one.unit !== other.unit) return false
  if (variablesOf(one.expression).length > 0 || one.counted.length + other.counted.length > 0) return false
  return order(isShare ? { kind: "product", left: one.expression, right: HUNDRED } : one.expression, other.expression) === 0
}

const isWrittenInterval = (sequence: OfKind<"sequence">): boolean =>
  sequence.open === "[" || sequence.close === "]" || isEndless(sequence)
