/** What RL does, step by step: which format takes over, and how right answers, entropy and divergence go with it. */

import { INVALID } from "../../evaluation/metrics/format-shares.ts"
import { maximumOf } from "../../lists/large.ts"
import { type Curve, pointOf, seedsOf, smooth, thinned } from "../data/curves.ts"
import { largestFirst } from "../data/ordering.ts"
import type { RlData, StudyData } from "../data/study-data.ts"
import { nameOf, paramText, studyOf } from "../data/varying-params.ts"
import { type Axis, ceiling, within } from "../draw/axis.ts"
import type { Figure } from "../draw/Figure.ts"
import { curveSeeds } from "../draw/legend.ts"
import { type Line, lineChart, sharesOverLines } from "../draw/line-charts.ts"
import { formatStyle, seriesStyle } from "../draw/palette.ts"

/** Runs longer than this are drawn on a logarithmic axis: most happens early. */
const LONG = 300
/** Formats that never hold more are drawn together. */
const SMALL = 0.03
const OTHERS = "other"

/** The formats during RL, and the learning curves, in a figure for each study where a run is of several. */
export const rlFigures = ({ cells }: StudyData): ReadonlyArray<Figure> => {
  const runs = [...new Set(cells.flatMap(({ curves }) => curves ?? []))]
  const studies = Map.groupBy(runs, studyOf)
  return [
    formatsFigure(runs),
    ...(studies.size < 2 ? [learningFigure(runs)] : [...studies].map(([study, own]) => learningFigure(own, study)))
  ]
}

const formatsFigure = (runs: ReadonlyArray<RlData>): Figure => {
  const formats = formatsOf(runs)
  const all = [...formats, ...(runs.some((run) => othersOf(run, formats).some(({ mean }) => mean > 0.001)) ? [OTHERS] : [])]
  const shares = (run: RlData): ReadonlyArray<Line> =>
    all.map((name) => {
      const curve = name === OTHERS ? othersOf(run, formats) : (run.shares.get(name) ?? [])
      return { name, style: formatStyle(name), curve: shown(curve, run.steps) }
    })
  const accuracies = (run: RlData): ReadonlyArray<Line> =>
    formats.flatMap((name) => {
      const curve = run.accuracies.get(name)
      return curve === undefined || name === INVALID
        ? []
        : [{ name, style: formatStyle(name), curve: shown(smooth(curve), run.steps) }]
    })
  const right: Axis = { title: "right answers", format: ".0%" }
  const highest = ceiling(
    maximumOf(
      runs.flatMap((run) =>
        accuracies(run).flatMap(({ curve }) => curve.flatMap(({ high, seeds }) => [...seeds.values(), within(right, high) ?? 0]))
      ),
      0.01
    )
  )
  const counts = seedCounts(runs)
  return {
    id: "formats",
    title: "Formats during RL",
    caption:
      "Above, the share of the policy's completions in each format; below, the share of right answers among the completions " +
      "of the format, averaged over a tenth of the run. After figures 2 and 7 of the paper.",
    legend: [
      ...all.map((label) => ({
        label,
        style: formatStyle(label),
        mark: maximumOf(counts, 0) > 1 ? ("line" as const) : ("area" as const)
      })),
      ...curveSeeds(counts)
    ],
    panels: runs.map((run) => ({
      title: run.name,
      spec: sharesOverLines(
        { lines: shares(run), y: { title: "share of completions", format: ".0%" } },
        { lines: accuracies(run), y: { ...right, domain: [0, highest] } },
        stepAxis(run.steps)
      )
    })),
    missing: "No RL run finished.",
    nodes: runs.flatMap(({ nodes }) => nodes)
  }
}

interface Learning {
  /** A column of `updates`. */
  readonly column: string
  readonly title: string
  readonly axis: Axis
}

const LEARNING: ReadonlyArray<Learning> = [
  { column: "accuracy", title: "right answers", axis: { title: "right answers", format: ".0%" } },
  { column: "entropy", title: "entropy of the policy", axis: { title: "nats per token", bounds: [0, Infinity] } },
  { column: "formatEntropy", title: "entropy of the formats", axis: { title: "nats", bounds: [0, Infinity] } },
  // An estimate: near the start it may fall a little below 0.
  { column: "kl", title: "divergence from the start", axis: { title: "nats per token" } },
  { column: "completionLength", title: "length of completions", axis: { title: "tokens", bounds: [0, Infinity] } },
  { column: "zeroSignalGroups", title: "groups without signal", axis: { title: "share of groups", format: ".0%" } },
  // The last, for it is only there where it says something new.
  { column: "reward", title: "reward", axis: { title: "mean reward" } }
]

/** For every setting but the algorithm: a panel for each quantity, a line for each algorithm. */
const learningFigure = (runs: ReadonlyArray<RlData>, study = ""): Figure => {
  const algorithms = [...new Set(runs.map((run) => paramText(run, "algorithm")))]
  const styleOf = (algorithm: string) => seriesStyle(algorithm, algorithms.indexOf(algorithm))
  const settings = Map.groupBy(runs, (run) => nameOf(run, ["study", "algorithm"]))
  const columnsOf = (group: ReadonlyArray<RlData>) =>
    LEARNING.filter(({ column }) => group.some(({ updates }) => updates.has(column))).filter(
      ({ column }) => column !== "reward" || !group.every(rewardsAnswersAlone)
    )
  return {
    id: study === "" ? "learning" : `learning-${study}`,
    title: study === "" ? "Learning curves" : `Learning curves: ${study}`,
    caption:
      "Of the completions sampled at each step, on training problems, averaged over a tenth of the run. " +
      "Entropy of the policy: of its next-token distribution, how much choice is left. Entropy of the " +
      "formats: of their shares, 0 when one is left, 1.1 when three are equally frequent. Divergence: the k3 estimate of the " +
      "Kullback-Leibler divergence from the policy that RL started from. Groups without signal: prompts whose completions all " +
      "got the same reward. Reward, where it is not the share of right answers: what was paid, less what is taken from " +
      "completions that are too long.",
    legend: [
      ...algorithms.map((label) => ({ label: label === "" ? "RL" : label, style: styleOf(label), mark: "line" as const })),
      ...curveSeeds(seedCounts(runs))
    ],
    // A row a setting, a column a quantity: else they stand one below the other without end.
    ...(settings.size > 1 ? { columns: maximumOf([...settings.values()].map((group) => columnsOf(group).length)) } : {}),
    panels: [...settings].flatMap(([setting, group]) =>
      columnsOf(group).map(({ column, title, axis }, i) => {
        const having = group.filter((run) => run.updates.has(column))
        const steps = maximumOf(having.map((run) => run.steps))
        const lines = having.map((run) => {
          const algorithm = paramText(run, "algorithm")
          return { name: algorithm, style: styleOf(algorithm), curve: shown(smooth(run.updates.get(column)!), steps) }
        })
        return {
          title: setting === "" ? title : `${setting}: ${title}`,
          spec: lineChart(lines, stepAxis(steps), axis),
          ...(settings.size > 1 && i === 0 ? { first: true } : {})
        }
      })
    ),
    missing: "No RL run finished.",
    nodes: runs.flatMap(({ nodes }) => nodes)
  }
}

/** By less, two curves of shares are one in a figure. */
const SAME = 0.01

/** Whether the reward is the share of right answers, of each seed as far as is drawn, so that its curves say nothing new. */
const rewardsAnswersAlone = ({ updates }: RlData): boolean => {
  const accuracy = new Map(smooth(updates.get("accuracy") ?? []).map(({ x, seeds }) => [x, seeds]))
  return smooth(updates.get("reward") ?? []).every(({ x, seeds }) =>
    [...seeds].every(([seed, reward]) => Math.abs(reward - (accuracy.get(x)?.get(seed) ?? Number.NaN)) < SAME)
  )
}

const stepAxis = (steps: number): Axis =>
  steps > LONG ? { title: "RL step, from 1 (log scale)", log: true } : { title: "RL step", whole: true }

/** As many points as the axis has room for; on a logarithmic one steps count from 1. */
const shown = (curve: Curve, steps: number): Curve =>
  steps > LONG
    ? thinned(
        curve.map((point) => ({ ...point, x: point.x + 1 })),
        true
      )
    : thinned(curve, false)

const seedCounts = (runs: ReadonlyArray<RlData>): ReadonlyArray<number> =>
  runs.map(({ updates }) => seedsOf(updates.values()).length)

/** The shares of all formats but these, together. */
const othersOf = (run: RlData, formats: ReadonlyArray<string>): Curve => {
  const sums = new Map<number, Map<string, number>>()
  for (const [format, curve] of run.shares)
    for (const { x, seeds } of curve) {
      const at = sums.get(x) ?? new Map<string, number>()
      for (const [seed, share] of seeds) at.set(seed, (at.get(seed) ?? 0) + (formats.includes(format) ? 0 : share))
      sums.set(x, at)
    }
  return [...sums].map(([x, seeds]) => pointOf(x, seeds))
}

/** Formats that are more than a rarity at some step, the largest first; `invalid` last. */
const formatsOf = (runs: ReadonlyArray<RlData>): Array<string> => {
  const largest = new Map<string, number>()
  for (const { shares } of runs)
    for (const [format, curve] of shares)
      largest.set(
        format,
        maximumOf(
          curve.map(({ mean }) => mean),
          largest.get(format) ?? 0
        )
      )
  return [...largest]
    .filter(([, share]) => share >= SMALL)
    .toSorted(largestFirst)
    .map(([format]) => format)
}
