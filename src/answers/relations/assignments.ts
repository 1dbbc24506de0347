/** Values by name, `x = 1, y = 2`, and the orders in which they are a point or a list. */

import type { Answer } from "../Answer.ts"
import { Unreadable, variablesOf } from "../mathematics/Expression.ts"
import { tryExpression } from "../mathematics/parse.ts"
import { type OfKind, setOf } from "../same-kind.ts"
import { argumentsOf, isApplied, isName, nameOf, spelled } from "../spelling/names.ts"
import { UNKNOWN } from "../vocabulary/variables.ts"
import { areWords } from "../words.ts"

type Read = (text: string) => Answer

/** `x = 1, y = 2`, on whichever side the names stand: values by name; null where one has none, or another has it too. */
export const assignmentsIn = (parts: ReadonlyArray<string>, whole: Read): Answer | null => {
  const found = equationsIn(parts)
  const names = found.map(({ name }) => name)
  return found.length > 1 && new Set(names).size === parts.length
    ? { kind: "named", values: new Map(found.map(({ name, value }) => [name, whole(value)])) }
    : null
}

/** The coordinates of a point, which have no names of their own: `(x = 1, 2)` is none. Throws `Unreadable`. */
export const unnamedIn = (items: ReadonlyArray<Answer>): ReadonlyArray<Answer> => {
  if (items.some((item) => (item.kind === "value" || item.kind === "called") && item.name !== null && !areWords(item)))
    throw new Unreadable("names a value in a point")
  return items
}

/** Names with what they are said to be; none where one of the parts is no such equation. */
export const equationsIn = (parts: ReadonlyArray<string>): ReadonlyArray<{ readonly name: string; readonly value: string }> => {
  if (!parts.every((part) => part.includes("="))) return []
  const found = parts.map((part) => {
    const [left, right, more] = part.split("=").map((side) => side.trim())
    if (more !== undefined || left === "" || right === "") return null
    const [name, value] = isTurned(left!, right!) ? [right!, left!] : [left!, right!]
    return isName(name) ? { name: withArgument(nameOf(name) ?? spelled(name), value), value } : null
  })
  return found.every((equation) => equation !== null) ? found : []
}

/** `y'` beside other values is by x, and by the time where that is in it: `y' = 2x, y = x^2`. */
const withArgument = (name: string, value: string): string =>
  /^[A-Za-z]'+$/.test(name) ? `${name}(${/(?<![A-Za-z])t(?![A-Za-z])/.test(value) && !value.includes("x") ? "t" : "x"})` : name

/**
 * As a point or a list that names nothing gives them: as they are written, `m = 2, b = -3` as 2 and -3. But unknowns that have an
 * order of their own have it however they are written, `y = 1, x = 2` as (2, 1): coordinates and their like, and
 * numbers behind one letter.
 */
export const inOrderOfNames = ({ values }: OfKind<"named">): ReadonlyArray<Answer> => {
  const places = placesOf([...values.keys()])
  if (places === null) return [...values.values()]
  const entries = [...values.values()].map((value, i) => [places[i]!, value] as const)
  return entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, value]) => value)
}

/** Letters that are said in one order, and no others: a slope m stands before b, a time t before a way s. */
const FAMILIES = [
  "a b c d",
  "m n",
  "p q r s",
  "u v w",
  "x y z",
  "\\alpha \\beta \\gamma \\delta",
  "r \\theta \\phi",
  "r \\theta z"
].map((family) => family.split(" "))

/** The places of names in an order of their own; null where they have none. */
const placesOf = (names: ReadonlyArray<string>): ReadonlyArray<bigint> | null => {
  const parts = names.map((name) => /^([A-Za-z]|\\[a-z]+)(?:_(\d{1,20}))?$/.exec(name))
  if (!parts.every((part) => part !== null)) return null
  const [letters, numbers] = [parts.map(([, letter]) => letter!), parts.map(([, , number]) => number)]
  if (new Set(letters).size === 1)
    return numbers.every((number) => number !== undefined) ? numbers.map((number) => BigInt(number!)) : null
  const small = letters.map((letter) => letter.toLowerCase())
  const family = FAMILIES.find((some) => small.every((letter) => some.includes(letter)))
  const isOrdered = family !== undefined && new Set(numbers).size === 1 && new Set(small).size === small.length
  return isOrdered ? small.map((letter) => BigInt(family.indexOf(letter))) : null
}

/** `x_1 = 2, x_2 = 1`: the values of one unknown, in any order and as many as there are; null for all else. */
export const numberedIn = ({ values }: OfKind<"named">): Answer | null => {
  const letters = new Set([...values.keys()].map((name) => /^([A-Za-z]|\\[A-Za-z]+)_\d+$/.exec(name)?.[1]))
  const [letter] = letters
  if (letter === undefined || letters.size > 1) return null
  return setOf(
    [...values.values()].map((value) => (value.kind === "value" ? { ...value, name: letter } : value)),
    "list"
  )
}

/** Values of unknowns are a point; values of functions are none. */
export const isPoint = ({ values }: OfKind<"named">): boolean => [...values.keys()].every((name) => !/[(|:[]/.test(name))

/** `2x = y`, `3 = AB`: the name stands on the right. */
export const isTurned = (left: string, right: string): boolean =>
  !isName(left) && (isVariable(right) || (isName(right) && !isApplied(right) && isNumber(left) && !isNumber(right)))

export const isNumber = (text: string): boolean => {
  const expression = tryExpression(text)
  return expression !== null && variablesOf(expression).length === 0
}

const VARIABLE = new RegExp(`^${UNKNOWN}$`)
export const isVariable = (text: string): boolean => VARIABLE.test(text)

/** What bounds are said of: a variable, or with numbers for bounds a function at one, `-2 \leq f(x) \leq 7`. */
export const isBounded = (text: string, bounds: ReadonlyArray<string>): boolean =>
  isVariable(text) || (isApplied(text) && isVariable(argumentsOf(text)) && bounds.every(isNumber))

/** Words that say what a value is not, and are no name of it. */
const DENIES = /^'(?:not|never|no|cannot)\b|(?:\b(?:not|never|cannot(?: be)?|no)|n['’]t(?: be)?)'$/

/** What words call a value tells it from others as a variable does: the area is no perimeter. */
export const named = (answer: Answer, name: string): Answer => {
  const known = nameOf(name)
  if (known !== null && DENIES.test(known)) throw new Unreadable("says only what is not")
  return known === null ? unnamed(answer) : called(answer, known)
}

export const unnamed = (answer: Answer): Answer => (answer.kind === "value" ? { ...answer, name: null } : answer)

/** Each of several values has the name, and so have a point, an interval, a set as a whole. */
export const called = (answer: Answer, name: string): Answer => {
  switch (answer.kind) {
    case "value":
      return { ...answer, name }
    case "set":
      return answer.written === "braces"
        ? { kind: "called", name, of: answer }
        : setOf(
            answer.items.map((item) => called(item, name)),
            answer.written
          )
    case "rounded":
      return { kind: "rounded", exact: called(answer.exact, name), as: called(answer.as, name) }
    case "family":
      return { ...answer, of: called(answer.of, name) }
    case "named":
    case "relation":
      return answer
    default:
      return { kind: "called", name, of: answer }
  }
}

/** What an unknown is in: intervals of it, and in braces the values of which it is one. */
export const ofUnknown = (answer: Answer, name: string): Answer => {
  switch (answer.kind) {
    case "sequence":
      return { ...answer, of: name }
    case "union":
      return { ...answer, parts: answer.parts.map((part) => (part.kind === "sequence" ? { ...part, of: name } : part)) }
    case "set":
      return setOf(
        answer.items.map((item) => (item.kind === "value" ? { ...item, name } : item)),
        "either"
      )
    case "among":
      return { ...answer, name }
    case "words":
      return { kind: "called", name, of: answer }
    case "rounded":
      return { ...answer, exact: ofUnknown(answer.exact, name), as: ofUnknown(answer.as, name) }
    default:
      return answer
  }
}
