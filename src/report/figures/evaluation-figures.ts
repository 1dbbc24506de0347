/** Policies before and after RL on the same problems: pass@1, pass@k, formats, difficulty, and what size does to the winner. */

import { maximumOf } from "../../lists/large.ts"
import { compareNumbers, compareTexts } from "../data/ordering.ts"
import type { Estimate, PolicyEstimates } from "../data/policy-estimates.ts"
import type { CellData, StudyData } from "../data/study-data.ts"
import { paramText, sizeOf } from "../data/varying-params.ts"
import { type Axis, ceiling } from "../draw/axis.ts"
import { intervalChart, type IntervalPoint, trendChart, type TrendPoint } from "../draw/charts.ts"
import type { Figure, LegendEntry } from "../draw/Figure.ts"
import { AFTER, BEFORE, formatStyle, type Style } from "../draw/palette.ts"

const SIDES = new Map<string, Style>([
  ["before", BEFORE],
  ["after", AFTER]
])
const SIDES_LEGEND: ReadonlyArray<LegendEntry> = [
  { label: "before RL", style: BEFORE, mark: "open" },
  { label: "after RL", style: AFTER, mark: "dot" }
]
const share = (title: string): Axis => ({ title, format: ".0%" })
const sidesOf = (cell: CellData) =>
  [["before", cell.before] as const, ["after", cell.after] as const].flatMap(([side, estimates]) =>
    estimates === null ? [] : [[side, estimates] as const]
  )

/** Six figures, in the order of the page. One that a run has nothing for says so in `missing`. */
export const evaluationFigures = ({ cells }: StudyData): ReadonlyArray<Figure> => {
  const evaluated = cells.filter(({ before, after }) => before !== null || after !== null)
  const trained = evaluated.filter(({ after }) => after !== null)
  const nothing = "Nothing was evaluated."
  const highest = maximumOf(
    evaluated.flatMap((cell) => sidesOf(cell).flatMap(([, { pass1 }]) => (pass1 === null ? [] : [ends(pass1).high]))),
    0.01
  )
  return [
    {
      id: "pass1",
      title: "pass@1 before and after RL",
      caption: "Greedy decoding on problems kept out of training; bars are 95 % intervals.",
      legend: SIDES_LEGEND,
      panels:
        evaluated.length === 0
          ? []
          : [
              {
                title: "",
                spec: intervalChart(
                  evaluated.flatMap((cell) =>
                    sidesOf(cell).flatMap(([side, { pass1 }]) =>
                      pass1 === null ? [] : [{ category: cell.name, series: side, ...ends(pass1) }]
                    )
                  ),
                  SIDES,
                  { ...share("problems solved"), domain: [0, ceiling(highest)] },
                  evaluated.map(({ name }) => name)
                )
              }
            ],
      missing: nothing
    },
    {
      id: "pass-at-k",
      title: "pass@k and majority@k",
      caption:
        "The chance that at least one of k samples is right (unbiased estimate), and that a vote of k is. Where the lines of " +
        "before and after cross, RL has traded breadth for certainty; but read them beside the thin lines: the same samples " +
        "held against the references of other problems, which is what guessing gives.",
      legend: [
        { label: "pass@k before", style: BEFORE, mark: "line" },
        { label: "pass@k after", style: AFTER, mark: "line" },
        { label: "guessed before", style: AT_K.get("guessed before")!, mark: "line" },
        { label: "guessed after", style: AT_K.get("guessed after")!, mark: "line" },
        { label: "majority@k before", style: AT_K.get("majority before")!, mark: "line" },
        { label: "majority@k after", style: AT_K.get("majority after")!, mark: "line" }
      ],
      panels: evaluated
        .filter((cell) => sidesOf(cell).some(([, { passAtK }]) => passAtK.size > 0))
        .map((cell) => ({
          title: cell.name,
          spec: trendChart(
            sidesOf(cell).flatMap(([side, estimates]) => [
              ...trend(`pass ${side}`, estimates.passAtK),
              ...trend(`guessed ${side}`, estimates.guessedAtK),
              ...trend(`majority ${side}`, estimates.majorityAtK)
            ]),
            AT_K,
            { title: "k" },
            share("problems solved")
          )
        })),
      missing: "Nothing was sampled more than once."
    },
    {
      id: "format-shares",
      title: "Share of each format, before and after",
      caption: "Of the sampled completions; bars are 95 % intervals.",
      legend: SIDES_LEGEND,
      panels: evaluated.map((cell) => ({
        title: cell.name,
        spec: byFormat(cell, ({ shares }) => shares, { ...share("share"), domain: [0, 1] })
      })),
      missing: nothing
    },
    {
      id: "format-accuracy",
      title: "Accuracy within each format, before and after",
      caption:
        "Share of right answers among the completions of the format. A format that is hardly used has few completions and a " +
        "wide interval.",
      legend: SIDES_LEGEND,
      panels: evaluated.map((cell) => ({
        title: cell.name,
        spec: byFormat(cell, ({ accuracies }) => accuracies, share("right answers"))
      })),
      missing: nothing
    },
    {
      id: "difficulty",
      title: "pass@1 by difficulty",
      caption: "Greedy pass@1 by the number of operations that a problem needs.",
      legend: SIDES_LEGEND.map((entry) => ({ ...entry, mark: "line" })),
      panels: evaluated
        .filter((cell) => sidesOf(cell).some(([, { byDifficulty }]) => byDifficulty.size > 1))
        .map((cell) => ({
          title: cell.name,
          spec: trendChart(
            sidesOf(cell).flatMap(([side, { byDifficulty }]) => trend(side, byDifficulty)),
            SIDES,
            { title: "operations" },
            share("problems solved")
          )
        })),
      missing: "The problems are all of one difficulty."
    },
    scaleFigure(trained)
  ]
}

const AT_K = new Map<string, Style>([
  ["pass before", BEFORE],
  ["pass after", AFTER],
  ["guessed before", { colour: "#b5b5b5", dash: [1, 3] }],
  ["guessed after", { colour: "#7d7d7d", dash: [5, 3] }],
  ["majority before", { colour: "#c99a6b", dash: [2, 3] }],
  ["majority after", { colour: "#b0703c", dash: [6, 3] }]
])

const ends = ({ value, low, high }: Estimate) => ({
  value,
  low: Number.isNaN(low) ? value : Math.max(0, low),
  high: Number.isNaN(high) ? value : Math.min(1, high)
})

const trend = (series: string, values: ReadonlyMap<number, Estimate>): ReadonlyArray<TrendPoint> =>
  [...values].map(([x, estimate]) => ({ series, x, ...ends(estimate) }))

const byFormat = (cell: CellData, pick: (estimates: PolicyEstimates) => ReadonlyMap<string, Estimate>, axis: Axis) => {
  const present = (format: string) => sidesOf(cell).some(([, { shares }]) => (shares.get(format)?.value ?? 0) >= 0.005)
  const points: ReadonlyArray<IntervalPoint> = sidesOf(cell).flatMap(([side, estimates]) =>
    [...pick(estimates)]
      .filter(([format]) => present(format))
      .map(([category, estimate]) => ({ category, series: side, ...ends(estimate) }))
  )
  const highest = maximumOf(
    points.map(({ high }) => high),
    0.01
  )
  return intervalChart(points, SIDES, { ...axis, domain: axis.domain ?? [0, ceiling(highest)] }, [
    ...new Set(points.map(({ category }) => category))
  ])
}

/** From small to large; sizes that have no name in the presets come first, by their text. */
const bySize = (a: CellData, b: CellData): number =>
  compareNumbers(sizeOf(a) ?? -1, sizeOf(b) ?? -1) || compareTexts(paramText(a, "scale"), paramText(b, "scale"))

/** Share of each format after RL against size, a panel for each of the other settings. */
const scaleFigure = (cells: ReadonlyArray<CellData>): Figure => {
  const scales = [...new Set(cells.toSorted(bySize).map((cell) => paramText(cell, "scale")))].filter((scale) => scale !== "")
  const formats = [
    ...new Set(
      cells.flatMap(({ after }) => [...(after?.shares ?? [])].filter(([, { value }]) => value >= 0.005).map(([format]) => format))
    )
  ]
  const styles = new Map(formats.map((format) => [format, formatStyle(format)]))
  const panels = Map.groupBy(cells, (cell) =>
    cell.varyingParams
      .filter(({ name }) => name !== "scale")
      .map(({ value }) => String(value))
      .join(" ")
  )
  return {
    id: "scales",
    title: "Formats after RL, by scale",
    caption:
      "Share of the completions in each format after RL, sizes from small to large. The paper's claim is that the winner " +
      "changes with size.",
    legend: formats.map((label) => ({ label, style: formatStyle(label), mark: "line" })),
    panels:
      scales.length < 2
        ? []
        : [...panels].map(([title, group]) => ({
            title,
            spec: trendChart(
              group.flatMap((cell) =>
                [...cell.after!.shares]
                  .filter(([format]) => styles.has(format))
                  .map(([format, estimate]) => ({
                    series: format,
                    x: scales.indexOf(paramText(cell, "scale")),
                    ...ends(estimate)
                  }))
              ),
              styles,
              { title: "scale", categories: scales },
              { ...share("share"), domain: [0, 1] }
            )
          })),
    missing: "One scale alone was trained."
  }
}
