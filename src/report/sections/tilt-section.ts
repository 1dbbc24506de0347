/**
 * What each policy was paid, format by format, and what follows from it: the winner and the shares foretold, beside those seen.
 */

import type { CellData, Repetition, StudyData } from "../data/study-data.ts"
import { type Html, html, nothing, table } from "../page/html.ts"
import { percent } from "../page/numbers.ts"
import { betaOf, firstRewards, leaderOf, tilted } from "../predictors/tilt.ts"

/** Nothing where no RL run was read. */
export const tiltSection = ({ cells }: StudyData): Html => {
  const rows = cells.flatMap((cell) => rowsOf(cell))
  if (rows.length === 0) return nothing
  const columns = ["policy", "mean reward at first", "foretold", "won", "share foretold", "share seen"]
  return html`<h3>Foretold from the rewards</h3>
    <p class="note">
      The format whose completions are paid most at the beginning of RL (mean over its first five steps) is foretold to win. Where
      PPO has a KL penalty in its reward, its share is foretold too: share before x (1 - reward + reward e^(1/beta)), nothing
      fitted. Counts are of seeds.
    </p>
    ${table(
      columns.map((title, i) => ({ title, right: i >= 4 })),
      rows
    )}`
}

const rowsOf = (cell: CellData): ReadonlyArray<ReadonlyArray<string>> => {
  const paid = cell.repetitions.filter(({ series, winner }) => series !== null && winner !== null)
  const [first] = paid
  if (first === undefined || first.series === null) return []
  const leaders = paid.flatMap((repetition) => leaderOf(repetition) ?? [])
  const right = paid.filter((repetition) => leaderOf(repetition)?.format === repetition.winner).length
  const rewards = meanOver(paid.map(({ series }) => firstRewards(series!)))
  const winner = mostFrequent(paid.map((repetition) => repetition.winner!))
  const foretold = meanOver(paid.flatMap((repetition) => foretoldShare(cell, repetition, winner)))
  const seen = meanOver(paid.map(({ after }) => new Map([["", after?.shares.get(winner)?.value ?? 0]])))
  const shown = [...rewards].toSorted(([, a], [, b]) => b - a).map(([format, reward]) => `${format} ${reward.toFixed(2)}`)
  return [
    [
      cell.name,
      shown.join(", "),
      leaders.length === 0 ? "–" : mostFrequent(leaders.map(({ format }) => format)),
      paid.length === 1 ? winner : `${winner}; foretold in ${right} of ${paid.length}`,
      foretold.size === 0 ? "–" : percent(foretold.get("")!),
      percent(seen.get("")!)
    ]
  ]
}

/** The share of the winner that the tilt foretells, under an empty name; none where no penalty is in the reward. */
const foretoldShare = (cell: CellData, repetition: Repetition, winner: string) => {
  const beta = betaOf(cell, repetition)
  if (beta === null || repetition.before === null || repetition.series === null) return []
  const shares = new Map([...repetition.before.shares].map(([format, { value }]) => [format, value]))
  return [new Map([["", tilted(shares, firstRewards(repetition.series), beta).get(winner) ?? 0]])]
}

const meanOver = (all: ReadonlyArray<ReadonlyMap<string, number>>): ReadonlyMap<string, number> => {
  const names = [...new Set(all.flatMap((each) => [...each.keys()]))]
  const values = (name: string) => all.flatMap((each) => each.get(name) ?? [])
  return new Map(names.map((name) => [name, values(name).reduce((sum, value) => sum + value, 0) / values(name).length]))
}

const mostFrequent = (names: ReadonlyArray<string>): string => {
  const [most] = [...Map.groupBy(names, (name) => name).values()].toSorted((a, b) => b.length - a.length)
  return most![0]!
}
