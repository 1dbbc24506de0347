/**
 * Answers with arbitrary constants: `x^2 + C` is one function for each C, and the same ones by another letter. Two such answers
 * are the same where their constants can be paired, each with one and all at once, so that the rest is the same.
 */

import type { Answer } from "./Answer.ts"
import { type Expression, variablesOf, withVariable } from "./mathematics/Expression.ts"
import { spend } from "./mathematics/work.ts"

type Same = (a: Answer, b: Answer) => boolean
type Family = Extract<Answer, { readonly kind: "family" }>

/** More constants are paired in too many ways. */
export const MOST_CONSTANTS = 4

/** An answer with something else for each of its expressions. */
const mapped = (answer: Answer, by: (of: Expression) => Expression): Answer => {
  const each = (items: ReadonlyArray<Answer>) => items.map((item) => mapped(item, by))
  switch (answer.kind) {
    case "value":
      return { ...answer, expression: by(answer.expression) }
    case "set":
      return { ...answer, items: each(answer.items), members: each(answer.members) }
    case "sequence":
      return { ...answer, items: each(answer.items) }
    case "union":
      return { ...answer, parts: each(answer.parts) }
    case "rounded":
      return { ...answer, exact: mapped(answer.exact, by), as: mapped(answer.as, by) }
    case "called":
    case "family":
      return { ...answer, of: mapped(answer.of, by) }
    case "conditional":
      return { ...answer, value: mapped(answer.value, by), condition: mapped(answer.condition, by) }
    case "matrix":
      return { ...answer, rows: answer.rows.map((row) => row.map(by)) }
    case "relation":
      return { ...answer, left: by(answer.left), right: by(answer.right) }
    case "named":
      return { ...answer, values: new Map([...answer.values].map(([name, value]) => [name, mapped(value, by)])) }
    default:
      return answer
  }
}

/** Constants of several parts of one answer are paired at once: `y = C_1e^x + C_2, y' = C_1e^x`. */
export const withOneFamily = (answer: Answer): Answer => {
  const parts =
    answer.kind === "named" ? [...answer.values.values()] : answer.kind === "sequence" || isList(answer) ? answer.items : []
  const families = parts.filter((part) => part.kind === "family" && part.over === "")
  const letters = [...new Set(families.flatMap((part) => (part.kind === "family" ? part.letters : [])))]
  if (families.length < 2 || letters.length > MOST_CONSTANTS) return answer
  const plain = (part: Answer): Answer => (part.kind === "family" && part.over === "" ? part.of : part)
  const of: Answer =
    answer.kind === "named"
      ? { ...answer, values: new Map([...answer.values].map(([name, value]) => [name, plain(value)])) }
      : answer.kind === "sequence"
        ? { ...answer, items: answer.items.map(plain) }
        : isList(answer)
          ? { ...answer, items: answer.items.map(plain), members: answer.members.map(plain) }
          : answer
  return { kind: "family", of, letters, over: "" }
}

/** Of alternatives each has constants of its own. */
const isList = (answer: Answer): answer is Extract<Answer, { readonly kind: "set" }> =>
  answer.kind === "set" && answer.written === "list"

/** The variables in all expressions of an answer, sorted. */
export const variablesIn = (answer: Answer): ReadonlyArray<string> => {
  const found: Array<Expression> = []
  mapped(answer, (of) => {
    found.push(of)
    return of
  })
  return [...new Set(found.flatMap((of) => variablesOf(of)))].toSorted()
}

/** Constants that are paired have one name, which no text has. A whole number's begins as those do that stand for one. */
const paired = ({ of, letters, over }: Family, order: ReadonlyArray<number>): Answer =>
  mapped(of, (expression) =>
    letters.reduce((all, letter, i) => {
      const name = /integer/.test(over) ? `k_*${order[i]}` : `c_*${order[i]}`
      return withVariable(all, letter, { kind: "variable", name })
    }, expression)
  )

/** 0, 1, 2 in all their orders. */
const ordersOf = (count: number): ReadonlyArray<ReadonlyArray<number>> =>
  count === 0
    ? [[]]
    : ordersOf(count - 1).flatMap((order) => Array.from({ length: count }, (_, at) => order.toSpliced(at, 0, count - 1)))

export const sameFamily = (a: Family, b: Family, same: Same): boolean => {
  if (a.letters.length !== b.letters.length || a.over !== b.over || a.letters.length > MOST_CONSTANTS) return false
  const [first, ...orders] = ordersOf(a.letters.length)
  const left = paired(a, first!)
  return [first!, ...orders].some((order) => {
    spend(5)
    return same(left, paired(b, order))
  })
}

/** Letters that people give to constants without a word: of an answer that says nothing of them, beside one that does. */
const MEANT = /^(?:[ABKc]|[CcK]_\d)$/

/** A family, and an answer that leaves out what its letters are; of one with a C, a small k may be that where it is added. */
export const isMemberOf = (family: Family, other: Answer, same: Same): boolean => {
  if (same(family.of, other)) return true
  if (family.over !== "") return false
  const [mine, its] = [variablesIn(family.of), variablesIn(other)]
  const isAdded = (name: string) => other.kind === "value" && addedIn(other.expression).some((of) => isNamed(of, name))
  const letters = its.filter(
    (name) =>
      (MEANT.test(name) || name === "C" || (name === "k" && family.letters[0] === "C" && isAdded(name))) &&
      (family.letters.includes(name) || !mine.includes(name))
  )
  return letters.length > 0 && sameFamily(family, { kind: "family", of: other, letters, over: "" }, same)
}

const isNamed = (at: Expression, name: string): boolean => at.kind === "variable" && at.name === name

/** What is added, and not taken away. */
export const addedIn = (at: Expression): ReadonlyArray<Expression> =>
  at.kind === "sum" ? [...addedIn(at.left), ...addedIn(at.right)] : at.kind === "difference" ? addedIn(at.left) : [at]
