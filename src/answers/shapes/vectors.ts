/**
 * Vectors by their components: sums of unit vectors, `3\mathbf{i} - \mathbf{j}`, columns, and rows that are turned. Each is the
 * point with these coordinates.
 */

import { type Answer, COLUMN, VECTOR } from "../Answer.ts"
import { tried } from "../relations/chains.ts"
import { bound } from "../relations/inequalities.ts"
import { type OfKind } from "../same-kind.ts"
import { splitAt } from "../split.ts"

type Read = (text: string) => Answer

const TERM = /^([^]*?)\s*\\hat\{([ijk])\}$|^\\hat\{([ijk])\}\s*([^]+)$/

/** `3\mathbf{i} - \mathbf{j}`: in the plane, or in space where k is among them. */
export const unitVectors = (text: string, whole: Read): Answer | null => {
  if (!text.includes("\\hat{")) return null
  const { parts, separators } = splitAt(text, ["+", "-"])
  const signs = ["+", ...separators]
  const components = new Map<string, string>()
  for (const [i, part] of parts.entries()) {
    if (part === "" && i === 0) continue
    const found = TERM.exec(part)
    const letter = found?.[2] ?? found?.[3]
    const factor = found?.[1] ?? found?.[4] ?? ""
    if (letter === undefined || components.has(letter) || factor.includes("\\hat{")) return null
    components.set(letter, `${signs[i] === "-" ? "-" : ""}${factor === "" ? "1" : factor}`)
  }
  if (components.size < 2) return null
  const letters = components.has("k") ? ["i", "j", "k"] : ["i", "j"]
  const all = anyVector(letters.map((letter) => whole(components.get(letter) ?? "0")))
  // Written by hand they are letters.
  const as = tried(text.replaceAll(/\\hat\{([ijk])\}/g, " $1"), whole)
  return as === null ? all : { ...all, as: { kind: "rounded", exact: all.as, as } }
}

const point = (items: ReadonlyArray<Answer>, of: string): Answer => ({ kind: "sequence", open: "(", close: ")", items, of })

/** A column, and a point as angle brackets write it. */
export const anyVector = (items: ReadonlyArray<Answer>): OfKind<"rounded"> => ({
  kind: "rounded",
  exact: point(items, COLUMN),
  as: point(items, VECTOR)
})

/** A matrix, and a column also as a point and a sum of unit vectors; a row is neither. */
export const columnOf = (matrix: OfKind<"matrix">): Answer => {
  const { rows } = matrix
  if (rows.length < 2 || rows.some((row) => row.length !== 1)) return matrix
  const as = point(
    rows.map((row) => bound(row[0]!)),
    COLUMN
  )
  return { kind: "rounded", exact: { kind: "rounded", exact: matrix, as }, as }
}

const TURNED = /^([^]*[)}])\s*\^\s*(?:\{\s*)?(?:T|\\top|\\intercal|\\text\s*\{\s*T\s*\})\s*\}?$/

/** `(1, 2, 3)^T`: a column. */
export const transposed = (text: string, whole: Read): Answer | null => {
  const of = TURNED.exec(text)?.[1]
  const row = of === undefined ? null : whole(of)
  if (row?.kind === "matrix" && row.rows.length === 1)
    return columnOf({ kind: "matrix", rows: row.rows[0]!.map((entry) => [entry]) })
  const values = row?.kind === "sequence" && row.open === "(" && row.close === ")" ? row.items : []
  const entries = values.flatMap((value) => (value.kind === "value" ? [value.expression] : []))
  return entries.length < 2 || entries.length < values.length
    ? null
    : columnOf({ kind: "matrix", rows: entries.map((entry) => [entry]) })
}
