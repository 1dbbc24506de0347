/**
 * Pretrain a model from scratch on a mixed corpus.
 *
 * AdamW, gradients clipped at norm 1, linear warm-up, then a cosine to a tenth of the peak rate; or (`wsd`) a constant rate and a
 * short decay at the end, before which nothing depends on how long the training is: its state there is kept, and a longer one
 * goes on from it. The order of the data is a pure function of (seed, epoch, step): a resumed run sees exactly what it would have
 * seen. During training the loss on held-out documents is taken per source, and problems are solved greedily with each format
 * forced, so that one can see what has been learnt and when.
 */

import * as Effect from "effect/Effect"

import { Checkpoint } from "../schemas/checkpoint.ts"
import { Corpus } from "../schemas/corpus.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { Engine } from "../src/engine/Engine.ts"
import { parameterCount } from "../src/model/ModelSpec.ts"
import { passedPolicies } from "../src/model/passed-policies.ts"
import { DEFAULT_CONTEXT, presetNames, presetSpec } from "../src/model/presets.ts"
import { tensorRows } from "../src/model/tensors.ts"
import { tokenizerFromJson } from "../src/tokenizer/from-json.ts"
import { goOn, stateRows } from "../src/training/continued.ts"
import { heldOutLosses, readCorpus } from "../src/training/corpus.ts"
import { cutDocumentWords, cutObjection, cutRows, cutValidationWords, longDocumentsParam } from "../src/training/cut-documents.ts"
import { packBatches } from "../src/training/packing.ts"
import { probe, probeWords } from "../src/training/probes.ts"
import { resumable } from "../src/training/resumable.ts"
import { courseOf } from "../src/training/schedule.ts"
import { supervised } from "../src/training/supervised.ts"

export const PretrainParams = {
  scale: Param.oneOf(presetNames, "xs", "model size; see src/model/presets.ts"),
  context: Param.integer(DEFAULT_CONTEXT, "tokens of a document, a prompt and its answer together; longer documents are cut", {
    min: 8,
    max: 2048
  }),
  maxLongDocuments: longDocumentsParam,
  epochs: Param.number(1, "passes over the corpus; 0.5: half of its batches", { above: 0, max: 10_000 }),
  batchTokens: Param.integer(1024, "tokens of a batch", { min: 16 }),
  learningRate: Param.number(3e-3, "peak learning rate", { above: 0 }),
  schedule: Param.oneOf(
    ["cosine", "wsd"],
    "cosine",
    "learning rate after the warm-up: cosine falls to a tenth; wsd stays and then decays, so that a longer training goes on " +
      "from a shorter one, with warmup, evaluations and snapshots measured by one pass"
  ),
  decay: Param.only(
    Param.number(0.1, "share of the updates, at the end, in which the rate falls linearly to 0", { above: 0, max: 1 }),
    "schedule",
    ["wsd"]
  ),
  warmup: Param.number(0.03, "share of the updates spent warming up", { min: 0, max: 1 }),
  weightDecay: Param.number(0.1, "decoupled weight decay", { min: 0 }),
  promptWeight: Param.number(1, "weight of a question's tokens in the loss; 1 trains on all tokens alike", { min: 0, max: 1 }),
  snapshots: Param.integer(0, "log-spaced snapshots of the parameters to keep", { min: 0, max: 10_000 }),
  secondMoments: Param.boolean(
    false,
    "keep AdamW's second moments beside the snapshots and at the end: methods of attribution ask"
  ),
  evaluations: Param.integer(6, "evenly spaced evaluations during training", { min: 0, max: 10_000 }),
  seed: Param.seed("seed of initialisation and data order")
}

export const pretrain = Stage.make({
  name: "pretrain",
  inputs: { corpus: Corpus },
  passesOn: { tokenizer: "corpus" },
  params: PretrainParams,
  output: Checkpoint,
  numerics: ["engine"],
  resources: {
    cost: ({ scale, tokens = 4e6, epochs }) => parameterCount(presetSpec(scale, { vocabularySize: 256 })) * tokens * epochs
  },
  continues: {
    horizon: ["epochs", "decay"],
    state: "trainingState",
    extent: ({ schedule, epochs, decay }) => (schedule === "wsd" ? { shared: epochs * (1 - decay), whole: epochs } : null)
  },

  run: Effect.fn("pretrain")(function* ({ inputs, params, output, checkpoints, progress, continued }) {
    const engine = yield* Engine
    const corpus = readCorpus(inputs.corpus)
    const tokenizer = tokenizerFromJson(inputs.corpus.tokenizer)
    const spec = presetSpec(params.scale, { vocabularySize: tokenizer.size, context: params.context })
    const cut = cutRows(corpus, corpus.training, params.context)
    const objection = cutObjection(cut, params.maxLongDocuments)
    if (objection !== null) return yield* new Param.ParamInvalid({ owner: "pretrain", ...objection })
    for (const line of [...cutDocumentWords(cut), ...cutValidationWords(corpus, params.context)]) yield* progress.note(line)
    if (params.evaluations > 0) for (const line of probeWords(tokenizer, corpus, params.context)) yield* progress.note(line)
    const batches = packBatches(corpus, corpus.training, { ...params, name: "pretrain" })
    const { learningRate, evaluations, snapshots, shared } = courseOf(params, batches)

    const model = yield* engine.createModel(spec, { seed: params.seed })
    const update = supervised(model, batches, { learningRate, weightDecay: params.weightDecay })
    const passed = passedPolicies(output.policies)
    const state = { model: resumable(model), passed: passed.part }
    const done = yield* checkpoints.restore(state)
    if (done === 0) yield* passed.start(yield* model.read("parameters"))
    const first = continued === null ? done : yield* goOn(model, continued, output, passed, { done, shared })
    if (continued !== null && first === 0)
      yield* progress.note(`the shorter result has gone further than the ${shared} updates shared with it: training begins anew`)

    for (let step = first; step < batches.steps; step++) {
      const { row, batch } = yield* update(step)
      const done = step + 1
      yield* output.training.append(row)
      yield* output.batches.append(batch)
      if (evaluations.includes(done)) {
        for (const row of yield* heldOutLosses(model, corpus)) yield* output.heldOut.append({ step: done, ...row })
        for (const row of yield* probe(model, tokenizer, corpus, params.seed)) yield* output.probes.append({ step: done, ...row })
      }
      const snapshot = snapshots.includes(done)
      if (snapshot || done === batches.steps) {
        const parameters = yield* model.read("parameters")
        yield* passed.pass(done, parameters, { snapshot })
        if (snapshot) for (const row of tensorRows(spec, parameters)) yield* output.snapshots.append({ step: done, ...row })
        if (params.secondMoments)
          for (const row of tensorRows(spec, yield* model.read("secondMoments")))
            yield* output.secondMoments.append({ step: done, ...row })
      }
      if (done === shared) for (const row of yield* stateRows(model, done)) yield* output.trainingState.append(row)
      yield* progress.report(done, batches.steps, { loss: row.loss, tokens: row.tokens })
      yield* checkpoints.offer(done, state)
    }

    for (const row of cut) yield* output.cutDocuments.append(row)
    for (const row of tensorRows(spec, yield* model.read("parameters"))) yield* output.weights.append(row)
    yield* output.spec.write(spec)
    yield* output.tokenizer.write(inputs.corpus.tokenizer)
    yield* output.prompting.write({ tags: "none" })
  })
})
