/** Schedules: pure functions of the step, so that they do not depend on where a run was interrupted. */

import { cos } from "../elementary/elementary.ts"

/** Learning rate of update `step` (from 0): linear warm-up to `peak`, then cosine to `floor * peak` at the last of `steps`. */
export const warmupCosine =
  (options: { readonly peak: number; readonly warmup: number; readonly steps: number; readonly floor?: number }) =>
  (step: number): number => {
    const { peak, warmup, steps, floor = 0.1 } = options
    if (step < warmup) return (peak * (step + 1)) / warmup
    const progress = steps <= warmup + 1 ? 1 : (step - warmup) / (steps - 1 - warmup)
    return peak * (floor + (1 - floor) * 0.5 * (1 + cos(Math.PI * Math.min(1, progress))))
  }

/**
 * Linear warm-up to `peak`, constant, and in the last `decaying` of `steps` linearly towards 0, which the update after the last
 * would have. Until then it does not depend on `steps`: one says how far to go when one gets there.
 *
 * @internal Tests look at its values.
 */
export const warmupStableDecay =
  (options: { readonly peak: number; readonly warmup: number; readonly decaying: number; readonly steps: number }) =>
  (step: number): number => {
    const { peak, warmup, decaying, steps } = options
    return peak * Math.min(1, (step + 1) / warmup) * Math.min(1, (steps - step) / (decaying + 1))
  }

/** Linear warm-up, then constant. */
export const warmupConstant =
  (options: { readonly peak: number; readonly warmup: number }) =>
  (step: number): number =>
    step < options.warmup ? (options.peak * (step + 1)) / options.warmup : options.peak

/**
 * `count` steps in 1..total spaced evenly in the logarithm, the last always included: dense where training moves fast. Fewer
 * where neighbours round to the same step. Each is a number of *finished* updates.
 */
export const logSpaced = (count: number, total: number): ReadonlyArray<number> => {
  if (count <= 0 || total <= 0) return []
  const steps = new Set<number>([total])
  for (let i = 0; i < count - 1; i++) steps.add(Math.max(1, Math.round(total ** ((i + 1) / count))))
  return [...steps].toSorted((a, b) => a - b)
}

/**
 * `count` steps in 1..total spaced evenly, the last always included.
 *
 * @internal Tests look at its values.
 */
export const evenlySpaced = (count: number, total: number): ReadonlyArray<number> =>
  count <= 0 || total <= 0
    ? []
    : [...new Set(Array.from({ length: count }, (_, i) => Math.max(1, Math.round(((i + 1) * total) / count))))]

/**
 * `logSpaced(count, unit)` and on by the same factor as far as `total`, the last always included.
 *
 * @internal Tests look at its values.
 */
export const logSpacedBy = (count: number, unit: number, total: number): ReadonlyArray<number> => {
  if (count <= 0 || total <= 0) return []
  const steps = new Set<number>()
  for (let i = 1; steps.size < total; i++) {
    const step = Math.max(1, Math.round(unit ** (i / count)))
    if (step >= total || unit <= 1) break
    steps.add(step)
  }
  return [...steps, total]
}

/**
 * `evenlySpaced(count, unit)` and on at the same distance as far as `total`, the last always included.
 *
 * @internal Tests look at its values.
 */
export const evenlySpacedBy = (count: number, unit: number, total: number): ReadonlyArray<number> => {
  if (count <= 0 || total <= 0) return []
  const steps = new Set<number>()
  for (let i = 1; ; i++) {
    const step = Math.max(1, Math.round((i * unit) / count))
    if (step >= total) return [...steps, total]
    steps.add(step)
  }
}

/** Every `n`-th step in 1..total; none for 0. */
const everyN = (n: number, total: number): ReadonlyArray<number> =>
  n <= 0 ? [] : Array.from({ length: Math.floor(total / n) }, (_, i) => (i + 1) * n)

/**
 * The steps of a run after which its parameters are kept, ascending: `snapshots` of them log-spaced, and every
 * `snapshotEvery`-th.
 */
export const snapshotSteps = (run: {
  readonly snapshots: number
  readonly snapshotEvery: number
  readonly steps: number
}): ReadonlyArray<number> =>
  [...new Set([...logSpaced(run.snapshots, run.steps), ...everyN(run.snapshotEvery, run.steps)])].toSorted((a, b) => a - b)

/** What a pretraining does at which step. */
export interface Course {
  readonly learningRate: (step: number) => number
  /** Updates after which the losses and probes are taken, and those after which the parameters are kept. */
  readonly evaluations: ReadonlyArray<number>
  readonly snapshots: ReadonlyArray<number>
  /** So many updates at the beginning are the same however long the training is; 0: none. */
  readonly shared: number
}

/**
 * The course of a pretraining. With `cosine` everything is measured by its whole length. With `wsd` by one pass over the corpus,
 * and only the decay by the length: what comes before it is the beginning of every longer training.
 */
export const courseOf = (
  params: {
    readonly schedule: "cosine" | "wsd"
    readonly learningRate: number
    readonly warmup: number
    readonly decay: number
    readonly evaluations: number
    readonly snapshots: number
  },
  { steps, inPass }: { readonly steps: number; readonly inPass: number }
): Course => {
  const { schedule, learningRate: peak, decay, evaluations, snapshots } = params
  if (schedule === "cosine")
    return {
      learningRate: warmupCosine({ peak, warmup: Math.round(params.warmup * steps), steps }),
      evaluations: evenlySpaced(evaluations, steps),
      snapshots: logSpaced(snapshots, steps),
      shared: 0
    }
  const decaying = Math.min(steps, Math.max(1, Math.round(decay * steps)))
  return {
    learningRate: warmupStableDecay({ peak, warmup: Math.round(params.warmup * inPass), decaying, steps }),
    evaluations: evenlySpacedBy(evaluations, inPass, steps),
    snapshots: logSpacedBy(snapshots, inPass, steps),
    shared: steps - decaying
  }
}
