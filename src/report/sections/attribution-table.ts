/** The numbers behind the figure of sources: what each method counted, and what is left when its known errors are taken out. */

import type { Attributed } from "../data/attribution-data.ts"
import type { CellData, StudyData } from "../data/study-data.ts"
import { html, type Html, nothing, table } from "../page/html.ts"
import { MISSING, percent } from "../page/numbers.ts"

const COLUMNS = [
  { title: "policy" },
  { title: "method" },
  { title: "source" },
  { title: "trained on", right: true },
  { title: "counted before", right: true },
  { title: "corrected before", right: true },
  { title: "counted after", right: true },
  { title: "corrected after", right: true }
]

/** Folded away below the figure; nothing where nothing was attributed. */
export const attributionTable = ({ cells }: StudyData): Html => {
  const rows = cells.flatMap(rowsOf)
  if (rows.length === 0) return nothing
  return html`<details>
    <summary>Sources in numbers, percent</summary>
    ${table(COLUMNS, rows)}
  </details>`
}

const rowsOf = ({ name, attributedBefore, attributedAfter }: CellData): ReadonlyArray<ReadonlyArray<string>> => {
  const same = (row: Attributed) => (other: Attributed) => other.method === row.method && other.source === row.source
  const all = [...attributedAfter, ...attributedBefore.filter((row) => !attributedAfter.some(same(row)))]
  const words = (share: number | undefined) => (share === undefined ? MISSING : percent(share))
  return all.map((row) => {
    const [before, after] = [attributedBefore.find(same(row)), attributedAfter.find(same(row))]
    return [
      name,
      row.method,
      row.source,
      percent(row.trained),
      words(before?.observed.value),
      words(before?.corrected.value),
      words(after?.observed.value),
      words(after?.corrected.value)
    ]
  })
}
