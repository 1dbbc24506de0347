/**
 * Colours. A format says its own (`src/formats/`), and the source of its name has the same everywhere. Those are Okabe and Ito's,
 * told apart under the common colour blindnesses and readable on light and dark paper. Everything else (algorithms, scales) takes
 * quieter ones, with a dash pattern of its own, so that no line is known by colour alone.
 */

import { formats } from "../../formats/registry.ts"
import { algorithms } from "../../rl/algorithms/registry.ts"

/** What is drawn beside formats: plain text, completions in no format, and a dataset whose solutions are in GSM8K's format. */
const OTHER_COLOURS: Readonly<Record<string, string>> = {
  gsm8k: "#d55e00",
  calc: "#56b4e9",
  text: "#56b4e9",
  free: "#777777",
  invalid: "#999999",
  none: "#999999",
  other: "#bdbdbd"
}
const COLOURS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(OTHER_COLOURS),
  ...formats.map(({ name, colour }) => [name, colour] as const)
])
/** For formats and sources that the house does not know. */
const SPARE_COLOURS = ["#a6761d", "#7570b3", "#e7298a", "#66a61e", "#1b9e9e"]

/** How a series is drawn. */
export interface Style {
  readonly colour: string
  /** SVG dash array; empty for a solid line. */
  readonly dash: ReadonlyArray<number>
}

const SERIES: ReadonlyArray<Style> = [
  { colour: "#8e6bbf", dash: [] },
  { colour: "#b0703c", dash: [6, 3] },
  { colour: "#6f8a2f", dash: [2, 2] },
  { colour: "#c05a8a", dash: [8, 3, 2, 3] },
  { colour: "#3f8f9f", dash: [4, 2] },
  { colour: "#888888", dash: [1, 3] }
]

/** The style of a format, or of a source: `gsm8k:train` has that of `gsm8k`. */
export const formatStyle = (source: string): Style => {
  const name = source.split(":")[0]!
  let hash = 0
  for (const letter of source) hash = (hash * 31 + letter.charCodeAt(0)) % SPARE_COLOURS.length
  return { colour: COLOURS.get(name) ?? SPARE_COLOURS[hash]!, dash: name === "free" ? [4, 3] : name === "other" ? [2, 2] : [] }
}

/**
 * The style of the series number `index`, or of an algorithm by its name. Beyond the first six each colour comes again with the
 * dash pattern of another, so that no two of them are alike.
 */
export const seriesStyle = (name: string, index: number): Style => {
  const known = algorithms.findIndex((algorithm) => algorithm === name)
  const at = known >= 0 ? known : index
  const round = Math.floor(at / SERIES.length)
  return { colour: SERIES[at % SERIES.length]!.colour, dash: SERIES[(at + round) % SERIES.length]!.dash }
}

/** Before RL is quiet, after RL is ink. */
export const BEFORE: Style = { colour: "#8f8f8f", dash: [4, 3] }
export const AFTER: Style = { colour: "currentColor", dash: [] }
