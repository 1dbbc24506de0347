/**
 * Supervised fine-tuning, with or without format tags.
 *
 * Documents of the corpus in order of (seed, epoch), loss on the response only. With native tags a control token that names the
 * format stands before each solution and is learnt with it: the policy then first chooses a format, which evaluation can leave
 * free or force. A control token starts from the embedding of the token that most solutions of its format begin with: left alone,
 * pretraining would have pushed all of them into the same corner of the embedding space, where a model takes long to tell them
 * apart. Without tags this is the paper's setting, in which each dataset's own style is the tag.
 */

import * as Effect from "effect/Effect"

import { Checkpoint } from "../schemas/checkpoint.ts"
import { Corpus } from "../schemas/corpus.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { documentFormats, formatObjection } from "../src/mixing/corpus-formats.ts"
import { parameterCount } from "../src/model/ModelSpec.ts"
import { digestOfParameters, passedPolicies } from "../src/model/passed-policies.ts"
import { presetSpec } from "../src/model/presets.ts"
import { tensorRows } from "../src/model/tensors.ts"
import { heldOutLosses, readCorpus, withTags } from "../src/training/corpus.ts"
import { cutOfCorpus } from "../src/training/cut-ahead.ts"
import { cutDocumentWords, cutObjection, cutRows, cutValidationWords, longDocumentsParam } from "../src/training/cut-documents.ts"
import { chooseDocuments } from "../src/training/format-mixture.ts"
import { packBatches } from "../src/training/packing.ts"
import { initialiseTags, loadPolicy } from "../src/training/policy.ts"
import { resumable } from "../src/training/resumable.ts"
import { warmupCosine } from "../src/training/schedule.ts"
import { supervised } from "../src/training/supervised.ts"
import { tokenizerObjection } from "../src/training/tokenizers.ts"

export const SftParams = {
  tags: Param.oneOf(["native", "none"], "native", "a control token that names the format before each solution, or none"),
  documents: Param.integer(3000, "documents with a question to fine-tune on", { min: 1 }),
  formats: Param.nullable(
    Param.named(
      Param.weights({}, "shares of the formats among those documents; null: as the corpus has them"),
      "format",
      documentFormats
    ),
    null
  ),
  maxLongDocuments: longDocumentsParam,
  epochs: Param.integer(1, "passes over them", { min: 1, max: 10_000 }),
  batchTokens: Param.integer(1024, "tokens of a batch", { min: 16 }),
  learningRate: Param.number(1e-3, "peak learning rate", { above: 0 }),
  warmup: Param.number(0.1, "share of the updates spent warming up", { min: 0, max: 1 }),
  weightDecay: Param.number(0, "decoupled weight decay", { min: 0 }),
  seed: Param.seed("seed of the choice and order of documents")
}

export const sft = Stage.make({
  name: "sft",
  inputs: { base: Checkpoint, corpus: Corpus },
  agreeOn: { tokenizer: ["base", "corpus"] },
  passesOn: { tokenizer: "base" },
  params: SftParams,
  output: Checkpoint,
  numerics: ["engine"],
  check: ({ formats }, { base, corpus }) =>
    tokenizerObjection(base, corpus) ??
    formatObjection(
      "formats",
      Object.entries(formats ?? {}).flatMap(([name, weight]) => (weight > 0 ? [name] : [])),
      corpus
    ),
  foresee: (params, { base }, open) => cutOfCorpus(params, base, open),
  resources: {
    cost: ({ scale = "xs", documents, epochs }) =>
      parameterCount(presetSpec(scale, { vocabularySize: 256 })) * documents * epochs * 100
  },

  run: Effect.fn("sft")(function* ({ inputs, params, output, checkpoints, progress }) {
    const { model, tokenizer } = yield* loadPolicy(inputs.base)
    const { spec } = model
    const base = digestOfParameters(yield* model.read("parameters"))
    const plain = readCorpus(inputs.corpus)
    const corpus = params.tags === "native" ? withTags(plain, tokenizer.tags) : plain
    if (params.tags === "native") yield* initialiseTags(model, tokenizer, plain.firstTokens)
    const chosen = yield* chooseDocuments(corpus, params)
    const cut = cutRows(corpus, chosen, spec.context)
    const objection = cutObjection(cut, params.maxLongDocuments)
    if (objection !== null) return yield* new Param.ParamInvalid({ owner: "sft", ...objection })
    for (const line of [...cutDocumentWords(cut), ...cutValidationWords(corpus, spec.context)]) yield* progress.note(line)
    const batches = packBatches(corpus, chosen, { ...params, context: spec.context, name: "sft", promptWeight: 0 })
    const { steps } = batches
    const learningRate = warmupCosine({ peak: params.learningRate, warmup: Math.round(params.warmup * steps), steps })
    const update = supervised(model, batches, { learningRate, weightDecay: params.weightDecay })
    const passed = passedPolicies(output.policies)
    const state = { model: resumable(model), passed: passed.part }
    const first = yield* checkpoints.restore(state)
    if (first === 0) yield* passed.start(yield* model.read("parameters"), base)
    for (let step = first; step < steps; step++) {
      const { row, batch } = yield* update(step)
      yield* output.training.append(row)
      yield* output.batches.append(batch)
      yield* progress.report(step + 1, steps, { loss: row.loss })
      yield* checkpoints.offer(step + 1, state)
    }

    for (const row of yield* heldOutLosses(model, corpus)) yield* output.heldOut.append({ step: steps, ...row })
    for (const row of cut) yield* output.cutDocuments.append(row)
    const parameters = yield* model.read("parameters")
    yield* passed.pass(steps, parameters, { snapshot: false })
    for (const row of tensorRows(spec, parameters)) yield* output.weights.append(row)
    yield* output.spec.write(spec)
    yield* output.tokenizer.write(inputs.base.tokenizer)
    yield* output.prompting.write({ tags: params.tags })
  })
})
