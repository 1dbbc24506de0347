/** Writes a model of the store as a folder that Hugging Face's libraries open: whole, or not at all. */

import * as path from "node:path"

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { Checkpoint, Snapshots, Weights } from "../../schemas/checkpoint.ts"
import { type ModelSpec, parameterTable } from "../model/ModelSpec.ts"
import { openTable } from "../store/arrow/TableReader.ts"
import { writeWhole } from "../store/disk/calls.ts"
import { readRegular } from "../store/disk/inside.ts"
import { wholeFolder } from "../store/disk/whole-folder.ts"
import { type ActionRecord, type Manifest, Store } from "../store/objects/Store.ts"
import { Kind } from "../store/schema/Kind.ts"
import { modelCard } from "./model-card.ts"
import { ModelFolderInvalid } from "./ModelFolderInvalid.ts"
import { configOf } from "./olmo-config.ts"
import { CURVES, curveFile } from "./read-model.ts"
import { tokenizerFiles } from "./tokenizer-files.ts"
import { SHARD_BYTES, type Source, writeWeights } from "./write-weights.ts"

/** What to write where. */
export interface ExportRequest {
  /** The action that gave the model: the card tells of it. */
  readonly maker: ActionRecord
  readonly folder: string
  /** A snapshot instead of the model as it ended. */
  readonly step: number | null
  readonly dtype: "f32" | "bf16"
  readonly shardBytes?: number
}

export interface Exported {
  readonly spec: ModelSpec
  /** `there`: the folder held the very same already. */
  readonly outcome: "made" | "there"
}

/** Names of files that an export has. */
const OURS = new RegExp(
  String.raw`^(?:README\.md|(?:config|generation_config|tokenizer|tokenizer_config)\.json|` +
    String.raw`model.*\.safetensors(?:\.index\.json)?|echo_chamber-\w+\.arrow)$`
)

/** Fails with `ModelFolderInvalid`, `ArtifactCorrupt`, or what the system says. */
export const exportModel = Effect.fnUntraced(function* (request: ExportRequest) {
  const artifact = request.maker.output.digest
  const store = yield* Store
  const manifest = yield* store.manifest(artifact)
  if (!Kind.isA(manifest.kind, Checkpoint))
    return yield* new ModelFolderInvalid({
      file: `The artifact ${artifact.slice(0, 12)}`,
      problem: `is no model but of kind ${manifest.kind}`,
      remedy: "Name a node of pretrain, sft, rl or imported."
    })
  const document = <A, I>(name: keyof typeof Checkpoint.documents, schema: Schema.Codec<A, I>) =>
    Effect.gen(function* () {
      const file = yield* store.verified(artifact, manifest.documents[name]!)
      return yield* Schema.decodeUnknownEffect(Schema.fromJsonString(schema))(readRegular(file).toString("utf8"))
    })
  const spec = yield* document("spec", Checkpoint.documents.spec)
  const tokenizer = yield* document("tokenizer", Checkpoint.documents.tokenizer)
  const { tags } = yield* document("prompting", Checkpoint.documents.prompting)
  const sources = yield* weightsOf(artifact, manifest, spec, request.step)
  const curves: Array<{ readonly name: string; readonly bytes: () => Uint8Array }> = []
  // Curves tell of the whole run; a snapshot is a model from its middle.
  for (const name of request.step === null ? CURVES : []) {
    const table = manifest.tables[name]
    if (table === undefined) continue
    const file = yield* store.verified(artifact, table)
    curves.push({ name: curveFile(name), bytes: () => readRegular(file) })
  }
  const card = yield* modelCard({ ...request, artifact, spec, tags })

  return yield* Effect.try({
    try: (): Exported => {
      const { ids, tokenizer: tokenizerJson, config } = tokenizerFiles(tokenizer, spec.context)
      const files = {
        "config.json": configOf(spec, ids, request.dtype === "f32" ? "float32" : "bfloat16", tags),
        "generation_config.json": { eos_token_id: ids.endOfText, pad_token_id: ids.pad, max_length: spec.context },
        "tokenizer.json": tokenizerJson,
        "tokenizer_config.json": config
      }
      const outcome = wholeFolder(
        request.folder,
        (name) => OURS.test(name),
        (at) => {
          for (const [name, json] of Object.entries(files)) writeWhole(path.join(at, name), `${JSON.stringify(json, null, 2)}\n`)
          writeWhole(path.join(at, "README.md"), card)
          for (const { name, bytes } of curves) writeWhole(path.join(at, name), bytes())
          writeWeights(at, sources, request.dtype === "f32" ? "F32" : "BF16", request.shardBytes ?? SHARD_BYTES)
        }
      )
      return { spec, outcome }
    },
    catch: (cause) => cause
  })
})

/** The tensors, in the order of `parameterTable`, each of which is read when it is written. */
const weightsOf = Effect.fnUntraced(function* (artifact: string, manifest: Manifest, spec: ModelSpec, step: number | null) {
  const store = yield* Store
  const table = step === null ? "weights" : "snapshots"
  const file = yield* store.verified(artifact, manifest.tables[table]!)
  return yield* Effect.try({
    try: (): ReadonlyArray<Source> => {
      const { count, names, data, steps } = step === null ? openWeights(file) : openSnapshots(file)
      if (steps !== null && !steps.includes(step!)) {
        const kept = [...new Set(steps)]
        throw new ModelFolderInvalid({
          file: `The model ${artifact.slice(0, 12)}`,
          problem: `has no snapshot after step ${step}: it keeps ${kept.length === 0 ? "none" : `steps ${kept.join(", ")}`}`,
          remedy: "Train with snapshots (log-spaced) or snapshotEvery."
        })
      }
      const rows = new Map<string, number>()
      for (let row = 0; row < count; row++) if (steps === null || steps[row] === step) rows.set(names.at(row), row)
      return parameterTable(spec).map(({ name, shape, size }) => {
        const row = rows.get(name)
        if (row === undefined) throw new ModelFolderInvalid({ file, problem: `lacks the tensor ${name}` })
        return {
          name,
          shape,
          read: () => {
            const bytes = data.at(row)
            if (bytes.length === size * 4) return bytes
            throw new ModelFolderInvalid({ file, problem: `has ${bytes.length} bytes of ${name}, which does not fit the model` })
          }
        }
      })
    },
    catch: (cause) => cause
  })
})

const openWeights = (file: string) => {
  const table = openTable(Weights, file)
  return { count: table.rows, names: table.column("name"), data: table.column("data"), steps: null }
}

const openSnapshots = (file: string) => {
  const table = openTable(Snapshots, file)
  return { count: table.rows, names: table.column("name"), data: table.column("data"), steps: table.column("step") }
}
