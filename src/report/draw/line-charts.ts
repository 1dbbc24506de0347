/** Panels along an axis: curves over steps, stacked shares, trends. Single seeds are thin lines behind the mean. */

import type { TopLevelSpec } from "vega-lite"

import { type Curve, seedsOf } from "../data/curves.ts"
import { type Axis, within } from "./axis.ts"
import { FRAME, HEIGHT, MEAN, only, quantitative, type Role, styled, THIN, WIDTH, WITH_INTERVAL } from "./frame.ts"
import type { Style } from "./palette.ts"

export interface Line {
  readonly name: string
  readonly style: Style
  readonly curve: Curve
  /** Dots at the points: for curves of a few. */
  readonly points?: boolean
}

interface LineRow {
  readonly series: string
  readonly seed: string
  readonly role: Role
  readonly x: number
  readonly y: number
  readonly low: number | null
  readonly high: number | null
  readonly points: boolean
  /** The only point of its curve: its interval is a rule, for a band has no width there. */
  readonly lone: boolean
}

const rowsOfLine = ({ name: series, curve, points = false }: Line, y: Axis): ReadonlyArray<LineRow> => {
  const seeds = seedsOf([curve])
  const alone = seeds.length === 1
  const lone = curve.length === 1
  return [
    ...(alone
      ? []
      : seeds.flatMap((seed) =>
          curve.flatMap((point): ReadonlyArray<LineRow> => {
            const value = point.seeds.get(seed)
            return value === undefined
              ? []
              : [{ series, seed, role: "seed", x: point.x, y: value, low: null, high: null, points, lone }]
          })
        )),
    ...curve.map(({ x, mean, low, high }): LineRow => ({
      series,
      seed: alone ? seeds[0]! : MEAN,
      role: "mean",
      x,
      y: mean,
      low: within(y, low),
      high: within(y, high),
      points,
      lone
    }))
  ]
}

const lineBody = (lines: ReadonlyArray<Line>, x: Axis, y: Axis) => {
  const { color, strokeDash } = styled(new Map(lines.map(({ name, style }) => [name, style])))
  const position = { x: quantitative("x", x), y: quantitative("y", y) }
  return {
    width: WIDTH,
    height: HEIGHT,
    data: { values: lines.flatMap((line) => rowsOfLine(line, y)) },
    layer: [
      {
        transform: [WITH_INTERVAL],
        mark: { type: "area" as const, opacity: 0.18 },
        encoding: { x: position.x, y: { ...position.y, field: "low" }, y2: { field: "high" }, color }
      },
      {
        transform: [only("seed")],
        mark: { type: "line" as const, ...THIN },
        encoding: { ...position, color, strokeDash, detail: { field: "seed" } }
      },
      {
        transform: [only("mean")],
        mark: { type: "line" as const, strokeWidth: 1.8 },
        encoding: { ...position, color, strokeDash }
      },
      {
        transform: [only("seed"), { filter: "datum.points || datum.lone" }],
        mark: { type: "point" as const, filled: true, size: 12, opacity: 0.5 },
        encoding: { ...position, color }
      },
      {
        transform: [WITH_INTERVAL, { filter: "datum.lone" }],
        mark: { type: "rule" as const, strokeWidth: 1.4, opacity: 0.7 },
        encoding: { x: position.x, y: { ...position.y, field: "low" }, y2: { field: "high" }, color }
      },
      {
        transform: [only("mean"), { filter: "datum.points || datum.lone" }],
        mark: { type: "point" as const, filled: true, size: 28, opacity: 1 },
        encoding: { ...position, color }
      }
    ]
  }
}

/** Lines over a number, each seed's behind the mean, with a band for the mean's interval. */
export const lineChart = (lines: ReadonlyArray<Line>, x: Axis, y: Axis): TopLevelSpec => ({ ...FRAME, ...lineBody(lines, x, y) })

export interface Upper {
  readonly lines: ReadonlyArray<Line>
  readonly y: Axis
}

/**
 * Shares over lines over the same x. Those of one seed are stacked in the order given, from the bottom up, for they add up to
 * one; of several seeds they are lines, for a stack has no room for what differs.
 */
export const sharesOverLines = (shares: Upper, below: Upper, x: Axis): TopLevelSpec => {
  const y: Axis = { ...shares.y, domain: [0, 1] }
  const several = seedsOf(shares.lines.map(({ curve }) => curve)).length > 1
  const upper = { ...x, title: "" }
  return {
    ...FRAME,
    spacing: 8,
    resolve: { scale: { color: "independent", strokeDash: "independent" } },
    vconcat: [several ? lineBody(shares.lines, upper, y) : shareBody(shares.lines, upper, y), lineBody(below.lines, x, below.y)]
  }
}

const shareBody = (lines: ReadonlyArray<Line>, x: Axis, y: Axis) => ({
  width: WIDTH,
  height: HEIGHT,
  data: { values: lines.flatMap((line, order) => rowsOfLine(line, y).map((row) => ({ ...row, order }))) },
  mark: { type: "area" as const, opacity: 0.9 },
  encoding: {
    x: quantitative("x", x),
    y: { ...quantitative("y", y), stack: "zero" as const },
    order: { field: "order", type: "quantitative" as const },
    color: styled(new Map(lines.map(({ name, style }) => [name, style]))).color
  }
})

export interface TrendPoint {
  readonly series: string
  readonly seed: string
  readonly role: Role
  readonly x: number
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

/** A few points along a number (k, difficulty) or a scale, evenly spaced and joined, with intervals. */
export const trendChart = (
  points: ReadonlyArray<TrendPoint>,
  styles: ReadonlyMap<string, Style>,
  x: Axis,
  y: Axis
): TopLevelSpec => {
  const { color, strokeDash } = styled(styles)
  const names = [...styles.keys()]
  // Side by side, for their intervals would hide one another.
  const step = Math.min(5, 22 / names.length)
  const each = <A>(layer: (series: string, xOffset: number) => A): ReadonlyArray<A> =>
    names.map((name, i) => layer(name, (i - (names.length - 1) / 2) * step))
  const of = (series: string) => ({ filter: { field: "series", equal: series } })
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
      ...each((series, xOffset) => ({
        transform: [only("seed"), of(series)],
        mark: { type: "line" as const, ...THIN, xOffset },
        encoding: { ...position, color, strokeDash, detail: { field: "seed" } }
      })),
      ...each((series, xOffset) => ({
        transform: [only("mean"), of(series)],
        mark: { type: "line" as const, strokeWidth: 1.8, xOffset },
        encoding: { ...position, color, strokeDash }
      })),
      ...each((series, xOffset) => ({
        transform: [WITH_INTERVAL, of(series)],
        mark: { type: "rule" as const, strokeWidth: 1.4, opacity: 0.7, xOffset },
        encoding: { ...position, y: { ...position.y, field: "low" }, y2: { field: "high" }, color }
      })),
      ...each((series, xOffset) => ({
        transform: [only("mean"), of(series)],
        mark: { type: "point" as const, filled: true, size: 26, opacity: 1, xOffset },
        encoding: { ...position, color }
      }))
    ]
  }
}
