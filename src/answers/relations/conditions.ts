/** Values with the conditions under which they hold, and equations that hold together: rows of `cases`. */

import type { Answer } from "../Answer.ts"
import { setOf } from "../same-kind.ts"

type Read = (text: string) => Answer

const CASES = /^\\begin\{(cases|aligned|gathered)\}([^]*)\\end\{\1\}$/

/** Equations that hold together, as a list of them; values by condition, as pairs of the two. */
export const cases = (text: string, whole: Read): Answer | null => {
  const found = CASES.exec(text)
  if (found === null) return null
  const rows = found[2]!
    .split(/\\cr(?![A-Za-z])/)
    .map((row) => row.trim().replace(/[,;.]$/, ""))
    .filter((row) => row !== "")
  const cells = rows.map((row) => row.split("&").map((cell) => cell.trim()))
  const areConditions = cells.every(([left, right, more]) => right !== undefined && more === undefined && !/[=<>]$/.test(left!))
  if (!areConditions || cells.some(([, right]) => /^[=<>]/.test(right!))) return whole(rows.join(", ").replaceAll("&", " "))
  return setOf(
    cells.map(([left, right]) => {
      const condition = right!.replace(/^(?:\\text\s*\{\s*)?(?:if|when|for)\s*(?:\}|(?=\S))\s*/, "")
      return { kind: "sequence", open: "(", close: ")", items: [whole(left!.replace(/,$/, "")), whole(condition)], of: null }
    }),
    "braces"
  )
}
