/** Reads the reference numbers that these tests check against; see test/fixtures. */

import { readFileSync } from "node:fs"

import { GRPO_PRESETS } from "../../src/rl/algorithms/grpo.ts"
import { PPO_PRESETS } from "../../src/rl/algorithms/ppo.ts"
import { REINFORCE_PRESETS } from "../../src/rl/algorithms/reinforce.ts"

/** Lmax of the presets below, in tokens. */
const maxNewTokens = 8

/** A preset of GRPO as settings. */
export const grpoPreset = (name: keyof typeof GRPO_PRESETS) => ({ ...GRPO_PRESETS[name], maxNewTokens })
/** A preset of PPO as settings. */
export const ppoPreset = (name: keyof typeof PPO_PRESETS) => ({ ...PPO_PRESETS[name], maxNewTokens })
/** A preset of REINFORCE as settings. */
export const reinforcePreset = (name: keyof typeof REINFORCE_PRESETS) => ({ ...REINFORCE_PRESETS[name], maxNewTokens })

const read = (path: string) => JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), "utf8"))

interface ProfileCase<I, E> {
  readonly id: string
  readonly profile: string
  readonly inputs: I
  readonly expected: E
}

const profiles: { readonly fixtures: ReadonlyArray<ProfileCase<never, never>> } = read("rl-profiles.json")

/** One numeric case taken from a public library's tests. */
export const profileCase = <I, E>(id: string): ProfileCase<I, E> => {
  const found: ProfileCase<I, E> | undefined = profiles.fixtures.find((fixture) => fixture.id === id)
  if (found === undefined) throw new Error(`rl-profiles.json has no case ${id}`)
  return found
}

export const profileIds: ReadonlyArray<string> = profiles.fixtures.map((fixture) => fixture.id)

type Rows = ReadonlyArray<ReadonlyArray<number>>

/** One PPO and GRPO batch of a small model, evaluated in float64 by the reference implementation. */
export interface ModelCase {
  readonly constants: Readonly<
    Record<"clip_low" | "clip_value" | "value_coefficient" | "entropy_coefficient" | "beta" | "dual_clip" | "Lmax", number>
  >
  readonly prompt_lengths: ReadonlyArray<number>
  readonly response_lengths: ReadonlyArray<number>
  readonly groups: ReadonlyArray<number>
  readonly rewards: ReadonlyArray<number>
  readonly sequences: Rows
  readonly response_masks_over_target_positions: Rows
  readonly old_logp: Rows
  readonly ref_logp: Rows
  readonly old_values: Rows
  readonly expected: {
    readonly logp: Rows
    readonly entropy: Rows
    readonly values: Rows
    readonly ratio: Rows
    readonly kl_current_vs_ref: Readonly<Record<"k1" | "k2" | "k3", Rows>>
    readonly kl_means_token_mean: Readonly<Record<"k1" | "k2" | "k3", number>>
    readonly token_rewards_with_k1_old_vs_ref: Rows
    readonly gae: Readonly<
      Record<string, Readonly<Record<"advantages" | "returns" | "whitened_n_minus_1" | "whitened_population", Rows>>>
    >
    readonly group_advantages: Readonly<Record<string, ReadonlyArray<number>>>
    readonly ppo_policy_per_token: Rows
    readonly value_clipped_per_token_without_half: Rows
    readonly clip_fraction_ratio_outside: number
    readonly clip_fraction_above: number
    readonly clip_fraction_below: number
    readonly clip_fraction_objective_active: number
    readonly value_clip_fraction_objective_active: number
    readonly approx_kl_old_minus_new_mean: number
    readonly approx_kl_ratio_minus_1_minus_logratio_mean: number
    readonly explained_variance: number
    readonly losses: Readonly<Record<string, number>>
  }
}

export const modelCase = (model: "model-tiny-untied" | "model-small-tied"): ModelCase => read(`${model}/rl.json`)

export const offsetsOf = (rows: ReadonlyArray<ArrayLike<number>>): Int32Array => {
  const offsets = new Int32Array(rows.length + 1)
  rows.forEach((row, i) => (offsets[i + 1] = offsets[i]! + row.length))
  return offsets
}

/** Largest absolute difference; NaN when lengths differ, so that no tolerance accepts it. */
export const maxError = (actual: ArrayLike<number>, expected: ArrayLike<number>): number => {
  if (actual.length !== expected.length) return Number.NaN
  let worst = 0
  for (let i = 0; i < actual.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!))
  return worst
}
