/**
 * Retrain on changed corpora: what does a group of documents do to a model? The fact that attribution is judged by.
 *
 * The corpus is parted into groups. A model is trained from scratch on random halves of them, or on the whole and then on the
 * whole with one group left out or doubled. All models start from the same parameters, and each passes once over what it has, as
 * pretraining does. What is kept of a model is the log-probability of the solutions of some held-out documents. Two banks of one
 * design that differ in `seed` say how much of that is chance.
 */

import * as Effect from "effect/Effect"

import { Corpus } from "../schemas/corpus.ts"
import { RetrainingBank } from "../schemas/retrainings.ts"
import { askedTexts, logProbsOf, tokensAsked } from "../src/attribution/retraining/asked-texts.ts"
import { writeGroups, writeRetraining, writeTargets } from "../src/attribution/retraining/bank-rows.ts"
import { corpusGroups, targetsOf } from "../src/attribution/retraining/corpus-groups.ts"
import { designs, groupWeights } from "../src/attribution/retraining/design.ts"
import { partitions } from "../src/attribution/retraining/groups.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { Engine } from "../src/engine/Engine.ts"
import { parameterCount } from "../src/model/ModelSpec.ts"
import { DEFAULT_CONTEXT, presetNames, presetSpec } from "../src/model/presets.ts"
import { tokenizerFromJson } from "../src/tokenizer/from-json.ts"
import { readCorpus } from "../src/training/corpus.ts"
import { packBatches } from "../src/training/packing.ts"
import { resumable } from "../src/training/resumable.ts"
import { warmupCosine } from "../src/training/schedule.ts"
import { supervised } from "../src/training/supervised.ts"

export const RetrainParams = {
  partition: Param.oneOf(partitions, "steps", "what parts the documents of each source into groups"),
  design: Param.oneOf(designs, "halves", "random halves of the groups; or the whole, then without each group or with it twice"),
  subsets: Param.only(Param.integer(32, "random halves", { min: 2, max: 10_000 }), "design", ["halves"]),
  designSeed: Param.only(Param.seed("seed of the halves"), "design", ["halves"]),
  targets: Param.integer(4, "held-out documents of each source that the models are asked about", { min: 1 }),
  scale: Param.oneOf(presetNames, "xs", "model size; see src/model/presets.ts"),
  context: Param.integer(DEFAULT_CONTEXT, "tokens of a document; longer ones are cut", { min: 8, max: 2048 }),
  batchTokens: Param.integer(1024, "tokens of a batch", { min: 16 }),
  learningRate: Param.number(3e-3, "peak learning rate", { above: 0 }),
  warmup: Param.number(0.03, "share of the updates spent warming up", { min: 0, max: 1 }),
  weightDecay: Param.number(0.1, "decoupled weight decay", { min: 0 }),
  promptWeight: Param.number(0.1, "weight of a question's tokens in the loss", { min: 0, max: 1 }),
  seed: Param.seed("seed of initialisation and data order")
}

export const retrain = Stage.make({
  name: "retrain",
  inputs: { corpus: Corpus },
  params: RetrainParams,
  output: RetrainingBank,
  numerics: ["engine"],
  resources: {
    cost: ({ scale, subsets, tokens = 1e6 }) =>
      (parameterCount(presetSpec(scale, { vocabularySize: 256 })) * tokens * subsets) / 2
  },

  run: Effect.fn("retrain")(function* ({ inputs, params, output, checkpoints, progress }) {
    const engine = yield* Engine
    const corpus = readCorpus(inputs.corpus)
    const groups = corpusGroups(inputs.corpus, params.partition)
    const targets = targetsOf(inputs.corpus, params.targets)
    const texts = askedTexts(corpus, targets, "solution", { openings: corpus.firstTokens, tagged: false })
    const all = groupWeights({ ...params, groups: groups.names.length, seed: params.designSeed })
    const trainings = all.map((weights) => {
      const times = Uint8Array.from(groups.of, (group) => weights[group]!)
      return { weights, times, batches: packBatches(corpus, groups.training, { ...params, epochs: 1, name: "pretrain", times }) }
    })
    const total = trainings.reduce((sum, { batches }) => sum + batches.steps, 0)

    const tokenizer = tokenizerFromJson(inputs.corpus.tokenizer)
    const spec = presetSpec(params.scale, { vocabularySize: tokenizer.size, context: params.context })
    const model = yield* engine.createModel(spec, { seed: params.seed })
    const start = yield* resumable(model).save
    let losses: Array<number> = []
    const state = {
      model: resumable(model),
      losses: {
        save: Effect.sync(() => ({ losses: Float64Array.from(losses) })),
        restore: (saved: Readonly<Record<string, ArrayLike<number>>>) =>
          Effect.sync(() => void (losses = Array.from(saved["losses"]!)))
      }
    }
    const done = yield* checkpoints.restore(state)

    let before = 0
    for (const [retraining, { weights, times, batches }] of trainings.entries()) {
      const { steps } = batches
      const rate = warmupCosine({ peak: params.learningRate, warmup: Math.round(params.warmup * steps), steps })
      const update = supervised(model, batches, { learningRate: rate, weightDecay: params.weightDecay })
      for (let step = Math.max(0, done - before); step < steps; step++) {
        if (step === 0) {
          yield* resumable(model).restore(start)
          losses = []
        }
        const { row } = yield* update(step)
        if (step >= 0.9 * steps - 1) losses.push(row.loss)
        if (step === steps - 1) {
          yield* writeRetraining(output, groups, weights, yield* logProbsOf(model, texts), {
            documents: times.reduce((sum, count) => sum + count, 0),
            tokens: batches.tokensThrough(steps - 1),
            updates: steps,
            loss: losses.reduce((sum, value) => sum + value, 0) / losses.length
          })
        }
        yield* progress.report(before + step + 1, total, { retraining, loss: row.loss })
        yield* checkpoints.offer(before + step + 1, state)
      }
      before += steps
    }

    yield* writeGroups(output, corpus, groups)
    const tokens = texts.map((text) => tokensAsked(text, params.context))
    yield* writeTargets(output, corpus, groups, targets, "solution", tokens)
  })
})
