/** What RL does, step by step: which format takes over, and how reward, entropy and divergence go with it. */
import { type Axis, lineChart, sharesOverLines } from "../charts.ts"
import type { Curve } from "../curves.ts"
import { dimension, type Dimension } from "../dimensions.ts"
import type { Figure, LegendEntry } from "../Figure.ts"
import { formatStyle, seriesStyle } from "../palette.ts"
import type { RlData, StudyData } from "../study-data.ts"
import { ceiling } from "./training-figures.ts"

/** Runs longer than this are drawn on a logarithmic axis: most happens early. */
const LONG = 300

export const rlFigures = ({ cells }: StudyData): ReadonlyArray<Figure> => {
  const runs = [...new Set(cells.flatMap(({ curves }) => curves ?? []))]
  const formats = formatsOf(runs)
  const lines = (curves: ReadonlyMap<string, Curve>, steps: number) =>
    formats.flatMap((name) =>
      curves.has(name) ? [{ name, style: formatStyle(name), curve: shown(curves.get(name)!, steps) }] : []
    )
  const legend: ReadonlyArray<LegendEntry> = formats.map((label) => ({ label, style: formatStyle(label), mark: "area" }))
  const highest = ceiling(Math.max(0.01, ...runs.flatMap((run) => [...run.accuracies.values()].flat().map(({ mean }) => mean))))
  return [
    {
      id: "formats",
      title: "Formats during RL",
      caption:
        "Above, the share of the policy's completions in each format; below, the share of right answers among the completions of the format. After figures 2 and 7 of the paper.",
      legend,
      panels: runs.map((run) => ({
        title: run.name,
        spec: sharesOverLines(
          { lines: lines(run.shares, run.steps), y: { title: "share", format: ".0%" } },
          { lines: lines(run.accuracies, run.steps), y: { title: "right answers", format: ".0%", domain: [0, highest] } },
          stepAxis(run.steps)
        )
      })),
      missing: "No RL run finished."
    },
    curvesFigure(runs, "accuracy", {
      id: "accuracy",
      title: "Right answers during RL",
      caption: "Share of right answers among the completions sampled at each step, on training problems.",
      axis: { title: "right answers", format: ".0%" }
    }),
    curvesFigure(runs, "reward", {
      id: "reward",
      title: "Reward during RL",
      caption: "Mean reward that the algorithm was given.",
      axis: { title: "mean reward" }
    }),
    curvesFigure(runs, "entropy", {
      id: "entropy",
      title: "Entropy during RL",
      caption: "Mean entropy of the policy's next-token distribution: how much choice is left.",
      axis: { title: "nats per token" }
    }),
    curvesFigure(runs, "formatEntropy", {
      id: "format-entropy",
      title: "Entropy of the formats",
      caption: "Entropy of the shares of formats at each step: 0 when one format is left, 1.1 when three are equally frequent.",
      axis: { title: "nats" }
    }),
    curvesFigure(runs, "kl", {
      id: "kl",
      title: "Divergence from the start policy",
      caption: "k3 estimate of the Kullback-Leibler divergence from the policy RL started from, on the policy's own completions.",
      axis: { title: "nats per token" }
    })
  ]
}

interface CurvesOptions {
  readonly id: string
  readonly title: string
  readonly caption: string
  readonly axis: Axis
}

/** A column of `updates`: a panel for each setting but the algorithm, a line for each algorithm. */
const curvesFigure = (runs: ReadonlyArray<RlData>, column: string, { id, title, caption, axis }: CurvesOptions): Figure => {
  const having = runs.filter((run) => run.updates.has(column))
  const algorithms = [...new Set(runs.map((run) => dimension(run, "algorithm")))]
  const styleOf = (algorithm: string) => seriesStyle(algorithm, algorithms.indexOf(algorithm))
  const panels = Map.groupBy(having, (run) => othersOf(run.dimensions))
  return {
    id,
    title,
    caption,
    legend: [...new Set(having.map((run) => dimension(run, "algorithm")))].map((label) => ({
      label,
      style: styleOf(label),
      mark: "line"
    })),
    panels: [...panels].map(([name, group]) => {
      const steps = Math.max(...group.map((run) => run.steps))
      const lines = group.map((run) => {
        const algorithm = dimension(run, "algorithm")
        return { name: algorithm, style: styleOf(algorithm), curve: shown(run.updates.get(column)!, steps) }
      })
      return { title: name, spec: lineChart(lines, stepAxis(steps), axis) }
    }),
    missing: "No RL run recorded it."
  }
}

/** The values of every dimension but the algorithm. */
export const othersOf = (dimensions: ReadonlyArray<Dimension>): string =>
  dimensions
    .filter(({ name }) => name !== "algorithm")
    .map(({ name, value }) => (name === "scale" ? `scale ${value}` : `${name} ${value}`))
    .join(", ")

const stepAxis = (steps: number): Axis =>
  steps > LONG ? { title: "RL step, from 1 (log scale)", log: true } : { title: "RL step" }

/** On a logarithmic axis steps count from 1. */
const shown = (curve: Curve, steps: number): Curve =>
  steps > LONG ? curve.map((point) => ({ ...point, x: point.x + 1 })) : curve

/** Formats that ever hold half a percent, the largest first; `invalid` last. */
const formatsOf = (runs: ReadonlyArray<RlData>): Array<string> => {
  const largest = new Map<string, number>()
  for (const { shares } of runs)
    for (const [format, curve] of shares)
      largest.set(format, Math.max(largest.get(format) ?? 0, ...curve.map(({ mean }) => mean)))
  return [...largest]
    .filter(([, share]) => share >= 0.005)
    .toSorted(([a, x], [b, y]) => Number(a === "invalid") - Number(b === "invalid") || y - x || (a < b ? -1 : 1))
    .map(([format]) => format)
}
