/**
 * Where the outputs come from: shares given to the sources of the mixture, and how often the methods are wrong where the truth is
 * known.
 */

import type { Attributed, ConfusionShare } from "../data/attribution-data.ts"
import { pointOf } from "../data/curves.ts"
import type { CellData, StudyData } from "../data/study-data.ts"
import type { Figure } from "../draw/Figure.ts"
import { MEAN } from "../draw/frame.ts"
import { barSeeds, matrixSeeds } from "../draw/legend.ts"
import { formatStyle } from "../draw/palette.ts"
import { type BarPart, type HeatEntry, heatMap, stackedBars } from "../draw/row-charts.ts"

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
      legend: [
        ...sources.map((label) => ({ label, style: formatStyle(label), mark: "area" as const })),
        ...barSeeds(seedCounts(attributed.flatMap((cell) => [...cell.attributedBefore, ...cell.attributedAfter])))
      ],
      panels: attributed.map((cell) => {
        const { bars, parts } = barsOf(cell)
        return { title: cell.name, spec: stackedBars(parts, styles, { title: "share of the output", format: ".0%" }, bars) }
      }),
      missing: "No output was attributed in this study.",
      nodes: attributed.flatMap(({ attributions }) => attributions)
    },
    {
      id: "confusion",
      title: "Errors of the attribution methods",
      caption:
        "Held-out documents, whose source is known, in percent: rows are the true source, columns what the method says. A " +
        "perfect method has 100 % on the diagonal.",
      legend: matrixSeeds(seedCounts(confusion.shares)),
      panels: [...Map.groupBy(confusion.shares, ({ method }) => method)].map(([method, of]) => ({
        title: method,
        spec: heatMap(of.flatMap(entriesOf), "source named, percent of the true source's documents", "true source")
      })),
      missing: "No method was tested on held-out documents.",
      nodes: confusion.nodes
    }
  ]
}

const seedCounts = (of: ReadonlyArray<{ readonly seeds: ReadonlyMap<string, unknown> }>): ReadonlyArray<number> =>
  of.map(({ seeds }) => seeds.size)

const entriesOf = ({ actual: row, predicted: column, seeds }: ConfusionShare): ReadonlyArray<HeatEntry> => {
  const { mean: value, low, high } = pointOf(0, seeds)
  const [only] = seeds.size === 1 ? seeds.keys() : []
  return [
    { row, column, seed: only ?? MEAN, role: "mean", value, low, high },
    ...(only === undefined
      ? [...seeds].map(([seed, value]): HeatEntry => ({ row, column, seed, role: "seed", value, low: null, high: null }))
      : [])
  ]
}

/** A bar for the mixture, and for each method one before and one after RL; each with those of its seeds. */
const barsOf = (cell: CellData): { readonly bars: ReadonlyArray<string>; readonly parts: ReadonlyArray<BarPart> } => {
  const parts: Array<BarPart> = []
  const bars: Array<string> = []
  const add = (bar: string, rows: ReadonlyArray<Attributed>, value: "corrected" | "trained") => {
    if (rows.length === 0) return
    bars.push(bar)
    const seeds = [...new Set(rows.flatMap((row) => [...row.seeds.keys()]))]
    const alone = seeds.length === 1
    // By seed, where each source's part ends.
    const stacks = seeds.map((seed) => stacked(rows.map((row) => row.seeds.get(seed)?.[value] ?? 0)))
    rows.forEach(({ source: series }, i) => {
      const at = (of: number) => pointOf(0, new Map(stacks.map((ends, s) => [seeds[s]!, ends[of] ?? 0])))
      const [from, to] = [i === 0 ? 0 : at(i - 1).mean, at(i)]
      const last = i === rows.length - 1
      parts.push({
        bar,
        series,
        seed: alone ? seeds[0]! : MEAN,
        role: "mean",
        value: to.mean - from,
        from,
        to: to.mean,
        // Where nothing ends there is nothing to be uncertain of.
        low: last || to.low === to.high ? null : to.low,
        high: last || to.low === to.high ? null : to.high
      })
      if (!alone)
        stacks.forEach((ends, s) => {
          const [from, to] = [i === 0 ? 0 : ends[i - 1]!, ends[i]!]
          parts.push({ bar, series, seed: seeds[s]!, role: "seed", value: to - from, from, to, low: null, high: null })
        })
    })
  }
  const methods = [...new Set([...cell.attributedBefore, ...cell.attributedAfter].map(({ method }) => method))]
  const of = (rows: ReadonlyArray<Attributed>, method: string) => rows.filter((row) => row.method === method)
  const [first] = methods
  const any = cell.attributedAfter.length > 0 ? cell.attributedAfter : cell.attributedBefore
  add("training tokens", of(any, first ?? ""), "trained")
  for (const method of methods) {
    add(`${method}, before`, of(cell.attributedBefore, method), "corrected")
    add(`${method}, after`, of(cell.attributedAfter, method), "corrected")
  }
  return { bars, parts }
}

/** Where each part of a bar ends. */
const stacked = (values: ReadonlyArray<number>): ReadonlyArray<number> => {
  // Corrected shares and posteriors add up to one but for rounding; a bar drawn past 100 % would show the rounding.
  const total = Math.max(
    1,
    values.reduce((sum, value) => sum + value, 0)
  )
  let sum = 0
  return values.map((value) => (sum += value / total))
}
