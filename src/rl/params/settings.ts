/**
 * Every definition in which RL libraries differ, as a parameter of `rl`: a preset chooses all of them, and each can be chosen by
 * itself.
 *
 * A parameter left null takes the preset's value. So `preset` and the exceptions to it say completely what is computed, and all
 * of it is in the action key. The definitions themselves, with their variants and presets, stand on the pages of the algorithms;
 * which parameters there are, and for which algorithms each of them counts, is read from there. What cannot be computed, or would
 * change nothing, is refused before a study starts: settings-problem.ts.
 */

import * as Param from "../../dag/Param.ts"
import { type Algorithm, ALGORITHMS, algorithms } from "../algorithms/registry.ts"
import type { KlController } from "../objective/kl.ts"
import type { DynamicSampling } from "../packed/masks.ts"

type Entry<A extends Algorithm> = (typeof ALGORITHMS)[A]

/** What is computed: the definitions of one algorithm, each with its value. */
export type Settings = {
  readonly [A in Algorithm]: Param.Values<Entry<A>["definitions"]> & {
    readonly algorithm: A
    /** Longest completion in tokens: the Lmax of reductions. */
    readonly maxNewTokens: number
  }
}[Algorithm]

const algorithmsWith = (part: "definitions" | "loop", name: string): ReadonlyArray<Algorithm> =>
  algorithms.filter((algorithm) => Object.hasOwn(ALGORITHMS[algorithm][part], name))

/** The same params, each counting for the algorithms that have it. */
const perAlgorithm = <P extends Param.Optional>(part: "definitions" | "loop", params: P): P =>
  Object.fromEntries(
    Object.entries(params).map(([name, param]) => [name, Param.only(param, "algorithm", algorithmsWith(part, name))])
  ) as P

/** The same params, null by default: the preset's value. */
const presetByDefault = <P extends Param.Optional>(params: P) =>
  Object.fromEntries(
    Object.entries(params).map(([name, param]) => [
      name,
      Param.nullable({ ...param, description: `${param.description}; null: the preset's` }, null)
    ])
  ) as { readonly [K in keyof P]: Param.Param<Param.Value<P[K]> | null, true> }

const { ppo, grpo, reinforce, ei } = ALGORITHMS

/** Every definition of every algorithm. */
export const DefinitionParams = perAlgorithm(
  "definitions",
  presetByDefault({ ...grpo.definitions, ...ppo.definitions, ...reinforce.definitions, ...ei.definitions })
)

/** What belongs to the loop of one algorithm or another. */
export const LoopParams = perAlgorithm("loop", { ...grpo.loop, ...ppo.loop, ...reinforce.loop, ...ei.loop })

const presetNames = [...new Set(algorithms.flatMap((algorithm) => Object.keys(ALGORITHMS[algorithm].presets)))]

export const AlgorithmParams = {
  algorithm: Param.variant(
    ALGORITHMS,
    "grpo",
    Object.values(ALGORITHMS)
      .map(({ title }) => title)
      .join(", ")
  ),
  preset: Param.oneOf(presetNames, "standard", "whose definitions; see docs/definitions.md")
}

/** The params from which a `Settings` is made. */
export type SettingParams = Param.Values<typeof AlgorithmParams & typeof DefinitionParams> & { readonly maxNewTokens: number }

/** The preset's definitions with what is given in their place. The preset must be one of the algorithm's: settings-problem.ts. */
export const settingsOf = (params: SettingParams): Settings => {
  const { definitions, presets } = ALGORITHMS[params.algorithm]
  const preset: Readonly<Record<string, unknown>> = Object.entries(presets).find(([name]) => name === params.preset)?.[1] ?? {}
  const given: Readonly<Record<string, unknown>> = params
  const chosen = Object.keys(definitions).map((name) => [name, given[name] ?? preset[name]])
  return { ...Object.fromEntries(chosen), algorithm: params.algorithm, maxNewTokens: params.maxNewTokens } as Settings
}

/** KL coefficient in force at the start. */
export const klCoefficient = (settings: Settings): number => (settings.algorithm === "ei" ? 0 : settings.kl)

/** What becomes of groups without signal. Expert Iteration learns from groups that are all right: there is nothing to filter. */
export const dynamicSampling = (settings: Settings): DynamicSampling =>
  settings.algorithm === "ei" ? "off" : settings.dynamicSampling

/** How the KL coefficient moves. The clip of the error is Ziegler's. */
export const klController = ({ klTarget, klHorizon }: Param.Values<typeof ppo.loop>): KlController =>
  klTarget === null ? { kind: "fixed" } : { kind: "adaptive", target: klTarget, horizon: klHorizon, errorClip: 0.2 }
