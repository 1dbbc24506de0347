/** Equations and inequations: values by name, intervals, and what relates two expressions. */

import type { Answer } from "./Answer.ts"
import { exactOf } from "./mathematics/compare.ts"
import { type Expression, Unreadable, variablesOf } from "./mathematics/Expression.ts"
import { parseExpression } from "./mathematics/parse.ts"
import { numberText } from "./numeral.ts"
import type { OfKind } from "./same-kind.ts"
import { isOneBracket, splitAt } from "./split.ts"
import { areVariables } from "./words.ts"

type Read = (text: string) => Answer

/** What a value may be called before an equals sign: `x`, `x_1`, `\theta`, `\vec{v}`, `\angle ABC`, words. */
const NAME = new RegExp(
  "^(?:" +
    [
      String.raw`[A-Za-z](?:_\{?\w+\}?)?'?`,
      String.raw`\\[A-Za-z]+(?:_\{?\w+\}?)?`,
      String.raw`\\(?:vec|hat|bar)\s*(?:\{[^{}]*\}|[A-Za-z])`,
      String.raw`m?\s*\\angle\s*[A-Z]+`,
      String.raw`\\text\s*\{[^{}]*\}`,
      "[A-Za-z][A-Za-z ]+"
    ].join("|") +
    ")$"
)

/** A function at a point: `f(2)`, `f^{-1}(x)`, `P(A|B)`, `\phi(n)`, `(f \circ g)(x)`. */
const APPLIED = new RegExp(
  String.raw`^(?:([A-Za-z])|\\(?:phi|varphi|psi|sigma|tau|mu|pi|Phi|Psi|Gamma)|\(\s*[A-Za-z](?:\s*\\circ\s*[A-Za-z])+\s*\))` +
    String.raw`(?:_\{?\w+\}?)?'*(?:\^\s*(?:\{\s*-1\s*\}|-1))?\s*\(((?:[^()]|\([^()]*\))*)\)$`
)
const POINT = /^(?:-?[\d.]+|[A-Za-z]|\\[A-Za-z]+)(?:\s*,\s*(?:-?[\d.]+|[A-Za-z]|\\[A-Za-z]+))*$/

/** `x(x + 1)` is a product: a function has another letter than what is in its brackets, and one of the usual ones, or a point. */
const isApplied = (text: string): boolean => {
  const found = APPLIED.exec(text)
  if (found === null) return false
  const [, letter, at] = found
  if (letter === undefined) return true
  return !at!.replaceAll(/\\[A-Za-z]+/g, "").includes(letter) && (/[fghpqFGHPQ]/.test(letter) || POINT.test(at!.trim()))
}

export const isName = (text: string): boolean => NAME.test(text) || isApplied(text)

const SIGNS = ["=", "<", ">", "\\leq", "\\geq", "\\neq"] as const
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
  const { parts, separators } = splitAt(text, SIGNS)
  if (parts.length < 2) return null
  if (parts.includes("")) throw new Unreadable("lacks one side of a relation")
  const between = separators as ReadonlyArray<Sign>
  if (between.every((sign) => sign === "=")) return equation(parts, whole)
  if (parts.length === 2) return inequality(parts[0]!, between[0]!, parts[1]!, whole)
  if (parts.length === 3 && isVariable(parts[1]!)) return between2(parts, between, whole)
  throw new Unreadable("relates more than two values")
}

const equation = (parts: ReadonlyArray<string>, whole: Read): Answer => {
  const [left, right] = [parts[0]!, parts.at(-1)!]
  if (parts.length === 2 && isVariable(right) && !isName(left)) return equation([right, left], whole)
  if (isName(left)) {
    const answer = named(whole(right), left)
    const isValue = answer.kind !== "value" || parts.length > 2 || isApplied(left) || variablesOf(answer.expression).length === 0
    if (isValue) return answer
  }
  if (parts.length > 2) return whole(right)
  return tuple(left, right, whole) ?? { kind: "relation", sign: "=", left: parseExpression(left), right: parseExpression(right) }
}

/** `(x, y) = (1, 2)`. */
const tuple = (left: string, right: string, whole: Read): Answer | null => {
  if (!left.startsWith("(") || !isOneBracket(left)) return null
  const names = splitAt(left.slice(1, -1), [","]).parts
  if (names.length < 2 || new Set(names).size < names.length || !names.every(isName)) return null
  const values = whole(right)
  if (values.kind !== "sequence" || values.items.length !== names.length)
    throw new Unreadable(`names ${names.length} values and gives others`)
  return { kind: "named", values: new Map(names.map((name, i) => [name, values.items[i]!])) }
}

/** What words call a value (`Total = 5`) does not tell it from others; a variable does, or a product of them (`xy = 6`). */
const named = (answer: Answer, name: string): Answer => {
  if (answer.kind !== "value") return answer
  if (/^[a-z]{2,}$/.test(name) && areVariables(name)) return { ...answer, name: [...name].toSorted().join("") }
  const isWords = /^(?:\\text|[A-Za-z][A-Za-z ]+$)/.test(name)
  return { ...answer, name: isWords ? null : name.replaceAll(/\s+/g, "") }
}

const isVariable = (text: string): boolean => /^(?:[A-Za-z](?:_\{?\w+\}?)?|\\(?:theta|alpha|beta|lambda))$/.test(text)

const INFINITY: Expression = { kind: "constant", name: "infinity" }
const value = (expression: Expression): OfKind<"value"> => ({
  kind: "value",
  expression,
  number: null,
  unit: "",
  plain: true,
  name: null
})
const UPPER = value(INFINITY)
const LOWER = value({ kind: "negative", of: INFINITY })

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

/** `|x - 3| < 2`, `|x| \\geq 8`: what is nearer to a value than another, or farther. */
const distance = (left: string, sign: Sign, right: string): Answer | null => {
  const found = /^\|\s*([A-Za-z])\s*(?:([-+])([^|]+))?\|$/.exec(left)
  if (found === null || sign === "=" || sign === "\\neq") return null
  const [, of, plus, by] = found
  const [far, shift] = [parseExpression(right), parseExpression(by ?? "0")]
  const size = exactOf(far)
  if (size === null || size.top <= 0n || variablesOf(shift).length > 0) return null
  const centre: Expression = plus === "+" ? { kind: "negative", of: shift } : shift
  const [low, high] = (["difference", "sum"] as const).map((kind) => bound({ kind, left: centre, right: far }))
  const [open, close] = sign === "<" || sign === ">" ? (["(", ")"] as const) : (["[", "]"] as const)
  if (sign === "<" || sign === "\\leq") return { kind: "sequence", open, close, items: [low!, high!], of: of! }
  return {
    kind: "union",
    parts: [
      { kind: "sequence", open: "(", close, items: [LOWER, low!], of: of! },
      { kind: "sequence", open, close: ")", items: [high!, UPPER], of: of! }
    ]
  }
}

const bound = (expression: Expression): Answer => {
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
