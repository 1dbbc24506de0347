/** What a figure draws, as a table: a row for each point, bar or field, straight from what the renderer is given. */

import type { Figure } from "./Figure.ts"

/** What only says how a row is drawn, or writes its numbers once more. */
const LOOKS = new Set(["points", "lone", "order", "role", "row", "percent", "interval"])
/** Except where it is all that names the row: those of a matrix. */
const NAMES: ReadonlySet<string> = new Set(["row"])

interface Unit {
  readonly data?: { readonly values?: ReadonlyArray<Readonly<Record<string, unknown>>> }
  readonly encoding?: Readonly<Record<string, { readonly axis?: { readonly title?: unknown } | null } | undefined>>
  readonly layer?: ReadonlyArray<Unit>
  readonly vconcat?: ReadonlyArray<Unit>
}

type Value = string | number | null
export type FigureRow = ReadonlyMap<string, Value>

/** The rows of all panels. `across` and `up` name the axes, with their units. */
export const rowsOf = ({ panels }: Figure): ReadonlyArray<FigureRow> =>
  panels.flatMap(({ title, spec }) => {
    const unit = spec as Unit
    const parts = unit.vconcat ?? [unit]
    const across = parts.map((part) => axisTitle(part, "x")).findLast((words) => words !== "") ?? ""
    return parts.flatMap((part) =>
      (part.data?.values ?? []).map((values): FigureRow => {
        const matrix = "column" in values
        const shown = Object.entries(values).filter(([name]) => !LOOKS.has(name) || (matrix && NAMES.has(name)))
        return new Map<string, Value>([
          ["panel", title],
          ["across", across],
          ["up", axisTitle(part, "y")],
          ...shown.map(([name, value]) => [name, valueOf(value)] as const)
        ])
      })
    )
  })

const valueOf = (value: unknown): Value =>
  value === null || value === undefined ? null : typeof value === "number" ? value : String(value)

const axisTitle = (part: Unit, axis: "x" | "y"): string => {
  const title = [part, ...(part.layer ?? [])]
    .map(({ encoding }) => encoding?.[axis]?.axis?.title)
    .find((each) => typeof each === "string")
  return typeof title === "string" ? title : ""
}

/** As CSV, a column for whatever some row has; no number is rounded. */
export const csvOf = (rows: ReadonlyArray<FigureRow>): string => {
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))]
  const lines = [columns, ...rows.map((row) => columns.map((column) => row.get(column) ?? ""))]
  return lines.map((line) => `${line.map(field).join(",")}\n`).join("")
}

const field = (value: string | number): string => {
  const text = String(value)
  return /[",\r\n]/.test(text) || /^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
