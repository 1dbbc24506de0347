/** Reads a tokenizer of any kind back from its `tokenizer.json`. */

import { TokenizerInvalid } from "./bpe/bpe-json.ts"
import { bpeTokenizerFromJson } from "./bpe/BpeTokenizer.ts"
import { libraryTokenizer, withoutMark } from "./LibraryTokenizer.ts"
import type { Tokenizer, TokenizerJson } from "./Tokenizer.ts"
import { wordTokenizerFromJson } from "./word/WordTokenizer.ts"

/**
 * One that came from elsewhere says so beside the standard's fields. Of ours the kind is the standard field `model.type`: `BPE`
 * or `WordLevel`. Throws TokenizerInvalid for a document that is none of them, and the error of the kind for one that is damaged.
 */
export const tokenizerFromJson = (json: TokenizerJson): Tokenizer => {
  const elsewhere = withoutMark(json)
  if (elsewhere.mark !== null) return libraryTokenizer(elsewhere.json, elsewhere.mark, json)
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
