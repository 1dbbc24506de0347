/** Inequalities: intervals of an unknown, which a division solves for it (`-2x > 6`), and distances (`|x - 3| < 2`). */

import type { Answer } from "../Answer.ts"
import { exactOf } from "../mathematics/compare.ts"
import { type Expression, Unreadable, variablesOf } from "../mathematics/Expression.ts"
import { linearIn } from "../mathematics/linear.ts"
import { parseSide, tryExpression } from "../mathematics/parse.ts"
import { numberText } from "../numeral.ts"
import { type OfKind, setOf } from "../same-kind.ts"
import { spelled } from "../spelling/names.ts"
import { splitAt } from "../split.ts"
import { intersectionOf, LOWER, UPPER } from "../unions.ts"
import { isBounded, isVariable } from "./assignments.ts"

type Read = (text: string) => Answer

export const SIGNS = ["=", "<", ">", "\\leq", "\\geq", "\\neq"] as const
export type Sign = (typeof SIGNS)[number]
const TURNED: Readonly<Record<Sign, Sign>> = {
  "=": "=",
  "<": ">",
  ">": "<",
  "\\leq": "\\geq",
  "\\geq": "\\leq",
  "\\neq": "\\neq"
}

const isLetter = (at: Expression): boolean => at.kind === "variable"

const isOneWay = (signs: ReadonlyArray<string>): boolean =>
  [
    ["<", "\\leq"],
    [">", "\\geq"]
  ].some((way) => signs.every((sign) => way.includes(sign)))

/** An interval of the unknown; null where it stands alone already, or where it is not of that kind. */
export const solved = (text: string): Answer | null => {
  if (!/[<>]|\\[lg]eq/.test(text)) return null
  const { parts, separators } = splitAt(text, ["=", "<", ">", "\\leq", "\\geq", "\\neq"])
  const [sign, next] = separators
  // `-1 < 2x \leq 4`: both at once.
  if (parts.length === 3 && !isVariable(parts[1]!) && isOneWay([sign!, next!])) {
    const both = [solved(`${parts[0]} ${sign} ${parts[1]}`), solved(`${parts[1]} ${next} ${parts[2]}`)]
    return both.every((one) => one !== null) ? intersectionOf(both) : null
  }
  if (parts.length !== 2 || sign === "=" || sign === "\\neq") return null
  const [left, right] = [tryExpression(parts[0]!), tryExpression(parts[1]!)]
  if (left === null || right === null) return null
  const [of, other] = variablesOf(left, right)
  if (of === undefined || other !== undefined || !/^[A-Za-z]$/.test(of)) return null
  if ((isLetter(left) || isLetter(right)) && variablesOf(left).length + variablesOf(right).length === 1) return null
  const line = linearIn({ kind: "difference", left, right }, of)
  if (line === null || line.slope.top === 0n) return null
  const slope: Expression = { kind: "number", value: line.slope }
  const end = bound({ kind: "quotient", left: { kind: "negative", of: line.rest }, right: slope })
  const isAbove = (sign === ">" || sign === "\\geq") === line.slope.top > 0n
  const isStrict = sign === "<" || sign === ">"
  return isAbove
    ? { kind: "sequence", open: isStrict ? "(" : "[", close: ")", items: [end, UPPER], of }
    : { kind: "sequence", open: "(", close: isStrict ? ")" : "]", items: [LOWER, end], of }
}

/** A value that is an end of an interval. */
const value = (expression: Expression): OfKind<"value"> => ({ ...UPPER, expression })

/** A variable against a value is an interval; expressions against each other stay an inequality. */
export const inequality = (left: string, sign: Sign, right: string, whole: Read): Answer => {
  if (!isBounded(left, [right]) && isBounded(right, [left])) return inequality(right, TURNED[sign], left, whole)
  const near = distance(left, sign, right) ?? distance(right, TURNED[sign], left)
  if (near !== null) return near
  if (isBounded(left, [right]) && !isVariable(right)) {
    const bound = whole(right)
    switch (sign) {
      case "<":
      case "\\leq":
        return { kind: "sequence", open: "(", close: sign === "<" ? ")" : "]", items: [LOWER, bound], of: spelled(left) }
      case ">":
      case "\\geq":
        return { kind: "sequence", open: sign === ">" ? "(" : "[", close: ")", items: [bound, UPPER], of: spelled(left) }
      case "\\neq":
        return {
          kind: "union",
          parts: [
            { kind: "sequence", open: "(", close: ")", items: [LOWER, bound], of: spelled(left) },
            { kind: "sequence", open: "(", close: ")", items: [bound, UPPER], of: spelled(left) }
          ]
        }
    }
  }
  if (sign === "\\neq") throw new Unreadable("says only what is not")
  const [below, above] = sign === "<" || sign === "\\leq" ? [left, right] : [right, left]
  const strict = sign === "<" || sign === ">"
  return related(strict ? "<" : "<=", below, above)
}

/** What two expressions are to each other. Throws `Unreadable`. */
export const related = (sign: OfKind<"relation">["sign"], left: string, right: string): OfKind<"relation"> => ({
  kind: "relation",
  sign,
  left: parseSide(left, right),
  right: parseSide(right, left)
})

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
export const atDistance = (left: string, right: string): Answer | null => {
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
export const between = (parts: ReadonlyArray<string>, [first, second]: ReadonlyArray<Sign>, whole: Read): Answer => {
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
    of: spelled(parts[1]!)
  }
}

/** A value, and what an equation says of a letter on its left; null for all else. */
export const valueIn = (answer: Answer): OfKind<"value"> | null => {
  if (answer.kind === "value") return answer
  const isNamed = answer.kind === "relation" && answer.sign === "=" && answer.left.kind === "variable"
  return isNamed ? { ...bound(answer.right), name: answer.left.name } : null
}
