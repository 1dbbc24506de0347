/**
 * Text to token ids and back. Two kinds of our own, both saved as a standard Hugging Face `tokenizer.json`: word level (the
 * built-in data) and byte-level BPE (real text). Those of models from elsewhere are run by Hugging Face's library.
 *
 * A training document is `[...encode(prompt), tag?, ...encode(solution), endOfText]`; prompt and solution are always encoded
 * separately, so that a rollout sees exactly the prompt tokens that training saw.
 */

import type * as Schema from "effect/Schema"

/** Encodes and decodes; ids are 0 to `size` - 1. */
export interface Tokenizer {
  readonly kind: "word" | "bpe" | "library"
  /** Number of ids; every id is below it. */
  readonly size: number
  /** Ends every document, and every completion. */
  readonly endOfText: number
  /** Control tokens of formats: `<|tinygsm|>` and so on, by format name. Never produced by `encode`. */
  readonly tags: Readonly<Record<string, number>>
  /** Joins question and solution inside a document's text: the prompt is `question + separator`. */
  readonly separator: string
  readonly encode: (text: string) => Int32Array
  /** Control tokens and end of text are left out. */
  readonly decode: (tokens: ArrayLike<number>) => string
  /** The standard document; `tokenizerFromJson` reads it back. */
  readonly json: TokenizerJson
}

/**
 * A Hugging Face `tokenizer.json`, plain JSON. What a byte-level BPE has of its own is under `model.echo_chamber`, where Hugging
 * Face's parser lets it be.
 */
export type TokenizerJson = { readonly [key: string]: Schema.Json }
