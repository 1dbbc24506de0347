/** Reads the folder of a model in Hugging Face's format. Everything is looked at before anything is taken from it. */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Schema from "effect/Schema"

import type { External } from "../dag/Stage.ts"
import { isFolder, requireDataFile } from "../datasets/locate/data-file.ts"
import { fingerprintFiles } from "../datasets/locate/fingerprint.ts"
import { type ModelSpec, parameterTable, type ParameterShape } from "../model/ModelSpec.ts"
import { parseJson } from "../store/disk/sealed.ts"
import { errorText } from "../text/error-text.ts"
import { tokenizerFromJson } from "../tokenizer/from-json.ts"
import type { TokenizerJson } from "../tokenizer/Tokenizer.ts"
import { toFloat32 } from "./dtypes.ts"
import { ModelFolderInvalid } from "./ModelFolderInvalid.ts"
import { specOf } from "./olmo-config.ts"
import { readSafetensors, readTensor, type StoredTensor } from "./safetensors.ts"
import { tokenizerDocument } from "./tokenizer-files.ts"
import { INDEX } from "./write-weights.ts"

const CONFIG = "config.json"
const TOKENIZER = "tokenizer.json"
const TOKENIZER_CONFIG = "tokenizer_config.json"
const WEIGHTS = "model.safetensors"

/** The curves of a training run that an export takes along, so that a model that comes back has them. */
export const CURVES = ["training", "heldOut", "probes", "cutDocuments", "policies", "batches"] as const
export type Curve = (typeof CURVES)[number]

/** The file of a curve in a model's folder. */
export const curveFile = (curve: Curve): string => `echo_chamber-${curve}.arrow`

/** A model's folder, looked through. */
export interface ModelFolder {
  readonly folder: string
  readonly spec: ModelSpec
  readonly tags: "none" | "native"
  readonly tokenizer: TokenizerJson
  /** In the order of `parameterTable`. Reading one throws `ModelFolderInvalid` where it is damaged or holds what is no number. */
  readonly tensors: ReadonlyArray<{ readonly place: ParameterShape; readonly read: () => Float32Array }>
  /** Full path of a curve; null where there is none. */
  readonly curve: (curve: Curve) => string | null
  /** What a user may want to know. */
  readonly notes: ReadonlyArray<string>
  /** Names of the files that the model consists of. */
  readonly files: ReadonlyArray<string>
}

/** Nested deeper is no file of a model. */
const DEEPEST = 100

const readJson = (folder: string, name: string) => {
  const file = path.join(folder, name)
  if (isFolder(folder) && !isThere(folder, name)) throw new ModelFolderInvalid({ file, problem: "is missing" })
  requireDataFile(file)
  try {
    return { file, json: parseJson(fs.readFileSync(file, "utf8"), DEEPEST) }
  } catch (cause) {
    throw new ModelFolderInvalid({ file, problem: `cannot be read: ${errorText(cause)}` })
  }
}

const isThere = (folder: string, name: string): boolean => fs.existsSync(path.join(folder, name))

/**
 * The tokenizer of a model's folder, as an artifact's document, and how many tokens the model takes in. Throws
 * `ModelFolderInvalid`, or `TokenizerInvalid`.
 */
export const readTokenizer = (folder: string) => {
  const config = readJson(folder, CONFIG)
  const beside = isThere(folder, TOKENIZER_CONFIG) ? readJson(folder, TOKENIZER_CONFIG) : null
  const { spec, endOfText } = specOf(config.file, config.json)
  return { ...tokenizerDocument(readJson(folder, TOKENIZER), beside, endOfText), context: spec.context }
}

/** Files of the folder that its tokenizer is read from. */
const tokenizerFileNames = (folder: string): ReadonlyArray<string> =>
  [CONFIG, TOKENIZER, TOKENIZER_CONFIG].filter((name) => isThere(folder, name))

/** Looks a folder through. Throws `ModelFolderInvalid`, which names the file and what about it, or `TokenizerInvalid`. */
export const readModel = (folder: string): ModelFolder => {
  const config = readJson(folder, CONFIG)
  const { spec, tags } = specOf(config.file, config.json)
  const { document, notes } = readTokenizer(folder)
  const { size } = tokenizerFromJson(document)
  if (size > spec.vocabularySize)
    throw new ModelFolderInvalid({
      file: path.join(folder, TOKENIZER),
      problem: `has ids up to ${size - 1}, and the model of ${CONFIG} (vocab_size) only ${spec.vocabularySize}`
    })
  const shards = shardsOf(folder)
  const found = new Map<string, StoredTensor>()
  for (const shard of shards) {
    requireDataFile(path.join(folder, shard))
    for (const tensor of readSafetensors(path.join(folder, shard))) {
      const twice = found.get(tensor.name)
      if (twice !== undefined)
        throw new ModelFolderInvalid({ file: tensor.file, problem: `has ${tensor.name}, which is in ${twice.file} too` })
      found.set(tensor.name, tensor)
    }
  }
  const table = parameterTable(spec)
  const known = new Set(table.map(({ name }) => name))
  for (const { name, file } of found.values())
    if (!known.has(name) && !isCopy(name, spec))
      throw new ModelFolderInvalid({ file, problem: `has a tensor ${name}, which OLMo 1 has not` })
  const tensors = table.map((place) => {
    const stored = found.get(place.name)
    if (stored === undefined)
      throw new ModelFolderInvalid({
        file: path.join(folder, shards.length === 1 ? shards[0]! : INDEX),
        problem: `lacks the tensor ${place.name}`
      })
    if (stored.shape.join() !== place.shape.join())
      throw new ModelFolderInvalid({
        file: stored.file,
        problem: `has ${place.name} of ${stored.shape.join(" x ")}, and by ${CONFIG} it is ${place.shape.join(" x ")}`
      })
    return { place, read: () => finite(toFloat32(readTensor(stored), stored.dtype), stored) }
  })
  const curves = CURVES.map(curveFile).filter((name) => isThere(folder, name))
  return {
    folder,
    spec,
    tags: tags ?? "none",
    tokenizer: document,
    tensors,
    curve: (curve) => (isThere(folder, curveFile(curve)) ? path.join(folder, curveFile(curve)) : null),
    notes:
      size === spec.vocabularySize
        ? notes
        : [...notes, `The model has ${spec.vocabularySize} rows of embeddings for ${size} tokens: the others stand for no text.`],
    files: [...tokenizerFileNames(folder), ...(shards.length > 1 || isThere(folder, INDEX) ? [INDEX] : []), ...shards, ...curves]
  }
}

/** The values of a tensor, which a model computes something with: one that is no number makes all of them none. */
const finite = (values: Float32Array, { name, file }: StoredTensor): Float32Array => {
  if (values.every(Number.isFinite)) return values
  const count = values.reduce((sum, value) => (Number.isFinite(value) ? sum : sum + 1), 0)
  throw new ModelFolderInvalid({
    file,
    problem: `has ${count} of ${values.length} values of ${name} that are NaN or infinite`,
    remedy: "Export the model anew from a checkpoint of before its training failed."
  })
}

/** What some files hold beside the parameters: a tied head once more, the angles of the rotary embedding. */
const isCopy = (name: string, { tied }: ModelSpec): boolean =>
  (tied && name === "lm_head.weight") || name.endsWith(".rotary_emb.inv_freq")

const Index = Schema.Struct({ weight_map: Schema.Record(Schema.String, Schema.String) })

const shardsOf = (folder: string): ReadonlyArray<string> => {
  if (isThere(folder, INDEX)) {
    const { file, json } = readJson(folder, INDEX)
    const index = Schema.decodeUnknownResult(Index)(json)
    if (index._tag === "Failure") throw new ModelFolderInvalid({ file, problem: "has no weight_map of tensors to files" })
    const shards = [...new Set(Object.values(index.success.weight_map))].toSorted()
    for (const shard of shards) {
      if (path.basename(shard) !== shard)
        throw new ModelFolderInvalid({ file, problem: `names ${shard}, which is no file beside it` })
      if (!isThere(folder, shard))
        throw new ModelFolderInvalid({ file: path.join(folder, shard), problem: `is missing: ${INDEX} names it` })
    }
    return shards
  }
  if (isThere(folder, WEIGHTS)) return [WEIGHTS]
  const pickled = fs.readdirSync(folder).find((name) => /^pytorch_model.*\.bin$/.test(name))
  throw new ModelFolderInvalid({
    file: path.join(folder, WEIGHTS),
    problem:
      pickled === undefined ? "is missing" : `is missing: ${pickled} holds the weights in a form that runs code when it is read`,
    ...(pickled === undefined
      ? {}
      : { remedy: "Write them anew in Python: AutoModelForCausalLM.from_pretrained(DIR).save_pretrained(NEW_DIR)." })
  })
}

/** Digests of files of a model, as inputs of a stage from outside the store. */
const digests = async (folder: string, model: string, names: ReadonlyArray<string>): Promise<ReadonlyArray<External>> => {
  const files = await fingerprintFiles(names.map((name) => ({ name, path: path.join(folder, name) })))
  return files.map((file) => ({ name: `${model}/${file.path}`, sha256: file.sha256, file: file.file }))
}

/** The files of a model, whose digests enter the key of the stage that reads it. */
export const modelExternals = (folder: string, model: string): Promise<ReadonlyArray<External>> =>
  digests(folder, model, readModel(folder).files)

/** The same of its tokenizer alone. */
export const tokenizerExternals = (folder: string, model: string): Promise<ReadonlyArray<External>> =>
  digests(folder, model, tokenizerFileNames(folder))
