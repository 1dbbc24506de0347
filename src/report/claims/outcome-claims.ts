/** Claims about how good policies get: C4, C5, C6 and C13. */

import { log } from "../../elementary/elementary.ts"
import { INVALID, shareEntropy } from "../../evaluation/metrics/format-shares.ts"
import { meanOf } from "../../evaluation/statistics/averages.ts"
import type { Estimate } from "../data/policy-estimates.ts"
import type { CoverageRow, StudyData } from "../data/study-data.ts"
import { type Claim, type Part, RISES, type Rows } from "./Claim.ts"
import { asked, type Beside, beyond, mustRise, SHUFFLED, size, toldOf, WITH_SHUFFLED } from "./controls.ts"
import { entropyError, intervalError, shareError } from "./errors.ts"
import {
  changeOf,
  gapOf,
  type Measured,
  nodesOf,
  outcomeOf,
  overSeeds,
  type Pair,
  pairsOf,
  SHARES,
  solvingRows,
  type Trial,
  trialsOf,
  type Where
} from "./trials.ts"
import { inPoints, TOO_LITTLE } from "./words.ts"

export interface SharpeningChoices {
  readonly arms: Where
  /** Arms that differ from those in the reward alone, which means nothing there. */
  readonly control?: Where
  /** Arms that are told beside them and not judged, with what they are. */
  readonly beside?: Beside
  /** Of pass@k and majority@k. */
  readonly k: number
  /** How much pass@k may rise and still have stayed. */
  readonly margin?: number
  readonly seeds: number
}

/** C4: pass@1 and majority@k rise, pass@k does not. */
export const sharpening = ({ arms, control, beside, k, margin = 0.02, seeds }: SharpeningChoices): Claim => ({
  id: "C4",
  statement: "pass@1 and majority@k rise; pass@k stays or falls.",
  criterion: `At k = ${k}, sampled: pass@1 and majority@k rise, and pass@k does not rise by ${inPoints(margin)}. ${TOO_LITTLE}`,
  ...(control === undefined ? {} : { control: `${SHUFFLED}; seed by seed, pass@1 and majority@k rise further with true ones.` }),
  needs: `policies evaluated before and after RL with at least ${k} samples of each problem`,
  seeds,
  evidence: (data) => {
    const trials = trialsOf(data, arms)
    const others = control === undefined ? [] : trialsOf(asked(data, "control"), control)
    const change = (metric: "pass@1" | "majority@k" | "pass@k", test: Part["test"], of = trials): Part => ({
      measure: `${metric === "pass@1" ? metric : metric.replace("k", String(k))}, after RL minus before`,
      unit: "points",
      test,
      ...overSeeds(of, (trial) => changeOf(trial, metric, k)),
      rows: [solvingRows(metric, k)]
    })
    const rising = (metric: "pass@1" | "majority@k"): ReadonlyArray<Part> => {
      const part = change(metric, RISES)
      return control === undefined ? [part] : [part, ...beyond(part, { where: WITH_SHUFFLED, ...change(metric, RISES, others) })]
    }
    const told = (measure: string, rows: Rows, of: (trial: Trial) => Measured | null): Part => ({
      measure,
      unit: "points",
      test: RISES,
      role: "told",
      ...overSeeds(trials, of),
      rows: [rows]
    })
    return {
      parts: [
        ...rising("pass@1"),
        ...rising("majority@k"),
        change("pass@k", { kind: "below", margin }),
        ...toldOf(data, beside, (of) => [
          change("pass@1", RISES, of),
          change("majority@k", RISES, of),
          change("pass@k", { kind: "below", margin }, of)
        ]),
        told(
          `guessed pass@${k} (references of other problems), after RL minus before`,
          { table: "evaluations", where: `metric = 'guessed pass@k' and k = ${k} and slice = 'all'` },
          (trial) => guessedChange(trial, k)
        ),
        told(
          "share of the problems lost, beyond what a second sample of the same policy loses",
          { table: "coverages", where: "true" },
          (trial) => lostBeyond(trial)
        )
      ]
    }
  }
})

const guessedChange = ({ before, after }: Trial, k: number): Measured | null => {
  const [was, is] = [before.guessedAtK.get(k), after.guessedAtK.get(k)]
  if (was === undefined || is === undefined) return null
  return { value: is.value - was.value, error: Math.hypot(intervalError(was), intervalError(is)) }
}

const lostBeyond = ({ coverages }: Trial): Measured | null => {
  const [rl, same] = ["after RL", "the same policy"].map((name) => coverages.find(({ versus }) => versus === name))
  if (rl === undefined || same === undefined) return null
  const problems = rl.kept + rl.lost + rl.found + rl.neither
  if (problems === 0) return null
  const error = ({ lost }: CoverageRow) => shareError(lost / problems, problems)
  return { value: (rl.lost - same.lost) / problems, error: Math.hypot(error(rl), error(same)) }
}

/** In nats, of the shares of the formats after RL, completions in none apart; null where there are none. */
const formatEntropy = ({ after }: Trial): Measured | null => {
  const shares = [...after.shares].filter(([format]) => format !== INVALID).map(([, share]) => share)
  if (!shares.some(({ value }) => value > 0)) return null
  return { value: shareEntropy(shares.map(({ value }) => value)).nats, error: entropyError(shares) }
}

const entropyGap = ({ one, other }: Pair): Measured | null => {
  const [a, b] = [formatEntropy(one), formatEntropy(other)]
  return a === null || b === null ? null : { value: a.value - b.value, error: Math.hypot(a.error, b.error) }
}

export interface KlChoices {
  readonly weak: Where
  readonly strong: Where
  /**
   * The strong penalty beside one that is only reported, its gradient dead: what it keeps alive it keeps by its gradient. The
   * twin is that dead one again but for a digit: how far two runs differ by chance.
   */
  readonly dead?: { readonly alive: Where; readonly dead: Where; readonly twin: Where }
  readonly sharing: ReadonlyArray<string>
  readonly k: number
  readonly margin?: number
  readonly seeds: number
}

/** C5: a KL penalty keeps breadth, at about equal pass@1. */
export const klKeepsBreadth = ({ weak, strong, dead, sharing, k, margin = 0.05, seeds }: KlChoices): Claim => ({
  id: "C5",
  statement: "A stronger KL penalty keeps other formats and pass@k alive, at about equal pass@1.",
  criterion:
    "Strong minus weak, after RL: the entropy of the format shares is higher, " +
    `pass@${k} is not lower by ${inPoints(margin)}, and greedy pass@1 (the paper's) differs by less than ${inPoints(margin)}.` +
    (dead === undefined ? "" : " The entropy is higher, too, than where the strong penalty has no gradient."),
  ...(dead === undefined
    ? {}
    : {
        control:
          "two runs without that gradient, alike but for the seventh digit of their learning rate; seed by seed, the gradient " +
          "adds more entropy than those two differ by."
      }),
  needs: "RL with a weak and a strong KL penalty on the same policy",
  seeds,
  evidence: (data) => {
    const pairs = pairsOf(data, strong, weak, sharing)
    const byGradient = (of: StudyData, arms: NonNullable<KlChoices["dead"]>): ReadonlyArray<Part> => {
      const part = entropy(
        "entropy of the format shares after RL under the strong penalty, with its gradient minus without",
        pairsOf(of, arms.alive, arms.dead, sharing)
      )
      const twins = size(overSeeds(pairsOf(asked(of, "control"), arms.twin, arms.dead, sharing), entropyGap))
      return [part, ...beyond(part, { where: "between two without it alike but for a digit, whichever way", ...twins })]
    }
    const entropy = (measure: string, of: ReadonlyArray<Pair>): Part => ({
      measure,
      unit: "nats",
      test: { kind: "above", margin: 0 },
      ...overSeeds(of, entropyGap),
      rows: [SHARES]
    })
    return {
      parts: [
        entropy("entropy of the format shares after RL, strong minus weak", pairs),
        {
          measure: `pass@${k} after RL, strong minus weak`,
          unit: "points",
          test: { kind: "above", margin: -margin },
          ...overSeeds(pairs, (pair) => gapOf(pair, "pass@k", k)),
          rows: [solvingRows("pass@k", k)]
        },
        {
          measure: "greedy pass@1 after RL, strong minus weak",
          unit: "points",
          test: { kind: "within", margin },
          ...overSeeds(pairs, (pair) => gapOf(pair, "greedy pass@1")),
          rows: [solvingRows("greedy pass@1")]
        },
        {
          measure: "sampled pass@1 after RL, strong minus weak",
          unit: "points",
          test: { kind: "within", margin },
          role: "told",
          ...overSeeds(pairs, (pair) => gapOf(pair, "pass@1")),
          rows: [solvingRows("pass@1")]
        },
        ...(dead === undefined ? [] : byGradient(data, dead))
      ]
    }
  }
})

export interface MoreOfTargetChoices {
  /** Full name of the weight that is varied, as `mix.sources.omi1`. */
  readonly weight: string
  readonly arms: Where
  /** Formats whose weights stay: forced into them, policies must not get better by it. */
  readonly others?: ReadonlyArray<string>
  readonly seeds: number
}

/** A line through two points fits whatever they are. */
const WEIGHTS = 3

/** C6: more of the target format in pretraining makes better policies. */
export const moreIsBetter = ({ weight, arms, others = [], seeds }: MoreOfTargetChoices): Claim => ({
  id: "C6",
  statement: "More pretraining in the target format gives better policies after RL.",
  criterion:
    "At equal tokens, sampled pass@1 after RL rises with each doubling of the target's weight: the slope of a straight line " +
    `over the logarithm of the weight, for each seed, lies above 0. ${TOO_LITTLE}`,
  ...(others.length === 0
    ? {}
    : {
        control:
          `the same starts with ${others.join(" or ")} forced, whose weights stay, and what RL reaches then, as their mean; ` +
          "seed by seed, the slope is larger than the slope of that."
      }),
  needs: `mixtures of one seed that differ in ${weight}, three weights at least`,
  values: { [weight]: WEIGHTS },
  seeds,
  evidence: (data) => {
    data.asked?.({ [weight]: [], ...(others.length === 0 ? {} : { "rl.force": others }) }, "named")
    const ofSeeds = Map.groupBy(trialsOf(data, arms), ({ seed }) => seed)
    const slope = (measure: string, reached: (trial: Trial) => Measured | null, rows: ReadonlyArray<Rows>): Part => {
      const slopes = new Map([...ofSeeds.values()].map((trials) => [trials[0]!, slopeOver(trials, weight, reached)]))
      return {
        measure,
        unit: "points",
        test: RISES,
        ...overSeeds(
          [...slopes.keys()],
          (trial) => slopes.get(trial)!,
          ({ seed }) => ofSeeds.get(seed)!.flatMap(nodesOf)
        ),
        rows
      }
    }
    const doubling = "for each doubling of the weight"
    const found = slope(`sampled pass@1 after RL, ${doubling}`, (trial) => outcomeOf(trial, "pass@1"), [solvingRows("pass@1")])
    const forced = slope(
      "right answers at the end of RL",
      ({ forced }) => {
        const known = others.flatMap((format) => forced.get(format) ?? [])
        return known.length < others.length ? null : meanMeasured(known)
      },
      [{ table: "updates", where: "true" }]
    )
    const where = `at the end of RL where another format is forced (${others.join(", ")})`
    return { parts: [found, ...(others.length === 0 ? [] : beyond(found, { where, ...forced }))] }
  }
})

/** Several formats are tried on the same problems: their errors are averaged as they are. */
const meanMeasured = (of: ReadonlyArray<Estimate>): Measured => ({
  value: meanOf(of.map(({ value }) => value)),
  error: meanOf(of.map(intervalError))
})

/** Least squares of what a seed's mixtures reach over the logarithm of the weight; null with too few weights. */
const slopeOver = (trials: ReadonlyArray<Trial>, weight: string, reached: (trial: Trial) => Measured | null): Measured | null => {
  const points = trials.flatMap((trial) => {
    const value = trial.cell.settings.get(weight)
    const measured = reached(trial)
    return typeof value === "number" && value > 0 && measured !== null ? [{ x: log(value) / Math.LN2, ...measured }] : []
  })
  if (new Set(points.map(({ x }) => x)).size < WEIGHTS) return null
  const middle = meanOf(points.map(({ x }) => x))
  const across = points.reduce((sum, { x }) => sum + (x - middle) ** 2, 0)
  return {
    value: points.reduce((sum, { x, value }) => sum + (x - middle) * value, 0) / across,
    error: Math.sqrt(points.reduce((sum, { x, error }) => sum + ((x - middle) * error) ** 2, 0)) / across
  }
}

export interface NothingToAmplifyChoices {
  readonly arms: Where
  /** Arms that differ in the format alone, which can be used: there the same RL must raise it. */
  readonly usable?: Where
  readonly margin?: number
  readonly seeds: number
}

/** C13: where no format can be used, RL amplifies nothing. */
export const nothingToAmplify = ({ arms, usable, margin = 0.03, seeds }: NothingToAmplifyChoices): Claim => ({
  id: "C13",
  statement: "Where pretraining holds no usable format, RL has nothing to amplify.",
  criterion: `Sampled pass@1 does not rise by ${inPoints(margin)} under RL.`,
  ...(usable === undefined
    ? {}
    : {
        control:
          "the same RL after a mixture that differs in the format alone, which can be used; sampled pass@1 rises there, and by " +
          "more, seed by seed."
      }),
  needs: "RL on a mixture without a usable format, evaluated before and after",
  seeds,
  evidence: (data) => {
    const gain = (of: ReadonlyArray<Trial>): Part => ({
      measure: "sampled pass@1, after RL minus before",
      unit: "points",
      test: { kind: "below", margin },
      ...overSeeds(of, (trial) => changeOf(trial, "pass@1")),
      rows: [solvingRows("pass@1")]
    })
    const own = gain(trialsOf(data, arms))
    if (usable === undefined) return { parts: [own] }
    const others = gain(trialsOf(asked(data, "control"), usable))
    return { parts: [own, ...mustRise(own, { ...others, where: "where the format can be used" })] }
  }
})
