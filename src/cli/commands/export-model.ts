/** `pipeline export-model <node|artifact> DIR`: a model of the store as a folder in Hugging Face's format. */

import * as path from "node:path"

import * as Effect from "effect/Effect"

import { exportModel } from "../../hugging-face/export-model.ts"
import { parameterCount } from "../../model/ModelSpec.ts"
import { Store } from "../../store/objects/Store.ts"
import { print, say } from "../output.ts"
import { existingStore } from "../store-folder.ts"
import { type Command, type Flags, parse, UsageError, wholeNumber } from "../usage.ts"
import { resultNamed } from "./show.ts"

const flags = {
  step: {
    type: "string",
    value: "STEP",
    description: "the snapshot taken after so many updates, instead of the model as it ended"
  },
  dtype: {
    type: "string",
    value: "TYPE",
    choices: ["f32", "bf16"],
    description: "f32 (as trained) or bf16 (half the bytes, rounded); default f32"
  }
} satisfies Flags

export const command: Command = {
  name: "export-model",
  summary:
    "Writes a model as a folder for Hugging Face's libraries: safetensors, config.json of OlmoForCausalLM, " +
    "the tokenizer, a model card.",
  usage: "pipeline export-model <node id | node label | key | artifact> DIR [flags]",
  flags,
  run: async (args) => {
    const parsed = parse("export-model", flags, args, { min: 2, max: 8, words: "a model and a folder" })
    const name = parsed.positionals.slice(0, -1).join(" ")
    const folder = path.resolve(parsed.positionals.at(-1)!)
    const dtype = parsed.text("dtype") ?? "f32"
    if (dtype !== "f32" && dtype !== "bf16") throw new UsageError({ problem: `--dtype must be f32 or bf16; got "${dtype}".` })
    const step = parsed.text("step") === undefined ? null : wholeNumber(parsed, "step", 0, 0)
    const root = existingStore(parsed)
    const program = Effect.gen(function* () {
      const { action, aside } = yield* resultNamed(name, root)
      if (aside !== null) say(aside)
      return { artifact: action.output.digest, ...(yield* exportModel({ maker: action, folder, step, dtype })) }
    })
    const { artifact, spec, outcome } = await Effect.runPromise(Effect.provide(program, Store.reading(root)))
    const parameters = parameterCount(spec).toLocaleString("en")
    print(
      (outcome === "made"
        ? `${folder}: ${parameters} parameters as ${dtype}, of artifact ${artifact}\n`
        : `${folder} holds this model already, of artifact ${artifact}\n`) +
        `In Python: AutoModelForCausalLM.from_pretrained(${JSON.stringify(folder)})\n`
    )
    return 0
  }
}
