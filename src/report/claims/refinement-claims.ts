/** Claims about what RL does beyond choosing a format: C10, refinement inside one, and C11, transfer to harder problems. */

import type { PolicyEstimates } from "../data/policy-estimates.ts"
import type { Claim, Part, Rows } from "./Claim.ts"
import { intervalError } from "./errors.ts"
import {
  changeOf,
  type Measured,
  overSeeds,
  type Pair,
  pairsOf,
  SHARES,
  solvingRows,
  type Trial,
  trialsOf,
  type Where
} from "./trials.ts"

/** Share of its format from which on a sub-style counts as used. */
const USED = 0.05
/** Accuracies that differ by less are about equal: neither sub-style is preferred. */
const EQUAL = 0.02

/** Where the shares and accuracies of sub-styles stand. */
const STYLES: Rows = { table: "evaluations", where: "metric in ('share', 'accuracy') and slice like 'style=%'" }

/** The sub-styles of a format that are used before RL, the least accurate first. */
const stylesOf = ({ styleShares, styleAccuracies }: PolicyEstimates, format: string) =>
  [...styleShares]
    .filter(([style, { value }]) => style.startsWith(`${format}/`) && value >= USED)
    .map(([style, { value }]) => ({ style, share: value, accuracy: styleAccuracies.get(style)?.value ?? Number.NaN }))
    .filter(({ accuracy }) => !Number.isNaN(accuracy))
    .toSorted((a, b) => a.accuracy - b.accuracy)

const shareChange = (
  { before, after }: Trial,
  { style, share }: { readonly style: string; readonly share: number }
): Measured => ({
  value: (after.styleShares.get(style)?.value ?? 0) - share,
  error: Math.hypot(...[before, after].flatMap(({ styleShares }) => styleShares.get(style) ?? []).map(intervalError))
})

/** What becomes of the winner's least accurate sub-style, where it is less accurate than the others. */
const leastAccurate = (trial: Trial): Measured | null => {
  const styles = stylesOf(trial.before, trial.winner ?? "")
  const [least, next] = styles
  return least === undefined || next === undefined || next.accuracy - least.accuracy < EQUAL ? null : shareChange(trial, least)
}

/** Of two sub-styles of the winner that are about equally accurate, what becomes of the one that is a little less so. */
const equallyAccurate = (trial: Trial): Measured | null => {
  const styles = stylesOf(trial.before, trial.winner ?? "")
  const near = styles.findIndex(({ accuracy }, i) => i + 1 < styles.length && styles[i + 1]!.accuracy - accuracy < EQUAL)
  return near < 0 ? null : shareChange(trial, styles[near]!)
}

/** C10: RL refines style inside one format. */
export const refinesStyle = ({ arms, seeds }: { readonly arms: Where; readonly seeds: number }): Claim => ({
  id: "C10",
  statement: "Inside the winning format too, RL moves towards the sub-style that is right more often.",
  criterion:
    "Among the winner's sub-styles with at least 5 % of it before RL, the share of the least accurate one " +
    "(by 2 points at least) falls.",
  needs: "RL on policies whose winning format has two sub-styles, evaluated before and after with samples",
  seeds,
  evidence: (data) => {
    const trials = trialsOf(data, arms)
    const change = (measure: string, of: (trial: Trial) => Measured | null): Part => ({
      measure,
      unit: "points",
      test: { kind: "below", margin: 0 },
      ...overSeeds(trials, of),
      rows: [SHARES, STYLES]
    })
    return {
      parts: [
        change("share of the least accurate sub-style inside the winner, after RL minus before", leastAccurate),
        {
          ...change("control: the same of two sub-styles within 2 points of one another, the less accurate", equallyAccurate),
          role: "control"
        }
      ]
    }
  }
})

export interface TransferChoices {
  /** RL on easy problems after a mixture with prose, evaluated on harder ones. */
  readonly withProse: Where
  /** The same without. */
  readonly without: Where
  /** The harder problems with each policy's format forced, as told beside it: else transfer may be the choice of a format. */
  readonly forced: Where
  /** With prose, and rewards shuffled inside groups: nothing must be gained. */
  readonly shuffled?: Where
  readonly sharing: ReadonlyArray<string>
  readonly seeds: number
}

/** C11: easy to hard. */
export const transfersToHard = ({ withProse, without, forced, shuffled, sharing, seeds }: TransferChoices): Claim => ({
  id: "C11",
  statement: "RL on easy problems helps on harder ones, more so after a mixture with prose.",
  criterion:
    "After RL on problems of one and two steps, sampled pass@1 on problems of three steps is higher than before; and it " +
    "gains more after the mixture with prose than after that without.",
  needs: "RL on easy problems after two mixtures of one seed, evaluated on harder ones",
  seeds,
  evidence: (data) => {
    const gain = (trial: Trial) => changeOf(trial, "pass@1")
    const more = ({ one, other }: Pair): Measured | null => {
      const [a, b] = [gain(one), gain(other)]
      return a === null || b === null ? null : { value: a.value - b.value, error: Math.hypot(a.error, b.error) }
    }
    const above = { unit: "points", test: { kind: "above", margin: 0 }, rows: [solvingRows("pass@1")] } as const
    return {
      parts: [
        {
          measure: "sampled pass@1 on three steps, after RL on one and two minus before, with prose",
          ...above,
          ...overSeeds(trialsOf(data, withProse), gain)
        },
        {
          measure: "that gain, with prose minus without",
          ...above,
          ...overSeeds(pairsOf(data, withProse, without, sharing), more)
        },
        ...(shuffled === undefined
          ? []
          : [
              {
                measure: "control: that gain, with prose and rewards shuffled inside groups",
                ...above,
                role: "control" as const,
                ...overSeeds(trialsOf(data, shuffled), gain)
              }
            ]),
        { measure: "that gain with one format forced", ...above, role: "told", ...overSeeds(trialsOf(data, forced), gain) }
      ]
    }
  }
})
