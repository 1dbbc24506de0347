/** What every `tokenizer.json` of ours has in common, whatever the model inside: the standard's fields, in its order. */

import type { TokenizerJson } from "./Tokenizer.ts"

/**
 * A Hugging Face `tokenizer.json` without normaliser and template, so that ids are those of the text as it stands. Control tokens
 * are its added tokens, marked special: decoding leaves them out.
 */
export const huggingFaceJson = (parts: {
  readonly controlTokens: ReadonlyArray<{ readonly id: number; readonly content: string }>
  readonly preTokenizer: TokenizerJson
  readonly decoder: TokenizerJson | null
  readonly model: TokenizerJson
}): TokenizerJson => ({
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: parts.controlTokens.map(({ id, content }) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true
  })),
  normalizer: null,
  pre_tokenizer: parts.preTokenizer,
  post_processor: null,
  decoder: parts.decoder,
  model: parts.model
})

/** Ids by token: the field `model.vocab` of both kinds. */
export const idsByToken = (tokens: ReadonlyArray<string>): Readonly<Record<string, number>> =>
  Object.fromEntries(tokens.map((token, id) => [token, id]))
