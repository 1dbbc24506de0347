/**
 * The five kinds of panel that the report draws, as Vega-Lite: lines, stacked areas, points with intervals, stacked bars, a heat
 * map. Titles and legends are HTML around them. Text and rules take the colour of the page, so that one drawing serves light and
 * dark.
 */

import type { TopLevelSpec } from "vega-lite"

import { maximumOf } from "../../lists/large.ts"
import type { Curve } from "../data/curves.ts"
import type { Axis } from "./axis.ts"
import type { Style } from "./palette.ts"

const WIDTH = 240
const HEIGHT = 150

const INK = "currentColor"
const CONFIG: NonNullable<TopLevelSpec["config"]> = {
  aria: false,
  font: "system-ui, sans-serif",
  view: { stroke: null },
  axis: {
    labelColor: INK,
    titleColor: INK,
    domainColor: INK,
    tickColor: INK,
    gridColor: INK,
    domainOpacity: 0.5,
    tickOpacity: 0.5,
    gridOpacity: 0.12,
    labelFontSize: 11,
    titleFontSize: 11.5,
    titleFontWeight: "normal",
    titlePadding: 6,
    tickCount: 5,
    labelFlush: false,
    labelLimit: 0,
    labelOverlap: true
  }
}

const FRAME = { background: "transparent", padding: 4, config: CONFIG }

/**
 * A frame with room for these labels at the left of the plot, as wide in all as the others. The renderer has no fonts to measure
 * with, and would leave half as much again.
 */
const labelled = (labels: ReadonlyArray<string>) => {
  const left =
    16 +
    Math.ceil(
      6.4 *
        maximumOf(
          labels.map((label) => label.length),
          0
        )
    )
  return {
    ...FRAME,
    autosize: "none" as const,
    padding: { left, right: 18, top: 4, bottom: 40 },
    width: Math.max(130, WIDTH + 62 - left)
  }
}

export interface Line {
  readonly name: string
  readonly style: Style
  readonly curve: Curve
  /** Dots at the points: for curves of a few. */
  readonly points?: boolean
}

const quantitative = (field: string, { title, format, domain, log, whole }: Axis) => ({
  field,
  type: "quantitative" as const,
  axis: { title, format: format ?? (whole === true ? ",d" : "~g"), ...(whole === true ? { tickMinStep: 1 } : {}) },
  scale: {
    ...(log === true ? { type: "log" as const, nice: false } : domain === undefined ? { zero: false } : {}),
    ...(domain === undefined ? {} : { domain: [...domain] })
  }
})

/** One colour and dash a series, from a fixed table. */
const styled = (styles: ReadonlyMap<string, Style>) => ({
  color: {
    field: "series",
    type: "nominal" as const,
    legend: null,
    scale: { domain: [...styles.keys()], range: [...styles.values()].map(({ colour }) => colour) }
  },
  strokeDash: {
    field: "series",
    type: "nominal" as const,
    legend: null,
    scale: { domain: [...styles.keys()], range: [...styles.values()].map(({ dash }) => (dash.length === 0 ? [1, 0] : [...dash])) }
  }
})

/** Curves; a band shows the range over seeds where there are several. */
const lineBody = (lines: ReadonlyArray<Line>, x: Axis, y: Axis) => {
  const values = lines.flatMap(({ name, curve, points = false }) =>
    curve.map(({ x, mean, low, high }) => ({ series: name, x, y: mean, low, high, points }))
  )
  const { color, strokeDash } = styled(new Map(lines.map(({ name, style }) => [name, style])))
  const spread = values.some(({ low, high }) => low !== high)
  const position = { x: quantitative("x", x), y: quantitative("y", y) }
  return {
    width: WIDTH,
    height: HEIGHT,
    data: { values },
    layer: [
      ...(spread
        ? [
            {
              mark: { type: "area" as const, opacity: 0.18 },
              encoding: { x: position.x, y: { ...position.y, field: "low" }, y2: { field: "high" }, color }
            }
          ]
        : []),
      { mark: { type: "line" as const, strokeWidth: 1.8 }, encoding: { ...position, color, strokeDash } },
      {
        transform: [{ filter: "datum.points" }],
        mark: { type: "point" as const, filled: true, size: 28, opacity: 1 },
        encoding: { ...position, color }
      }
    ]
  }
}

/** Lines over a number, with a band for the range over seeds. */
export const lineChart = (lines: ReadonlyArray<Line>, x: Axis, y: Axis): TopLevelSpec => ({ ...FRAME, ...lineBody(lines, x, y) })

/** Shares that add up to one, stacked in the order given from the bottom up; below them, lines over the same x. */
export const sharesOverLines = (
  shares: { readonly lines: ReadonlyArray<Line>; readonly y: Axis },
  below: { readonly lines: ReadonlyArray<Line>; readonly y: Axis },
  x: Axis
): TopLevelSpec => ({
  ...FRAME,
  spacing: 8,
  resolve: { scale: { color: "independent", strokeDash: "independent" } },
  vconcat: [shareBody(shares.lines, { ...x, title: "" }, shares.y), lineBody(below.lines, x, below.y)]
})

const shareBody = (lines: ReadonlyArray<Line>, x: Axis, y: Axis) => {
  const values = lines.flatMap(({ name, curve }, order) => curve.map(({ x, mean }) => ({ series: name, order, x, y: mean })))
  const { color } = styled(new Map(lines.map(({ name, style }) => [name, style])))
  return {
    width: WIDTH,
    height: HEIGHT,
    data: { values },
    mark: { type: "area" as const, opacity: 0.9 },
    encoding: {
      x: quantitative("x", x),
      y: { ...quantitative("y", { ...y, domain: [0, 1] }), stack: "zero" as const },
      order: { field: "order", type: "quantitative" as const },
      color
    }
  }
}

export interface IntervalPoint {
  /** What it stands for on the category axis. */
  readonly category: string
  readonly series: string
  readonly value: number
  readonly low: number
  readonly high: number
}

/** Points with intervals, a category a row; series side by side in the row. */
export const intervalChart = (
  points: ReadonlyArray<IntervalPoint>,
  styles: ReadonlyMap<string, Style>,
  x: Axis,
  categories: ReadonlyArray<string>
): TopLevelSpec => {
  const { color } = styled(styles)
  const series = [...styles.keys()]
  const position = {
    y: {
      field: "category",
      type: "nominal" as const,
      sort: [...categories],
      axis: { title: null, grid: true, ticks: false, domain: false, labelPadding: 9 }
    },
    yOffset: { field: "series", type: "nominal" as const, sort: series, scale: { paddingInner: 0.4, paddingOuter: 0.6 } },
    x: quantitative("value", x)
  }
  return {
    ...labelled(categories),
    height: Math.max(40, 34 * categories.length),
    data: { values: points.map((point) => ({ ...point })) },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 1.6 },
        encoding: { ...position, x: { ...position.x, field: "low" }, x2: { field: "high" }, color }
      },
      {
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

export interface TrendPoint extends Omit<IntervalPoint, "category"> {
  readonly x: number
}

/** A few points along a number (k, difficulty) or a scale, evenly spaced and joined, with intervals. */
export const trendChart = (
  points: ReadonlyArray<TrendPoint>,
  styles: ReadonlyMap<string, Style>,
  x: Axis,
  y: Axis
): TopLevelSpec => {
  const { color, strokeDash } = styled(styles)
  const position = {
    x: {
      field: "x",
      type: "ordinal" as const,
      ...(x.categories === undefined ? {} : { sort: [...x.categories] }),
      axis: { title: x.title, labelAngle: 0 },
      scale: { padding: 0.3 }
    },
    y: quantitative("value", y)
  }
  return {
    ...FRAME,
    width: WIDTH,
    height: HEIGHT,
    data: { values: points.map((point) => ({ ...point, x: x.categories?.[point.x] ?? point.x })) },
    layer: [
      { mark: { type: "line", strokeWidth: 1.8 }, encoding: { ...position, color, strokeDash } },
      {
        mark: { type: "rule", strokeWidth: 1.4, opacity: 0.7 },
        encoding: { ...position, y: { ...position.y, field: "low" }, y2: { field: "high" }, color }
      },
      { mark: { type: "point", filled: true, size: 30, opacity: 1 }, encoding: { ...position, color } }
    ]
  }
}

export interface BarPart {
  readonly bar: string
  readonly series: string
  readonly value: number
}

/** Horizontal bars of shares, a bar a row, parts in the order of `styles`. */
export const stackedBars = (
  parts: ReadonlyArray<BarPart>,
  styles: ReadonlyMap<string, Style>,
  x: Axis,
  bars: ReadonlyArray<string>
): TopLevelSpec => {
  const { color } = styled(styles)
  const order = [...styles.keys()]
  return {
    ...labelled(bars),
    height: 22 * bars.length,
    data: { values: parts.map((part) => ({ ...part, order: order.indexOf(part.series) })) },
    mark: { type: "bar", opacity: 0.92, height: { band: 0.72 } },
    encoding: {
      y: { field: "bar", type: "nominal", sort: [...bars], axis: { title: null, ticks: false, domain: false } },
      x: { ...quantitative("value", { ...x, domain: [0, 1] }), stack: "zero" },
      order: { field: "order", type: "quantitative" },
      color
    }
  }
}

export interface HeatEntry {
  readonly row: string
  readonly column: string
  readonly value: number
}

/** A matrix of shares with the percentages written in. */
export const heatMap = (entries: ReadonlyArray<HeatEntry>, x: string, y: string): TopLevelSpec => {
  const rows = [...new Set(entries.map(({ row }) => row))]
  const columns = [...new Set(entries.map(({ column }) => column))]
  const position = {
    x: {
      field: "column",
      type: "nominal" as const,
      sort: columns,
      axis: { title: x, labelAngle: 0, orient: "bottom" as const, ticks: false, domain: false }
    },
    y: { field: "row", type: "nominal" as const, sort: rows, axis: { title: y, ticks: false, domain: false } }
  }
  return {
    ...FRAME,
    height: 34 * rows.length,
    width: Math.max(WIDTH, 48 * columns.length),
    data: { values: entries.map((entry) => ({ ...entry })) },
    layer: [
      {
        mark: { type: "rect", color: "#0072b2" },
        encoding: {
          ...position,
          opacity: { field: "value", type: "quantitative", legend: null, scale: { domain: [0, 1], range: [0.04, 0.95] } }
        }
      },
      {
        mark: { type: "text", fontSize: 11 },
        encoding: {
          ...position,
          text: { field: "value", type: "quantitative", format: ".0%" },
          color: { condition: { test: "datum.value > 0.55", value: "white" }, value: INK }
        }
      }
    ]
  }
}
