/** Chains of equals that say more than what stands last: unknowns of one value, and an amount in two units. */

import type { Answer } from "../Answer.ts"
import { variablesOf } from "../mathematics/Expression.ts"
import { relationIn } from "../relations.ts"
import { areInRatio } from "../same-kind.ts"
import { nameOf, spelled } from "../spelling/names.ts"
import { splitAt } from "../split.ts"
import { made } from "../units/quantities.ts"

type Read = (text: string) => Answer

/** `e` and `i` are numbers. */
const UNKNOWN = /^(?![ei]$)[A-Za-z](?:_\{?\w+\}?)?$/
const MEASURED = /^-?(?:\d|\.\d|\\frac)[^]*[A-Za-z}]$/

export const chain = (text: string, whole: Read): Answer | null => {
  if (!text.includes("=")) return null
  const { parts } = splitAt(text, ["=", "<", ">", "\\leq", "\\geq", "\\neq", "\\approx"])
  if (splitAt(text, ["="]).parts.length !== parts.length) return null
  return ofOneValue(parts, text, whole) ?? inTwoUnits(parts, whole)
}

/** `x = y = z = 1`: each of them, and 1. */
const ofOneValue = (parts: ReadonlyArray<string>, text: string, whole: Read): Answer | null => {
  const names = parts.slice(0, -1)
  if (names.length < 2 || !names.every((name) => UNKNOWN.test(name)) || new Set(names).size < names.length) return null
  const as = relationIn(text, whole)
  if (as?.kind !== "value" || variablesOf(as.expression).length > 0) return null
  const values = new Map(names.map((name) => [nameOf(name) ?? spelled(name), { ...as, name: null }]))
  return { kind: "rounded", exact: { kind: "named", values }, as }
}

/** `1.5 h = 90 min`. */
const inTwoUnits = (parts: ReadonlyArray<string>, whole: Read): Answer | null => {
  if (parts.length !== 2 || !parts.every((part) => MEASURED.test(part))) return null
  const [exact, as] = parts.map(whole)
  if (exact?.kind !== "value" || as?.kind !== "value" || exact.unit === as.unit) return null
  if (variablesOf(exact.expression, as.expression).length > 0 || exact.unit === "" || as.unit === "") return null
  return areInRatio(exact, as) ? { kind: "rounded", exact: made(exact), as: made(as) } : null
}
