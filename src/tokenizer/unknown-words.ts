/** Words that a vocabulary cannot tell from others: it has one token for all of them. */

import * as Schema from "effect/Schema"

import type { Tokenizer } from "./Tokenizer.ts"

const Ids = Schema.Record(Schema.String, Schema.Int)
const Pieces = Schema.Array(Schema.Tuple([Schema.String, Schema.Number]))

/** What a `tokenizer.json` says of its unknown token: its text (WordLevel, WordPiece, BPE), or its id (Unigram). */
const Unknown = Schema.Struct({
  added_tokens: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Struct({ id: Schema.Int, content: Schema.String })))),
  model: Schema.Struct({
    unk_token: Schema.optionalKey(Schema.NullOr(Schema.String)),
    unk_id: Schema.optionalKey(Schema.NullOr(Schema.Int)),
    vocab: Schema.Union([Ids, Pieces])
  })
})

/** The id of the unknown token; null where every text has tokens of its own. */
const unknownId = ({ json }: Tokenizer): number | null => {
  const decoded = Schema.decodeUnknownResult(Unknown)(json)
  if (decoded._tag === "Failure") return null
  const { model, added_tokens } = decoded.success
  const { vocab, unk_token: text, unk_id: id } = model
  if (typeof id === "number") return id
  if (typeof text !== "string") return null
  const added = added_tokens?.find(({ content }) => content === text)?.id
  const own = isPieces(vocab) ? vocab.findIndex(([token]) => token === text) : new Map(Object.entries(vocab)).get(text)
  const found = added ?? own
  return found === undefined || found < 0 ? null : found
}

const isPieces = (vocab: typeof Ids.Type | typeof Pieces.Type): vocab is typeof Pieces.Type => Array.isArray(vocab)

/** The words of a text that become the unknown token, each once, in their order. */
export const unknownWords = (tokenizer: Tokenizer, text: string): ReadonlyArray<string> => {
  const unknown = unknownId(tokenizer)
  if (unknown === null) return []
  // The blanks that part words are no words: what stands between them is what the vocabulary has, or has not.
  return [...new Set(text.split(" "))].filter((word) => word !== "" && tokenizer.encode(word).includes(unknown))
}
