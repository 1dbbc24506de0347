/**
 * Sets of numbers by their names, `\mathbb{Z}`, `all positive integers`, `\mathbb{R}^+`, and products of sets, `[0,1] \times
 * [0,1]`: pairs of a member of each, in the order of the sets.
 */

import type { Answer } from "../Answer.ts"
import { isOneBracket, splitAt } from "../split.ts"
import { words } from "../words.ts"

type Read = (text: string) => Answer

const LETTERS: Readonly<Record<string, string>> = { Z: "integer", N: "natural", Q: "rational", C: "complex", R: "real" }
/** Those of real numbers are read as intervals. */
const LETTERED = new RegExp(
  String.raw`^(?:\\mathbb\s*\{?\s*([ZNQC])\s*\}?|(\(-\\infty,\\infty\)))` +
    String.raw`\s*(\^\s*\{?\s*[+*]\s*\}?|_\s*\{?\s*\+\s*\}?|_\s*\{\s*(?:>|\\geq)\s*0\s*\})?$`
)
const NAMED = new RegExp(
  String.raw`^(?:(?:the\s+)?set\s+of\s+)?(?:all\s+|the\s+)*((?:positive|negative|non-?negative|non-?zero)\s+)?` +
    String.raw`(integers?|whole|naturals?|rationals?|complex|reals?)(?:\s+numbers?)?$`
)

/** One name for each set; null for what is none. */
export const numberSetNamed = (text: string): string | null => {
  const said = text.trim()
  const lettered = LETTERED.exec(said)
  if (lettered !== null) {
    const [, letter = "R", , limit = ""] = lettered
    return named(
      /\\geq/.test(limit) ? "nonnegative" : /[+>]/.test(limit) ? "positive" : limit === "" ? "" : "nonzero",
      LETTERS[letter]!
    )
  }
  const found = NAMED.exec(said.toLowerCase())
  return found && named((found[1] ?? "").trim().replace("-", ""), found[2]!.replace(/s$/, ""))
}

const named = (limit: string, numbers: string): string => {
  if (numbers === "natural" || (limit === "positive" && numbers === "integer")) return "positive integers"
  if (numbers === "whole") return "whole numbers"
  return `${limit === "" ? "" : `${limit} `}${numbers}s`
}

const INTERVALS: Readonly<Record<string, string>> = {
  reals: "(-\\infty,\\infty)",
  "positive reals": "(0,\\infty)",
  "negative reals": "(-\\infty,0)",
  "nonnegative reals": "[0,\\infty)",
  "nonzero reals": "(-\\infty,0)\\cup(0,\\infty)"
}

/** `\mathbb{Z}`, `all integers`. */
export const numberSet = (text: string, whole: Read): Answer | null => {
  if (!/^(?:\\mathbb|\\text|\(-\\infty|[A-Za-z][a-z -]{3,60}$)/.test(text)) return null
  const said = text.replace(/^\\text\s*\{\s*([^{}]*?)\s*\}$/, "$1")
  // `rational` says of one number what it is.
  const name = /^[A-Za-z]/.test(said) && !said.endsWith("s") ? null : numberSetNamed(said)
  // Which is how they are read.
  if (name === null || text === INTERVALS[name]) return null
  const interval = INTERVALS[name]
  return interval === undefined ? words(name) : whole(interval)
}

const POWER = /^([^]+?)\s*\^\s*(?:\{\s*([2-5])\s*\}|([2-5]))$/

/** The sets of such a product, each with a comma in its brackets or called by a name; null for all else. */
const factorsOf = (text: string): ReadonlyArray<string> => {
  const power = POWER.exec(text)
  return power === null ? splitAt(text, ["\\times"]).parts : Array.from({ length: Number(power[2] ?? power[3]) }, () => power[1]!)
}

const isSet = (text: string): boolean =>
  /^\\\{[^{}]*\\\}$/.test(text) ||
  LETTERED.test(text) ||
  (/^[([]/.test(text) && isOneBracket(text) && splitAt(text.slice(1, -1), [","]).parts.length === 2)

/** Marks what is a pair of sets and no list of them. */
const PRODUCT = "\\times"

export const setProduct = (text: string, whole: Read): Answer | null => {
  if (!/^(?:[([]|\\\{|\\mathbb)/.test(text) || !/\\times|\^/.test(text)) return null
  const parts = factorsOf(text)
  return parts.length < 2 || !parts.every(isSet)
    ? null
    : { kind: "sequence", open: "(", close: ")", items: parts.map(whole), of: PRODUCT }
}
