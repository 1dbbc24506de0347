/**
 * Curves of nodes that are still being computed. What a node has finished is asked of its tables by SQL; what it has so far is in
 * the rows that it leaves for whoever watches. Both come to the page as the same rows.
 */

import type { LiveRow } from "../dag/Progress.ts"
import { MOST_POINTS } from "./questions.ts"
import type { Growing } from "./run-logs.ts"
import type { Answer, Cell, Measure } from "./wire.ts"

/** One measure of nodes that run: run, label, step, value, in the order of `questions.curves` and thinned as it does. */
export const growingCurves = (nodes: ReadonlyArray<Growing>, { table, name }: Measure): ReadonlyArray<ReadonlyArray<Cell>> =>
  nodes.flatMap(({ run, label, rows }) => {
    const points = valuesOf(rows, table, `${table}/${name}`)
    const width = Math.max(1, Math.ceil(((points.at(-1)?.step ?? 0) + 1) / MOST_POINTS))
    return [...Map.groupBy(points, ({ step }) => Math.floor(step / width) * width)].map(([step, within]) => [
      run,
      label,
      step,
      within.reduce((sum, { value }) => sum + value, 0) / within.length
    ])
  })

/** How the completions of RL that runs are spread over formats: run, label, step, format, share, as `questions.formats`. */
export const growingFormats = (nodes: ReadonlyArray<Growing>): ReadonlyArray<ReadonlyArray<Cell>> =>
  nodes.flatMap(({ run, label, rows }) =>
    rows
      .filter(({ table }) => table === "formatShares")
      .flatMap(({ step, values }) =>
        values.flatMap(([tag, value]) => {
          const format = /^formatShares\/(.+)\/share$/.exec(tag)?.[1]
          return format === undefined || value === null ? [] : [[run, label, step, format, value]]
        })
      )
  )

const valuesOf = (rows: ReadonlyArray<LiveRow>, table: string, tag: string) =>
  rows.flatMap((row) => {
    const value = row.table === table ? row.values.find(([its]) => its === tag)?.[1] : undefined
    return value === undefined || value === null ? [] : [{ step: row.step, value }]
  })

/** An answer with more rows of the same columns. */
export const withRows = (answer: Answer, rows: ReadonlyArray<ReadonlyArray<Cell>>): Answer => ({
  ...answer,
  rows: [...answer.rows, ...rows],
  rowCount: answer.rowCount + rows.length
})
