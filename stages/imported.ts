/**
 * A model from elsewhere, wherever pretraining gives one: a checkpoint of OLMo 1 in Hugging Face's format, its weights as f32,
 * with its own tokenizer. `pipeline import-model DIR` brings one in; digests of its files are in the key.
 *
 * A corpus for it is mixed with that tokenizer: `mix({}, { tokenizer: "imported", model: NAME, ... })`. A model that was exported
 * from here comes back as the same artifact, curves included; only snapshots and the state for longer trainings stay behind.
 */

import * as Effect from "effect/Effect"

import { Checkpoint } from "../schemas/checkpoint.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { modelFolder } from "../src/hugging-face/find-model.ts"
import { modelExternals, readModel } from "../src/hugging-face/read-model.ts"
import { parametersDigest } from "../src/model/passed-policies.ts"
import { tensorRow } from "../src/model/tensors.ts"
import { openTable } from "../src/store/arrow/TableReader.ts"

const ImportedParams = {
  model: Param.string("", "name of a model that was imported, as my-base or allenai/OLMo-1B-hf")
}

export const imported = Stage.make({
  name: "imported",
  inputs: {},
  params: ImportedParams,
  output: Checkpoint,
  externals: ({ model }) =>
    Effect.tryPromise({ try: async () => modelExternals(modelFolder(model), model), catch: (cause) => cause }),

  run: Effect.fn("imported")(function* ({ params, output, progress }) {
    const model = yield* Effect.try({ try: () => readModel(modelFolder(params.model)), catch: (cause) => cause })
    for (const line of model.notes) yield* progress.note(line)
    const whole = parametersDigest()
    for (const [done, { place, read }] of model.tensors.entries()) {
      const values = yield* Effect.try({ try: read, catch: (cause) => cause })
      whole.add(values)
      yield* output.weights.append(tensorRow(place, values))
      yield* progress.report(done + 1, model.tensors.length, {})
    }
    const { training, heldOut, probes, cutDocuments, policies, batches } = Checkpoint.tables
    const curves = yield* Effect.try({
      try: () => ({
        training: openIfThere(model.curve("training"), (file) => openTable(training, file)),
        heldOut: openIfThere(model.curve("heldOut"), (file) => openTable(heldOut, file)),
        probes: openIfThere(model.curve("probes"), (file) => openTable(probes, file)),
        cutDocuments: openIfThere(model.curve("cutDocuments"), (file) => openTable(cutDocuments, file)),
        policies: openIfThere(model.curve("policies"), (file) => openTable(policies, file)),
        batches: openIfThere(model.curve("batches"), (file) => openTable(batches, file))
      }),
      catch: (cause) => cause
    })
    for (const row of curves.training) yield* output.training.append(row)
    for (const row of curves.heldOut) yield* output.heldOut.append(row)
    for (const row of curves.probes) yield* output.probes.append(row)
    for (const row of curves.cutDocuments) yield* output.cutDocuments.append(row)
    for (const row of curves.batches) yield* output.batches.append(row)
    // Snapshots stay behind. What is imported is a policy of its own where it was rounded on the way, or comes without its line.
    const digest = whole.digest()
    const passed = [...curves.policies].map((row) => ({ ...row, snapshot: false }))
    const last = passed.at(-1)
    if (!passed.some((row) => row.digest === digest))
      passed.push({ step: last?.step ?? 0, digest, parent: last?.digest ?? null, snapshot: false })
    for (const row of passed) yield* output.policies.append(row)
    yield* output.spec.write(model.spec)
    yield* output.tokenizer.write(model.tokenizer)
    yield* output.prompting.write({ tags: model.tags })
  })
})

const openIfThere = <Rows>(file: string | null, open: (file: string) => Rows): Rows | ReadonlyArray<never> =>
  file === null ? [] : open(file)
