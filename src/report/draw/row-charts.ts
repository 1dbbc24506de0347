/** Panels with a row for each name: points with intervals, stacked bars, a claim, a matrix. Single seeds stand in each. */

import type { TopLevelSpec } from "vega-lite"

import { maximumOf, minimumOf } from "../../lists/large.ts"
import { type Axis, within } from "./axis.ts"
import { columnLabels, FRAME, INK, labelled, MEAN, only, quantitative, type Role, styled, WIDTH, WITH_INTERVAL } from "./frame.ts"
import type { Style } from "./palette.ts"

export interface IntervalPoint {
  /** What it stands for on the category axis. */
  readonly category: string
  readonly series: string
  readonly seed: string
  readonly role: Role
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

/** Points with intervals, a category a row; series side by side in the row, single seeds as pale dots behind their mean. */
export const intervalChart = (
  points: ReadonlyArray<IntervalPoint>,
  styles: ReadonlyMap<string, Style>,
  x: Axis,
  categories: ReadonlyArray<string>
): TopLevelSpec => {
  const { color } = styled(styles)
  const series = [...styles.keys()]
  const { frame, label, tall } = labelled(categories)
  const position = {
    y: {
      field: "category",
      type: "nominal" as const,
      sort: [...categories],
      axis: { title: null, grid: true, ticks: false, domain: false, labelPadding: 9, ...label }
    },
    yOffset: { field: "series", type: "nominal" as const, sort: series, scale: { paddingInner: 0.4, paddingOuter: 0.6 } },
    x: quantitative("value", x)
  }
  return {
    ...frame,
    height: Math.max(40, Math.max(34, tall) * categories.length),
    data: { values: points.map((point) => ({ ...point })) },
    layer: [
      {
        transform: [only("seed")],
        mark: { type: "tick", thickness: 1, size: 11, opacity: 0.6 },
        encoding: { ...position, color }
      },
      {
        transform: [WITH_INTERVAL],
        mark: { type: "rule", strokeWidth: 1.6 },
        encoding: { ...position, x: { ...position.x, field: "low" }, x2: { field: "high" }, color }
      },
      {
        transform: [only("mean")],
        mark: { type: "point", size: 46, opacity: 1, strokeWidth: 1.6 },
        encoding: {
          ...position,
          color,
          fill: { ...color, condition: { test: `datum.series === '${series[0]}' && ${series.length > 1}`, value: "transparent" } }
        }
      }
    ]
  }
}

export interface ForestPoint {
  readonly seed: string
  readonly role: Role
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

/**
 * A row a seed and one for all of them with its interval; dashed, the margin that was asked for, without seeds too. `shown`: what
 * the axis reaches wherever the points are.
 */
export const forestChart = (
  points: ReadonlyArray<ForestPoint>,
  margins: ReadonlyArray<number>,
  x: Axis,
  shown: ReadonlyArray<number> = []
): TopLevelSpec => {
  const rows =
    points.length === 0 ? [""] : [...points.filter(({ role }) => role === "seed").map(({ seed }) => `seed ${seed}`), MEAN]
  const values = [
    ...points.map((point) => ({ ...point, row: point.role === "mean" ? MEAN : `seed ${point.seed}` })),
    ...margins.map((value) => ({ seed: "", role: "margin" as const, value, low: null, high: null, row: null }))
  ]
  const position = {
    y: {
      field: "row",
      type: "nominal" as const,
      sort: rows,
      scale: { domain: rows },
      axis: { title: null, ticks: false, domain: false, labelPadding: 5, labelOverlap: false }
    },
    x: quantitative("value", {
      ...x,
      domain: roomAround([...shown, ...values.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value])])
    })
  }
  return {
    ...labelled(rows).frame,
    height: Math.max(40, 17 * rows.length),
    data: { values },
    layer: [
      {
        transform: [only("margin")],
        mark: { type: "rule", strokeDash: [3, 3], strokeWidth: 1.2, color: INK, opacity: 0.8 },
        encoding: { x: position.x }
      },
      {
        transform: [only("seed")],
        mark: { type: "point", filled: true, size: 30, color: INK, opacity: 0.45 },
        encoding: position
      },
      {
        transform: [WITH_INTERVAL],
        mark: { type: "rule", strokeWidth: 1.8, color: INK },
        encoding: { ...position, x: { ...position.x, field: "low" }, x2: { field: "high" } }
      },
      { transform: [only("mean")], mark: { type: "point", filled: true, size: 60, color: INK, opacity: 1 }, encoding: position }
    ]
  }
}

/** A little more than all of them, so that none stands on an edge. */
const roomAround = (values: ReadonlyArray<number>): readonly [number, number] => {
  const [least, most] = [minimumOf(values), maximumOf(values)]
  const room = 0.05 * (most - least) || 0.02
  return [least - room, most + room]
}

export interface BarPart {
  readonly bar: string
  readonly series: string
  readonly seed: string
  readonly role: Role
  readonly value: number
  /** Where the part begins and ends in its bar. */
  readonly from: number
  readonly to: number
  /** Interval of where it ends. */
  readonly low: number | null
  readonly high: number | null
}

/** Pixels of a mean's bar, of a seed's below it, and between them. */
const BAR = 15
const STRIP = 4
const BETWEEN = 7

/** Horizontal bars of shares, a bar a row: the mean with the intervals of its boundaries, below it a thin one for each seed. */
export const stackedBars = (
  parts: ReadonlyArray<BarPart>,
  styles: ReadonlyMap<string, Style>,
  x: Axis,
  bars: ReadonlyArray<string>
): TopLevelSpec => {
  const { color } = styled(styles)
  const seeds = [...new Set(parts.filter(({ role }) => role === "seed").map(({ seed }) => seed))]
  const { frame, label, tall } = labelled(bars)
  const row = Math.max(tall, BAR + STRIP * seeds.length + BETWEEN)
  const axis: Axis = { ...x, domain: [0, 1] }
  const across = quantitative("from", axis)
  const encoding = {
    y: {
      field: "bar",
      type: "nominal" as const,
      sort: [...bars],
      scale: { padding: 0 },
      axis: { title: null, ticks: false, domain: false, labelPadding: 5, ...label }
    },
    x: { ...across, axis: { ...across.axis, tickCount: 3 } },
    x2: { field: "to" },
    color
  }
  // Offsets count from the middle of a row.
  const top = -(BAR + STRIP * seeds.length) / 2
  return {
    ...frame,
    height: row * bars.length,
    data: {
      values: parts.map((part) => ({ ...part, low: within(axis, part.low), high: within(axis, part.high) }))
    },
    layer: [
      {
        transform: [only("mean")],
        mark: { type: "bar", opacity: 0.92, height: BAR, yOffset: top + BAR / 2 },
        encoding
      },
      ...seeds.map((seed, i) => ({
        transform: [only("seed"), { filter: { field: "seed", equal: seed } }],
        mark: { type: "bar" as const, opacity: 0.6, height: STRIP - 1, yOffset: top + BAR + STRIP * i + STRIP / 2 + 0.5 },
        encoding
      })),
      // Boundaries side by side, for their intervals overlap.
      ...[...styles.keys()].map((series, i) => ({
        transform: [WITH_INTERVAL, { filter: { field: "series", equal: series } }],
        mark: { type: "rule" as const, strokeWidth: 1.2, color: INK, yOffset: top + BAR / 2 + 3.5 * ((i % 4) - 1.5) },
        encoding: { y: encoding.y, x: { ...encoding.x, field: "low" }, x2: { field: "high" } }
      }))
    ]
  }
}

const SHARE: Axis = { title: "", format: ".0%" }

export interface HeatEntry {
  readonly row: string
  readonly column: string
  readonly seed: string
  readonly role: Role
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

/** A matrix of shares with the percentages written in; along the lower edge of a field a strip for each seed. */
export const heatMap = (entries: ReadonlyArray<HeatEntry>, x: string, y: string): TopLevelSpec => {
  const rows = [...new Set(entries.map(({ row }) => row))]
  const columns = [...new Set(entries.map(({ column }) => column))]
  const seeds = [...new Set(entries.filter(({ role }) => role === "seed").map(({ seed }) => seed))]
  const [wide, high] = [Math.max(58, Math.floor(WIDTH / columns.length)), seeds.length > 0 ? 46 : 34]
  const position = {
    x: {
      field: "column",
      type: "nominal" as const,
      sort: columns,
      scale: { padding: 0 },
      axis: {
        title: x,
        labelAngle: 0,
        orient: "bottom" as const,
        ticks: false,
        domain: false,
        ...columnLabels(columns, wide - 6)
      }
    },
    y: {
      field: "row",
      type: "nominal" as const,
      sort: rows,
      scale: { padding: 0 },
      axis: { title: y, ticks: false, domain: false, labelPadding: 5, labelOverlap: false }
    }
  }
  const opacity = {
    field: "value",
    type: "quantitative" as const,
    legend: null,
    scale: { domain: [0, 1], range: [0.04, 0.95] }
  }
  const colour = "#0072b2"
  const strip = (wide - 10) / seeds.length
  const written = (field: string, dy: number, fontSize: number, transform: ReadonlyArray<{ readonly filter: string }>) => ({
    transform: [...transform],
    mark: { type: "text" as const, fontSize, dy },
    encoding: {
      ...position,
      text: { field },
      color: { condition: { test: "datum.value > 0.55", value: "white" }, value: INK }
    }
  })
  const shown = (value: number | null) => (value === null || Number.isNaN(value) ? "–" : (value * 100).toFixed(0))
  return {
    ...FRAME,
    height: high * rows.length,
    width: wide * columns.length,
    data: {
      values: entries.map((entry) => ({
        ...entry,
        percent: `${shown(entry.value)} %`,
        interval: entry.low === entry.high ? "" : `[${shown(within(SHARE, entry.low))}, ${shown(within(SHARE, entry.high))}]`
      }))
    },
    layer: [
      { transform: [only("mean")], mark: { type: "rect", color: colour }, encoding: { ...position, fillOpacity: opacity } },
      ...seeds.map((seed, i) => ({
        transform: [only("seed"), { filter: { field: "seed", equal: seed } }],
        mark: {
          type: "rect" as const,
          color: colour,
          stroke: INK,
          strokeWidth: 0.5,
          strokeOpacity: 0.6,
          width: strip,
          height: 6,
          xOffset: (i - (seeds.length - 1) / 2) * strip,
          yOffset: high / 2 - 6
        },
        encoding: { ...position, fillOpacity: opacity }
      })),
      written("percent", seeds.length > 0 ? -11 : 0, 11, [only("mean")]),
      ...(seeds.length > 0 ? [written("interval", 3, 9, [WITH_INTERVAL])] : [])
    ]
  }
}
