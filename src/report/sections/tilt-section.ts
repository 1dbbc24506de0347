/**
 * What each policy was paid, format by format, and what follows from it: the winner and the shares foretold, beside those seen.
 */

import { largestFirst } from "../data/ordering.ts"
import { mostSaid, tallyOf } from "../data/policy-estimates.ts"
import type { CellData, StudyData } from "../data/study-data.ts"
import { type Html, html, nothing, table } from "../page/html.ts"
import { decimals, MISSING, percent, tallyWords } from "../page/numbers.ts"
import { type ByFormat, firstRewards, foretoldShares, foretoldWinner } from "../predictors/tilt.ts"

/** Nothing where no RL run was read. */
export const tiltSection = ({ cells }: StudyData): Html => {
  const rows = cells.flatMap((cell) => rowsOf(cell))
  if (rows.length === 0) return nothing
  const columns = ["policy", "mean reward at first", "foretold", "won", "foretold rightly", "share foretold", "share seen"]
  return html`<h3>Foretold from the rewards</h3>
    <p class="note">
      By seed, from the shares before RL and from what each format's completions are paid at the beginning of RL (mean over its
      first five steps). With a KL penalty a format's share is foretold as share before x (1 - reward + reward e^(1/beta)),
      nothing fitted, for rewards that are 0 or 1; beta is PPO's KL coefficient, and GRPO's times the deviation of rewards inside
      a group, by which its advantages are divided. Without a penalty that reaches the policy (Expert Iteration, a coefficient of
      0, a dead gradient) the format that is paid most takes all, and those within two points of it keep their proportion.
      “Foretold” is the format with the largest share foretold, with most seeds, “won” the one that wins with most; “foretold
      rightly” counts the seeds whose own winner was foretold. Shares are those of the format that won, means over seeds, each
      seed behind them. A dash stands in “foretold” for seeds in which no format leads by two points, and in the shares where no
      format won with most seeds.
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
  const foretellings = paid.map((repetition) => foretoldWinner(cell, repetition))
  const won = tallyOf(paid.map(({ winner }) => winner))
  const winner = mostSaid(won)
  const foretold = winner === null ? [] : paid.flatMap((repetition) => shareOf(foretoldShares(cell, repetition), winner))
  const seen = winner === null ? [] : paid.map(({ after }) => after?.shares.get(winner)?.value ?? 0)
  return [
    [
      cell.name,
      rewardWords(paid.map(({ series }) => firstRewards(series!))),
      // Seeds in which no format leads say that.
      tallyWords(tallyOf(foretellings.map((format) => format ?? MISSING))),
      tallyWords(won),
      `${paid.filter((repetition, i) => foretellings[i] === repetition.winner).length} of ${paid.length}`,
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
    .map(([format, of]) => `${format} ${withSeeds(of, (value) => decimals(value, 2))}`)
    .join("; ")

const shareWords = (of: ReadonlyArray<number>): string => (of.length === 0 ? MISSING : withSeeds(of, (value) => percent(value)))

/** The mean, and behind it each seed where there are several. */
const withSeeds = (of: ReadonlyArray<number>, words: (value: number) => string): string =>
  of.length === 1 ? words(of[0]!) : `${words(mean(of))} (${of.map(words).join(", ")})`

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** A format that all of the rest is foretold for is foretold nothing. */
const shareOf = (shares: ByFormat | null, format: string): ReadonlyArray<number> =>
  shares === null ? [] : [shares.get(format) ?? 0]
