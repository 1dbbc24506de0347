/** A checkpoint brought to life: the model with its parameters, its tokenizer, and how completions begin. */
import { Effect } from "effect"

import type { Checkpoint } from "../../schemas/checkpoint.ts"
import type { Reader } from "../dag/Stage.ts"
import { Engine, type Model } from "../engine/Engine.ts"
import { parameterTable } from "../model/ModelSpec.ts"
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

/**
 * Gives each format's control token the embedding (and, in an untied head, the output row) of the token that most of its solutions begin
 * with. Pretraining never saw the control tokens, so that their rows say nothing.
 */
export const initialiseTags = Effect.fnUntraced(function* (
  model: Model,
  tokenizer: Tokenizer,
  firstTokens: ReadonlyMap<string, number>
) {
  const parameters = yield* model.read("parameters")
  const { width } = model.spec
  for (const { name, offset } of parameterTable(model.spec)) {
    if (name !== "model.embed_tokens.weight" && name !== "lm_head.weight") continue
    for (const [format, first] of firstTokens) {
      const tag = tokenizer.tags[format]
      if (tag !== undefined) parameters.copyWithin(offset + tag * width, offset + first * width, offset + (first + 1) * width)
    }
  }
  yield* model.write("parameters", parameters)
})
