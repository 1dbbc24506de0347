/** Claims about which format wins: C1, C2, C3 and C7. */

import { smoothed, windowOf } from "../../evaluation/statistics/averages.ts"
import { winnerOf } from "../data/policy-estimates.ts"
import {
  accuracyOf,
  clearWinner,
  codeWins,
  isCode,
  leads,
  mostAccurate,
  mostFrequent,
  shareOf,
  usedFormats
} from "../predictors/formats-of.ts"
import { type Claim, FALLS, type Part, type Rows } from "./Claim.ts"
import { asked, type Beside, beyond, SHUFFLED, toldOf, WITH_SHUFFLED } from "./controls.ts"
import { completionsIn, intervalError, shareError } from "./errors.ts"
import {
  ACCURACIES,
  countSeeds,
  gapOf,
  overSeeds,
  type Pair,
  pairsOf,
  SHARES,
  solvingRows,
  type Trial,
  trialsOf,
  type Where
} from "./trials.ts"
import { inPercent, TOO_LITTLE } from "./words.ts"

export interface ConcentrationChoices {
  /** Which arms it is about. */
  readonly arms: Where
  /** Arms that differ from those in the reward alone, which means nothing there. */
  readonly control?: Where
  /** Arms that are told beside them and not judged. */
  readonly beside?: Beside
  readonly seeds: number
}

/** A start with more than this has nothing to concentrate. */
const OPEN = 0.7
const CONCENTRATED = 0.9
/** The shares of the formats in the rollouts, step by step. */
const STEPS: Rows = { table: "formatShares", where: "true" }

/** The winner's share of the rollouts in the last tenth of the run; null where it began with most of them. */
const finalShare = ({ winner, series }: Trial) => {
  const curve = series?.shares.get(winner ?? "")
  if (curve === undefined || curve.length < 3) return null
  const smooth = smoothed(curve)
  if (smooth[0]! > OPEN) return null
  const value = smooth.at(-1)!
  return { value, error: shareError(value, completionsIn(series!, smooth.length - 1, windowOf(curve))) }
}

/** Which part of the gain in right answers had come when the winner first held nine tenths; 0 of none, or where it never did. */
const gainByThen = ({ winner, series }: Trial) => {
  const share = series?.shares.get(winner ?? "")
  const accuracy = series?.updates.get("accuracy")
  if (share === undefined || accuracy === undefined || share.length < 3) return null
  const [held, right] = [smoothed(share), smoothed(accuracy)]
  if (held[0]! > OPEN) return null
  const reached = held.findIndex((value) => value >= CONCENTRATED)
  const gain = right.at(-1)! - right[0]!
  if (reached < 0 || gain <= 0) return { value: 0, error: 0 }
  const value = (right[reached]! - right[0]!) / gain
  const error = (at: number) => shareError(right[at]!, completionsIn(series!, at, windowOf(accuracy)))
  // Of (then - first) / (last - first), by the delta method.
  const [first, then, last] = [(1 - value) * error(0), error(reached), value * error(right.length - 1)]
  return { value, error: reached === right.length - 1 ? 0 : Math.hypot(first, then, last) / gain }
}

/** C1: RL concentrates on one format, early. */
export const concentration = ({ arms, control, beside, seeds }: ConcentrationChoices): Claim => ({
  id: "C1",
  statement: "RL soon concentrates on one format, and that is when accuracy rises most.",
  criterion:
    "The winner's share of the rollouts, at most 70 % in the first tenth of the run, ends above 90 %; and when it first gets " +
    "there (smoothed over a tenth of the run), more than half of the whole gain in right answers has come.",
  ...(control === undefined ? {} : { control: `${SHUFFLED}; seed by seed, the winner ends with more with true ones.` }),
  needs: "finished RL runs of these arms, evaluated before and after",
  seeds,
  evidence: (data) => {
    const trials = trialsOf(data, arms)
    const ends = (of: ReadonlyArray<Trial>): Part => ({
      measure: "the winner's share of the rollouts, last tenth of the run",
      unit: "percent",
      test: { kind: "above", margin: CONCENTRATED },
      ...overSeeds(of, finalShare),
      rows: [SHARES, STEPS]
    })
    const early = (of: ReadonlyArray<Trial>): Part => ({
      measure: "part of the gain in right answers that had come when the winner first held 90 %",
      unit: "percent",
      test: { kind: "above", margin: 0.5 },
      ...overSeeds(of, gainByThen),
      rows: [SHARES, STEPS, { table: "updates", where: "true" }]
    })
    const own = ends(trials)
    const shuffled = control === undefined ? null : ends(trialsOf(asked(data, "control"), control))
    if (trials.length > 0 && own.observations.length === 0)
      return { notApplicable: "Every run begins with a format that holds more than 70 % already." }
    return {
      parts: [
        own,
        early(trials),
        ...(shuffled === null ? [] : beyond(own, { ...shuffled, where: WITH_SHUFFLED })),
        ...toldOf(data, beside, (of) => [ends(of), early(of)])
      ]
    }
  }
})

/** C2: accuracy before RL decides, not frequency. */
export const accuracyDecides = ({ arms, control, beside, seeds }: ConcentrationChoices): Claim => ({
  id: "C2",
  statement: "The winner is usually the format that was most accurate before RL, not the most frequent one.",
  criterion:
    "Among formats with at least 2 % of the completions, and in seeds where the most accurate format is not the most frequent " +
    "(each, and the winner, by 2 points at least), the most accurate wins in more than half.",
  ...(control === undefined
    ? {}
    : {
        control:
          `${SHUFFLED}; of the seeds in which the two differ, the most accurate format wins with true ones in more ` +
          "than half."
      }),
  needs: "policies before RL that use at least two formats, the most accurate not the most frequent",
  seeds,
  evidence: (data) => {
    const trials = trialsOf(data, arms)
    const apart = ({ before }: Trial) => {
      const [accurate, frequent] = [mostAccurate(before), mostFrequent(before)]
      return usedFormats(before).length > 1 && accurate !== null && frequent !== null && accurate !== frequent
    }
    if (trials.length > 0 && !trials.some(apart))
      return {
        notApplicable:
          "In every seed one format was both the most accurate and the most frequent before RL, or none was by 2 points."
      }
    const wins = (of: ReadonlyArray<Trial>, which = mostAccurate, measure = "seeds won by the most accurate format"): Part => ({
      measure,
      unit: "seeds",
      test: { kind: "most", chance: 0.5 },
      ...countSeeds(of, (trial) => {
        const winner = clearWinner(trial.winner, trial.after)
        return winner === null || !apart(trial) ? null : winner === which(trial.before)
      }),
      rows: [SHARES, ACCURACIES]
    })
    const own = wins(trials)
    const frequent = wins(trials, mostFrequent, "seeds won by the most frequent format")
    return {
      parts: [
        own,
        ...(control === undefined
          ? []
          : beyond(own, { ...wins(trialsOf(asked(data, "control"), control)), where: WITH_SHUFFLED })),
        { ...frequent, role: "told" },
        ...toldOf(data, beside, (of) => [wins(of)])
      ]
    }
  }
})

export interface ImbalanceChoices {
  /** A balanced mixture and one with far more of one source. */
  readonly balanced: Where
  readonly imbalanced: Where
  /** Settings that the two share, besides the seed. */
  readonly sharing: ReadonlyArray<string>
  readonly seeds: number
}

/** C3: enough imbalance makes a worse format win. */
export const imbalanceFlips = ({ balanced, imbalanced, sharing, seeds }: ImbalanceChoices): Claim => ({
  id: "C3",
  statement: "Enough imbalance in the mixture makes a worse format win.",
  criterion:
    "With the imbalanced mixture another format wins than with the balanced one, less accurate (by 2 points at least) in the " +
    "balanced policy before RL than the format that it displaces, in more than half of the seeds; and sampled pass@1 after RL " +
    `is lower there. ${TOO_LITTLE}`,
  control:
    "the imbalanced policy before RL, in which that format may be frequent already; RL raises the share of the format that " +
    "wins there.",
  needs: "RL on a balanced and an imbalanced mixture of the same seed",
  seeds,
  evidence: (data) => {
    const pairs = pairsOf(data, imbalanced, balanced, sharing)
    const flips = ({ one, other }: Pair): boolean | null => {
      const [winner, displaced] = [clearWinner(one.winner, one.after), clearWinner(other.winner, other.after)]
      if (winner === null || displaced === null) return null
      if (winner === displaced) return false
      const [worse, better] = [accuracyOf(other.before, winner), accuracyOf(other.before, displaced)]
      // Without an accuracy before RL, or about level, nobody can say which of the two is worse.
      return leads(better, worse) ? true : leads(worse, better) ? false : null
    }
    return {
      parts: [
        {
          measure: "seeds in which a worse format wins",
          unit: "seeds",
          test: { kind: "most", chance: 0.5 },
          ...countSeeds(pairs, flips),
          rows: [SHARES, ACCURACIES]
        },
        {
          measure: "sampled pass@1 after RL, imbalanced minus balanced",
          unit: "points",
          test: FALLS,
          ...overSeeds(pairs, (pair) => gapOf(pair, "pass@1")),
          rows: [solvingRows("pass@1")]
        },
        {
          measure: "control: share of the format that wins with the imbalanced mixture, after RL minus before",
          unit: "points",
          test: { kind: "above", margin: 0 },
          role: "control",
          ...overSeeds(trialsOf(data, imbalanced), winnersRise),
          rows: [SHARES]
        },
        {
          measure: "seeds in which that format was not the most frequent one before RL",
          unit: "seeds",
          test: { kind: "most", chance: 0.5 },
          role: "told",
          ...countSeeds(trialsOf(data, imbalanced), ({ winner, before }) =>
            winner === null ? null : winner !== winnerOf(before)
          ),
          rows: [SHARES]
        }
      ]
    }
  }
})

/** What RL adds to the share of the format that wins. */
const winnersRise = ({ winner, before, after }: Trial) => {
  if (winner === null) return null
  const errors = [before, after].flatMap(({ shares }) => shares.get(winner) ?? []).map(intervalError)
  return { value: shareOf(after, winner) - shareOf(before, winner), error: Math.hypot(...errors) }
}

export interface ScaleFlipChoices {
  readonly small: Where
  readonly large: Where
  readonly sharing?: ReadonlyArray<string>
  /** Share of the seeds that must go each way at both ends. */
  readonly least?: number
  readonly seeds: number
}

/** C7: the size of the model decides the winner. */
export const scaleFlips = ({ small, large, sharing = [], least = 7 / 8, seeds }: ScaleFlipChoices): Claim => ({
  id: "C7",
  statement: "On the same mixture, the size of the model decides the winner: small models go to code, large ones to prose.",
  criterion:
    "Of the seeds in which one size goes to code and the other to prose, more than half go as claimed (the small one to code); " +
    `and of all seeds at least ${inPercent(least)} go to code at the small size, and as many to prose at the large one.`,
  control:
    "the most frequent formats before RL; of the seeds in which the two differ, the winners go as claimed and those do not in " +
    "more than half.",
  needs: "the smallest and the largest size on the same mixtures",
  seeds,
  evidence: (data) => {
    const pairs = pairsOf(data, small, large, sharing)
    const code = ({ winner, after }: Trial) => codeWins(winner, after)
    const differs = ({ one, other }: Pair) => code(one) !== code(other)
    const flipped = new Set(pairs.filter(differs).map(({ one }) => one.seed))
    const ends = (measure: string, happens: (pair: Pair) => boolean | null): Part => ({
      measure,
      unit: "seeds",
      test: { kind: "count", least },
      ...countSeeds(pairs, happens),
      rows: [SHARES]
    })
    const asClaimed = (codeIn: (trial: Trial) => boolean | null) => (pair: Pair) =>
      codeIn(pair.one) === true && codeIn(pair.other) === false
    const not = (told: boolean | null) => (told === null ? null : !told)
    return {
      parts: [
        {
          measure: "seeds in which the small model goes to code and the large one to prose, of those in which they differ",
          unit: "seeds",
          test: { kind: "most", chance: 0.5 },
          ...countSeeds(
            pairs.filter(({ one }) => flipped.has(one.seed)),
            (pair) => (!differs(pair) || code(pair.other) === null ? null : code(pair.one))
          ),
          rows: [SHARES],
          tied: new Set(pairs.map(({ one }) => one.seed)).size - flipped.size
        },
        ends("seeds in which the small model goes to code", ({ one }) => code(one)),
        ends("seeds in which the large model goes to prose", ({ other }) => not(code(other))),
        ...beyond(ends("seeds in which the small model goes to code and the large one to prose", asClaimed(code)), {
          where: "of the most frequent formats before RL",
          ...countSeeds(pairs, asClaimed(codeBefore))
        }),
        {
          measure: "share of code after RL, small minus large",
          unit: "points",
          test: { kind: "above", margin: 0 },
          role: "told",
          ...overSeeds(pairs, ({ one, other }) => ({ value: codeShare(one) - codeShare(other), error: 0 })),
          rows: [SHARES]
        }
      ]
    }
  }
})

/** Whether most of the completions before RL are code; null where code and prose are level. */
const codeBefore = ({ before }: Trial): boolean | null => codeWins(winnerOf(before), before)

const codeShare = ({ after }: Trial): number =>
  [...after.shares.keys()].filter(isCode).reduce((sum, format) => sum + shareOf(after, format), 0)
