/** Equations and inequations, and lists of them: values by name, intervals, and what relates two expressions. */

import type { Answer } from "./Answer.ts"
import { exactOf, order } from "./mathematics/compare.ts"
import { type Expression, Unreadable, variablesOf } from "./mathematics/Expression.ts"
import { linearIn } from "./mathematics/linear.ts"
import { parseExpression, tryExpression } from "./mathematics/parse.ts"
import type { Rational } from "./mathematics/rational.ts"
import { numberText, numeralIn } from "./numeral.ts"
import { type OfKind, setOf } from "./same-kind.ts"
import { argumentsOf, isApplied, isName, nameOf, spelled } from "./spelling/names.ts"
import { quantityNameIn } from "./spelling/quantity-names.ts"
import { isOneBracket, signs, splitAt, splitAtCommas } from "./split.ts"
import { intersectionOf, isInfinite, LOWER, unionOf, UPPER } from "./unions.ts"
import { made } from "./units/quantities.ts"
import { words } from "./words.ts"

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

const SIGNS = ["=", "<", ">", "\\leq", "\\geq", "\\neq"] as const
const NEARLY = ["\\approx", "\\simeq", "\\doteq"]
type Sign = (typeof SIGNS)[number]
const TURNED: Readonly<Record<Sign, Sign>> = {
  "=": "=",
  "<": ">",
  ">": "<",
  "\\leq": "\\geq",
  "\\geq": "\\leq",
  "\\neq": "\\neq"
}

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
  const between = separators as ReadonlyArray<Sign>
  if (between.every((sign) => sign === "=")) return equation(parts, whole)
  if (parts.length === 2) return inequality(parts[0]!, between[0]!, parts[1]!, whole)
  if (parts.length === 3 && isVariable(parts[1]!)) return between2(parts, between, whole)
  throw new Unreadable("relates more than two values")
}

/** A value that is said twice, the second time as a decimal: itself rounded, or, with two places and more, cut off. */
const roundedOf = (exact: Answer, as: Answer, written: string): Answer => {
  if (exact.kind !== "value" || as.kind !== "value" || as.number === null || as.number.includes("/"))
    throw new Unreadable("says nearly what is no decimal")
  // Zeros behind a point count, which the number does not keep: 0.70 is not 0.693.
  const decimals = /\.(\d+)/.exec(written)?.[1]
  const places = decimals?.length ?? (as.number === "0" ? 0 : -/0*$/.exec(as.number)![0].length)
  const [top, bottom] = places < 0 ? [10n ** BigInt(-places), 1n] : [1n, 10n ** BigInt(places)]
  const isShare = as.unit === "%" && exact.unit === ""
  const said: Expression = isShare ? { kind: "product", left: exact.expression, right: HUNDRED } : exact.expression
  const far = (from: Expression, to: Expression): Expression => size({ kind: "difference", left: from, right: to })
  const isRounded = isAtMost(far(said, as.expression), { top, bottom: 2n * bottom })
  const rest = places < 2 ? null : order(size(said), size(as.expression))
  const isCutOff = rest !== null && rest >= 0 && isAtMost(far(said, as.expression), { top, bottom })
  const units = new Set([exact.unit, as.unit].filter((unit) => unit !== ""))
  if (!(isRounded || isCutOff) || units.size > 1) throw new Unreadable("says of a value that it is nearly another")
  const [unit = ""] = units
  return { kind: "rounded", exact: isShare ? exact : { ...exact, unit }, as: { ...as, unit } }
}

const HUNDRED: Expression = { kind: "number", value: { top: 100n, bottom: 1n } }
const size = (of: Expression): Expression => ({ kind: "call", name: "abs", values: [of] })
const isAtMost = (value: Expression, bound: Rational): boolean => {
  const found = order(value, { kind: "number", value: bound })
  return found !== null && found <= 0
}

const equation = (parts: ReadonlyArray<string>, whole: Read): Answer => {
  const [left, right] = [parts[0]!, parts.at(-1)!]
  if (parts.length === 2 && isTurned(left, right)) return equation([right, left], whole)
  if (parts.length === 2 && !isApplied(left) && isApplied(right) && !(isName(left) && isDefined(right)))
    return equation([right, left], whole)
  if (parts.length === 2) {
    const values = atDistance(left, right) ?? atDistance(right, left)
    if (values !== null) return values
  }
  if (isApplied(left)) {
    // `f(x) = f(-x)` is not what f is.
    if (/(?<![A-Za-z\\])[fghFGH]'*\(/.test(right)) return words(`${left}=${right}`.replaceAll(/\s+/g, ""))
    if (!isDefined(left)) return { kind: "named", values: new Map([[spelled(left), whole(right)]]) }
  }
  if (isName(left)) {
    const value = named(whole(right), left)
    const answer = parts.length === 2 && isLong(left) ? made(value) : value
    const isValue = answer.kind !== "value" || parts.length > 2 || isApplied(left) || variablesOf(answer.expression).length === 0
    if (isValue) return answer
  }
  if (parts.length > 2) return whole(right)
  // `100 + 13 = 113` is the value that it ends in; `5 = 5` says nothing.
  if (isNumber(left) && isNumber(right) && (numeralIn(left) === null || numeralIn(right) === null)) return made(whole(right))
  const ending =
    numeralIn(left) === null && isNumber(left.replaceAll(/\\?\$/g, "")) && /[$%A-Za-z}]/.test(right) ? whole(right) : null
  if (ending?.kind === "value" && ending.unit + ending.counted.join("") !== "" && variablesOf(ending.expression).length === 0)
    return made(ending)
  return tuple(left, right, whole) ?? { kind: "relation", sign: "=", left: parseExpression(left), right: parseExpression(right) }
}

/** A name that the verifier of `paper` reads no number behind. */
const isLong = (name: string): boolean =>
  !/^[A-Za-z ]+$/.test(name) && (quantityNameIn(name) !== null || /_\s*\{?\s*\\text/.test(name))

/** `2x = y`, `3 = AB`: the name stands on the right. */
const isTurned = (left: string, right: string): boolean =>
  !isName(left) && (isVariable(right) || (isName(right) && !isApplied(right) && isNumber(left) && !isNumber(right)))

const isNumber = (text: string): boolean => {
  const expression = tryExpression(text)
  return expression !== null && variablesOf(expression).length === 0
}

/** `(x, y) = (1, 2)`. */
const tuple = (left: string, right: string, whole: Read): Answer | null => {
  if (!left.startsWith("(") || !isOneBracket(left)) return null
  const names = splitAt(left.slice(1, -1), [","]).parts
  if (names.length < 2 || new Set(names).size < names.length || !names.every(isName)) return null
  const values = whole(right)
  const isPoint = values.kind === "sequence" && values.open === "(" && values.close === ")" && values.of === null
  if (!isPoint || values.items.length !== names.length) throw new Unreadable(`names ${names.length} values and gives others`)
  return { kind: "named", values: new Map(names.map((name, i) => [name, values.items[i]!])) }
}

/** What words call a value tells it from others as a variable does: the area is no perimeter. */
const named = (answer: Answer, name: string): Answer => {
  const known = nameOf(name)
  return known === null ? unnamed(answer) : called(answer, known)
}

const unnamed = (answer: Answer): Answer => (answer.kind === "value" ? { ...answer, name: null } : answer)

/** Each of several values has the name, and so have a point, an interval, a set as a whole. */
const called = (answer: Answer, name: string): Answer => {
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
    default:
      return answer
  }
}

const isVariable = (text: string): boolean => /^(?:[A-Za-z](?:_\{?\w+\}?)?|\\(?:theta|alpha|beta|lambda))$/.test(text)

const value = (expression: Expression): OfKind<"value"> => ({ ...UPPER, expression })

/** A variable against a value is an interval; expressions against each other stay an inequality. */
const inequality = (left: string, sign: Sign, right: string, whole: Read): Answer => {
  if (!isVariable(left) && isVariable(right)) return inequality(right, TURNED[sign], left, whole)
  const near = distance(left, sign, right) ?? distance(right, TURNED[sign], left)
  if (near !== null) return near
  if (isVariable(left) && !isVariable(right)) {
    const bound = whole(right)
    switch (sign) {
      case "<":
      case "\\leq":
        return { kind: "sequence", open: "(", close: sign === "<" ? ")" : "]", items: [LOWER, bound], of: left }
      case ">":
      case "\\geq":
        return { kind: "sequence", open: sign === ">" ? "(" : "[", close: ")", items: [bound, UPPER], of: left }
      case "\\neq":
        return {
          kind: "union",
          parts: [
            { kind: "sequence", open: "(", close: ")", items: [LOWER, bound], of: left },
            { kind: "sequence", open: "(", close: ")", items: [bound, UPPER], of: left }
          ]
        }
    }
  }
  if (sign === "\\neq") throw new Unreadable("says only what is not")
  const [below, above] = sign === "<" || sign === "\\leq" ? [left, right] : [right, left]
  const strict = sign === "<" || sign === ">"
  return { kind: "relation", sign: strict ? "<" : "<=", left: parseExpression(below), right: parseExpression(above) }
}

/** `|x - 3|`, `|2x + 1|`, of one unknown: what is as far as `right` from where its distance is taken, below and above. */
const distanceIn = (left: string, right: string) => {
  const found = /^\|([^|]+)\|$/.exec(left)
  if (found === null) return null
  const [inside, size] = [tryExpression(found[1]!), tryExpression(right)]
  if (inside === null || size === null) return null
  const [of, other] = variablesOf(inside)
  if (of === undefined || other !== undefined || !/^[A-Za-z]$/.test(of)) return null
  const [line, far] = [linearIn(inside, of), exactOf(size)]
  if (line === null || line.slope.top === 0n || far === null || far.top < 0n) return null
  const slope: Expression = { kind: "number", value: line.slope }
  const centre: Expression = { kind: "quotient", left: { kind: "negative", of: line.rest }, right: slope }
  const reach: Expression = { kind: "quotient", left: size, right: { kind: "call", name: "abs", values: [slope] } }
  const [low, high] = (["difference", "sum"] as const).map((kind) => bound({ kind, left: centre, right: reach }))
  return { of, low: low!, high: high!, isPoint: far.top === 0n }
}

/** `|x - 3| < 2`, `|x| \\geq 8`: what is nearer to a value than another, or farther. */
const distance = (left: string, sign: Sign, right: string): Answer | null => {
  const found = sign === "=" || sign === "\\neq" ? null : distanceIn(left, right)
  if (found === null || found.isPoint) return null
  const { of, low, high } = found
  const [open, close] = sign === "<" || sign === ">" ? (["(", ")"] as const) : (["[", "]"] as const)
  if (sign === "<" || sign === "\\leq") return { kind: "sequence", open, close, items: [low, high], of }
  return {
    kind: "union",
    parts: [
      { kind: "sequence", open: "(", close, items: [LOWER, low], of },
      { kind: "sequence", open, close: ")", items: [high, UPPER], of }
    ]
  }
}

/** `|x| = 8`: the two values. `|z|`, `|v|` and their like are lengths of what is no real number. */
const atDistance = (left: string, right: string): Answer | null => {
  const found = distanceIn(left, right)
  if (found === null || !/^[a-txy]$/.test(found.of)) return null
  const [low, high] = [found.low, found.high].map((value) => ({ ...value, name: found.of }))
  return found.isPoint ? low! : setOf([low!, high!], "either")
}

export const bound = (expression: Expression): OfKind<"value"> => {
  const exact = exactOf(expression)
  return exact === null ? value(expression) : { ...value(expression), number: numberText(exact, false) }
}

/** `1 < x \leq 2`, in either direction. */
const between2 = (parts: ReadonlyArray<string>, [first, second]: ReadonlyArray<Sign>, whole: Read): Answer => {
  const down = first === ">" || first === "\\geq"
  const [low, lowSign, highSign, high] = down ? [parts[2]!, second!, first, parts[0]!] : [parts[0]!, first!, second!, parts[2]!]
  const upward = (sign: Sign) => (down ? TURNED[sign] : sign)
  const [lower, upper] = [upward(lowSign), upward(highSign)]
  if ([lower, upper].some((sign) => sign !== "<" && sign !== "\\leq")) throw new Unreadable("relates values in two directions")
  return {
    kind: "sequence",
    open: lower === "<" ? "(" : "[",
    close: upper === "<" ? ")" : "]",
    items: [whole(low), whole(high)],
    of: parts[1]!
  }
}

/** Words between values, as signs that no text has: `1 and 2`, `x = 1 \text{ or } x = 2`; between relations also `\lor`. */
const [OR, AND] = ["\u0001", "\u0002"]
const connected = (text: string): string => {
  const said = text
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

/** `x = 1, y = 2`, on whichever side the names stand: values by name; null where one has none, or another has it too. */
export const assignmentsIn = (parts: ReadonlyArray<string>, whole: Read): Answer | null => {
  const found = equationsIn(parts)
  const names = found.map(({ name }) => name)
  return found.length > 1 && new Set(names).size === parts.length
    ? { kind: "named", values: new Map(found.map(({ name, value }) => [name, whole(value)])) }
    : null
}

/** Names with what they are said to be; none where one of the parts is no such equation. */
const equationsIn = (parts: ReadonlyArray<string>): ReadonlyArray<{ readonly name: string; readonly value: string }> => {
  if (!parts.every((part) => part.includes("="))) return []
  const found = parts.map((part) => {
    const [left, right, more] = part.split("=").map((side) => side.trim())
    if (more !== undefined || left === "" || right === "") return null
    const [name, value] = isTurned(left!, right!) ? [right!, left!] : [left!, right!]
    return isName(name) ? { name: nameOf(name) ?? spelled(name), value } : null
  })
  return found.every((equation) => equation !== null) ? found : []
}

/** `areAll`: it is said with a word that all of them hold. */
const listOf = (parts: ReadonlyArray<string>, areAll: boolean, whole: Read): Answer => {
  const assigned = assignmentsIn(parts, whole)
  if (assigned !== null) return assigned
  if (new Set(equationsIn(parts).map(({ name }) => name)).size === 1) return setOf(parts.flatMap(signs).map(whole), "either")
  const items = parts.flatMap(signs).map(whole)
  const [unknown, ...others] = new Set(items.map(unknownOf))
  const common = (areAll || items.every(isBound)) && unknown != null && others.length === 0 ? intersectionOf(items) : null
  return common ?? setOf(items, "list")
}

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
  return setOf(items, areStatements ? "statements" : "either")
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
