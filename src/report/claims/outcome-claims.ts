/** Claims about how good policies get: C4, C5, C6 and C13. */

import { log } from "../../elementary/elementary.ts"
import { INVALID, shareEntropy } from "../../evaluation/metrics/format-shares.ts"
import { percent } from "../page/numbers.ts"
import { meanOf } from "./averages.ts"
import type { Claim, Part, Rows } from "./Claim.ts"
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
  return was === undefined || is === undefined ? null : { value: is.value - was.value, error: 0 }
}

const lostBeyond = ({ coverages }: Trial): Measured | null => {
  const [rl, same] = ["after RL", "the same policy"].map((name) => coverages.find(({ versus }) => versus === name))
  if (rl === undefined || same === undefined) return null
  const problems = rl.kept + rl.lost + rl.found + rl.neither
  return problems === 0 ? null : { value: (rl.lost - same.lost) / problems, error: 0 }
}

/** In nats, of the shares of the formats after RL, completions in none apart; null where there are none. */
const formatEntropy = ({ after }: Trial): Measured | null => {
  const shares = [...after.shares].filter(([format]) => format !== INVALID).map(([, { value }]) => value)
  return shares.some((share) => share > 0) ? { value: shareEntropy(shares).nats, error: 0 } : null
}

const entropyGap = ({ one, other }: Pair): Measured | null => {
  const [a, b] = [formatEntropy(one), formatEntropy(other)]
  return a === null || b === null ? null : { value: a.value - b.value, error: 0 }
}

export interface KlChoices {
  readonly weak: Where
  readonly strong: Where
  /** The same two coefficients where the gradient of the penalty is dead: breadth must not follow there. */
  readonly dead?: { readonly weak: Where; readonly strong: Where }
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
    `pass@${k} is not lower by ${inPoints(margin)}, and greedy pass@1 (the paper's) differs by less than ${inPoints(margin)}.`,
  needs: "RL with a weak and a strong KL penalty on the same policy",
  seeds,
  evidence: (data) => {
    const pairs = pairsOf(data, strong, weak, sharing)
    const entropy: Part = {
      measure: "entropy of the format shares after RL, strong minus weak",
      unit: "nats",
      test: { kind: "above", margin: 0 },
      ...overSeeds(pairs, entropyGap),
      rows: [SHARES]
    }
    return {
      parts: [
        entropy,
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
              {
                ...entropy,
                ...overSeeds(pairsOf(data, dead.strong, dead.weak, sharing), entropyGap),
                measure: "control: the same where the penalty has no gradient",
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
  readonly seeds: number
}

/** C6: more of the target format in pretraining makes better policies. */
export const moreIsBetter = ({ weight, arms, seeds }: MoreOfTargetChoices): Claim => ({
  id: "C6",
  statement: "More pretraining in the target format gives better policies after RL.",
  criterion:
    "At equal tokens, sampled pass@1 after RL rises with each doubling of the target's weight: the slope of a straight line " +
    "over the logarithm of the weight, for each seed, lies above 0.",
  needs: `mixtures of one seed that differ in ${weight}, three weights at least`,
  seeds,
  evidence: (data) => {
    const ofSeeds = Map.groupBy(trialsOf(data, arms), ({ seed }) => seed)
    const slopes = [...ofSeeds.values()].flatMap((trials) => {
      const points = trials.flatMap((trial) => {
        const value = trial.cell.settings.get(weight)
        const reached = outcomeOf(trial, "pass@1")
        return typeof value === "number" && value > 0 && reached !== null ? [{ x: log(value) / Math.LN2, y: reached.value }] : []
      })
      return new Set(points.map(({ x }) => x)).size < 3 ? [] : [{ trial: trials[0]!, slope: slopeOf(points) }]
    })
    const bySeed = new Map(slopes.map(({ trial, slope }) => [trial, slope]))
    return {
      parts: [
        {
          measure: "sampled pass@1 after RL, for each doubling of the weight",
          unit: "points",
          test: { kind: "above", margin: 0 },
          ...overSeeds(
            [...bySeed.keys()],
            (trial) => ({ value: bySeed.get(trial)!, error: 0 }),
            ({ seed }) => ofSeeds.get(seed)!.flatMap(nodesOf)
          ),
          rows: [solvingRows("pass@1")]
        }
      ]
    }
  }
})

/** Least squares. */
const slopeOf = (points: ReadonlyArray<{ readonly x: number; readonly y: number }>): number => {
  const [x, y] = [meanOf(points.map((point) => point.x)), meanOf(points.map((point) => point.y))]
  const across = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0)
  return across / points.reduce((sum, point) => sum + (point.x - x) ** 2, 0)
}

export interface NothingToAmplifyChoices {
  readonly arms: Where
  readonly margin?: number
  readonly seeds: number
}

/** C13: where no format can be used, RL amplifies nothing. */
export const nothingToAmplify = ({ arms, margin = 0.03, seeds }: NothingToAmplifyChoices): Claim => ({
  id: "C13",
  statement: "Where pretraining holds no usable format, RL has nothing to amplify.",
  criterion: `Sampled pass@1 does not rise by ${inPoints(margin)} under RL.`,
  needs: "RL on a mixture without a usable format, evaluated before and after",
  seeds,
  evidence: (data) => ({
    parts: [
      {
        measure: "sampled pass@1, after RL minus before",
        unit: "points",
        test: { kind: "below", margin },
        ...overSeeds(trialsOf(data, arms), (trial) => changeOf(trial, "pass@1")),
        rows: [solvingRows("pass@1")]
      }
    ]
  })
})
