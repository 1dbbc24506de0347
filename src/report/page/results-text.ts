/**
 * The result table as aligned text. One line a cell: the params that vary, pass@1, pass@k and majority@k before and after RL, and
 * the share of every format before and after, the winner's in bold where there are colours. Columns that matter least give way to
 * the width.
 */

import { maximumOf, minimumOf } from "../../lists/large.ts"
import { visible } from "../../text/visible.ts"
import { largestFirst } from "../data/ordering.ts"
import type { Estimate, PolicyEstimates } from "../data/policy-estimates.ts"
import { gathered, type ResultRow } from "../data/results.ts"
import { dominanceWords } from "../data/rl-outcomes.ts"
import { MISSING, percent, percentWithSpread, tallyWords } from "./numbers.ts"
import { paramNamesOf, paramWords, seedsOf, shownFormats, solvingColumns } from "./result-columns.ts"

export interface TextOptions {
  readonly width: number
  readonly colours: boolean
}

interface TextColumn {
  readonly title: string
  /** A text a row. */
  readonly texts: ReadonlyArray<string>
  /** Columns of the highest rank go first when the table is too wide; 0 stays. */
  readonly rank: number
  readonly bold?: ReadonlyArray<boolean>
}

const GAP = 2

/** The table, its legend and the problems of its cells; each a line without its end. */
export const resultsText = (rows: ReadonlyArray<ResultRow>, { width, colours }: TextOptions): ReadonlyArray<string> => {
  if (rows.length === 0) return ["This run evaluated no policy, so there are no results to show."]
  const all = columnsOf(rows)
  const kept = [...all]
  const widthOf = (columns: ReadonlyArray<TextColumn>) => columns.reduce((sum, column) => sum + columnWidth(column) + GAP, -GAP)
  while (widthOf(kept) > width) {
    const rank = maximumOf(kept.map((column) => column.rank))
    if (rank === 0) break
    kept.splice(
      kept.findLastIndex((column) => column.rank === rank),
      1
    )
  }
  const paint = (code: string, text: string) => (colours ? `\u001B[${code}m${visible(text)}\u001B[0m` : visible(text))
  const line = (textOf: (column: TextColumn) => string, boldOf: (column: TextColumn) => boolean) =>
    kept
      .map((column) => {
        const padded = textOf(column).padEnd(columnWidth(column))
        return boldOf(column) ? paint("1", padded) : visible(padded)
      })
      .join(" ".repeat(GAP))
      .trimEnd()

  const lines = [
    paint(
      "2",
      line(
        (column) => column.title,
        () => false
      )
    )
  ]
  rows.forEach((_, i) =>
    lines.push(
      line(
        (column) => column.texts[i]!,
        (column) => column.bold?.[i] === true
      )
    )
  )
  const seeds = rows.map(seedsOf)
  const [least, most] = [minimumOf(seeds), maximumOf(seeds)]
  const spread =
    most === 1 ? "one seed" : `t intervals over ${least === most ? `${most} seeds` : "seeds, of one seed that of the evaluation"}`
  const dropped = all.length - kept.length
  const beyond = kept.some(({ texts }) => texts.some((text) => text.includes("[")))
  const legend = [
    "percent, before → after RL",
    kept.some(({ title }) => title === "greedy") ? "greedy: of one greedy answer, the rest of samples" : "",
    `± half of the 95 % interval${beyond ? " or [all of it]" : ""}, ${spread}`,
    ...(dropped > 0 ? ["more columns in the report"] : [])
  ]
  for (const words of wrapped(
    legend.filter((part) => part !== ""),
    width
  ))
    lines.push(paint("2", words))
  for (const problem of gathered(rows.flatMap((row) => row.problems))) lines.push(paint("33", `! ${problem}`))
  return lines
}

/** Parts of a sentence on lines no longer than `width`, but for a part that is longer itself. */
const wrapped = (parts: ReadonlyArray<string>, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const part of parts) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + part.length + 3 <= width) lines[lines.length - 1] = `${last}; ${part}`
    else lines.push(part)
  }
  return lines
}

const columnWidth = ({ title, texts }: TextColumn): number =>
  maximumOf(
    texts.map((text) => text.length),
    title.length
  )

const columnsOf = (rows: ReadonlyArray<ResultRow>): Array<TextColumn> => {
  const params = paramNamesOf(rows).map((name): TextColumn => ({
    title: name,
    rank: 0,
    texts: rows.map((row) => paramWords(row, name))
  }))
  const change = (
    pick: (estimates: PolicyEstimates) => Estimate | null | undefined,
    words: (estimate: Estimate | null | undefined) => string
  ) => rows.map((row) => arrow(row, (estimates) => words(pick(estimates))))
  const short = (estimate: Estimate | null | undefined) =>
    estimate === null || estimate === undefined || Number.isNaN(estimate.value) ? MISSING : percent(estimate.value)
  const whole = (share: number | undefined) => (share === undefined ? MISSING : percent(share, 0))

  const formats = [...shownFormats(rows)].toSorted(largestFirst).map(([format]) => format)
  const seeds = rows.map((row) => String(seedsOf(row)))
  return [
    ...params,
    ...(new Set(seeds).size > 1 ? [{ title: "seeds", rank: 0, texts: seeds }] : []),
    ...solvingColumns(rows).map(({ title, rank, pick }, i): TextColumn => ({
      title,
      rank,
      texts: change(pick, i === 0 ? percentWithSpread : short)
    })),
    ...formats.map((format): TextColumn => ({
      title: format,
      rank: formatRank(rows, format),
      bold: rows.map((row) => row.winner === format),
      texts: rows.map((row) => arrow(row, ({ shares }) => (shares.size === 0 ? MISSING : whole(shares.get(format)?.value ?? 0))))
    })),
    { title: "winner", rank: 0, texts: rows.map((row) => tallyWords(row.wins)) },
    ...(rows.some(({ dominance }) => dominance !== null && dominance.step !== null)
      ? [
          {
            title: "from step",
            rank: 2,
            texts: rows.map(({ dominance }) => (dominance === null ? MISSING : dominanceWords(dominance)))
          }
        ]
      : [])
  ]
}

/** Formats that hardly occur give way before all else, those that never do first of them. */
const formatRank = (rows: ReadonlyArray<ResultRow>, format: string): number => {
  const shares = rows.flatMap(({ before, after }) => [before, after].map((policy) => policy?.shares.get(format)?.value ?? 0))
  const most = maximumOf(shares)
  return most === 0 ? 5 : most < RARE ? 4 : 1
}

/** Share of the completions below which a format hardly occurs. */
const RARE = 0.03

const arrow = ({ before, after }: ResultRow, words: (estimates: PolicyEstimates) => string): string => {
  const first = before === null ? MISSING : words(before)
  const second = after === null ? MISSING : words(after)
  return first === MISSING && second === MISSING ? MISSING : `${first} → ${second}`
}
