/** Values under conditions, `2 \text{ if } x > 0` and rows of `cases`, and conditions on the unknown of a set. */

import type { Answer } from "../Answer.ts"
import { variablesIn } from "../families.ts"
import { Unreadable } from "../mathematics/Expression.ts"
import { tryExpression } from "../mathematics/parse.ts"
import { setOf } from "../same-kind.ts"
import { words } from "../words.ts"
import { tried } from "./chains.ts"

type Read = (text: string) => Answer

const CASES = /^\\begin\{(cases|aligned|gathered)\}([^]*)\\end\{\1\}$/

/** Equations that hold together, as a list of them; values by condition, in any order. */
export const cases = (text: string, whole: Read): Answer | null => {
  const found = CASES.exec(text)
  if (found === null) return null
  const rows = found[2]!
    .split(/\\cr(?![A-Za-z])/)
    .map((row) => row.trim().replace(/[,;.]$/, ""))
    .filter((row) => row !== "")
  const cells = rows.map((row) => row.split("&").map((cell) => cell.trim()))
  const areConditions = cells.every(([left, right, more]) => right !== undefined && more === undefined && !/[=<>]$/.test(left!))
  if (!areConditions || cells.some(([, right]) => /^[=<>]/.test(right!))) return whole(rows.join(", ").replaceAll("&", " "))
  return setOf(
    cells.map(([left, right]) => {
      const condition = right!.replace(/^(?:\\text\s*\{\s*)?(?:if|when|for)\s*(?:\}|(?=\S))\s*/, "")
      return { kind: "conditional", value: whole(left!.replace(/,$/, "")), condition: whole(condition) }
    }),
    "list"
  )
}

const IFS = String.raw`if|when|whenever|provided|for`
const WORD = new RegExp(String.raw`\b(?:${IFS}|otherwise)\b`)
const IF = new RegExp(
  String.raw`^([^]*?[^\s,;])\s*[,;]?\s(?:(?:${IFS})\s(?:that\s)?(?!otherwise)([^]+)|(?<!\s(?:${IFS})\s)(otherwise))$`
)
/** Of a letter: `n even`, `even n`, `n is odd`, `0 < x < 1`. */
const KINDS = "even|odd|prime|composite|positive|negative|divisible"
const OF_LETTER = new RegExp(
  String.raw`^[A-Za-z]\s(?:is\s)?(?:not\s)?(?:an?\s)?(?:${KINDS})|^(?:even|odd|prime)\s[a-z]$|` +
    String.raw`[=<>]|\\(?:[lgn]eq|in|equiv)(?![A-Za-z])`
)
/** These say no condition, or how far something goes, which is read as what it is. */
const EVERY = /^(?:all|every|each|any|some|which|the|an?|constants?|integers?|real|arbitrary)\s/

/** `all n \geq 2`, `every integer n \geq 2`. */
const OF_ALL = /^(?:all|every|each|any)\s/
const BOUNDED = /^all\s(?:[a-z-]{3,12}\s){0,2}[A-Za-z]\s*(?:[<>]|\\[lg]eq)/

/** `2^n - 1 (n \geq 1)`: bounds in brackets of a letter that stands before them. */
const IN_BRACKETS = new RegExp(
  String.raw`^([^]*[^\s,;(])\s*\(\s*(?:(?:for|where|if|when)\s)?` +
    String.raw`(([a-z])\s*(?:[<>]|\\(?:[lgn]eq|in)(?![A-Za-z]))[^()]*)\)$`
)
const bracketed = (text: string, whole: Read): Answer | null => {
  const [, body, bounds, letter] = /[<>]|\\(?:[lgn]eq|in)/.test(text) ? (IN_BRACKETS.exec(text) ?? []) : []
  const isOfLetter = body !== undefined && new RegExp(`(?<![A-Za-z\\\\])${letter!}(?![A-Za-z])`).test(body)
  return isOfLetter && tryExpression(body!) !== null ? tried(`${body!}, ${bounds!}`, whole) : null
}

/** `2 \text{ for } n \text{ even}`: neither without its condition, nor under another. Null for what is none of one condition. */
export const conditional = (text: string, whole: Read): Answer | null => {
  if (!WORD.test(text)) return bracketed(text, whole)
  const said = text
    .replaceAll(/\\text\s*\{([^{}]*)\}/g, " $1 ")
    .replaceAll(/\s+/g, " ")
    .trim()
  const found = IF.exec(said)
  if (found === null || said.split(WORD).length !== 2) return null
  const [, holds, of, otherwise] = found
  if (/\b(?:only|even|as)$/.test(holds!)) return null
  const named = of?.replace(OF_ALL, "all ")
  if (named !== undefined && ((EVERY.test(named) && !BOUNDED.test(named)) || !OF_LETTER.test(named))) return null
  const under = (named ?? otherwise)!
  const value = tried(holds!, whole)
  if (value === null || (value.kind === "words" && !/[\d\\]/.test(under))) return null
  return { kind: "conditional", value, condition: tried(under, whole) ?? words(under) }
}

/** What a condition says of the unknown of a set, `\{x \mid x > 1\}`. Throws `Unreadable` where it says nothing of it. */
export const conditionOn = (name: string, answer: Answer): Answer => {
  if (answer.kind === "value" && answer.name === null) throw new Unreadable("has no condition in its set")
  if (!isOf(answer, name)) throw new Unreadable("has a condition on another unknown than its set")
  return answer
}

const isOf = (answer: Answer, name: string): boolean => {
  switch (answer.kind) {
    case "value":
    case "among":
      return answer.name === null || has(answer.name, name)
    case "sequence":
      return answer.of === null || answer.of === name
    case "union":
      return answer.parts.every((part) => isOf(part, name))
    case "set":
      return answer.items.every((item) => isOf(item, name))
    case "called":
      return has(answer.name, name)
    case "family":
      return isOf(answer.of, name)
    case "rounded":
      return isOf(answer.exact, name) || isOf(answer.as, name)
    case "relation":
      return variablesIn(answer).includes(name)
    case "named":
      return [...answer.values.keys()].some((key) => has(key, name))
    default:
      return true
  }
}

/** Whether a name is that of an unknown, or of what is said of it: `f(x)`. */
const has = (name: string, unknown: string): boolean => name.split(/[^A-Za-z\d_\\]+/).includes(unknown)
