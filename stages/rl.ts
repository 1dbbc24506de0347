/**
 * Reinforcement learning: one loop, three algorithms.
 *
 *   sample -> extract -> reward -> advantages -> update
 *
 * Every step draws prompts (a pure function of seed and step), samples a group of completions for each, grades their answers, scores them
 * once more for the old log-probabilities, and hands the batch to the algorithm's learner. Every completion is kept as a row, every step
 * as a row of numbers, and the share of each format both by classification and exactly, as the probability of its first token.
 */
import { Effect } from "effect"

import { Checkpoint } from "../schemas/checkpoint.ts"
import { Corpus } from "../schemas/corpus.ts"
import { RlRun } from "../schemas/rl-run.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { Engine } from "../src/engine/Engine.ts"
import { parameterCount } from "../src/model/ModelSpec.ts"
import { presetSpec } from "../src/model/presets.ts"
import { tensorRows } from "../src/model/tensors.ts"
import { klCoefficientOf, makeLearner, presetProblem } from "../src/rl/algorithm.ts"
import { collect, digestOfParameters, formatRows, promptsAt, rolloutRows, updateRow } from "../src/rl/collect.ts"
import { truncationMask } from "../src/rl/masks.ts"
import { readCorpus, suiteOf } from "../src/training/corpus.ts"
import { loadPolicy, openingTokens } from "../src/training/policy.ts"
import { resumable } from "../src/training/resumable.ts"
import { logSpaced } from "../src/training/schedule.ts"

export const RlParams = {
  algorithm: Param.oneOf(
    ["ppo", "grpo", "ei"],
    "grpo",
    "PPO with a critic, group-relative policy optimisation, or Expert Iteration"
  ),
  preset: Param.oneOf(
    ["standard", "paper", "trl", "verl", "dr-grpo", "dapo"],
    "standard",
    "whose definitions; see docs/definitions.md"
  ),
  suite: Param.string("train-easy", "problem suite that prompts are drawn from"),
  steps: Param.integer(100, "sampling steps", { min: 1 }),
  prompts: Param.integer(16, "prompts of a step", { min: 1 }),
  samples: Param.integer(8, "completions of each prompt: the group", { min: 1 }),
  temperature: Param.number(1, "of sampling, and of the log-probabilities that training sees", { above: 0 }),
  topP: Param.number(1, "nucleus of sampling", { above: 0, max: 1 }),
  maxNewTokens: Param.integer(128, "longest completion", { min: 1 }),
  rewardProfile: Param.oneOf(["corrected", "paper"], "corrected", "whose verifier gives the reward"),
  learningRate: Param.number(3e-4, "of the policy", { above: 0 }),
  criticLearningRate: Param.number(2e-3, "of PPO's critic", { above: 0 }),
  warmup: Param.number(0, "share of the steps spent warming up", { min: 0, max: 1 }),
  kl: Param.nullable(Param.number(0, "KL coefficient; null takes the preset's", { min: 0 }), 0),
  klTarget: Param.nullable(
    Param.number(0, "adaptive KL (PPO): nats a completion to hold; null keeps the coefficient", { above: 0 }),
    null
  ),
  reference: Param.boolean(true, "score the reference policy even when no KL term needs it, to record the divergence"),
  clipLow: Param.nullable(Param.number(0.2, "lower clip range; null takes the preset's", { above: 0 }), null),
  clipHigh: Param.nullable(Param.number(0.2, "upper clip range; null takes the preset's", { above: 0 }), null),
  entropyBonus: Param.number(0, "weight of the entropy in the objective", { min: 0 }),
  epochs: Param.integer(1, "passes over a step's completions", { min: 1 }),
  minibatches: Param.integer(1, "gradient steps of a pass", { min: 1 }),
  truncated: Param.oneOf(
    ["fail", "count", "mask"],
    "fail",
    "completions cut at the limit: no reward, graded as any other, or kept out of the update"
  ),
  roundSteps: Param.integer(10, "Expert Iteration: sampling steps of a round", { min: 1 }),
  imitationEpochs: Param.integer(2, "Expert Iteration: passes over a round's demonstrations", { min: 1 }),
  imitationBatch: Param.integer(64, "Expert Iteration: demonstrations of a gradient step", { min: 1 }),
  imitationLearningRate: Param.number(1e-3, "Expert Iteration: peak learning rate", { above: 0 }),
  perQuestion: Param.nullable(
    Param.integer(4, "Expert Iteration: most demonstrations of one question; null: all", { min: 1 }),
    null
  ),
  startFrom: Param.oneOf(["base", "previous"], "base", "Expert Iteration: where each round starts"),
  snapshots: Param.integer(0, "log-spaced snapshots of the parameters to keep", { min: 0 }),
  seed: Param.integer(0, "seed of prompts and samples", { min: 0 })
}

export const rl = Stage.make({
  name: "rl",
  inputs: { policy: Checkpoint, corpus: Corpus },
  params: RlParams,
  output: RlRun,
  numerics: ["engine"],
  resources: {
    cost: ({ scale = "xs", steps, prompts, samples }) =>
      parameterCount(presetSpec(scale, { vocabularySize: 256 })) * steps * prompts * samples * 100
  },

  run: Effect.fn("rl")(function* ({ inputs, params, output, checkpoints, progress }) {
    const problem = presetProblem(params)
    if (problem !== null) return yield* new Param.ParamInvalid({ owner: "rl", param: "preset", problem: `${problem}.` })
    const engine = yield* Engine
    const { model: policy, tokenizer, tags } = yield* loadPolicy(inputs.policy)
    const corpus = readCorpus(inputs.corpus)
    const suite = yield* suiteOf(corpus, params.suite)
    const openings = openingTokens(tokenizer, tags, corpus)
    const needsReference = params.reference || klCoefficientOf(params) > 0 || params.klTarget !== null
    const reference = needsReference ? yield* policy.clone : null
    const learner = yield* makeLearner(policy, params)
    const snapshots = logSpaced(params.snapshots, params.steps)

    const state = { policy: resumable(policy), ...learner.state }
    const first = yield* checkpoints.restore(state)

    for (let step = first; step < params.steps; step++) {
      const problems = promptsAt(suite, step, params)
      const policyDigest = digestOfParameters(yield* policy.read("parameters"))
      const collected = yield* collect({ policy, reference, tokenizer, openings, problems, step, params })
      const mask = params.truncated === "mask" ? truncationMask(collected.rollouts) : undefined
      const report = yield* learner.update({ ...collected, step, mask })

      for (const row of rolloutRows(collected, report, { step, policyDigest, params })) yield* output.rollouts.append(row)
      for (const row of formatRows(collected)) yield* output.formatShares.append({ step, ...row })
      yield* output.updates.append(updateRow(collected, report, step))
      if (snapshots.includes(step + 1))
        for (const row of tensorRows(policy.spec, yield* policy.read("parameters")))
          yield* output.snapshots.append({ step: step + 1, ...row })
      yield* progress.report(step + 1, params.steps, collected.live)
      yield* checkpoints.offer(step + 1, state)
    }

    for (const row of tensorRows(policy.spec, yield* policy.read("parameters"))) yield* output.weights.append(row)
    yield* output.spec.write(inputs.policy.spec)
    yield* output.tokenizer.write(inputs.policy.tokenizer)
    yield* output.prompting.write(inputs.policy.prompting)
    yield* progress.note(`trained with ${engine.info.name} ${engine.info.mode} on ${engine.info.isa}`)
  })
})
