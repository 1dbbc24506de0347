/** Claims about how the algorithms differ: C8 and C9. Two arms on one base are a pair. */

import { totalVariation } from "../../evaluation/metrics/format-shares.ts"
import { smoothed, windowOf } from "../../evaluation/statistics/averages.ts"
import type { StudyData } from "../data/study-data.ts"
import { clearWinner } from "../predictors/formats-of.ts"
import { type Claim, type Part, RISES } from "./Claim.ts"
import { asked, beyond, size } from "./controls.ts"
import { intervalError, completionsIn, shareError } from "./errors.ts"
import {
  countSeeds,
  gapOf,
  type Measured,
  overSeeds,
  type Pair,
  pairsOf,
  SHARES,
  solvingRows,
  type Trial,
  type Where
} from "./trials.ts"
import { TOO_LITTLE } from "./words.ts"

/** Largest fall of the share of right answers below an earlier peak, smoothed over a tenth of the run. */
const drawdown = ({ series }: Trial): Measured | null => {
  const curve = series?.updates.get("accuracy")
  if (curve === undefined || curve.length === 0) return null
  const smooth = smoothed(curve)
  let [peak, from, to] = [0, 0, 0]
  smooth.forEach((mean, at) => {
    if (mean > smooth[peak]!) peak = at
    if (smooth[peak]! - mean > smooth[from]! - smooth[to]!) [from, to] = [peak, at]
  })
  const error = (at: number) => shareError(smooth[at]!, completionsIn(series!, at, windowOf(curve)))
  return { value: smooth[from]! - smooth[to]!, error: Math.hypot(error(from), error(to)) }
}

const differenceOf =
  (of: (trial: Trial) => Measured | null) =>
  ({ one, other }: Pair): Measured | null => {
    const [a, b] = [of(one), of(other)]
    return a === null || b === null ? null : { value: a.value - b.value, error: Math.hypot(a.error, b.error) }
  }

/** Two arms that differ in nothing that matters. */
export interface Twins {
  readonly one: Where
  readonly other: Where
}

const ALIKE = "between two arms alike but for a digit, whichever way"
const byTwins = (what: string): string =>
  `two runs alike but for the seventh digit of their learning rate; seed by seed, ${what} more than those two differ.`

/** The part beside what the same comes to between two twins. */
const beyondTwins = (
  data: StudyData,
  twins: Twins | undefined,
  sharing: ReadonlyArray<string>,
  part: (of: ReadonlyArray<Pair>) => Part,
  pairs: ReadonlyArray<Pair>
): ReadonlyArray<Part> => {
  const own = part(pairs)
  if (twins === undefined) return [own]
  return [own, ...beyond(own, { where: ALIKE, ...size(part(pairsOf(asked(data, "control"), twins.one, twins.other, sharing))) })]
}

export interface StabilityChoices {
  readonly ppo: Where
  readonly grpo: Where
  /** How far falls differ by chance. */
  readonly twins?: Twins
  readonly sharing: ReadonlyArray<string>
  readonly seeds: number
}

/** C8: GRPO goes to the same winner, less steadily. */
export const grpoLessStable = ({ ppo, grpo, twins, sharing, seeds }: StabilityChoices): Claim => ({
  id: "C8",
  statement: "GRPO goes to the same winner as PPO, less steadily.",
  criterion:
    "The winners are equal in more than half of the seeds, and the largest fall of the share of right answers from an earlier " +
    `peak (smoothed over a tenth of the run) is larger under GRPO. ${TOO_LITTLE}`,
  ...(twins === undefined ? {} : { control: byTwins("GRPO falls deeper than PPO by") }),
  needs: "PPO and GRPO on the same policy",
  seeds,
  evidence: (data) => {
    const pairs = pairsOf(data, grpo, ppo, sharing)
    const falls = (of: ReadonlyArray<Pair>): Part => ({
      measure: "largest fall of the share of right answers, GRPO minus PPO",
      unit: "points",
      test: RISES,
      ...overSeeds(of, differenceOf(drawdown)),
      rows: [{ table: "updates", where: "true" }]
    })
    return {
      parts: [
        {
          measure: "seeds in which both have one winner",
          unit: "seeds",
          test: { kind: "most", chance: 0.5 },
          ...countSeeds(pairs, ({ one, other }) => {
            const [a, b] = [clearWinner(one.winner, one.after), clearWinner(other.winner, other.after)]
            return a === null || b === null ? null : a === b
          }),
          rows: [SHARES]
        },
        ...beyondTwins(data, twins, sharing, falls, pairs)
      ]
    }
  }
})

/** How far RL moved the shares of the formats: total variation, which is what those that rise have gained. */
const shifted = ({ before, after }: Trial): Measured | null => {
  const formats = [...new Set([...before.shares.keys(), ...after.shares.keys()])]
  if (formats.length === 0) return null
  const share = (of: Trial["after"], format: string) => of.shares.get(format)?.value ?? 0
  const risen = formats.filter((format) => share(after, format) > share(before, format))
  const errors = risen.flatMap((format) => [before, after].flatMap(({ shares }) => shares.get(format) ?? [])).map(intervalError)
  return {
    value: totalVariation(
      formats.map((format) => share(before, format)),
      formats.map((format) => share(after, format))
    ),
    error: Math.hypot(...errors)
  }
}

export interface ExpertIterationChoices {
  readonly ppo: Where
  readonly ei: Where
  /** What of it comes by chance. */
  readonly twins?: Twins
  readonly sharing: ReadonlyArray<string>
  readonly seeds: number
}

/** C9: Expert Iteration shifts less and ends lower. */
export const expertIterationSlower = ({ ppo, ei, twins, sharing, seeds }: ExpertIterationChoices): Claim => ({
  id: "C9",
  statement: "Expert Iteration shifts the formats less and ends lower than PPO.",
  criterion:
    "From the same policy and at equal rollouts, PPO moves the shares of the formats further and ends with a higher pass@1. " +
    TOO_LITTLE,
  ...(twins === undefined ? {} : { control: byTwins("PPO shifts further and ends higher by") }),
  needs: "PPO and Expert Iteration on the same policy",
  seeds,
  evidence: (data) => {
    const above = { unit: "points", test: RISES } as const
    const shift = (pairs: ReadonlyArray<Pair>): Part => ({
      measure: "shift of the format shares by RL (total variation), PPO minus Expert Iteration",
      ...above,
      ...overSeeds(pairs, differenceOf(shifted)),
      rows: [SHARES]
    })
    const end = (pairs: ReadonlyArray<Pair>): Part => ({
      measure: "sampled pass@1 after RL, PPO minus Expert Iteration",
      ...above,
      ...overSeeds(pairs, (pair) => gapOf(pair, "pass@1")),
      rows: [solvingRows("pass@1")]
    })
    const pairs = pairsOf(data, ppo, ei, sharing)
    return { parts: [shift, end].flatMap((part) => beyondTwins(data, twins, sharing, part, pairs)) }
  }
})
