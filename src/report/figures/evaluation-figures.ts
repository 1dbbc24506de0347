/** Policies before and after RL on the same problems: pass@1, pass@k, formats, difficulty, and what size does to the winner. */

import { maximumOf } from "../../lists/large.ts"
import { seedNames } from "../data/compared-policies.ts"
import { compareNumbers, compareTexts } from "../data/ordering.ts"
import type { Estimate, PolicyEstimates } from "../data/policy-estimates.ts"
import type { CellData, StudyData } from "../data/study-data.ts"
import { nameOf, paramText, sizeOf } from "../data/varying-params.ts"
import { type Axis, ceiling } from "../draw/axis.ts"
import type { Figure } from "../draw/Figure.ts"
import { MEAN, type Role } from "../draw/frame.ts"
import { type LegendEntry, pointSeeds } from "../draw/legend.ts"
import { trendChart, type TrendPoint } from "../draw/line-charts.ts"
import { AFTER, BEFORE, formatStyle, type Style } from "../draw/palette.ts"
import { intervalChart, type IntervalPoint } from "../draw/row-charts.ts"

const SIDES = new Map<string, Style>([
  ["before", BEFORE],
  ["after", AFTER]
])
const SIDE_NAMES = ["before", "after"] as const
const SIDES_LEGEND: ReadonlyArray<LegendEntry> = [
  { label: "before RL", style: BEFORE, mark: "open" },
  { label: "after RL", style: AFTER, mark: "dot" }
]
const share = (title: string): Axis => ({ title, format: ".0%" })
type Side = "before" | "after"
const sidesOf = (cell: CellData) =>
  [["before", cell.before] as const, ["after", cell.after] as const].flatMap(([side, estimates]) =>
    estimates === null ? [] : [[side, estimates] as const]
  )

/** The seeds of one side of a cell, each by its name. */
const seedsOf = (cell: CellData, side: Side): ReadonlyArray<readonly [seed: string, estimates: PolicyEstimates]> => {
  const names = seedNames(cell.estimates.map(({ seed }) => seed))
  return cell.estimates.flatMap((each, i) => (each[side] === null ? [] : [[names[i]!, each[side]] as const]))
}

const seedCounts = (cells: ReadonlyArray<CellData>): ReadonlyArray<number> =>
  cells.flatMap((cell) => SIDE_NAMES.map((side) => seedsOf(cell, side).length).filter((count) => count > 0))

const nodesOf = (cells: ReadonlyArray<CellData>): ReadonlyArray<string> => [
  ...new Set(cells.flatMap(({ members }) => members.flatMap(({ before, after }) => [before?.id ?? [], after?.id ?? []].flat())))
]

interface SeedValue {
  readonly seed: string
  readonly role: Role
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

/** A number of one side of a cell, the mean over seeds and each of them; `missing`: what a seed without it has. */
const valuesOf = (
  cell: CellData,
  side: Side,
  pick: (estimates: PolicyEstimates) => Estimate | null | undefined,
  missing: number | null = null
): ReadonlyArray<SeedValue> => {
  const estimate = cell[side] === null ? null : pick(cell[side])
  if (estimate == null || Number.isNaN(estimate.value)) return []
  const seeds = seedsOf(cell, side)
  if (seeds.length === 1) return [{ seed: seeds[0]![0], role: "mean", ...ends(estimate) }]
  return [
    { seed: MEAN, role: "mean", ...ends(estimate) },
    ...seeds.flatMap(([seed, estimates]): ReadonlyArray<SeedValue> => {
      const value = pick(estimates)?.value ?? missing
      return value === null || Number.isNaN(value) ? [] : [{ seed, role: "seed", value, low: null, high: null }]
    })
  ]
}

/** Six figures, in the order of the page. One that a run has nothing for says so in `missing`. */
export const evaluationFigures = ({ cells }: StudyData): ReadonlyArray<Figure> => {
  const evaluated = cells.filter(({ before, after }) => before !== null || after !== null)
  const trained = evaluated.filter(({ after }) => after !== null)
  const nothing = "Nothing was evaluated."
  const pass1 = [
    { title: "of samples", pick: ({ passAtK }: PolicyEstimates) => passAtK.get(1) },
    { title: "of one greedy answer", pick: (estimates: PolicyEstimates) => estimates.pass1 }
  ].map(({ title, pick }) => ({
    title,
    points: evaluated.flatMap((cell) =>
      SIDE_NAMES.flatMap((series) => valuesOf(cell, series, pick).map((value) => ({ category: cell.name, series, ...value })))
    )
  }))
  const seeds = seedCounts(evaluated)
  const nodes = nodesOf(evaluated)
  return [
    {
      id: "pass1",
      title: "pass@1 before and after RL",
      caption: "Share of right answers on problems kept out of training: of all samples, and of one answer decoded greedily.",
      legend: [...SIDES_LEGEND, ...pointSeeds(seeds, "tick")],
      panels: pass1
        .filter(({ points }) => points.length > 0)
        .map(({ title, points }) => ({
          title,
          spec: intervalChart(points, SIDES, { ...share("right answers"), domain: [0, ceiling(highestOf(points))] }, [
            ...new Set(points.map(({ category }) => category))
          ])
        })),
      missing: nothing,
      nodes
    },
    {
      id: "pass-at-k",
      title: "pass@k and majority@k",
      caption:
        "The chance that at least one of k samples is right (unbiased estimate), and that a vote of k is. Where the lines of " +
        "before and after cross, RL has traded breadth for certainty; but read them beside “guessed”: the same samples " +
        "held against the references of other problems, which is what guessing gives.",
      legend: [
        { label: "pass@k before", style: BEFORE, mark: "line" },
        { label: "pass@k after", style: AFTER, mark: "line" },
        { label: "guessed before", style: AT_K.get("guessed before")!, mark: "line" },
        { label: "guessed after", style: AT_K.get("guessed after")!, mark: "line" },
        { label: "majority@k before", style: AT_K.get("majority before")!, mark: "line" },
        { label: "majority@k after", style: AT_K.get("majority after")!, mark: "line" },
        ...pointSeeds(seeds, "thin")
      ],
      panels: evaluated
        .filter((cell) => sidesOf(cell).some(([, { passAtK }]) => passAtK.size > 0))
        .map((cell) => ({
          title: cell.name,
          spec: trendChart(
            SIDE_NAMES.flatMap((side) => [
              ...trend(cell, side, `pass ${side}`, ({ passAtK }) => passAtK),
              ...trend(cell, side, `guessed ${side}`, ({ guessedAtK }) => guessedAtK),
              ...trend(cell, side, `majority ${side}`, ({ majorityAtK }) => majorityAtK)
            ]),
            AT_K,
            { title: "k, samples of a problem" },
            share("problems solved")
          )
        })),
      missing: "Nothing was sampled more than once.",
      nodes
    },
    {
      id: "format-shares",
      title: "Share of each format, before and after",
      caption: "Of the sampled completions.",
      legend: [...SIDES_LEGEND, ...pointSeeds(seeds, "tick")],
      panels: evaluated.map((cell) => ({
        title: cell.name,
        spec: byFormat(cell, ({ shares }) => shares, 0, { ...share("share of completions"), domain: [0, 1] })
      })),
      missing: nothing,
      nodes
    },
    {
      id: "format-accuracy",
      title: "Accuracy within each format, before and after",
      caption:
        "Share of right answers among the completions of the format. A format that is hardly used has few completions and a " +
        "wide interval.",
      legend: [...SIDES_LEGEND, ...pointSeeds(seeds, "tick")],
      panels: evaluated.map((cell) => ({
        title: cell.name,
        spec: byFormat(cell, ({ accuracies }) => accuracies, null, share("right answers"))
      })),
      missing: nothing,
      nodes
    },
    {
      id: "difficulty",
      title: "pass@1 by difficulty",
      caption: "Greedy pass@1 by the number of operations that a problem needs.",
      legend: [...SIDES_LEGEND.map((entry) => ({ ...entry, mark: "line" as const })), ...pointSeeds(seeds, "thin")],
      panels: evaluated
        .filter((cell) => sidesOf(cell).some(([, { byDifficulty }]) => byDifficulty.size > 1))
        .map((cell) => ({
          title: cell.name,
          spec: trendChart(
            SIDE_NAMES.flatMap((side) => trend(cell, side, side, ({ byDifficulty }) => byDifficulty)),
            SIDES,
            { title: "operations that a problem needs" },
            share("problems solved")
          )
        })),
      missing: "The problems are all of one difficulty.",
      nodes
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

const trend = (
  cell: CellData,
  side: Side,
  series: string,
  pick: (estimates: PolicyEstimates) => ReadonlyMap<number, Estimate>
): ReadonlyArray<TrendPoint> =>
  [...(cell[side] === null ? [] : pick(cell[side]).keys())].flatMap((x) =>
    valuesOf(cell, side, (estimates) => pick(estimates).get(x)).map((value) => ({ series, x, ...value }))
  )

const highestOf = (points: ReadonlyArray<SeedValue>): number =>
  maximumOf(
    points.flatMap(({ value, high }) => [value, high ?? 0]),
    0.01
  )

const byFormat = (
  cell: CellData,
  pick: (estimates: PolicyEstimates) => ReadonlyMap<string, Estimate>,
  missing: number | null,
  axis: Axis
) => {
  const present = (format: string) => sidesOf(cell).some(([, { shares }]) => (shares.get(format)?.value ?? 0) >= 0.005)
  const formats = [...new Set(sidesOf(cell).flatMap(([, estimates]) => [...pick(estimates).keys()]))].filter(present)
  const points: ReadonlyArray<IntervalPoint> = SIDE_NAMES.flatMap((series) =>
    formats.flatMap((category) =>
      valuesOf(cell, series, (estimates) => pick(estimates).get(category), missing).map((value) => ({
        category,
        series,
        ...value
      }))
    )
  )
  return intervalChart(points, SIDES, { ...axis, domain: axis.domain ?? [0, ceiling(highestOf(points))] }, [
    ...new Set(points.map(({ category }) => category))
  ])
}

/** From small to large; sizes that have no name in the presets come first, by their text. */
const bySize = (a: CellData, b: CellData): number =>
  compareNumbers(sizeOf(a) ?? -1, sizeOf(b) ?? -1) || compareTexts(paramText(a, "scale"), paramText(b, "scale"))

/** Share of each format after RL against size, a panel for each of the other settings. */
const scaleFigure = (cells: ReadonlyArray<CellData>): Figure => {
  const several = (group: ReadonlyArray<CellData>) => new Set(group.map((cell) => paramText(cell, "scale"))).size > 1
  const panels = [...Map.groupBy(cells, (cell) => nameOf(cell, ["scale"]))].filter(([, group]) => several(group))
  const shown = panels.flatMap(([, group]) => group)
  const scales = [...new Set(shown.toSorted(bySize).map((cell) => paramText(cell, "scale")))].filter((scale) => scale !== "")
  const formats = [
    ...new Set(
      shown.flatMap(({ after }) => [...(after?.shares ?? [])].filter(([, { value }]) => value >= 0.005).map(([format]) => format))
    )
  ]
  const styles = new Map(formats.map((format) => [format, formatStyle(format)]))
  return {
    id: "scales",
    title: "Formats after RL, by scale",
    caption:
      "Share of the completions in each format after RL, sizes from small to large, of what was trained at more than one. The " +
      "paper's claim is that the winner changes with size.",
    legend: [
      ...formats.map((label) => ({ label, style: formatStyle(label), mark: "line" as const })),
      ...pointSeeds(seedCounts(shown), "thin")
    ],
    panels: panels.map(([title, group]) => ({
      title,
      spec: trendChart(
        group.flatMap((cell) =>
          formats.flatMap((series) =>
            valuesOf(cell, "after", ({ shares }) => shares.get(series), 0).map((value) => ({
              series,
              x: scales.indexOf(paramText(cell, "scale")),
              ...value
            }))
          )
        ),
        styles,
        { title: "scale", categories: scales },
        { ...share("share of completions"), domain: [0, 1] }
      )
    })),
    missing: "No setting was trained at more than one scale.",
    nodes: nodesOf(shown)
  }
}
