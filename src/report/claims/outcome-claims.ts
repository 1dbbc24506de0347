/** Claims about how good policies get: C4, C5, C6 and C13. */

import { log } from "../../elementary/elementary.ts"
import { INVALID, shareEntropy } from "../../evaluation/metrics/format-shares.ts"
import type { Estimate } from "../data/policy-estimates.ts"
import type { CoverageRow } from "../data/study-data.ts"
import { percent } from "../page/numbers.ts"
import { meanOf } from "./averages.ts"
import type { Claim, Part, Rows } from "./Claim.ts"
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

const inPoints = (share: number): string => `${percent(share, share * 100 === Math.round(share * 100) ? 0 : 1)} points`

export interface SharpeningChoices {
  readonly arms: Where
  readonly control?: Where
  /** Of pass@k and majority@k. */
  readonly k: number
  /** How much pass@k may rise and still have stayed. */
  readonly margin?: number
  readonly seeds: number
}

/** C4: pass@1 and majority@k rise, pass@k does not. */
export const sharpening = ({ arms, control, k, margin = 0.02, seeds }: SharpeningChoices): Claim => ({
  id: "C4",
  statement: "pass@1 and majority@k rise; pass@k stays or falls.",
  criterion: `At k = ${k}, sampled: pass@1 and majority@k rise, and pass@k does not rise by ${inPoints(margin)}.`,
  needs: `policies evaluated before and after RL with at least ${k} samples of each problem`,
  seeds,
  evidence: (data) => {
    const trials = trialsOf(data, arms)
    const change = (metric: "pass@1" | "majority@k" | "pass@k", test: Part["test"], of = trials): Part => ({
      measure: `${metric === "pass@1" ? metric : metric.replace("k", String(k))}, after RL minus before`,
      unit: "points",
      test,
      ...overSeeds(of, (trial) => changeOf(trial, metric, k)),
      rows: [solvingRows(metric, k)]
    })
    const rises = { kind: "above", margin: 0 } as const
    const controls =
      control === undefined
        ? []
        : [
            {
              ...change("pass@1", rises, trialsOf(data, control)),
              measure: "control: pass@1, after RL minus before",
              role: "control" as const
            }
          ]
    const told = (measure: string, rows: Rows, of: (trial: Trial) => Measured | null): Part => ({
      measure,
      unit: "points",
      test: rises,
      role: "told",
      ...overSeeds(trials, of),
      rows: [rows]
    })
    return {
      parts: [
        change("pass@1", rises),
        change("majority@k", rises),
        change("pass@k", { kind: "below", margin }),
        ...controls,
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
  needs: "RL with a weak and a strong KL penalty on the same policy",
  seeds,
  evidence: (data) => {
    const pairs = pairsOf(data, strong, weak, sharing)
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
        ...(dead === undefined
          ? []
          : [
              entropy(
                "that entropy under the strong penalty, with its gradient minus without",
                pairsOf(data, dead.alive, dead.dead, sharing)
              ),
              {
                ...entropy(
                  "control: that entropy, of two runs without the gradient alike but for a digit",
                  pairsOf(data, dead.twin, dead.dead, sharing)
                ),
                role: "control" as const
              }
            ])
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

/** C6: more of the target format in pretraining makes better policies. */
export const moreIsBetter = ({ weight, arms, others = [], seeds }: MoreOfTargetChoices): Claim => ({
  id: "C6",
  statement: "More pretraining in the target format gives better policies after RL.",
  criterion:
    "At equal tokens, sampled pass@1 after RL rises with each doubling of the target's weight: the slope of a straight line " +
    "over the logarithm of the weight, for each seed, lies above 0.",
  needs: `mixtures of one seed that differ in ${weight}, three weights at least`,
  seeds,
  evidence: (data) => {
    const ofSeeds = Map.groupBy(trialsOf(data, arms), ({ seed }) => seed)
    const slope = (measure: string, reached: (trial: Trial) => Measured | null, rows: ReadonlyArray<Rows>): Part => {
      const slopes = new Map([...ofSeeds.values()].map((trials) => [trials[0]!, slopeOver(trials, weight, reached)]))
      return {
        measure,
        unit: "points",
        test: { kind: "above", margin: 0 },
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
    const control = slope(
      `control: right answers at the end of RL where only another format may be used (${others.join(", ")}), ${doubling}`,
      ({ forced }) => {
        const known = others.flatMap((format) => forced.get(format) ?? [])
        return known.length < others.length ? null : meanMeasured(known)
      },
      [{ table: "updates", where: "true" }]
    )
    return { parts: [found, ...(others.length === 0 ? [] : [{ ...control, role: "control" as const }])] }
  }
})

/** Several formats are tried on the same problems: their errors are averaged as they are. */
const meanMeasured = (of: ReadonlyArray<Estimate>): Measured => ({
  value: meanOf(of.map(({ value }) => value)),
  error: meanOf(of.map(intervalError))
})

/** Least squares of what a seed's mixtures reach over the logarithm of the weight; null with fewer than three weights. */
const slopeOver = (trials: ReadonlyArray<Trial>, weight: string, reached: (trial: Trial) => Measured | null): Measured | null => {
  const points = trials.flatMap((trial) => {
    const value = trial.cell.settings.get(weight)
    const measured = reached(trial)
    return typeof value === "number" && value > 0 && measured !== null ? [{ x: log(value) / Math.LN2, ...measured }] : []
  })
  if (new Set(points.map(({ x }) => x)).size < 3) return null
  const middle = meanOf(points.map(({ x }) => x))
  const across = points.reduce((sum, { x }) => sum + (x - middle) ** 2, 0)
  return {
    value: points.reduce((sum, { x, value }) => sum + (x - middle) * value, 0) / across,
    error: Math.sqrt(points.reduce((sum, { x, error }) => sum + ((x - middle) * error) ** 2, 0)) / across
  }
}

export interface NothingToAmplifyChoices {
  readonly arms: Where
  /** Mixtures with formats that can be used: there the same RL must raise it. */
  readonly usable?: Where
  readonly margin?: number
  readonly seeds: number
}

/** C13: where no format can be used, RL amplifies nothing. */
export const nothingToAmplify = ({ arms, usable, margin = 0.03, seeds }: NothingToAmplifyChoices): Claim => ({
  id: "C13",
  statement: "Where pretraining holds no usable format, RL has nothing to amplify.",
  criterion:
    `Sampled pass@1 does not rise by ${inPoints(margin)} under RL` +
    `${usable === undefined ? "." : ", and this cannot be said of RL on a mixture with formats that can be used."}`,
  needs: "RL on a mixture without a usable format, evaluated before and after",
  seeds,
  evidence: (data) => {
    const gain = (measure: string, of: Where): Part => ({
      measure,
      unit: "points",
      test: { kind: "below", margin },
      ...overSeeds(trialsOf(data, of), (trial) => changeOf(trial, "pass@1")),
      rows: [solvingRows("pass@1")]
    })
    const controls =
      usable === undefined ? [] : [{ ...gain("control: the same where formats can be used", usable), role: "control" as const }]
    return { parts: [gain("sampled pass@1, after RL minus before", arms), ...controls] }
  }
})
