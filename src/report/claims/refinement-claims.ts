/** Claims about what RL does beyond choosing a format: C10, refinement inside one, and C11, transfer to harder problems. */

import type { PolicyEstimates } from "../data/policy-estimates.ts"
import { type Claim, FALLS, type Part, RISES, type Rows } from "./Claim.ts"
import { asked, type Beside, beyond, SHUFFLED, toldOf, WITH_SHUFFLED } from "./controls.ts"
import { intervalError } from "./errors.ts"
import {
  changeOf,
  type Measured,
  overSeeds,
  type Pair,
  pairsOf,
  type SeedNumbers,
  SHARES,
  solvingRows,
  type Trial,
  trialsOf,
  type Where
} from "./trials.ts"
import { TOO_LITTLE } from "./words.ts"

/** Share of its format from which on a sub-style counts as used. */
const USED = 0.05
/** Accuracies that differ by less are about equal: no sub-style is the least accurate. */
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

/** What becomes of a sub-style's share; no number where its format is not written any more. */
const shareChange = ({ before, after }: Trial, style: string, share: number): Measured => {
  const [format] = style.split("/")
  const written = [...after.styleShares.keys()].some((each) => each.startsWith(`${format}/`))
  return {
    value: written ? (after.styleShares.get(style)?.value ?? 0) - share : Number.NaN,
    error: Math.hypot(...[before, after].flatMap(({ styleShares }) => styleShares.get(style) ?? []).map(intervalError))
  }
}

/** What becomes of the least accurate sub-style of the first one's winner, where it is less accurate than the others. */
const leastAccurate = (trial: Trial, seenIn = trial): Measured | null => {
  const styles = stylesOf(trial.before, trial.winner ?? "")
  const [least, next] = styles
  return least === undefined || next === undefined || next.accuracy - least.accuracy < EQUAL
    ? null
    : shareChange(seenIn, least.style, least.share)
}

export interface RefinementChoices {
  readonly arms: Where
  /** Arms that differ from those in the reward alone, which means nothing there. */
  readonly control?: Where
  readonly beside?: Beside
  /** Settings that an arm shares with its control, besides the seed. */
  readonly sharing?: ReadonlyArray<string>
  readonly seeds: number
}

/** C10: RL refines style inside one format. */
export const refinesStyle = ({ arms, control, beside, sharing = [], seeds }: RefinementChoices): Claim => ({
  id: "C10",
  statement: "Inside the winning format too, RL moves towards the sub-style that is right more often.",
  criterion:
    "Among the winner's sub-styles with at least 5 % of it before RL, the share of the least accurate one " +
    `(by 2 points at least) falls. ${TOO_LITTLE}`,
  ...(control === undefined ? {} : { control: `${SHUFFLED}; seed by seed, that sub-style falls further with true ones.` }),
  needs: "RL on policies whose winning format has two sub-styles, evaluated before and after with samples",
  seeds,
  evidence: (data) => {
    const falls = (numbers: SeedNumbers): Part => ({
      measure: "share of the least accurate sub-style inside the winner, after RL minus before",
      unit: "points",
      test: FALLS,
      ...numbers,
      rows: [SHARES, STYLES]
    })
    const fallsOf = (of: ReadonlyArray<Trial>) => falls(overSeeds(of, (trial) => leastAccurate(trial)))
    const own = fallsOf(trialsOf(data, arms))
    const told = toldOf(data, beside, (of) => [fallsOf(of)])
    if (control === undefined) return { parts: [own, ...told] }
    // Of the same sub-style: with rewards that mean nothing another format may win.
    const pairs = pairsOf(asked(data, "control"), arms, control, sharing)
    const same = overSeeds(pairs, ({ one, other }) => leastAccurate(one, other))
    return { parts: [own, ...beyond(own, { where: WITH_SHUFFLED, ...same }), ...told] }
  }
})

export interface TransferChoices {
  /** RL on easy problems after a mixture with prose, evaluated on harder ones. */
  readonly withProse: Where
  /** The same without. */
  readonly without: Where
  /** The harder problems with each policy's format forced, as told beside it: else transfer may be the choice of a format. */
  readonly forced: Where
  /** With prose, and rewards shuffled inside groups: less must be gained. */
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
    `gains more after the mixture with prose than after that without. ${TOO_LITTLE}`,
  ...(shuffled === undefined
    ? {}
    : {
        control:
          `${SHUFFLED}, with prose; seed by seed, harder problems gain more with true ones. Prose minus no prose is a ` +
          "comparison by itself, of arms that differ in the mixture."
      }),
  needs: "RL on easy problems after two mixtures of one seed, evaluated on harder ones",
  seeds,
  evidence: (data) => {
    const gain = (trial: Trial) => changeOf(trial, "pass@1")
    const more = ({ one, other }: Pair): Measured | null => {
      const [a, b] = [gain(one), gain(other)]
      return a === null || b === null ? null : { value: a.value - b.value, error: Math.hypot(a.error, b.error) }
    }
    const above = { unit: "points", test: RISES, rows: [solvingRows("pass@1")] } as const
    const own: Part = {
      measure: "sampled pass@1 on three steps, after RL on one and two minus before, with prose",
      ...above,
      ...overSeeds(trialsOf(data, withProse), gain)
    }
    const bySeed = (where: Where, role: "control" | "told") => overSeeds(trialsOf(asked(data, role), where), gain)
    return {
      parts: [
        own,
        {
          measure: "that gain, with prose minus without",
          ...above,
          ...overSeeds(pairsOf(data, withProse, without, sharing), more)
        },
        ...(shuffled === undefined ? [] : beyond(own, { where: WITH_SHUFFLED, ...bySeed(shuffled, "control") })),
        { measure: "that gain with one format forced", ...above, role: "told", ...bySeed(forced, "told") }
      ]
    }
  }
})
