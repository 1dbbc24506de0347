/**
 * Where models in Hugging Face's format lie on this machine: under the roots of datasets, in `models/NAME`. A name may be that of
 * the hub, with its owner (`allenai/OLMo-1B-hf`).
 */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Schema from "effect/Schema"

import { COMMAND } from "../dag/repository.ts"
import { isFolder, namesInFolder } from "../datasets/locate/data-file.ts"
import { datasetRoots } from "../datasets/locate/locate.ts"
import { didYouMean } from "../text/near.ts"

/** There is no model of this name, or it cannot be one's name. */
class ModelUnknown extends Schema.TaggedError<ModelUnknown>()("ModelUnknown", { problem: Schema.String }) {
  readonly badInput = true
  override get message() {
    return this.problem
  }
}

const FOLDER = "models"

/** What may be called so: a folder, or one in a folder, and nothing that leads elsewhere. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*(?:\/[\p{L}\p{N}_][\p{L}\p{N}_.-]*)?$/u

/** What is wrong with a name as such; null: it may be a model's. */
const modelNameProblem = (name: string): string | null => {
  if (name === "") return "No model is named."
  if (NAME.test(name) && name.length <= 200) return null
  const allowed = 'letters, digits, "_", "-" and ".", and at most one "/" between them, as in allenai/OLMo-1B-hf'
  return `"${name.slice(0, 200)}" cannot be a model's name: ${allowed}.`
}

const isModel = (folder: string): boolean => isFolder(folder) && fs.existsSync(path.join(folder, "config.json"))

/** Names of the models that are here. */
const modelNames = (): ReadonlyArray<string> => {
  const found = datasetRoots({}).flatMap((root) => {
    const at = path.join(root, FOLDER)
    return namesInFolder(at).flatMap((name) =>
      isModel(path.join(at, name))
        ? [name]
        : namesInFolder(path.join(at, name)).flatMap((inner) => (isModel(path.join(at, name, inner)) ? [`${name}/${inner}`] : []))
    )
  })
  return [...new Set(found)].toSorted()
}

/** The folder of a model. Throws `ModelUnknown`. */
export const modelFolder = (name: string): string => {
  const roots = datasetRoots({})
  const found = roots.map((root) => path.join(root, FOLDER, name)).find(isModel)
  if (modelNameProblem(name) === null && found !== undefined) return found
  const known = modelNames()
  const wrong = modelNameProblem(name) ?? `There is no model "${name}" here.${didYouMean(name, known)}`
  const here = known.length === 0 ? "No model is" : `Here are ${known.join(", ")}`
  const folders = roots.map((root) => path.join(root, FOLDER)).join(", ")
  throw new ModelUnknown({
    problem: `${wrong} ${here} in ${folders}. To bring one in: ${COMMAND} import-model DIR --name NAME`
  })
}

/**
 * The folder that a model of this name is imported into, under the data folder `into`. Throws `ModelUnknown` for what cannot be a
 * name, and where one of `roots` that comes before has a model of that name, which would be found first.
 */
export const newModelFolder = (name: string, into: string, roots: ReadonlyArray<string>): string => {
  const problem = modelNameProblem(name)
  if (problem !== null) throw new ModelUnknown({ problem })
  const to = path.join(into, FOLDER, name)
  const found = roots.map((root) => path.join(root, FOLDER, name)).find((folder) => folder === to || isModel(folder))
  if (found !== undefined && found !== to)
    throw new ModelUnknown({ problem: `${found} is a model of that name, and is looked at before ${to}. Give another name.` })
  return to
}
