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

/** `count` steps in 1..total spaced evenly, the last always included. */
export const evenlySpaced = (count: number, total: number): ReadonlyArray<number> =>
  count <= 0 || total <= 0
    ? []
    : [...new Set(Array.from({ length: count }, (_, i) => Math.max(1, Math.round(((i + 1) * total) / count))))]

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
