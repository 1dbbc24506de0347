/** Entries of a figure's legend, those that explain seeds and intervals among them, and the little drawing of each. */

import { maximumOf, minimumOf } from "../../lists/large.ts"
import type { Style } from "./palette.ts"

export interface LegendEntry {
  readonly label: string
  readonly style: Style
  readonly mark: "line" | "area" | "open" | "dot" | "thin" | "tick" | "band" | "rule" | "dashed" | "brackets"
}

const INK: Style = { colour: "currentColor", dash: [] }

const note = (label: string, mark: LegendEntry["mark"]): LegendEntry => ({ label, style: INK, mark })

/** `3 seeds`, `1 to 3 seeds`: of the parts of a figure, each with so many. */
const seedWords = (counts: ReadonlyArray<number>): string => {
  const [least, most] = [minimumOf(counts), maximumOf(counts)]
  return least === most ? `${most} seeds` : `${least} to ${most} seeds`
}

/** What stands for the seeds in a figure of curves, each of so many seeds; nothing where all are of one. */
export const curveSeeds = (counts: ReadonlyArray<number>): ReadonlyArray<LegendEntry> => {
  const most = maximumOf(counts, 0)
  if (most < 2) return []
  return [
    note(`thin: each of ${seedWords(counts)}`, "thin"),
    most < 3 ? note("thick: their mean", "line") : note("thick: their mean; band: its 95 % interval (from 3 seeds on)", "band")
  ]
}

/** What stands for the seeds in a figure of points or joined points. */
export const pointSeeds = (counts: ReadonlyArray<number>, mark: "thin" | "tick"): ReadonlyArray<LegendEntry> =>
  maximumOf(counts, 0) < 2
    ? [note("95 % interval of the evaluation (one seed)", "rule")]
    : [
        note(`${mark === "thin" ? "thin" : "tick"}: each of ${seedWords(counts)}`, mark),
        note(`95 % interval of their mean${minimumOf(counts) < 2 ? ", or of the evaluation of one" : ""}`, "rule")
      ]

/** What stands for the seeds in a figure of bars. */
export const barSeeds = (counts: ReadonlyArray<number>): ReadonlyArray<LegendEntry> =>
  maximumOf(counts, 0) < 2
    ? []
    : [
        note(`thin bars below: each of ${seedWords(counts)}`, "thin"),
        ...(maximumOf(counts) < 3 ? [] : [note("95 % interval of where a part of the mean ends (from 3 seeds on)", "rule")])
      ]

/** Of a matrix. */
export const matrixSeeds = (counts: ReadonlyArray<number>): ReadonlyArray<LegendEntry> =>
  maximumOf(counts, 0) < 2
    ? []
    : [
        note(`small fields below: each of ${seedWords(counts)}`, "area"),
        ...(maximumOf(counts) < 3 ? [] : [note("95 % interval of their mean", "brackets")])
      ]

/** Of a claim. */
export const CLAIM_LEGEND: ReadonlyArray<LegendEntry> = [
  { label: "a seed", style: { colour: "#8f8f8f", dash: [] }, mark: "dot" },
  note("all seeds, with the 95 % interval", "rule"),
  note("what must be passed", "dashed")
]

/** The drawing of an entry, 24 by 12. */
export const swatch = ({ mark, style: { colour, dash } }: LegendEntry): string => {
  const dashes = dash.length === 0 ? "" : ` stroke-dasharray="${dash.join(" ")}"`
  const line = (width: number, more = "") =>
    `<line x1="0" x2="24" y1="6" y2="6" stroke="${colour}" stroke-width="${width}"${more}/>`
  const dot = (fill: string) => `<circle cx="12" cy="6" r="4" stroke="${colour}" stroke-width="1.6" fill="${fill}"/>`
  switch (mark) {
    case "area":
      return `<rect width="12" height="12" y="0" x="6" fill="${colour}"/>`
    case "line":
      return line(2, dashes)
    case "thin":
      return line(0.8, ' opacity="0.6"')
    case "band":
      return `<rect width="24" height="10" y="1" x="0" fill="${colour}" opacity="0.18"/>${line(2)}`
    case "rule":
      return `${line(1.6)}${dot(colour)}`
    case "dashed":
      return line(1.2, ' stroke-dasharray="3 3"')
    case "brackets":
      return `<path d="M8,1H5V11H8M16,1H19V11H16" fill="none" stroke="${colour}"/>`
    case "tick":
      return `<line x1="12" x2="12" y1="1" y2="11" stroke="${colour}" opacity="0.6"/>`
    case "open":
      return dot("none")
    case "dot":
      return dot(colour)
  }
}
