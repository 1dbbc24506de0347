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

export const WIDTH = 240
export const HEIGHT = 150
/** Of the page; a figure that stands alone has its own. */
export const PAGE_FONT = "system-ui, sans-serif"

export const INK = "currentColor"
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

export const FRAME = { background: "transparent", padding: 4, config: CONFIG }

/** Characters of a row's name that stand on one line. */
const LINE = 34

/** A name on lines: broken behind a space or a comma, or anywhere in a word that is longer than a line. */
const linesOf = (name: string): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const piece of name.match(/[^\s,]{1,34}(?:,|\s+|$)?|[,\s]+/g) ?? []) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + piece.trimEnd().length <= LINE) lines[lines.length - 1] = last + piece
    else lines.push(piece)
  }
  return lines.map((line) => line.trim())
}

/**
 * A frame with room for the names of rows at the left of the plot, as wide in all as the others, and how these names are written:
 * long ones on several lines. The renderer has no fonts to measure with, and would leave half as much again.
 */
export const labelled = (names: ReadonlyArray<string>) => {
  const lines = new Map(names.map((name) => [name, linesOf(name)]))
  const longest = maximumOf(
    [...lines.values()].flat().map((line) => line.length),
    0
  )
  const left = 16 + Math.ceil(6.6 * longest)
  const most = maximumOf(
    [...lines.values()].map((of) => of.length),
    1
  )
  return {
    frame: {
      ...FRAME,
      autosize: "none" as const,
      padding: { left, right: 18, top: 4, bottom: 40 },
      width: Math.max(130, WIDTH + 62 - left)
    },
    label: most === 1 ? {} : { labelExpr: `(${JSON.stringify(Object.fromEntries(lines))})[datum.label]`, labelLineHeight: 13 },
    /** Pixels that a row's name needs. */
    tall: most === 1 ? 0 : 13 * most + 8
  }
}

export const quantitative = (field: string, { title, format, domain, log, whole }: Axis) => ({
  field,
  type: "quantitative" as const,
  axis: {
    title,
    format: format ?? (whole === true ? ",d" : log === true ? "~g" : ",~r"),
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
