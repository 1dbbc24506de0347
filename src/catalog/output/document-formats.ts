/**
 * Results as tables of a text: Markdown (GitHub's) and LaTeX (booktabs). Values are whole and mean nothing to the format: what it
 * would read as markup is escaped. Null is an empty cell. Columns of numbers stand on the right.
 */

import { visible } from "../../text/visible.ts"
import type { ResultColumn, SqlValue } from "../QueryResult.ts"
import type { ResultBatch } from "../results/result-chunks.ts"
import { isNumeric } from "./box-table.ts"
import type { ResultWriter } from "./ResultFormat.ts"
import { valueText } from "./value-text.ts"

type DocumentFormat = (columns: ReadonlyArray<ResultColumn>) => Omit<ResultWriter, "batch"> & {
  readonly batch: (batch: Pick<ResultBatch, "plain">) => ReadonlyArray<string>
}

/** The lines of a text, without what a document cannot hold: control characters are shown as escapes. */
const linesOf = (text: string): ReadonlyArray<string> => text.split(/\r\n|\r|\n/).map((line) => visible(line))

const rowsWith =
  (row: (values: ReadonlyArray<SqlValue>) => string) =>
  (batch: Pick<ResultBatch, "plain">): ReadonlyArray<string> => [batch.plain().map(row).join("")]

/** `_` inside a word is no markup. */
const MARKDOWN = /[\\`*[\]<>&|~$]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu

const markdownCell = (text: string): string =>
  linesOf(text)
    .map((line) => line.replaceAll(MARKDOWN, String.raw`\$&`))
    .join("<br>")

/** A table of GitHub's Markdown. Lines of a value are parted by `<br>`. */
export const markdown: DocumentFormat = (columns) => {
  const line = (cells: ReadonlyArray<string>) => `| ${cells.join(" | ")} |\n`
  return {
    head: () => [
      line(columns.map(({ name }) => markdownCell(name))),
      line(columns.map(({ type }) => (isNumeric(type) ? "--:" : "---")))
    ],
    batch: rowsWith((row) => line(row.map((value) => markdownCell(valueText(value))))),
    tail: () => []
  }
}

/**
 * What LaTeX does not print as it is. `[` and `*` in braces: behind the `\\` of the row before, or a rule, they would be read as
 * its argument.
 */
const LATEX: Readonly<Record<string, string>> = {
  "\\": String.raw`\textbackslash{}`,
  "~": String.raw`\textasciitilde{}`,
  "^": String.raw`\textasciicircum{}`,
  "<": String.raw`\textless{}`,
  ">": String.raw`\textgreater{}`,
  "|": String.raw`\textbar{}`,
  "`": String.raw`\textasciigrave{}`,
  "'": String.raw`\textquotesingle{}`,
  '"': String.raw`\textquotedbl{}`,
  "[": "{[}",
  "]": "{]}",
  "*": "{*}",
  // Two of them would be drawn as one character.
  "-": "{-}",
  ",": "{,}",
  // Which T1 fonts lack, and solutions are full of.
  "−": "$-$",
  "≤": String.raw`$\leq$`,
  "≥": String.raw`$\geq$`,
  "≠": String.raw`$\neq$`,
  "≈": String.raw`$\approx$`,
  "∞": String.raw`$\infty$`,
  "→": String.raw`$\rightarrow$`,
  "⇒": String.raw`$\Rightarrow$`
}

const paired = (pairs: string, written: (name: string) => string): ReadonlyArray<readonly [string, string]> =>
  pairs.split(" ").map((pair) => [pair.slice(0, 1), written(pair.slice(2))] as const)

/** Greek letters, which T1 fonts lack too: by their names in LaTeX, and those that look like Latin ones as these. */
const GREEK: ReadonlyMap<string, string> = new Map([
  ...paired(
    "α=alpha β=beta γ=gamma δ=delta ε=varepsilon ϵ=epsilon ζ=zeta η=eta θ=theta ϑ=vartheta ι=iota κ=kappa λ=lambda μ=mu " +
      "µ=mu ν=nu ξ=xi π=pi ρ=rho σ=sigma ς=varsigma τ=tau υ=upsilon φ=varphi ϕ=phi χ=chi ψ=psi ω=omega Γ=Gamma Δ=Delta " +
      "Θ=Theta Λ=Lambda Ξ=Xi Π=Pi Σ=Sigma Υ=Upsilon Φ=Phi Ψ=Psi Ω=Omega",
    (name) => `$\\${name}$`
  ),
  ...paired("Α=A Β=B Ε=E Ζ=Z Η=H Ι=I Κ=K Μ=M Ν=N Ο=O Ρ=P Τ=T Χ=X ο=o", (letter) => letter)
])

const latexLine = (line: string): string =>
  line
    .replaceAll(/[\\~^<>|`'"[\]*{}$&#_%−≤≥≠≈∞→⇒]|-(?=-)|,(?=,)/g, (character) => LATEX[character] ?? `\\${character}`)
    .replaceAll(/[\p{Script=Greek}µ]/gu, (letter) => GREEK.get(letter) ?? letter)

const latexText = (text: string): string => {
  const lines = linesOf(text).map(latexLine)
  return lines.length === 1 ? lines[0]! : String.raw`\begin{tabular}[t]{@{}l@{}}${lines.join(String.raw`\\`)}\end{tabular}`
}

/** A number with a minus that is one, and a power of ten in place of an exponent. */
const latexNumber = (text: string): string => {
  const [, sign, digits, exponent] = /^(-?)(\d+(?:\.\d+)?|Infinity)(?:e([+-]?\d+))?$/.exec(text) ?? []
  if (digits === undefined) return latexText(text)
  const power = exponent === undefined ? "" : String.raw` \times 10^{${exponent.replace("+", "")}}`
  const size = digits === "Infinity" ? String.raw`\infty` : digits
  return sign === "" && power === "" && size === digits ? digits : `$${sign}${size}${power}$`
}

/** A `tabular` of LaTeX with the rules of booktabs. Lines of a value are a `tabular` of their own, evenly spaced. */
export const latex: DocumentFormat = (columns) => {
  const numeric = columns.map(({ type }) => isNumeric(type))
  const line = (cells: ReadonlyArray<string>) => `${cells.join(" & ")} \\\\\n`
  return {
    head: () => [
      "% \\usepackage{booktabs}, and \\usepackage[T1]{fontenc} with \\usepackage{textcomp} for quotation marks; " +
        "letters beyond Latin and Greek need LuaLaTeX\n",
      `\\begin{tabular}{${numeric.map((right) => (right ? "r" : "l")).join("")}}\n\\toprule\n`,
      line(columns.map(({ name }) => latexText(name))),
      "\\midrule\n"
    ],
    batch: rowsWith((row) =>
      line(row.map((value, i) => (numeric[i] ? latexNumber(valueText(value)) : latexText(valueText(value)))))
    ),
    tail: () => ["\\bottomrule\n\\end{tabular}\n"]
  }
}
