/**
 * The entropy bonus: the loss gets -c_H sum_t u_t H_t, so that a positive coefficient rewards spread.
 *
 * The weights u are those of the policy loss, or a mean over tokens whatever the policy loss uses (TRL).
 */

import * as Param from "../../dag/Param.ts"

/** The weights of the entropies, from those of the policy loss. */
export const ENTROPY_REDUCTIONS = {
  same: (weights: Float64Array) => weights,
  token_mean: (weights: Float64Array) => {
    const kept = weights.reduce((n, weight) => n + (weight === 0 ? 0 : 1), 0)
    return weights.map((weight) => (weight === 0 ? 0 : 1 / kept))
  }
} as const

export const EntropyParams = {
  entropyBonus: Param.number(0, "weight of the entropy in the objective", { min: 0 }),
  entropyReduction: Param.variant(ENTROPY_REDUCTIONS, "same", "weights of the entropy: the loss's, or a token mean")
}
export type EntropyOptions = Param.Values<typeof EntropyParams>
