/** Figures by their points, and products of what has no order of its own: words. */

import type { Answer } from "../Answer.ts"
import { words } from "../words.ts"

const FIGURES = /\\(triangle|angle|overline|overrightarrow|overleftrightarrow|widehat|sim|cong|parallel|perp)(?![A-Za-z])/g

/** What has the same ends, or legs, in both directions: segments, lines and angles; rays and vectors do not. */
const TURNABLE =
  /\\(overline|overleftrightarrow|angle)(?![A-Za-z])\s*(?:\{\s*)?([A-Z])\s*([A-Z]??)\s*([A-Z])(?:\s*\})?(?!\s*[A-Z])/g

/** Points with what they are the corners or ends of, `\triangle ABC`, `\overline{AB}`: words. */
export const figure = (text: string): Answer | null => {
  if (!/^\\[a-z]{5}/.test(text)) return null
  const rest = text.replaceAll(FIGURES, " ")
  if (rest === text || !/^[A-Z{}\s]+$/.test(rest)) return null
  const said = text.replaceAll(TURNABLE, (_, figure: string, first: string, vertex: string, last: string) =>
    first < last ? ` \\${figure} ${first}${vertex}${last} ` : ` \\${figure} ${last}${vertex}${first} `
  )
  return words(said.replaceAll(FIGURES, " $1 ").replaceAll(/[{}]/g, ""))
}

/** Products of sets or of matrices, which are none of their order: words. */
export const orderedProduct = (text: string): Answer | null =>
  /^[A-Z](?:\s*\\times\s*[A-Z])+$/.test(text) ? words(text.replaceAll(/\s*\\times\s*/g, " times ")) : null
