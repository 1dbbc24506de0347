/** Claims about how good policies get and how the algorithms differ: C4, C5, C6, C8 and C9. */

import { shareEntropy } from "../../evaluation/metrics/format-shares.ts"
import type { Curve } from "../data/curves.ts"
import type { StudyData } from "../data/study-data.ts"
import { paramOf, paramText } from "../data/varying-params.ts"
import { percent } from "../page/numbers.ts"
import { ends, mixtures, numberIn, type Trained, trainedCells, varying } from "./cell-groups.ts"
import type { Claim, Finding } from "./Claim.ts"
import { all, changeOf, difference, isAbove, isPositive, largestK, points } from "./comparisons.ts"

export const sharpening: Claim = {
  id: "C4",
  statement: "pass@1 and majority@k rise; pass@k stays or falls.",
  criterion:
    "At the largest k: the 95 % intervals of the changes in greedy pass@1 and in majority@k lie above 0, " +
    "that of the change in pass@k does not. Too close to tell where an interval of the first two holds 0.",
  needs: "policies evaluated before and after RL with several samples of each problem",
  findings: (data) =>
    trainedCells(data).flatMap((cell): ReadonlyArray<Finding> => {
      const k = largestK(cell)
      const [pass1, majority, passK] = [changeOf(cell, "pass@1", 1), changeOf(cell, "majority@k", k), changeOf(cell, "pass@k", k)]
      if (k < 2 || pass1 === null || majority === null || passK === null) return []
      const numbers = `pass@1 ${points(pass1)}; majority@${k} ${points(majority)}; pass@${k} ${points(passK)}`
      return [{ where: cell.name, numbers, holds: all(isPositive(pass1), isPositive(majority), passK.low <= 0) }]
    })
}

export const klKeepsBreadth: Claim = {
  id: "C5",
  statement: "A stronger KL penalty keeps other formats and pass@k alive, at about equal pass@1.",
  criterion:
    "Between the smallest and the largest KL coefficient, the entropy of the format shares at the end rises, pass@k does not " +
    "fall, and pass@1 differs by at most 5 points.",
  needs: "runs that differ in the KL coefficient alone",
  findings: (data) =>
    varying(trainedCells(data), "kl").flatMap(({ where, cells }): ReadonlyArray<Finding> => {
      const found = ends(cells, "kl", klInForce, "no coefficient is known")
      if (found === null) return []
      const { least: weak, most: strong, leftOut } = found
      const k = largestK(weak)
      const passK = (cell: Trained) => cell.after.passAtK.get(k)?.value ?? Number.NaN
      const pass1 = (cell: Trained) => cell.after.pass1?.value ?? Number.NaN
      const tell = (cell: Trained) =>
        `kl ${klWords(cell)}: entropy ${formatEntropy(cell).toFixed(2)}, ` +
        `pass@${k} ${percent(passK(cell))} %, pass@1 ${percent(pass1(cell))} %`
      const loses = isAbove(passK(weak), passK(strong))
      const moves = isAbove(Math.abs(pass1(strong) - pass1(weak)), 0.05)
      const holds = all(isAbove(formatEntropy(strong), formatEntropy(weak)), not(loses), not(moves))
      return [{ where, numbers: `${tell(weak)}; ${tell(strong)}${leftOut}`, holds }]
    })
}

/** The KL coefficient that a cell trained with; where the param is null, the preset's, as the run recorded it. */
const klInForce = (cell: Trained): number | null =>
  paramOf(cell, "kl") === null ? (cell.curves?.klCoefficient ?? null) : numberIn(cell, "kl")

const klWords = (cell: Trained): string =>
  paramOf(cell, "kl") === null ? `null (the preset's ${String(klInForce(cell))})` : paramText(cell, "kl")

/** In nats, of the shares after RL; NaN where there are none. */
const formatEntropy = ({ after }: Trained): number => {
  const shares = [...after.shares.values()].map(({ value }) => value)
  return shares.some((share) => share > 0) ? shareEntropy(shares).nats : Number.NaN
}

const not = (test: boolean | null): boolean | null => (test === null ? null : !test)

export const moreIsBetter: Claim = {
  id: "C6",
  statement: "More pretraining in the target format gives better policies after RL.",
  criterion: "Final pass@1 rises with the weight of one source, from each to the next.",
  needs: "mixtures that differ in the weight of one source",
  findings: (data) =>
    mixtures(data).map(({ where, name, cells, leftOut }): Finding => {
      const finals = cells.map(({ after }) => after.pass1?.value ?? Number.NaN)
      const numbers = cells.map((cell, i) => `${name} ${paramText(cell, name)}: ${percent(finals[i]!)} %`).join("; ")
      const rises = finals.slice(1).map((value, i) => isAbove(value, finals[i]!))
      return { where, numbers: `${numbers}${leftOut}`, holds: all(...rises) }
    })
}

export const grpoLessStable: Claim = {
  id: "C8",
  statement: "GRPO goes to the same winner as PPO, less steadily.",
  criterion:
    "The winners are equal, and the largest fall of the share of right answers from an earlier peak (smoothed over a tenth of " +
    "the run) is larger under GRPO, by at least 5 points: less can be chance.",
  needs: "PPO and GRPO on the same policy",
  findings: (data) =>
    pairs(data, "ppo", "grpo").flatMap(({ where, first: ppo, second: grpo }): ReadonlyArray<Finding> => {
      const falls = [ppo, grpo]
        .map((cell) => cell.curves?.updates.get("accuracy"))
        .map((curve) => (curve === undefined ? null : drawdown(curve)))
      const [inPpo, inGrpo] = falls
      if (inPpo == null || inGrpo == null) return []
      const numbers =
        `winners ${ppo.winner} and ${grpo.winner}; ` +
        `largest fall ${percent(inPpo)} points under PPO, ${percent(inGrpo)} under GRPO`
      return [{ where, numbers, holds: ppo.winner === grpo.winner && inGrpo >= inPpo + 0.05 }]
    })
}

export const expertIterationSlower: Claim = {
  id: "C9",
  statement: "Expert Iteration shifts the formats less and ends lower than PPO.",
  criterion:
    "From the same policy, PPO ends with a larger share of its winner and with a higher pass@1: " +
    "the 95 % intervals of both differences lie above 0. Too close to tell where one holds 0.",
  needs: "PPO and Expert Iteration on the same policy",
  findings: (data) =>
    pairs(data, "ppo", "ei").flatMap(({ where, first: ppo, second: ei }): ReadonlyArray<Finding> => {
      const winner = ppo.winner
      const [shareUnderPpo, shareUnderEi] = [ppo, ei].map(({ after }) => after.shares.get(winner ?? ""))
      if (shareUnderPpo === undefined || shareUnderEi === undefined || ppo.after.pass1 === null || ei.after.pass1 === null)
        return []
      const share = difference(shareUnderPpo, shareUnderEi)
      const pass1 = difference(ppo.after.pass1, ei.after.pass1)
      const [more, better] = [points(share), points(pass1)]
      const numbers = `PPO ends above Expert Iteration in the share of ${winner} by ${more}, in pass@1 by ${better}`
      return [{ where, numbers, holds: all(isPositive(share), isPositive(pass1)) }]
    })
}

/** Cells that differ in the algorithm alone. */
const pairs = (data: StudyData, first: string, second: string) =>
  varying(trainedCells(data), "algorithm").flatMap(({ where, cells }) => {
    const by = (algorithm: string) => cells.find((cell) => paramOf(cell, "algorithm") === algorithm)
    const [one, other] = [by(first), by(second)]
    return one === undefined || other === undefined ? [] : [{ where, first: one, second: other }]
  })

/** Largest fall below an earlier peak, of the curve averaged over a window of a tenth of its length. */
const drawdown = (curve: Curve): number => {
  const window = Math.max(1, Math.floor(curve.length / 10))
  let peak = Number.NEGATIVE_INFINITY
  let fall = 0
  for (let end = window; end <= curve.length; end++) {
    const mean = curve.slice(end - window, end).reduce((sum, point) => sum + point.mean, 0) / window
    peak = Math.max(peak, mean)
    fall = Math.max(fall, peak - mean)
  }
  return fall
}
