/** The result table: every cell before and after RL, with intervals. */

import { maximumOf, minimumOf } from "../../lists/large.ts"
import { compareFormats } from "../data/ordering.ts"
import type { Estimate, PolicyEstimates } from "../data/policy-estimates.ts"
import { dominanceWords } from "../data/rl-outcomes.ts"
import type { CellData, StudyData } from "../data/study-data.ts"
import { html, type Html, nothing, table } from "../page/html.ts"
import { MISSING, percent, spreadWords, tallyWords } from "../page/numbers.ts"
import { paramNamesOf, paramWords, seedsOf, shownFormats, solvingColumns } from "../page/result-columns.ts"

/** A row a cell, a column for each param that varies, each metric and each format. */
export const resultsSection = ({ cells }: StudyData): Html => {
  if (cells.length === 0)
    return html`<section id="results">
      <h2>Results</h2>
      <p class="missing">This run evaluated no policy.</p>
    </section> `
  const names = paramNamesOf(cells)
  const formats = [...shownFormats(cells).keys()].toSorted(compareFormats)
  const solving = solvingColumns(cells)
  const seeds = cells.map(seedsOf)
  const [least, most] = [minimumOf(seeds), maximumOf(seeds)]
  const columns = [
    ...names.map((title) => ({ title })),
    ...(least === most ? [] : [{ title: "seeds", right: true }]),
    { title: "winner" },
    { title: "dominant from step", right: true },
    ...solving.map(({ title }) => ({ title, right: true })),
    ...formats.map((title) => ({ title, right: true }))
  ]
  const rows = cells.map((cell) => [
    ...names.map((name) => paramWords(cell, name)),
    ...(least === most ? [] : [String(seedsOf(cell))]),
    tallyWords(cell.wins),
    cell.dominance === null ? MISSING : dominanceWords(cell.dominance),
    ...solving.map(({ pick }) => change(cell, pick)),
    ...formats.map((format) => {
      const words = shareChange(cell, format)
      return cell.winner === format ? html`<span class="winner">${words}</span>` : words
    })
  ])
  const spread =
    most === 1
      ? "one seed; the intervals are those of the evaluation"
      : least === most
        ? `means over ${most} seeds with t intervals`
        : `of several seeds means with t intervals, of one that of the evaluation`
  return html`<section id="results">
    <h2>Results</h2>
    ${table(columns, rows)} ${shortenedNote(cells)}
    <p class="note">
      Percent, before → after RL, ± half the width of the 95 % interval, or the interval itself next to 0 and 100; ${spread}.
      pass@1, unbiased pass@k and majority@k are of samples, greedy is one greedy answer to each problem; then the share of the
      sampled completions in each format, its intervals in the figures below. The winner is the format with the largest share
      after RL, of several seeds the one that won with most of them, which need not have the largest mean; it, or another,
      dominates from the first step on whose completions and those of the four steps after it are for nine tenths in one format.
    </p>
  </section> `
}

/** What stands for a long list, and the list. */
const shortenedNote = (cells: ReadonlyArray<CellData>): Html => {
  const lists = new Map(
    cells.flatMap(({ varyingParams }) =>
      varyingParams.flatMap(({ name, value, words }) =>
        words === undefined ? [] : [[`${name} ${words}`, String(value)] as const]
      )
    )
  )
  return html`${[...lists].map(([words, list]) => html`<p class="note">${words}: ${list.replaceAll(",", ", ")}</p> `)}`
}

const change = (cell: CellData, pick: (estimates: PolicyEstimates) => Estimate | null | undefined): Html => {
  const side = (estimates: PolicyEstimates | null): Html => {
    const estimate = estimates === null ? null : pick(estimates)
    if (estimate == null || Number.isNaN(estimate.value)) return html`${MISSING}`
    const spread = spreadWords(estimate)
    return html`${percent(estimate.value)}${spread === "" ? nothing : html` <span class="margin">${spread}</span>`}`
  }
  if (cell.members.every(({ rl }) => rl === null)) return side(cell.before)
  return html`${side(cell.before)} → ${side(cell.after)}`
}

/** Whole percents: `39 → 100`. The intervals are in the figure. */
const shareChange = (cell: CellData, format: string): Html => {
  const side = (estimates: PolicyEstimates | null) =>
    estimates === null || estimates.shares.size === 0 ? MISSING : percent(estimates.shares.get(format)?.value ?? 0, 0)
  return cell.members.every(({ rl }) => rl === null)
    ? html`${side(cell.before)}`
    : html`${side(cell.before)} → ${side(cell.after)}`
}
