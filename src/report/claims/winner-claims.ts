/** Claims about which format wins: C1, C2, C3 and C7. */

import { INVALID } from "../../evaluation/metrics/format-shares.ts"
import { formats } from "../../formats/registry.ts"
import { maximumOf } from "../../lists/large.ts"
import type { Curve } from "../data/curves.ts"
import { largestFirst } from "../data/ordering.ts"
import type { Estimate } from "../data/policy-estimates.ts"
import { paramOf, paramText, sizeOf } from "../data/varying-params.ts"
import { percent } from "../page/numbers.ts"
import { ends, mixtures, type Trained, trainedCells, varying } from "./cell-groups.ts"
import type { Claim, Finding } from "./Claim.ts"
import { all, difference, isAbove, isPositive } from "./comparisons.ts"

/** Formats whose solutions are programs. */
const CODE: ReadonlySet<string> = new Set(formats.filter(({ runsCode }) => runsCode).map(({ name }) => name))

/** Share of the completions from which on a format counts as used. */
const USED = 0.02

/** Mean of the first or last few points of a curve: single steps are noisy. */
const endOf = (curve: Curve, end: "first" | "last"): number => {
  const few = Math.max(1, Math.min(5, Math.floor(curve.length / 10)))
  const points = end === "first" ? curve.slice(0, few) : curve.slice(-few)
  return points.reduce((sum, { mean }) => sum + mean, 0) / points.length
}

export const concentration: Claim = {
  id: "C1",
  statement: "PPO soon concentrates on one format, and that is when accuracy rises most.",
  criterion:
    "The winner's share of the rollouts rises from at most 70 % to at least 90 %, and at least half of the gain in right " +
    "answers comes before it gets to 90 %. The run's own length stands for the paper's first epoch.",
  needs: "a finished PPO run",
  findings: (data) =>
    trainedCells(data).flatMap((cell): ReadonlyArray<Finding> => {
      const { curves, winner } = cell
      if (paramOf(cell, "algorithm") !== "ppo" || curves === null || winner === null) return []
      const share = curves.shares.get(winner)
      const accuracy = curves.updates.get("accuracy")
      if (share === undefined || accuracy === undefined || share.length < 3 || accuracy.length === 0) return []
      const [from, to] = [endOf(share, "first"), endOf(share, "last")]
      const reached = share.findIndex(({ mean }) => mean >= 0.9)
      const gain = endOf(accuracy, "last") - endOf(accuracy, "first")
      const until =
        reached < 0 ? Number.NaN : (accuracy[Math.min(reached, accuracy.length - 1)]!.mean - endOf(accuracy, "first")) / gain
      const early = gain > 0 && until >= 0.5
      const when =
        reached < 0
          ? "90 % is never reached"
          : `90 % is reached at step ${Math.round(share[reached]!.x)}, with ${percent(until, 0)} % of the gain in right answers`
      return [
        {
          where: cell.name,
          numbers: `${winner}: ${percent(from)} % → ${percent(to)} %; ${when}`,
          holds: from <= 0.7 && to >= 0.9 && early
        }
      ]
    })
}

export const mostAccurate: Claim = {
  id: "C2",
  statement: "The winner is usually the format that was most accurate before RL, not the most frequent one.",
  criterion:
    "Among formats with at least 2 % of the completions, the winner was more accurate before RL than every other: " +
    "the 95 % intervals of the differences lie above 0. Too close to tell where one holds 0.",
  needs: "a policy evaluated before and after RL that uses at least two formats",
  findings: (data) =>
    trainedCells(data).flatMap((cell): ReadonlyArray<Finding> => {
      const { before, winner } = cell
      const accurate = largest(before.accuracies, before.shares)
      const frequent = largest(before.shares)
      const used = [...before.shares].filter(([name, { value }]) => name !== INVALID && value >= USED)
      if (winner === null || accurate === null || frequent === null || used.length < 2) return []
      const tell = (format: string) =>
        `${format} (${percent(before.accuracies.get(format)?.value ?? Number.NaN)} % right, ` +
        `${percent(before.shares.get(format)?.value ?? 0)} % of completions)`
      const start =
        accurate === frequent
          ? `${tell(accurate)} was both most accurate and most frequent`
          : `most accurate was ${tell(accurate)}, most frequent ${tell(frequent)}`
      const numbers = `${start}; the winner is ${winner}`
      const rivals = used.map(([name]) => name).filter((name) => name !== winner)
      const own = before.accuracies.get(winner)
      const ahead = rivals.map((rival) => {
        const theirs = before.accuracies.get(rival)
        return own === undefined || theirs === undefined ? null : isPositive(difference(own, theirs))
      })
      return [{ where: cell.name, numbers, holds: all(...ahead) }]
    })
}

export const imbalance: Claim = {
  id: "C3",
  statement: "Enough imbalance in the mixture makes a worse format win.",
  criterion:
    "Between cells that differ in a source's weight alone, the winner changes to a format that was less accurate before RL " +
    "than its rival, and final pass@1 is lower there.",
  needs: "mixtures that differ in the weight of one source",
  findings: (data) =>
    mixtures(data).map(({ where, name, cells, leftOut }): Finding => {
      const winners = new Set(cells.map(({ winner }) => winner))
      const pass1 = ({ after }: Trained) => after.pass1?.value ?? Number.NaN
      const [losing, others] = [cells.filter(worseWins), cells.filter((cell) => !worseWins(cell))]
      const lower = isAbove(maximumOf(others.map(pass1)), maximumOf(losing.map(pass1)))
      const numbers = cells
        .map((cell) => `${name} ${paramText(cell, name)}: ${cell.winner ?? "no winner"}, pass@1 ${percent(pass1(cell))} %`)
        .join("; ")
      const holds = all(winners.size > 1, losing.length > 0 && others.length > 0, lower)
      return { where, numbers: `${numbers}${leftOut}`, holds }
    })
}

/** Whether the winner was less accurate before RL than its most accurate rival. */
const worseWins = ({ before, winner }: Trained): boolean => {
  const rival = largest(before.accuracies, before.shares)
  if (winner === null || rival === null || winner === rival) return false
  return (before.accuracies.get(winner)?.value ?? 1) < before.accuracies.get(rival)!.value
}

export const scaleFlip: Claim = {
  id: "C7",
  statement: "On the same mixture, the size of the model decides the winner: small models go to code, large ones to prose.",
  criterion: `The smallest model's winner is a code format (${[...CODE].join(", ")}) and the largest model's is not.`,
  needs: "at least two scales of one mixture",
  findings: (data) =>
    varying(trainedCells(data), "scale").flatMap((group): ReadonlyArray<Finding> => {
      const found = ends(group.cells, "scale", sizeOf, "not a named size")
      if (found === null) return []
      const { cells, least: small, most: large, leftOut } = found
      const isCode = (cell: Trained) => cell.winner !== null && CODE.has(cell.winner)
      const share = ({ after, winner }: Trained) => percent(after.shares.get(winner ?? "")?.value ?? Number.NaN, 0)
      const numbers = cells
        .map((cell) => `${paramText(cell, "scale")}: ${cell.winner ?? "no winner"} (${share(cell)} %)`)
        .join("; ")
      const holds = isCode(small) && large.winner !== null && !isCode(large)
      return [{ where: group.where, numbers: `${numbers}${leftOut}`, holds }]
    })
}

/** The format with the largest number, invalid completions apart; where `among` gives shares, of those that hold at least 2 %. */
const largest = (values: ReadonlyMap<string, Estimate>, among?: ReadonlyMap<string, Estimate>): string | null => {
  const [first] = [...values]
    .filter(([name]) => name !== INVALID && (among === undefined || (among.get(name)?.value ?? 0) >= USED))
    .map(([name, { value }]) => [name, value] as const)
    .toSorted(largestFirst)
  return first?.[0] ?? null
}
