/**
 * Settings of RL that are each in range and make no sense together: what cannot be computed, and what would silently change nothing or
 * learn nothing. Checked on every node of a study before anything runs.
 *
 * A definition that an algorithm has no use for (`kl` under Expert Iteration) is not refused: one sweep sets it for several algorithms.
 */
import type { Objection } from "../../dag/Stage.ts"
import { grpoOptions, klCoefficient, ppoOptions, PRESETS, reinforceOptions, type Settings } from "./settings.ts"

type Loop = Settings & { readonly prompts: number; readonly samples: number; readonly minibatches: number }

/** Which parameter cannot be as it is, and why; null when all can. */
export const settingsProblem = (settings: Loop): Objection | null => {
  for (const [param, problem] of problems(settings)) return { param, problem }
  return null
}

function* problems(settings: Loop): Generator<readonly [param: string, problem: string]> {
  const { algorithm, preset, overlongBuffer, maxNewTokens } = settings
  if (!PRESETS[algorithm].includes(preset))
    return yield ["preset", `"${preset}" is no preset of ${algorithm}, which has ${PRESETS[algorithm].join(", ")}.`]
  if (overlongBuffer !== null && overlongBuffer > maxNewTokens)
    yield ["overlongBuffer", `is ${overlongBuffer} tokens, but completions have at most maxNewTokens: ${maxNewTokens}.`]
  yield* klProblems(settings)
  if (algorithm === "ei") return
  yield* groupProblems(settings)
  yield* clipProblems(settings)
  const { prompts, samples, minibatches } = settings
  if (minibatches > prompts * samples)
    yield [
      "minibatches",
      `is ${minibatches}, but a step has prompts x samples = ${prompts} x ${samples} = ${prompts * samples} completions to share out.`
    ]
}

function* klProblems(settings: Loop) {
  if (settings.klTarget === null) return
  if (settings.algorithm === "ei")
    yield [
      "klTarget",
      "Expert Iteration has no KL term whose coefficient could move: set it for the other algorithms alone."
    ] as const
  else if (klCoefficient(settings) === 0)
    yield [
      "klTarget",
      "needs a coefficient above 0 to start from, since it is moved by factors: set kl, to 0.01 for instance."
    ] as const
  else if (settings.algorithm === "grpo" && grpoOptions(settings).kl.gradient === "none")
    yield [
      "klTarget",
      `moves the coefficient of a KL term without gradient (klGradient "none"${settings.klGradient === null ? `, as preset "${settings.preset}" has it` : ""}): set klGradient to "own".`
    ] as const
}

function* groupProblems(settings: Loop) {
  const { algorithm, samples } = settings
  if (algorithm !== "grpo" && algorithm !== "reinforce") return
  const { baseline, std, singleton } = (algorithm === "grpo" ? grpoOptions : reinforceOptions)(settings).advantage
  if (baseline === "none" && std !== "none")
    yield ["std", `"${std}" needs a baseline to deviate from; with baseline "none" set std to "none".`] as const
  if (samples === 1 && baseline !== "none" && singleton === "zero")
    yield [
      "samples",
      `is 1: a group of one is its own baseline, every advantage 0 and nothing ever learnt. Take 2 or more, or baseline "none".`
    ] as const
}

function* clipProblems(settings: Loop) {
  const { algorithm } = settings
  const options = algorithm === "ppo" ? ppoOptions : algorithm === "grpo" ? grpoOptions : reinforceOptions
  const { kind, clipLow, clipHigh } = options(settings).policy
  if (kind !== "clip" && kind !== "cispo") {
    if (settings.dualClip !== null) yield ["dualClip", `bounds the clipped loss; policyLoss "${kind}" is not clipped.`] as const
    return
  }
  if (clipLow >= 1)
    yield [
      "clipLow",
      `is ${clipLow}, the distance from 1: a ratio is above 0 and would never fall below ${shown(1 - clipLow)}. Take less than 1; a lower bound of 0.8 is clipLow 0.2.`
    ] as const
  // CISPO bounds a weight, not a step: there a wide range is usual.
  if (kind === "clip" && clipHigh >= 1)
    yield [
      "clipHigh",
      `is ${clipHigh}, the distance from 1: the ratio would be clipped at ${shown(1 + clipHigh)} only. An upper bound of 1.2 is clipHigh 0.2; policyLoss "unclipped" never clips.`
    ] as const
}

const shown = (bound: number): string => String(Number(bound.toPrecision(6)))
