/**
 * What each policy was paid, format by format, and what follows from it: the winner and the shares foretold, beside those seen.
 */

import { largestFirst } from "../data/ordering.ts"
import { mostSaid, tallyOf } from "../data/policy-estimates.ts"
import type { CellData, Repetition, StudyData } from "../data/study-data.ts"
import { type Html, html, nothing, table } from "../page/html.ts"
import { MISSING, percent, tallyWords } from "../page/numbers.ts"
import { betaOf, firstRewards, leaderOf, tilted } from "../predictors/tilt.ts"

/** Nothing where no RL run was read. */
export const tiltSection = ({ cells }: StudyData): Html => {
  const rows = cells.flatMap((cell) => rowsOf(cell))
  if (rows.length === 0) return nothing
  const columns = ["policy", "mean reward at first", "foretold", "won", "foretold rightly", "share foretold", "share seen"]
  return html`<h3>Foretold from the rewards</h3>
    <p class="note">
      By seed: the format whose completions are paid most at the beginning of RL (mean over its first five steps) is foretold to
      win. “Foretold” is the format that is foretold with most seeds, “won” the one that wins with most; “foretold rightly” counts
      the seeds whose own winner was foretold. Numbers are means over seeds, each seed behind them. Where PPO has a KL penalty in
      its reward, the share of the format that won is foretold too: share before x (1 - reward + reward e^(1/beta)), nothing
      fitted. A dash stands where there is no such penalty: GRPO's is in its loss beside advantages divided by a deviation,
      another quantity; and Expert Iteration, or a coefficient of 0, has none.
    </p>
    ${table(
      columns.map((title, i) => ({ title, right: i >= 5 })),
      rows
    )}`
}

const rowsOf = (cell: CellData): ReadonlyArray<ReadonlyArray<string>> => {
  const paid = cell.repetitions.filter(({ series, winner }) => series !== null && winner !== null)
  const [first] = paid
  if (first === undefined || first.series === null) return []
  const won = tallyOf(paid.map(({ winner }) => winner))
  const winner = mostSaid(won)
  const foretold = winner === null ? [] : paid.flatMap((repetition) => foretoldShare(cell, repetition, winner))
  const seen = winner === null ? [] : paid.map(({ after }) => after?.shares.get(winner)?.value ?? 0)
  return [
    [
      cell.name,
      rewardWords(paid.map(({ series }) => firstRewards(series!))),
      tallyWords(tallyOf(paid.map((repetition) => leaderOf(repetition)?.format ?? null))),
      tallyWords(won),
      `${paid.filter((repetition) => leaderOf(repetition)?.format === repetition.winner).length} of ${paid.length}`,
      shareWords(foretold),
      shareWords(seen)
    ]
  ]
}

/** `omi1 0.31 (0.28, 0.34), ...`: of each format, the best paid first, the mean over seeds and what each says. */
const rewardWords = (bySeed: ReadonlyArray<ReadonlyMap<string, number>>): string =>
  [...new Set(bySeed.flatMap((rewards) => [...rewards.keys()]))]
    .map((format) => [format, bySeed.flatMap((rewards) => rewards.get(format) ?? [])] as const)
    .toSorted(([a, of], [b, others]) => largestFirst([a, mean(of)], [b, mean(others)]))
    .map(([format, of]) => `${format} ${withSeeds(of, (value) => value.toFixed(2))}`)
    .join("; ")

const shareWords = (of: ReadonlyArray<number>): string => (of.length === 0 ? MISSING : withSeeds(of, (value) => percent(value)))

/** The mean, and behind it each seed where there are several. */
const withSeeds = (of: ReadonlyArray<number>, words: (value: number) => string): string =>
  of.length === 1 ? words(of[0]!) : `${words(mean(of))} (${of.map(words).join(", ")})`

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The share of the winner that the tilt foretells for a seed; none where no penalty is in the reward. */
const foretoldShare = (cell: CellData, repetition: Repetition, winner: string): ReadonlyArray<number> => {
  const beta = betaOf(cell, repetition)
  if (beta === null || repetition.before === null || repetition.series === null) return []
  const shares = new Map([...repetition.before.shares].map(([format, { value }]) => [format, value]))
  return [tilted(shares, firstRewards(repetition.series), beta).get(winner) ?? 0]
}
