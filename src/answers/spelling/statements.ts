/**
 * Statements side by side with nothing but a gap between them, `x = 1 \quad y = 2`, `x = 1 \\ y = 2`, `x = 1 \text{ , } y = 2`:
 * the gap is a comma. Read as a blank it would make a product of them, and a chain of equals that ends in the last value.
 */

import { UNKNOWN } from "../vocabulary/variables.ts"

/** Cuts a text at signs outside brackets. */
type Split = (
  text: string,
  signs: ReadonlyArray<string>
) => { readonly parts: ReadonlyArray<string>; readonly separators: ReadonlyArray<string> }

const GAPS = ["\\quad", "\\qquad", "\\\\", "\\cr", "\\newline", "&"]
const GAP = /\\(?:\\|q?quad(?![A-Za-z])|cr(?![A-Za-z])|newline(?![A-Za-z]))|&/g
/** Texts with more stay as they are written. */
const MOST_GAPS = 30
const RELATION = /[=<>]|\\(?:[lg](?:eq?|eqslant|eqq|t)|neq?)(?![A-Za-z])/
/** `x &= 1`, where nothing is parted. */
const ALIGNED = new RegExp(String.raw`\s*&\s*(?=${RELATION.source})|(?<=${RELATION.source})\s*&\s*`, "g")
/** What says how a statement follows from another, or where it holds. */
const LEADS =
  /^(?:\\(?:text|mathrm|mbox|[Rr]ightarrow|Longrightarrow|implies|iff|to|therefore|because|forall|mid)(?![A-Za-z])|[a-z]{2,}\s)/
const LINKED = /(?:[,;:]|(?<![A-Za-z])(?:and|or|if|for|when|where))\s*\}?\s*$/

/** Whether a part says by itself what stands to what: outside brackets, and with something before the sign. */
const isStatement = (part: string): boolean => {
  const found = RELATION.exec(part.replaceAll(/\([^()]*\)/g, (inside) => "x".repeat(inside.length)))
  return found !== null && found.index > 0 && !LEADS.test(part)
}

/** With commas for gaps between statements, before gaps become blanks. */
export const withStatementsParted = (text: string, splitAt: Split): string => {
  if (!RELATION.test(text)) return text
  const listed = text.replaceAll(/\s*\\(?:text|mathrm|mbox)\s*\{\s*([,;])\s*\}/g, "$1 ")
  const said = listed.includes("\\begin") ? listed : listed.replaceAll(ALIGNED, " ")
  const gaps = said.match(GAP)?.length ?? 0
  if (gaps === 0 || gaps > MOST_GAPS) return said
  const { parts, separators } = splitAt(said, GAPS)
  if (parts.length < 2) return said
  let [parted, before] = [parts[0]!, parts[0]!]
  for (const [i, separator] of separators.entries()) {
    const written = parts[i + 1]!
    const part = separator === "\\\\" ? written.replace(/^\[[^\]]*\]\s*/, "") : written
    const isParted = isStatement(before) && isStatement(part) && !LINKED.test(before)
    parted += isParted ? `, ${part}` : ` ${separator} ${written}`
    if (part !== "") before = part
  }
  return parted
}

const NUMBER = String.raw`-?(?:\d[\d./]*|\\frac\s*(?:\d|\{-?\d+\})\s*(?:\d|\{-?\d+\})|\\sqrt\s*\{\d+\})`
const SIDE_BY_SIDE = new RegExp(
  String.raw`(?<=${UNKNOWN}\s*=\s*${NUMBER})\s+(?=${UNKNOWN}\s*=\s*${NUMBER}\s*(?:$|[,;]|\s${UNKNOWN}\s*=))`,
  "g"
)

/** `x = 1 y = 3`: numbers by name with blanks between them. `C = 2\pi r = 6\pi` is a chain. */
export const withNumbersParted = (text: string): string => (text.includes("=") ? text.replaceAll(SIDE_BY_SIDE, ", ") : text)
