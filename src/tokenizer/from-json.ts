/** Reads a tokenizer of either kind back from its `tokenizer.json`. */

import { TokenizerInvalid } from "./bpe/bpe-json.ts"
import { bpeTokenizerFromJson } from "./bpe/BpeTokenizer.ts"
import type { Tokenizer, TokenizerJson } from "./Tokenizer.ts"
import { wordTokenizerFromJson } from "./word/WordTokenizer.ts"

/**
 * The kind is the standard field `model.type`: `BPE` or `WordLevel`. Throws TokenizerInvalid for a document that is neither, and
 * the error of the kind for one that is damaged.
 */
export const tokenizerFromJson = (json: TokenizerJson): Tokenizer => {
  const type = modelType(json)
  if (type === "BPE") return bpeTokenizerFromJson(json)
  if (type === "WordLevel") return wordTokenizerFromJson(json)
  throw new TokenizerInvalid({
    field: "model.type",
    problem: `is ${JSON.stringify(type)}; read are "BPE" (byte level) and "WordLevel"`
  })
}

/** Old files leave `model.type` out; only BPE has merges. */
const modelType = (json: TokenizerJson): unknown => {
  const model: unknown = json["model"]
  if (typeof model !== "object" || model === null) return undefined
  if ("type" in model) return model.type
  return "merges" in model ? "BPE" : undefined
}
