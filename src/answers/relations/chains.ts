/**
 * Chains of equals that say more than what stands last: unknowns and formulas of one value, `a = 2b = 4`, formulas of each other,
 * `x = 2y = 3z`, and an amount in two units.
 *
 * A chain is what stands last, if a name stands first: `A = \pi r^2 = 9\pi` is 9 pi. No member is dropped from it beside another
 * chain: what each is of that value is solved for its unknown, `a = 4, b = 2`, or stays an equation.
 */

import type { Answer } from "../Answer.ts"
import { equalExpressions } from "../mathematics/compare.ts"
import { type Expression, Unreadable, variablesOf } from "../mathematics/Expression.ts"
import { linearIn } from "../mathematics/linear.ts"
import { tryExpression } from "../mathematics/parse.ts"
import { areInRatio, type OfKind, setOf } from "../same-kind.ts"
import { isApplied, isName, nameOf, spelled } from "../spelling/names.ts"
import { splitAt } from "../split.ts"
import { made } from "../units/quantities.ts"
import { bound } from "./inequalities.ts"
import { isOperation } from "./operations.ts"
import { mustAgree, relationIn } from "./relations.ts"

type Read = (text: string) => Answer

const MEASURED = /^-?(?:\d|\.\d|\\frac)[^]*[A-Za-z}]$/
/** What follows is no member. */
const ARROW = /\\(?:[Rr]ightarrow|Longrightarrow|implies|iff|to|mapsto|therefore)(?![A-Za-z])/
/** Formulas of each other are compared each with each. */
const MOST_FORMULAS = 5

export const chain = (text: string, whole: Read): Answer | null => {
  if (!text.includes("=") || ARROW.test(text)) return null
  const { parts } = splitAt(text, ["=", "<", ">", "\\leq", "\\geq", "\\neq", "\\approx", "\\simeq", "\\doteq"])
  if (splitAt(text, ["="]).parts.length !== parts.length || parts.includes("")) return null
  if (parts.length > 2) mustAgree(parts, whole)
  if (isOperation(parts[0]!)) return null
  return parts.length === 2 ? inTwoUnits(parts, whole) : parts.length > 2 ? ofSeveral(parts, whole) : null
}

/** `name`: what it is called, where it is a name. `of`: what it is, or a variable of its own where that cannot be read. */
interface Member {
  readonly text: string
  readonly name: string | null
  readonly of: Expression
}

const memberOf = (text: string): Member => {
  const name = isName(text) ? nameOf(text) : null
  const unknown: Expression = { kind: "variable", name: name ?? `{${spelled(text)}}` }
  const isProduct = name === null || /^[a-z]{2,}$/.test(name)
  return { text, name, of: isProduct ? (tryExpression(text) ?? unknown) : unknown }
}

const ofSeveral = (parts: ReadonlyArray<string>, whole: Read): Answer | null => {
  const constants = parts.filter((part) => isConstant(part, whole))
  const members = parts.filter((part) => !constants.includes(part) && !saysNothing(part)).map(memberOf)
  const [first, ...others] = members
  // `5 = 5 = 5` is left to what stands last, and so is `m + n = 100 + 13 = 113`.
  if (first === undefined || (others.length === 0 && parts[0] === first.text && unknownIn(first) === null)) return null
  return constants.length === 0
    ? ofEachOther(parts, members, whole)
    : ofOneValue(members, constants, parts.at(-1) === constants.at(-1), whole)
}

const saysNothing = (part: string): boolean => isName(part) && nameOf(part) === null

const LETTER = /^(?:[A-Za-df-hj-z]|\\(?!pi$|infty$)[A-Za-z]+)$/
const isConstant = (part: string, whole: Read): boolean => {
  const read = LETTER.test(part) ? null : tried(part, whole)
  return read?.kind === "value" && variablesOf(read.expression).length === 0
}

export const tried = (part: string, whole: Read): Answer | null => {
  try {
    return whole(part)
  } catch (cause) {
    if (cause instanceof Unreadable) return null
    throw cause
  }
}

/** The only unknown of a formula that a value solves for it, `2a`; null for all else, and for names. */
const unknownIn = ({ name, of }: Member): string | null => {
  const [unknown, other] = variablesOf(of)
  if (name !== null || unknown === undefined || other !== undefined || !/^(?:[A-Za-z](?:_\w+)?|\\[a-z]+)$/.test(unknown))
    return null
  return linearIn(of, unknown)?.slope.top ? unknown : null
}

/** `a = 2b = 4`, `x = y = z = 1`. */
const ofOneValue = (
  members: ReadonlyArray<Member>,
  constants: ReadonlyArray<string>,
  isLast: boolean,
  whole: Read
): Answer | null => {
  const as = relationIn([...members.map(({ text }) => text), ...constants].join("="), whole)
  if (as?.kind !== "value" || variablesOf(as.expression).length > 0) return null
  const values = new Map<string, OfKind<"value">>()
  for (const member of members) {
    const [name, value] = solvedFor(member, as)
    const before = name === null ? undefined : values.get(name)
    if (name === null || (before !== undefined && !equalExpressions(before.expression, value.expression)))
      return besides(members, equationsOf(members, as.expression), as)
    values.set(name, value)
  }
  const [[name, value] = [null, as], other] = values
  if (other === undefined) return { ...value, name }
  return isLast ? besides(members, { kind: "named", values }, as) : { kind: "named", values }
}

/** What a member says to be what; null for what it is that no value solves. */
const solvedFor = (member: Member, as: OfKind<"value">): readonly [string | null, OfKind<"value">] => {
  const unknown = unknownIn(member)
  if (unknown === null) return [member.name, { ...as, name: null }]
  const { slope, rest } = linearIn(member.of, unknown)!
  const left: Expression = { kind: "difference", left: as.expression, right: rest }
  const { expression, number } = bound({ kind: "quotient", left, right: { kind: "number", value: slope } })
  return [unknown, { ...as, expression, number, name: null }]
}

const equationsOf = (members: ReadonlyArray<Member>, value: Expression): Answer =>
  together(members.map(({ of }) => ({ kind: "relation", sign: "=", left: of, right: value })))

const together = (equations: ReadonlyArray<Answer>): Answer => (equations.length === 1 ? equations[0]! : setOf(equations, "list"))

/** All that is said, and what stands last, if it has a name or is said of several unknowns. */
const besides = ([first]: ReadonlyArray<Member>, exact: Answer, as: Answer): Answer =>
  first!.name === null && (unknownIn(first!) !== null || exact.kind === "relation") ? exact : { kind: "rounded", exact, as }

/** `x = 2y = 3z`: each two of them; null for what a name is in several ways to write it, `y = (x + 1)^2 = x^2 + 2x + 1`. */
const ofEachOther = (parts: ReadonlyArray<string>, all: ReadonlyArray<Member>, whole: Read): Answer | null => {
  // `y = f(x) = 2x` is what both are.
  const members = all.filter(({ text }) => !isApplied(text))
  const [first, last] = [all[0]!, all.at(-1)!]
  if (last.name === null && tryExpression(last.text) === null) return null
  const isAlike = (member: Member) => member === last || (!isVariable(member.of) && equalExpressions(member.of, last.of))
  if (members.length > MOST_FORMULAS || members.filter((member) => member !== first).every(isAlike)) return null
  const pairs = members.flatMap((left, i) => members.slice(i + 1).map((right) => ({ left: left.of, right: right.of })))
  const equations = pairs.filter(({ left, right }) => !equalExpressions(left, right))
  const exact = together(equations.map(({ left, right }) => ({ kind: "relation", sign: "=", left, right })))
  const as = first.name === null ? null : relationIn(parts.join("="), whole)
  return as === null ? exact : { kind: "rounded", exact, as }
}

const isVariable = ({ kind }: Expression): boolean => kind === "variable"

/** `1.5 h = 90 min`. */
const inTwoUnits = (parts: ReadonlyArray<string>, whole: Read): Answer | null => {
  if (!parts.every((part) => MEASURED.test(part))) return null
  const [exact, as] = parts.map(whole)
  if (exact?.kind !== "value" || as?.kind !== "value" || exact.unit === as.unit) return null
  if (variablesOf(exact.expression, as.expression).length > 0 || exact.unit === "" || as.unit === "") return null
  return areInRatio(exact, as) ? { kind: "rounded", exact: made(exact), as: made(as) } : null
}
