/** Figures by their points, formulas of logic, and products of what has no order of its own: words. */

import type { Answer } from "../Answer.ts"
import { words } from "../words.ts"

const FIGURE =
  String.raw`\\(triangle|angle|overline|overrightarrow|overleftrightarrow|widehat|sim|cong|parallel|perp)` +
  String.raw`(?![A-Za-z])`
const FIGURES = new RegExp(FIGURE, "g")
/** A bar over one letter is a complement, or a conjugate, and letters behind a figure in braces are factors. */
const ONLY_FIGURES = new RegExp(String.raw`^(?:${FIGURE}\s*(?:\{\s*(?:[A-Z]\s*){2,}\}|(?:[A-Z]\s*){0,9})\s*)+$`)

/** What has the same ends, or legs, in both directions: segments, lines and angles; rays and vectors do not. */
const TURNABLE =
  /\\(overline|overleftrightarrow|angle)(?![A-Za-z])\s*(?:\{\s*)?([A-Z])\s*([A-Z]??)\s*([A-Z])(?:\s*\})?(?!\s*[A-Z])/g

/** Points with what they are the corners or ends of, `\triangle ABC`, `\overline{AB}`: words. */
export const figure = (text: string): Answer | null => {
  if (!/^\\[a-z]{5}/.test(text)) return null
  if (!ONLY_FIGURES.test(text) || !/[A-Z]/.test(text)) return null
  const said = text.replaceAll(TURNABLE, (_, figure: string, first: string, vertex: string, last: string) =>
    first < last ? ` \\${figure} ${first}${vertex}${last} ` : ` \\${figure} ${last}${vertex}${first} `
  )
  return words(said.replaceAll(FIGURES, " $1 ").replaceAll(/[{}]/g, ""))
}

/** Signs of logic, by the one that is kept for each. */
const LOGIC: ReadonlyArray<readonly [RegExp, string]> = [
  [/\\(?:land|wedge)(?![A-Za-z])/g, "\\land "],
  [/\\(?:lor|vee)(?![A-Za-z])/g, "\\lor "],
  [/\\(?:to|implies|[rR]ightarrow|Longrightarrow)(?![A-Za-z])/g, "\\to "],
  [/\\(?:iff|[lL]eftrightarrow|Longleftrightarrow)(?![A-Za-z])/g, "\\iff "]
]

/** Formulas of logic, `\neg p \land q`, as they are written: words. */
export const logic = (text: string): Answer | null => {
  if (!/\\(?:neg|land|wedge|lor|vee)(?![A-Za-z])/.test(text)) return null
  const said = LOGIC.reduce((all, [sign, kept]) => all.replaceAll(sign, kept), text)
  const rest = said.replaceAll(/\\(?:neg|land|lor|to|iff)(?![A-Za-z])/g, " ")
  return /^(?:[A-Za-z](?![A-Za-z])|[()\s])+$/.test(rest) ? words((said.match(/\\[a-z]+|\S/g) ?? []).join(" ")) : null
}

/** Products of sets or of matrices, which are none of their order: words. */
export const orderedProduct = (text: string): Answer | null =>
  /^[A-Z](?:\s*\\times\s*[A-Z])+$/.test(text) ? words(text.replaceAll(/\s*\\times\s*/g, " times ")) : null
