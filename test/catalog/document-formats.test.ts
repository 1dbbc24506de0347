/** Results as tables of a text: nothing in a value is taken for markup, and every row has its cells. */

import { describe, expect, it } from "vitest"

import { latex, markdown } from "../../src/catalog/output/document-formats.ts"
import { ExactNumber, type SqlValue } from "../../src/catalog/QueryResult.ts"

type Row = ReadonlyArray<SqlValue>
const written = (format: typeof latex, columns: ReadonlyArray<[string, string]>, rows: ReadonlyArray<Row>): string => {
  const writer = format(columns.map(([name, type]) => ({ name, type })))
  // In two batches, as a long result comes.
  const batches = [rows.slice(0, 1), rows.slice(1)].map((part) => writer.batch({ plain: () => part }))
  return [...writer.head(), ...batches.flat(), ...writer.tail()].join("")
}
const cell = (format: typeof latex, type: string, value: SqlValue): string => {
  const lines = written(format, [["x", type]], [[value]]).split("\n")
  return format === markdown ? lines[2]!.slice(2, -2) : lines[5]!.slice(0, -3)
}

const columns: ReadonlyArray<[string, string]> = [
  ["format", "VARCHAR"],
  ["pass_at_1", "DOUBLE"]
]
const rows: ReadonlyArray<Row> = [
  ["omi2", 0.25],
  [null, null]
]

describe("Markdown", () => {
  it("is a table with numbers on the right, and an empty cell for null", () => {
    expect(written(markdown, columns, rows)).toBe("| format | pass_at_1 |\n| --- | --: |\n| omi2 | 0.25 |\n|  |  |\n")
  })

  it("takes nothing in a value for the end of a cell, of a row, or for markup", () => {
    expect(cell(markdown, "VARCHAR", "a|b\\c")).toBe(String.raw`a\|b\\c`)
    expect(cell(markdown, "VARCHAR", "a\nb\r\nc\rd")).toBe("a<br>b<br>c<br>d")
    expect(cell(markdown, "VARCHAR", "*x* _y_ a_b <br> [l](u) `c` ~~s~~ $m$ &amp;")).toBe(
      String.raw`\*x\* \_y\_ a_b \<br\> \[l\](u) \`c\` \~\~s\~\~ \$m\$ \&amp;`
    )
    expect(cell(markdown, "VARCHAR", "\u001b[2J")).toBe(String.raw`\\u001b\[2J`)
  })
})

describe("LaTeX", () => {
  it("is a tabular with rules, numbers on the right, and an empty cell for null", () => {
    expect(written(latex, columns, rows).split("\n").slice(1)).toEqual([
      String.raw`\begin{tabular}{lr}`,
      String.raw`\toprule`,
      String.raw`format & pass\_at\_1 \\`,
      String.raw`\midrule`,
      String.raw`omi2 & 0.25 \\`,
      String.raw` &  \\`,
      String.raw`\bottomrule`,
      String.raw`\end{tabular}`,
      ""
    ])
  })

  it("names Greek letters, which its fonts of text lack, and leaves those of other scripts to LuaLaTeX, as it says", () => {
    expect(cell(latex, "VARCHAR", "π, α and Ω")).toBe(String.raw`$\pi$, $\alpha$ and $\Omega$`)
    expect(cell(latex, "VARCHAR", "Αο µ Яά")).toBe(String.raw`Ao $\mu$ Яά`)
    expect(written(latex, columns, rows).split("\n")[0]).toMatch(/^%.*LuaLaTeX$/)
  })

  it("prints what TeX would act on, in text", () => {
    expect(cell(latex, "VARCHAR", "50% of $x_1 & #2 {a}")).toBe(String.raw`50\% of \$x\_1 \& \#2 \{a\}`)
    expect(cell(latex, "VARCHAR", String.raw`\frac~^<>|`)).toBe(
      String.raw`\textbackslash{}frac\textasciitilde{}\textasciicircum{}\textless{}\textgreater{}\textbar{}`
    )
    expect(cell(latex, "VARCHAR", "a -- b '`\"")).toBe(String.raw`a {-}- b \textquotesingle{}\textasciigrave{}\textquotedbl{}`)
  })

  it("keeps characters apart that fonts draw as one, and has signs of mathematics that they lack", () => {
    expect(cell(latex, "VARCHAR", "1,000,,2")).toBe("1,000{,},2")
    expect(cell(latex, "VARCHAR", "5 − 2 ≤ 3 × π")).toBe(String.raw`5 $-$ 2 $\leq$ 3 × $\pi$`)
  })

  it("keeps the beginning of a row from being read as an argument of what ends the row before", () => {
    expect(cell(latex, "VARCHAR", "[3]")).toBe("{[}3{]}")
    expect(cell(latex, "VARCHAR", "*")).toBe("{*}")
    expect(cell(latex, "INTEGER[]", [1, 2])).toBe("{[}1,2{]}")
  })

  it("stacks the lines of a value", () => {
    expect(cell(latex, "VARCHAR", "a = 1\n\nb = 2")).toBe(String.raw`\begin{tabular}[t]{@{}l@{}}a = 1\\\\b = 2\end{tabular}`)
  })

  it("has a minus and powers of ten for numbers, and leaves texts that look so", () => {
    expect(cell(latex, "DOUBLE", -0.5)).toBe("$-0.5$")
    expect(cell(latex, "DOUBLE", 1e-7)).toBe(String.raw`$1 \times 10^{-7}$`)
    expect(cell(latex, "DOUBLE", Number.NEGATIVE_INFINITY)).toBe(String.raw`$-\infty$`)
    expect(cell(latex, "DOUBLE", Number.NaN)).toBe("NaN")
    expect(cell(latex, "DECIMAL(4,2)", new ExactNumber("-1.50"))).toBe("$-1.50$")
    expect(cell(latex, "BIGINT", -9007199254740993n)).toBe("$-9007199254740993$")
    expect(cell(latex, "VARCHAR", "-0.5")).toBe("-0.5")
  })
})
