/**
 * What all panels share, as Vega-Lite: sizes, type, axes, colours. Titles and legends are drawn around them. Text and rules take
 * the colour of the page, so that one drawing serves light and dark.
 *
 * The values of a panel are the rows of its table (`rows.ts`), so that what is drawn and what is written down are the same.
 */

import type { TopLevelSpec } from "vega-lite"

import { maximumOf } from "../../lists/large.ts"
import type { Axis } from "./axis.ts"
import type { Style } from "./palette.ts"
import { textWidth, wrapped } from "./text-lines.ts"

export const WIDTH = 240
export const HEIGHT = 150
/** Of the page; a figure that stands alone has its own. */
export const PAGE_FONT = "system-ui, sans-serif"

export const INK = "currentColor"
/** Size of an axis' labels. */
const LABEL = 11
const CONFIG: NonNullable<TopLevelSpec["config"]> = {
  aria: false,
  font: PAGE_FONT,
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
    labelFontSize: LABEL,
    titleFontSize: 11.5,
    titleFontWeight: "normal",
    titlePadding: 6,
    tickCount: 5,
    labelFlush: false,
    labelLimit: 0,
    labelOverlap: true
  }
}

export const FRAME = { background: "transparent", padding: 4, config: CONFIG }

const LINE_HEIGHT = 13
/** A line that nobody sees: a word joiner, which is neither trimmed nor empty. */
const BLANK = "\u2060"
/** Widest line of a row's name. */
const WIDEST = 215

/** Names on lines no wider than that, as an axis writes them: `label` for the axis, `most` lines, as `wide` as the widest. */
const onLines = (names: ReadonlyArray<string>, width: number) => {
  const lines = new Map(names.map((name) => [name, wrapped(name, LABEL, width)]))
  const most = maximumOf(
    [...lines.values()].map((of) => of.length),
    1
  )
  const wide = maximumOf(
    [...lines.values()].flat().map((line) => textWidth(line, LABEL)),
    0
  )
  return { lines, most, wide }
}

const written = (lines: ReadonlyMap<string, ReadonlyArray<string>>) =>
  `(${JSON.stringify(Object.fromEntries(lines))})[datum.label]`

/**
 * A frame with room for the names of rows at the left of the plot, as wide in all as the others, and how these names are written:
 * long ones on several lines. The renderer has no fonts to measure with, and would leave half as much again.
 */
export const labelled = (names: ReadonlyArray<string>) => {
  const { lines, most, wide } = onLines(names, WIDEST)
  const left = 16 + Math.ceil(wide)
  // The renderer begins in the middle of a row: half lines, which must not be empty to count, bring every name there.
  const centred = new Map(
    [...lines].map(([name, of]) => [
      name,
      [...Array<string>(most - of.length).fill(BLANK), ...of.flatMap((line) => [line, BLANK])]
    ])
  )
  return {
    frame: {
      ...FRAME,
      autosize: "none" as const,
      padding: { left, right: 18, top: 4, bottom: 40 },
      width: Math.max(130, WIDTH + 62 - left)
    },
    label:
      most === 1
        ? { labelOverlap: false }
        : {
            labelOverlap: false,
            labelExpr: written(centred),
            labelLineHeight: LINE_HEIGHT / 2,
            labelOffset: (-(most - 1) * LINE_HEIGHT) / 2
          },
    /** Pixels that a row's name needs. */
    tall: most === 1 ? 0 : LINE_HEIGHT * most + 8
  }
}

/** How the names of columns are written, each so wide: none is left out. */
export const columnLabels = (names: ReadonlyArray<string>, width: number) => {
  const { lines, most } = onLines(names, width)
  return { labelOverlap: false, ...(most === 1 ? {} : { labelExpr: written(lines), labelLineHeight: LINE_HEIGHT }) }
}

export const quantitative = (field: string, { title, format, points, domain, log, whole }: Axis) => ({
  field,
  type: "quantitative" as const,
  axis: {
    title,
    format: format ?? (whole === true ? ",d" : log === true ? "~g" : ",~r"),
    ...(points === true ? { labelExpr: "datum.value === 0 ? '0' : format(datum.value * 100, '+~r')" } : {}),
    ...(whole === true ? { tickMinStep: 1 } : {})
  },
  scale: {
    ...(log === true ? { type: "log" as const, nice: false } : domain === undefined ? { zero: false } : {}),
    ...(domain === undefined ? {} : { domain: [...domain] })
  }
})

/** One colour and dash a series, from a fixed table. */
export const styled = (styles: ReadonlyMap<string, Style>) => ({
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

/** What a row of a panel's values is: the mean over seeds (or the only one), a single seed behind it, a margin. */
export type Role = "mean" | "seed" | "margin"

/** Only the rows of a role. */
export const only = (role: Role) => ({ filter: `datum.role === '${role}'` })
/** Only means that have an interval. */
export const WITH_INTERVAL = { filter: "datum.role === 'mean' && isValid(datum.low)" }

/** The name of the mean in the column `seed`. */
export const MEAN = "mean"

/** How a single seed is drawn behind the mean. */
export const THIN = { strokeWidth: 0.8, opacity: 0.5 }
