/**
 * Where the outputs come from: shares given to the sources of the mixture, and how often the methods are wrong where the truth is
 * known.
 */

import type { Attributed } from "../data/attribution-data.ts"
import type { CellData, StudyData } from "../data/study-data.ts"
import { type BarPart, heatMap, stackedBars } from "../draw/charts.ts"
import type { Figure } from "../draw/Figure.ts"
import { formatStyle } from "../draw/palette.ts"

/** Two figures: the sources of the outputs, and the errors of the methods. */
export const attributionFigures = ({ cells, confusion }: StudyData): ReadonlyArray<Figure> => {
  const attributed = cells.filter(({ attributedBefore, attributedAfter }) => attributedBefore.length + attributedAfter.length > 0)
  const sources = [
    ...new Set(attributed.flatMap((cell) => [...cell.attributedBefore, ...cell.attributedAfter].map(({ source }) => source)))
  ]
  const styles = new Map(sources.map((source) => [source, formatStyle(source)]))
  return [
    {
      id: "sources",
      title: "Sources of the outputs",
      caption:
        "Share of a policy's output that each method gives to each source, corrected for the method's known errors, beside " +
        "the sources' shares of the training tokens. Overlap is the share of a completion's tokens that stand in a source " +
        "word for word: it need not fill the bar, and where passages stand in several sources at once its parts are drawn in " +
        "proportion.",
      legend: sources.map((label) => ({ label, style: formatStyle(label), mark: "area" })),
      panels: attributed.map((cell) => {
        const { bars, parts } = barsOf(cell)
        return { title: cell.name, spec: stackedBars(parts, styles, { title: "share of the output", format: ".0%" }, bars) }
      }),
      missing: "No output was attributed in this study."
    },
    {
      id: "confusion",
      title: "Errors of the attribution methods",
      caption:
        "Held-out documents, whose source is known: rows are the true source, columns what the method says. A perfect method " +
        "has 100 % on the diagonal.",
      legend: [],
      panels: [...Map.groupBy(confusion, ({ method }) => method)].map(([method, of]) => ({
        title: method,
        spec: heatMap(
          of.map(({ actual, predicted, share }) => ({ row: actual, column: predicted, value: share })),
          "source named",
          "true source"
        )
      })),
      missing: "No method was tested on held-out documents."
    }
  ]
}

const barsOf = (cell: CellData): { readonly bars: ReadonlyArray<string>; readonly parts: ReadonlyArray<BarPart> } => {
  const parts: Array<BarPart> = []
  const bars: Array<string> = []
  const add = (bar: string, rows: ReadonlyArray<Attributed>, value: (row: Attributed) => number) => {
    if (rows.length === 0) return
    bars.push(bar)
    // Corrected shares and posteriors add up to one but for rounding; a bar drawn past 100 % would show the rounding.
    const total = Math.max(
      1,
      rows.reduce((sum, row) => sum + value(row), 0)
    )
    for (const row of rows) parts.push({ bar, series: row.source, value: value(row) / total })
  }
  const methods = [...new Set([...cell.attributedBefore, ...cell.attributedAfter].map(({ method }) => method))]
  const of = (rows: ReadonlyArray<Attributed>, method: string) => rows.filter((row) => row.method === method)
  const [first] = methods
  const any = cell.attributedAfter.length > 0 ? cell.attributedAfter : cell.attributedBefore
  add("training tokens", of(any, first ?? ""), ({ trained }) => trained)
  for (const method of methods) {
    add(`${method}, before`, of(cell.attributedBefore, method), ({ corrected }) => corrected.value)
    add(`${method}, after`, of(cell.attributedAfter, method), ({ corrected }) => corrected.value)
  }
  return { bars, parts }
}
