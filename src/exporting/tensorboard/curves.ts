/** The curves of an artifact: the numbers of its tables over steps, under the tags that TensorBoard groups them by. */

import { openTable } from "../../store/arrow/TableReader.ts"
import type { Table } from "../../store/schema/Table.ts"

/** Numbers of a step. */
export interface CurvePoint {
  readonly step: number
  readonly values: ReadonlyArray<readonly [tag: string, value: number]>
}

const isNumber = (type: string): boolean => /^(?:u?int(?:8|32|64)|float(?:32|64))$/.test(type)

/**
 * Whether a table is one of curves: rows of numbers over `step`, with at most one text that says whose they are, as the format is
 * in `formatShares`.
 */
export const isOfCurves = ({ columns }: Table.Any): boolean => {
  const others = Object.entries(columns).filter(([name]) => name !== "step")
  const texts = others.filter(([, { type }]) => type === "utf8")
  return (
    columns["step"]?.type === "int32" &&
    texts.length <= 1 &&
    others.every(([, { type }]) => type === "utf8" || isNumber(type)) &&
    others.length > texts.length
  )
}

/** The points of a table of curves in a file, in the order of its rows. A null is no value. Throws `ArrowFileCorrupt`. */
export const pointsOf = function* (table: Table.Any, file: string): Generator<CurvePoint> {
  const whose = Object.entries(table.columns).find(([, { type }]) => type === "utf8")?.[0]
  const numbers = Object.keys(table.columns).filter((name) => name !== "step" && name !== whose)
  for (const row of openTable(table, file)) {
    const values: Readonly<Record<string, unknown>> = row
    const prefix = whose === undefined ? table.name : `${table.name}/${String(values[whose])}`
    yield {
      step: Number(values["step"]),
      values: numbers.flatMap((name) => {
        const value = values[name]
        return typeof value === "number" || typeof value === "bigint" ? [[`${prefix}/${name}`, Number(value)] as const] : []
      })
    }
  }
}
