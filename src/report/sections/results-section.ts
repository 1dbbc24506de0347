import type { Estimate, Measures } from "../data/policy-estimates.ts"
import { dominanceWords } from "../data/rl-outcomes.ts"
import type { CellData, StudyData } from "../data/study-data.ts"
/** The result table: every cell before and after RL, with intervals. */
import { html, type Html, nothing, table } from "../page/html.ts"
import { MISSING, percent, spreadWords } from "../page/numbers.ts"

export const resultsSection = ({ cells }: StudyData): Html => {
  if (cells.length === 0)
    return html`<section id="results">
      <h2>Results</h2>
      <p class="missing">This run evaluated no policy.</p>
    </section> `
  const names = [...new Set(cells.flatMap((cell) => cell.dimensions.map(({ name }) => name)))]
  const formats = formatsOf(cells)
  const k = largestOf(cells, ({ passAtK }) => passAtK)
  const m = largestOf(cells, ({ majorityAtK }) => majorityAtK)
  const seeds = Math.max(...cells.map((cell) => cell.members.length))
  const columns = [
    ...names.map((title) => ({ title })),
    { title: "winner" },
    { title: "dominant from step", right: true },
    { title: "pass@1", right: true },
    ...(k > 0 ? [{ title: `pass@${k}`, right: true }] : []),
    ...(m > 0 ? [{ title: `majority@${m}`, right: true }] : []),
    ...formats.map((title) => ({ title, right: true }))
  ]
  const rows = cells.map((cell) => [
    ...names.map(
      (name) => cell.dimensions.find((each) => each.name === name)?.value ?? (name === "algorithm" ? "none" : MISSING)
    ),
    cell.winner ?? MISSING,
    cell.dominance === null ? MISSING : dominanceWords(cell.dominance),
    change(cell, ({ pass1 }) => pass1),
    ...(k > 0 ? [change(cell, ({ passAtK }) => passAtK.get(k))] : []),
    ...(m > 0 ? [change(cell, ({ majorityAtK }) => majorityAtK.get(m))] : []),
    ...formats.map((format) => {
      const words = shareChange(cell, format)
      return cell.winner === format ? html`<span class="winner">${words}</span>` : words
    })
  ])
  const spread = seeds > 1 ? `means over ${seeds} seeds with t intervals` : "one seed; the intervals are those of the evaluation"
  return html`<section id="results">
    <h2>Results</h2>
    ${table(columns, rows)}
    <p class="note">
      Percent, before → after RL, ± half the width of the 95 % interval, or the interval itself next to 0 and 100; ${spread}.
      Greedy pass@1; unbiased pass@k and majority@k from samples; then the share of the sampled completions in each format, its
      intervals in the figures below. The winner is the format with the largest share after RL; it, or another, dominates from the
      first step on whose completions and those of the four steps after it are for nine tenths in one format.
    </p>
  </section> `
}

const change = (cell: CellData, pick: (measures: Measures) => Estimate | null | undefined): Html => {
  const side = (measures: Measures | null): Html => {
    const estimate = measures === null ? null : pick(measures)
    if (estimate == null || Number.isNaN(estimate.value)) return html`${MISSING}`
    const spread = spreadWords(estimate)
    return html`${percent(estimate.value)}${spread === "" ? nothing : html` <span class="margin">${spread}</span>`}`
  }
  if (cell.members.every(({ rl }) => rl === null)) return side(cell.before)
  return html`${side(cell.before)} → ${side(cell.after)}`
}

/** Whole percents: `39 → 100`. The intervals are in the figure. */
const shareChange = (cell: CellData, format: string): Html => {
  const side = (measures: Measures | null) =>
    measures === null || measures.shares.size === 0 ? MISSING : percent(measures.shares.get(format)?.value ?? 0, 0)
  return cell.members.every(({ rl }) => rl === null)
    ? html`${side(cell.before)}`
    : html`${side(cell.before)} → ${side(cell.after)}`
}

const largestOf = (cells: ReadonlyArray<CellData>, pick: (measures: Measures) => ReadonlyMap<number, unknown>): number =>
  Math.max(
    0,
    ...cells.flatMap(({ before, after }) =>
      [before, after].flatMap((measures) => (measures === null ? [] : [...pick(measures).keys()]))
    )
  )

/** Formats that hold half a percent somewhere, by name, `invalid` last. */
const formatsOf = (cells: ReadonlyArray<CellData>): ReadonlyArray<string> =>
  [
    ...new Set(
      cells.flatMap(({ before, after }) =>
        [before, after].flatMap((measures) =>
          [...(measures?.shares ?? [])].filter(([, { value }]) => value >= 0.005).map(([format]) => format)
        )
      )
    )
  ].toSorted((a, b) => Number(a === "invalid") - Number(b === "invalid") || (a < b ? -1 : 1))
