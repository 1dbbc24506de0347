/**
 * Curves over steps, one for all repetitions: the mean over seeds, and the range where there are several. Long curves are thinned
 * by averaging neighbours, for a figure has fewer pixels than a long training has updates.
 */

import { maximumOf, minimumOf } from "../../lists/large.ts"

export interface CurvePoint {
  readonly x: number
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** In order of x. */
export type Curve = ReadonlyArray<CurvePoint>

/** Gathers points of several repetitions. */
export class CurveBuilder {
  private readonly values = new Map<number, Array<number>>()

  add(x: number, y: number): void {
    if (!Number.isFinite(y)) return
    const at = this.values.get(x)
    if (at === undefined) this.values.set(x, [y])
    else at.push(y)
  }

  curve(points = 240): Curve {
    const all = [...this.values].toSorted(([a], [b]) => a - b)
    const count = Math.min(points, all.length)
    const curve: Array<CurvePoint> = []
    for (let i = 0; i < count; i++) {
      const bucket = all.slice(Math.floor((i * all.length) / count), Math.floor(((i + 1) * all.length) / count))
      const average = (of: (ys: ReadonlyArray<number>) => number) =>
        bucket.reduce((sum, [, ys]) => sum + of(ys), 0) / bucket.length
      curve.push({
        x: bucket.reduce((sum, [x]) => sum + x, 0) / bucket.length,
        mean: average((ys) => ys.reduce((sum, y) => sum + y, 0) / ys.length),
        low: average((ys) => minimumOf(ys)),
        high: average((ys) => maximumOf(ys))
      })
    }
    return curve
  }
}

/** Each point averaged with its neighbours, over a tenth of the curve in all: single steps of RL are noisy. */
export const smooth = (curve: Curve): Curve => {
  const half = Math.floor(curve.length / 20)
  return curve.map(({ x }, i) => {
    const near = curve.slice(Math.max(0, i - half), i + half + 1)
    const average = (of: (point: CurvePoint) => number) => near.reduce((sum, point) => sum + of(point), 0) / near.length
    return { x, mean: average(({ mean }) => mean), low: average(({ low }) => low), high: average(({ high }) => high) }
  })
}

/** Curves by name, made as names turn up. */
export class CurvesBuilder {
  private readonly builders = new Map<string, CurveBuilder>()

  add(name: string, x: number, y: number): void {
    let builder = this.builders.get(name)
    if (builder === undefined) this.builders.set(name, (builder = new CurveBuilder()))
    builder.add(x, y)
  }

  curves(points?: number): ReadonlyMap<string, Curve> {
    return new Map([...this.builders].map(([name, builder]) => [name, builder.curve(points)]))
  }
}

/** Change of a curve in one step, by least squares; NaN where it has fewer than two points. */
export const slopeOf = (curve: ReadonlyArray<number>): number => {
  const middle = (curve.length - 1) / 2
  const squares = curve.reduce((sum, _, step) => sum + (step - middle) ** 2, 0)
  return curve.reduce((sum, value, step) => sum + (step - middle) * value, 0) / squares
}
