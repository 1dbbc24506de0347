/**
 * Curves over steps, one for all repetitions: the mean over seeds, and the range where there are several. Long curves are thinned by
 * averaging neighbours, for a figure has fewer pixels than a long training has updates.
 */

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
    const size = Math.ceil(all.length / points)
    const curve: Array<CurvePoint> = []
    for (let from = 0; from < all.length; from += size) {
      const bucket = all.slice(from, from + size)
      const average = (of: (ys: ReadonlyArray<number>) => number) =>
        bucket.reduce((sum, [, ys]) => sum + of(ys), 0) / bucket.length
      curve.push({
        x: bucket.reduce((sum, [x]) => sum + x, 0) / bucket.length,
        mean: average((ys) => ys.reduce((sum, y) => sum + y, 0) / ys.length),
        low: average((ys) => Math.min(...ys)),
        high: average((ys) => Math.max(...ys))
      })
    }
    return curve
  }
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
