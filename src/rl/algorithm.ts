/** From a stage's params to a learner: which preset, with which of its definitions overridden. */
import { Effect } from "effect"

import { type AdamW, Engine, type Model } from "../engine/Engine.ts"
import { warmupConstant, warmupCosine } from "../training/schedule.ts"
import { expertIterationLearner } from "./expert-iteration-learner.ts"
import { grpoLearner } from "./grpo-learner.ts"
import type { KlController } from "./kl.ts"
import type { PolicyLossOptions } from "./policy-loss.ts"
import { ppoLearner } from "./ppo-learner.ts"
import { type GrpoPreset, grpoPreset, type PpoPreset, ppoPreset } from "./presets.ts"

export interface AlgorithmSettings {
  readonly algorithm: "ppo" | "grpo" | "ei"
  readonly preset: string
  readonly kl: number | null
  readonly clipLow: number | null
  readonly clipHigh: number | null
  readonly entropyBonus: number
  readonly klTarget: number | null
  readonly epochs: number
  readonly minibatches: number
  readonly learningRate: number
  readonly criticLearningRate: number
  readonly warmup: number
  readonly steps: number
  readonly temperature: number
  readonly maxNewTokens: number
  readonly roundSteps: number
  readonly imitationEpochs: number
  readonly imitationBatch: number
  readonly imitationLearningRate: number
  readonly perQuestion: number | null
  readonly startFrom: "base" | "previous"
  readonly seed: number
}

const GRPO_PRESETS: Readonly<Record<string, GrpoPreset>> = {
  standard: "paper-live-kl",
  paper: "paper",
  trl: "trl",
  verl: "verl",
  "dr-grpo": "dr-grpo",
  dapo: "dapo"
}
const PPO_PRESETS: Readonly<Record<string, PpoPreset>> = { standard: "paper", paper: "paper", trl: "trl", verl: "verl" }

/** Why a preset does not fit an algorithm, or null. */
export const presetProblem = ({ algorithm, preset }: Pick<AlgorithmSettings, "algorithm" | "preset">): string | null => {
  const known = algorithm === "grpo" ? GRPO_PRESETS : algorithm === "ppo" ? PPO_PRESETS : { standard: "paper", paper: "paper" }
  return Object.hasOwn(known, preset)
    ? null
    : `preset "${preset}" is none of ${algorithm}: it has ${Object.keys(known).join(", ")}`
}

/** KL coefficient in force at the start. */
export const klCoefficientOf = (settings: AlgorithmSettings): number => {
  if (settings.algorithm === "ei") return 0
  if (settings.kl !== null) return settings.kl
  return settings.algorithm === "grpo"
    ? grpoPreset(GRPO_PRESETS[settings.preset]!, settings.maxNewTokens).kl.coefficient
    : ppoPreset(PPO_PRESETS[settings.preset]!).klReward.coefficient
}

/** The learner of the settings; PPO's critic is made here, from the policy's parameters and a value head at 0. */
export const makeLearner = Effect.fnUntraced(function* (policy: Model, settings: AlgorithmSettings) {
  const adam = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 }
  const rate = (peak: number) => {
    const schedule = warmupConstant({ peak, warmup: Math.round(settings.warmup * settings.steps) })
    return (step: number): AdamW => ({ ...adam, learningRate: schedule(step) })
  }
  const clipped = (policyLoss: PolicyLossOptions): PolicyLossOptions => ({
    ...policyLoss,
    clipLow: settings.clipLow ?? policyLoss.clipLow,
    clipHigh: settings.clipHigh ?? policyLoss.clipHigh
  })
  const passes = { epochs: settings.epochs, minibatches: settings.minibatches, seed: settings.seed }
  const loop = { passes, temperature: settings.temperature, optimizer: rate(settings.learningRate) }

  if (settings.algorithm === "grpo") {
    const preset = grpoPreset(GRPO_PRESETS[settings.preset]!, settings.maxNewTokens)
    const options = {
      ...preset,
      policy: clipped(preset.policy),
      kl: { ...preset.kl, coefficient: klCoefficientOf(settings) },
      entropy: { ...preset.entropy, coefficient: settings.entropyBonus }
    }
    return grpoLearner(policy, options, loop)
  }
  if (settings.algorithm === "ppo") {
    const preset = ppoPreset(PPO_PRESETS[settings.preset]!)
    const options = {
      ...preset,
      policy: clipped(preset.policy),
      klReward: { ...preset.klReward, coefficient: klCoefficientOf(settings) },
      entropy: { ...preset.entropy, coefficient: settings.entropyBonus }
    }
    const engine = yield* Engine
    const critic = yield* engine.createModel({ ...policy.spec, valueHead: true }, { seed: settings.seed })
    const trunk = yield* policy.read("parameters")
    const start = yield* critic.read("parameters")
    start.set(trunk)
    yield* critic.write("parameters", start)
    const controller: KlController =
      settings.klTarget === null
        ? { kind: "fixed" }
        : { kind: "adaptive", target: settings.klTarget, horizon: 10_000, errorClip: 0.2 }
    return ppoLearner(policy, critic, options, { ...loop, criticOptimizer: rate(settings.criticLearningRate), controller })
  }
  const options = {
    samples: 1,
    threshold: 1,
    deduplicate: true,
    startFrom: settings.startFrom,
    ...(settings.perQuestion === null ? {} : { perQuestion: settings.perQuestion })
  }
  const rounds = {
    steps: settings.roundSteps,
    end: settings.steps,
    epochs: settings.imitationEpochs,
    batch: settings.imitationBatch,
    seed: settings.seed
  }
  const optimizer = (update: number, updates: number): AdamW => ({
    ...adam,
    learningRate: warmupCosine({ peak: settings.imitationLearningRate, warmup: Math.ceil(0.05 * updates), steps: updates })(
      update
    )
  })
  return expertIterationLearner(policy, yield* policy.read("parameters"), options, rounds, optimizer)
})
