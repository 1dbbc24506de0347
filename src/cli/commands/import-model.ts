/** `pipeline import-model DIR`: a model in Hugging Face's format, checked, kept in the data folder and made an artifact. */

import * as fs from "node:fs"
import * as path from "node:path"

import { datasetRoots, importFolder } from "../../datasets/locate/locate.ts"
import { newModelFolder } from "../../hugging-face/find-model.ts"
import { readModel } from "../../hugging-face/read-model.ts"
import { parameterCount } from "../../model/ModelSpec.ts"
import { syncFile } from "../../store/disk/calls.ts"
import { wholeFolder } from "../../store/disk/whole-folder.ts"
import { print } from "../output.ts"
import { loadRuns } from "../run-states.ts"
import { storeRoot } from "../store-folder.ts"
import { type Command, type Flags, parse } from "../usage.ts"
import { command as run } from "./run.ts"

const flags = {
  name: {
    type: "string",
    value: "NAME",
    description: "what studies call it, as allenai/OLMo-1B-hf (default: the folder's name)"
  },
  data: {
    type: "string",
    value: "DIR",
    description: "the data folder to keep it in, under models/NAME (default: $ECHO_CHAMBER_DATA, else ./data)"
  }
} satisfies Flags

export const command: Command = {
  name: "import-model",
  summary:
    "Brings in a checkpoint of OLMo 1 (OlmoForCausalLM in safetensors) with its tokenizer, for studies that start from it. " +
    "Another architecture is refused by the field that differs.",
  usage: "pipeline import-model DIR [--name NAME]",
  flags,
  run: async (args) => {
    const parsed = parse("import-model", flags, args, { min: 1, max: 1, words: "the folder of a model" })
    const from = path.resolve(parsed.positionals[0]!)
    const name = parsed.text("name") ?? path.basename(from)
    const data = parsed.text("data")
    const to = newModelFolder(name, importFolder(data), datasetRoots(data === undefined ? {} : { data }))
    const model = readModel(from)
    // Nothing is kept of a model whose weights cannot be used.
    for (const { read } of model.tensors) read()
    if (to !== from)
      wholeFolder(
        to,
        (file) => model.files.includes(file),
        (at) => {
          for (const file of model.files) {
            // Where the file system can, the copy shares its blocks with the original.
            fs.copyFileSync(path.join(from, file), path.join(at, file), fs.constants.COPYFILE_FICLONE)
            syncFile(path.join(at, file))
          }
        }
      )
    print(`${name}: ${parameterCount(model.spec).toLocaleString("en")} parameters, in ${to}\n`)
    const store = parsed.text("store")
    const code = await run.run([
      "imported",
      `--model=${name}`,
      "--no-report",
      ...(data === undefined ? [] : [`--data=${data}`]),
      ...(store === undefined ? [] : [`--store=${store}`])
    ])
    if (code !== 0) return code
    const node = loadRuns(storeRoot(parsed))
      .filter(({ record }) => record.study === "imported")
      .flatMap(({ record }) => [...record.nodes.values()])
      .find(({ params, artifact }) => params["model"] === name && artifact !== null)
    print(
      (node === undefined ? "" : `Model    artifact ${node.artifact}\n`) +
        `In a study: imported({}, { model: "${name}" }), ` +
        `and for its corpus mix({}, { tokenizer: "imported", model: "${name}", ... })\n`
    )
    return 0
  }
}
