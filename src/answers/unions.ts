/**
 * Unions of intervals and points in one form: disjoint, in order, with points in one set. `[0,1] \cup [1,2]` is `[0,2]`, and
 * `(0,1) \cup (1,2)` stays in two. Where ends cannot be put in order (`[a,b] \cup [b,c]`) a union stays as it is written.
 */

import type { Answer } from "./Answer.ts"
import { order } from "./mathematics/compare.ts"
import type { Expression } from "./mathematics/Expression.ts"
import { setOf } from "./same-kind.ts"

type Value = Extract<Answer, { readonly kind: "value" }>

interface Piece {
  readonly low: Value
  readonly high: Value
  readonly hasLow: boolean
  readonly hasHigh: boolean
  readonly of: string | null
}

export const unionOf = (parts: ReadonlyArray<Answer>): Answer => {
  const asWritten: Answer = { kind: "union", parts }
  const pieces = parts.map(piecesOf)
  if (pieces.includes(null)) return asWritten
  const merged = inOrder(pieces.flatMap((some) => some!))
  return merged === null ? asWritten : answerOf(merged)
}

/** What all of some intervals have in common; null where nothing is, or where that is not known. */
export const intersectionOf = (parts: ReadonlyArray<Answer>): Answer | null => {
  const common = commonOf(parts)
  const merged = common === null || common.length === 0 ? null : inOrder(common)
  return merged === null ? null : answerOf(merged)
}

/** Whether it is known that intervals have nothing in common. */
export const excludeEachOther = (parts: ReadonlyArray<Answer>): boolean => commonOf(parts)?.length === 0

const commonOf = (parts: ReadonlyArray<Answer>): ReadonlyArray<Piece> | null => {
  let common: ReadonlyArray<Piece> | null = null
  for (const part of parts) {
    const pieces = piecesOf(part)
    if (pieces === null) return null
    const both: ReadonlyArray<Piece | null | undefined> =
      common === null ? pieces : common.flatMap((one) => pieces.map((other) => meet(one, other)))
    if (both.includes(undefined)) return null
    common = both.filter((piece) => piece != null)
  }
  return common
}

/** What is in one and not in the other; null where ends have no order. */
export const differenceOf = (from: Answer, without: Answer): Answer | null => {
  const out = piecesOf(without)
  if (out === null || piecesOf(from) === null) return null
  const others = out.map(({ low, high, hasLow, hasHigh }) =>
    unionOf([
      { kind: "sequence", open: "(", close: hasLow ? ")" : "]", items: [LOWER, low], of: null },
      { kind: "sequence", open: hasHigh ? "(" : "[", close: ")", items: [high, UPPER], of: null }
    ])
  )
  return intersectionOf([from, ...others])
}

const INFINITY: Expression = { kind: "constant", name: "infinity" }
const end = (expression: Expression): Value => ({
  kind: "value",
  expression,
  number: null,
  unit: "",
  counted: [],
  plain: true,
  name: null
})
/** The ends of what has none. */
export const UPPER = end(INFINITY)
export const LOWER = end({ kind: "negative", of: INFINITY })

/** Null where they have nothing in common; undefined where two ends have no order. */
const meet = (a: Piece, b: Piece): Piece | null | undefined => {
  const [lows, highs] = [order(a.low.expression, b.low.expression), order(a.high.expression, b.high.expression)]
  if (lows === null || highs === null) return undefined
  const [from, to] = [lows < 0 ? b : a, highs > 0 ? b : a]
  const [hasLow, hasHigh] = [lows === 0 ? a.hasLow && b.hasLow : from.hasLow, highs === 0 ? a.hasHigh && b.hasHigh : to.hasHigh]
  const length = order(from.low.expression, to.high.expression)
  if (length === null) return undefined
  const isEmpty = length > 0 || (length === 0 && !(hasLow && hasHigh))
  return isEmpty ? null : { low: from.low, high: to.high, hasLow, hasHigh, of: a.of === b.of ? a.of : null }
}

const piecesOf = (part: Answer): ReadonlyArray<Piece> | null => {
  if (part.kind === "union") {
    const pieces = part.parts.map(piecesOf)
    return pieces.includes(null) ? null : pieces.flatMap((some) => some!)
  }
  if (part.kind === "set" && part.written === "braces") {
    const points = part.items.filter(isPlain)
    return points.length < part.items.length
      ? null
      : points.map((point) => ({ low: point, high: point, hasLow: true, hasHigh: true, of: null }))
  }
  if (part.kind !== "sequence" || part.items.length !== 2) return null
  const [low, high] = part.items
  if (!isPlain(low!) || !isPlain(high!)) return null
  const apart = order(low.expression, high.expression)
  const [hasLow, hasHigh] = [part.open === "[" && !isInfinite(low.expression), part.close === "]" && !isInfinite(high.expression)]
  if (apart === null || apart > 0 || (apart === 0 && !(hasLow && hasHigh))) return null
  return [{ low, high, hasLow, hasHigh, of: part.of }]
}

const isPlain = (answer: Answer): answer is Value => answer.kind === "value" && answer.unit === "" && answer.name === null

export const isInfinite = (at: Expression): boolean =>
  at.kind === "negative" ? isInfinite(at.of) : at.kind === "constant" && at.name === "infinity"

/** From the lowest, each joined to the one before where nothing is between them; null where two ends have no order. */
const inOrder = (pieces: ReadonlyArray<Piece>): ReadonlyArray<Piece> | null => {
  const sorted: Array<Piece> = []
  for (const piece of pieces) {
    let at = sorted.length
    for (; at > 0; at--) {
      const apart = order(sorted[at - 1]!.low.expression, piece.low.expression)
      if (apart === null) return null
      if (apart < 0 || (apart === 0 && (sorted[at - 1]!.hasLow || !piece.hasLow))) break
    }
    sorted.splice(at, 0, piece)
  }
  const merged: Array<Piece> = []
  for (const piece of sorted) {
    const before = merged.at(-1)
    if (before === undefined) {
      merged.push(piece)
      continue
    }
    const gap = order(before.high.expression, piece.low.expression)
    if (gap === null) return null
    if (gap < 0 || (gap === 0 && !before.hasHigh && !piece.hasLow)) {
      merged.push(piece)
      continue
    }
    const longer = order(before.high.expression, piece.high.expression)
    if (longer === null) return null
    const end = longer < 0 ? piece : before
    merged[merged.length - 1] = {
      ...before,
      high: end.high,
      hasHigh: longer === 0 ? before.hasHigh || piece.hasHigh : end.hasHigh,
      of: before.of === piece.of ? before.of : null
    }
  }
  return merged
}

const answerOf = (pieces: ReadonlyArray<Piece>): Answer => {
  const points = pieces.filter(
    (piece) => piece.hasLow && piece.hasHigh && order(piece.low.expression, piece.high.expression) === 0
  )
  const intervals = pieces
    .filter((piece) => !points.includes(piece))
    .map(({ low, high, hasLow, hasHigh, of }): Answer => ({
      kind: "sequence",
      open: hasLow ? "[" : "(",
      close: hasHigh ? "]" : ")",
      items: [low, high],
      of
    }))
  const set = setOf(
    points.map(({ low }) => low),
    "braces"
  )
  const parts = points.length === 0 ? intervals : [...intervals, set]
  return parts.length === 1 ? parts[0]! : { kind: "union", parts }
}
