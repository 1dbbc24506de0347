/**
 * Curves over steps, one for all repetitions: each seed by itself, their mean, and the mean's interval where there are enough of
 * them. Long curves are thinned by averaging neighbours, for a figure has fewer pixels than a long training has updates.
 */

import { studentQuantile } from "../../evaluation/statistics/special-functions.ts"

export interface CurvePoint {
  readonly x: number
  /** Over the seeds that have a value here. */
  readonly mean: number
  /** 95 % interval of the mean, Student's t; null below FEWEST seeds: of two it is wider than any figure. */
  readonly low: number | null
  readonly high: number | null
  /** The value of each seed, by its name. */
  readonly seeds: ReadonlyMap<string, number>
}

/** In order of x. */
export type Curve = ReadonlyArray<CurvePoint>

/** Seeds from which on a curve has an interval. */
const FEWEST = 3

/** Gathers points of several repetitions. */
export class CurveBuilder {
  private readonly values = new Map<number, { readonly xs: Array<number>; readonly seeds: Map<string, number> }>()

  /**
   * `place` is what seeds are compared at, where that is not x: an update that has seen a few tokens more with one seed than with
   * another is the same one, and stands at their mean.
   */
  add(seed: string, x: number, y: number, place = x): void {
    if (!Number.isFinite(y)) return
    const at = this.values.get(place)
    if (at === undefined) this.values.set(place, { xs: [x], seeds: new Map([[seed, y]]) })
    else {
      at.xs.push(x)
      at.seeds.set(seed, y)
    }
  }

  curve(points = 240): Curve {
    const all = [...this.values].toSorted(([a], [b]) => a - b).map(([, { xs, seeds }]) => ({ x: meanOf(xs), seeds }))
    const count = Math.min(points, all.length)
    return Array.from({ length: count }, (_, i) =>
      together(all.slice(Math.floor((i * all.length) / count), Math.floor(((i + 1) * all.length) / count)))
    )
  }
}

/** Curves by name, made as names turn up. */
export class CurvesBuilder {
  private readonly builders = new Map<string, CurveBuilder>()

  add(name: string, seed: string, x: number, y: number, place = x): void {
    let builder = this.builders.get(name)
    if (builder === undefined) this.builders.set(name, (builder = new CurveBuilder()))
    builder.add(seed, x, y, place)
  }

  curves(points?: number): ReadonlyMap<string, Curve> {
    return new Map([...this.builders].map(([name, builder]) => [name, builder.curve(points)]))
  }
}

/** Each point averaged with its neighbours, over a tenth of the curve in all: single steps of RL are noisy. */
export const smooth = (curve: Curve): Curve => {
  const half = Math.floor(curve.length / 20)
  return curve.map(({ x }, i) => pointOf(x, meanBySeed(curve.slice(Math.max(0, i - half), i + half + 1))))
}

/** Places along an axis that points are told apart at. */
const PLACES = 150

/** No more points than can be told apart on a figure's axis: those that share a place are averaged. */
export const thinned = (curve: Curve, log: boolean): Curve => {
  const [first, last] = [curve[0]?.x ?? 0, curve.at(-1)?.x ?? 0]
  if (curve.length <= PLACES || first === last) return curve
  const along = (x: number) => (log ? Math.log(x / first) / Math.log(last / first) : (x - first) / (last - first))
  return [...Map.groupBy(curve, ({ x }) => Math.round(along(x) * PLACES)).values()].map((same) =>
    same.length === 1 ? same[0]! : together(same)
  )
}

/** Names of the seeds that some point has, in the order in which they turn up. */
export const seedsOf = (curves: Iterable<Curve>): ReadonlyArray<string> => [
  ...new Set([...curves].flatMap((curve) => curve.flatMap(({ seeds }) => [...seeds.keys()])))
]

/** A point from what its seeds have there. */
export const pointOf = (x: number, seeds: ReadonlyMap<string, number>): CurvePoint => {
  const values = [...seeds.values()]
  const n = values.length
  const mean = meanOf(values)
  if (n < FEWEST) return { x, mean, low: null, high: null, seeds }
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
  const half = (quantile(n - 1) * deviation) / Math.sqrt(n)
  return { x, mean, low: mean - half, high: mean + half, seeds }
}

const together = (points: ReadonlyArray<Pick<CurvePoint, "x" | "seeds">>): CurvePoint =>
  pointOf(meanOf(points.map(({ x }) => x)), meanBySeed(points))

const meanBySeed = (points: ReadonlyArray<Pick<CurvePoint, "seeds">>): ReadonlyMap<string, number> => {
  const sums = new Map<string, readonly [sum: number, count: number]>()
  for (const { seeds } of points)
    for (const [seed, value] of seeds) {
      const [sum, count] = sums.get(seed) ?? [0, 0]
      sums.set(seed, [sum + value, count + 1])
    }
  return new Map([...sums].map(([seed, [sum, count]]) => [seed, sum / count]))
}

const meanOf = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const quantiles = new Map<number, number>()
const quantile = (freedom: number): number => {
  const known = quantiles.get(freedom) ?? studentQuantile(0.975, freedom)
  quantiles.set(freedom, known)
  return known
}

/** Change of a curve in one step, by least squares; NaN where it has fewer than two points. */
export const slopeOf = (curve: ReadonlyArray<number>): number => {
  const middle = (curve.length - 1) / 2
  const squares = curve.reduce((sum, _, step) => sum + (step - middle) ** 2, 0)
  return curve.reduce((sum, value, step) => sum + (step - middle) * value, 0) / squares
}
