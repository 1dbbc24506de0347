/**
 * Which groups of a corpus each of many retrainings has, and how often: what a measured influence is measured by.
 *
 *   halves    random halves of the groups: for the linear datamodelling score (Park et al. 2023, TRAK, arXiv 2303.14186)
 *   without   the whole corpus first, then without each group: its exact influence
 *   twice     the whole corpus first, then with each group twice
 */

import { permutation } from "../../random/philox.ts"

/** Ways to change a corpus. */
export const designs = ["halves", "without", "twice"] as const
export type Design = (typeof designs)[number]

/** What to draw. */
export interface DesignOptions {
  readonly design: Design
  /** Number of groups. */
  readonly groups: number
  /** How many halves; the other designs have one retraining a group and one of the whole. */
  readonly subsets: number
  /** Of the halves. */
  readonly seed: number
}

/** How often each group is trained on, `[retrainings][groups]`. A half of an odd number of groups leaves one more out. */
export const groupWeights = ({ design, groups, subsets, seed }: DesignOptions): ReadonlyArray<Uint8Array> => {
  if (design === "halves")
    return Array.from({ length: subsets }, (_, subset) => {
      const weights = new Uint8Array(groups)
      for (const group of permutation(groups, seed, "halves", subset).subarray(0, groups >>> 1)) weights[group] = 1
      return weights
    })
  const changed = design === "without" ? 0 : 2
  const changing = (group: number) => new Uint8Array(groups).fill(1).map((weight, other) => (other === group ? changed : weight))
  return Array.from({ length: groups + 1 }, (_, retraining) => changing(retraining - 1))
}
