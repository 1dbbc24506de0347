/** A checkpoint brought to life: the model with its parameters, its tokenizer, and how completions begin. */
import { Effect } from "effect"

import type { Checkpoint } from "../../schemas/checkpoint.ts"
import type { Reader } from "../dag/Stage.ts"
import { Engine } from "../engine/Engine.ts"
import { readParameters } from "../model/tensors.ts"
import { tokenizerFromJson } from "../tokenizer/fromJson.ts"
import type { Tokenizer } from "../tokenizer/Tokenizer.ts"

export const loadPolicy = Effect.fnUntraced(function* (checkpoint: Reader<typeof Checkpoint>) {
  const engine = yield* Engine
  const parameters = readParameters(checkpoint.spec, checkpoint.weights)
  const model = yield* engine.createModel(checkpoint.spec, { seed: 0 })
  yield* model.write("parameters", parameters)
  return { model, tokenizer: tokenizerFromJson(checkpoint.tokenizer), tags: checkpoint.prompting.tags }
})

/**
 * The token that begins a completion in each format: its control token where the policy was fine-tuned with tags, else the first token
 * that most of the corpus's solutions in that format have.
 */
export const openingTokens = (
  tokenizer: Tokenizer,
  tags: "none" | "native",
  corpus: { readonly firstTokens: ReadonlyMap<string, number> }
): ReadonlyMap<string, number> =>
  tags === "none"
    ? corpus.firstTokens
    : new Map([...corpus.firstTokens.keys()].map((format) => [format, tokenizer.tags[format]!]))
