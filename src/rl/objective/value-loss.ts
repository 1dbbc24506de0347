/**
 * The critic's loss for one token.
 *
 *   unclipped   1/2 (v - ret)^2
 *   clipped     1/2 max((v - ret)^2, (V + clip(v - V, -c, c) - ret)^2)       V the value at sampling time
 *
 * Some libraries leave out the 1/2 and put it elsewhere; here it is part of the loss.
 */

import * as Param from "../../dag/Param.ts"

export const ValueParams = {
  valueCoefficient: Param.number(1, "weight of the critic's loss", { above: 0 }),
  valueClip: Param.orNone(Param.number(0.2, "clip range of the critic's values", { above: 0 }), "none")
}
export type ValueOptions = Param.Values<typeof ValueParams>

type ValueClip = ValueOptions["valueClip"]

/** v + what the clip allows. */
const clippedValue = (value: number, old: number, clip: number): number => old + Math.min(Math.max(value - old, -clip), clip)

export const valueLoss = (value: number, old: number, ret: number, clip: ValueClip): number => {
  const plain = (value - ret) ** 2
  return clip === "none" ? plain / 2 : Math.max(plain, (clippedValue(value, old, clip) - ret) ** 2) / 2
}

/** d valueLoss / d v: 0 where the clipped branch is active, since it does not depend on v there. */
export const valueGradient = (value: number, old: number, ret: number, clip: ValueClip): number =>
  valueClipActive(value, old, ret, clip) ? 0 : value - ret

/** Is the clipped branch strictly larger? */
export const valueClipActive = (value: number, old: number, ret: number, clip: ValueClip): boolean =>
  clip !== "none" && (clippedValue(value, old, clip) - ret) ** 2 > (value - ret) ** 2

/**
 * 1 - var(ret - V) / var(ret) over the kept tokens: 1 is a perfect critic, 0 one no better than the mean, below 0 worse.
 * NaN when the returns do not vary.
 */
export const explainedVariance = (values: ArrayLike<number>, returns: ArrayLike<number>, mask?: ArrayLike<number>): number => {
  let n = 0
  let sumReturn = 0
  let sumError = 0
  const kept = (t: number): boolean => mask === undefined || mask[t] !== 0
  for (let t = 0; t < returns.length; t++) {
    if (!kept(t)) continue
    n++
    sumReturn += returns[t]!
    sumError += returns[t]! - values[t]!
  }
  let varianceReturn = 0
  let varianceError = 0
  for (let t = 0; t < returns.length; t++) {
    if (!kept(t)) continue
    varianceReturn += (returns[t]! - sumReturn / n) ** 2
    varianceError += (returns[t]! - values[t]! - sumError / n) ** 2
  }
  return varianceReturn === 0 ? Number.NaN : 1 - varianceError / varianceReturn
}
