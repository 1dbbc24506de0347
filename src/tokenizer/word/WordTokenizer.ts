/**
 * The word-level tokenizer of the built-in texts: words are parted by single blanks, newlines are words
 * (`src/formats/solutions/phrases.ts`), and `decode(encode(text)) === text` for every text that the grammar and the formats
 * write. Any other word becomes `<unk>`.
 *
 * Saved as a standard Hugging Face `tokenizer.json` (WordLevel after a split at blanks) and nothing else, since Hugging Face's
 * parser refuses a document with a field that it does not know. Special and control tokens are added tokens there; those of
 * formats are `<|name|>`.
 *
 * One difference from Hugging Face's own encoding is meant: a control token spelt out inside a text is an unknown word here,
 * never the token.
 */

import * as Schema from "effect/Schema"

import { endOfTextToken } from "../control-tokens.ts"
import { huggingFaceJson, idsByToken } from "../hugging-face.ts"
import type { Tokenizer, TokenizerJson } from "../Tokenizer.ts"
import { padToken, separatorWord, unknownToken, wordVocabulary } from "./vocabulary.ts"

/** The tokenizer of built-in texts with integers 0 to `maximum`. Throws TokenizerJsonInvalid for another kind of maximum. */
export const wordTokenizer = (options: { readonly maximum: number }): Tokenizer => {
  if (!Number.isInteger(options.maximum) || options.maximum < 0 || options.maximum > 1_000_000)
    throw new TokenizerJsonInvalid({ field: "maximum", reason: `${options.maximum} is not an integer from 0 to 1,000,000` })
  const tokens = wordVocabulary(options.maximum)
  return assemble(tokens, specialsOf(tokens))
}

/** Text before a solution: a prompt is the question and this. */
const separator = ` ${separatorWord}`

/**
 * A `tokenizer.json` that does not describe a word-level tokenizer of ours.
 * @public
 */
export class TokenizerJsonInvalid extends Schema.TaggedError<TokenizerJsonInvalid>()("TokenizerJsonInvalid", {
  field: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `The word tokenizer cannot be made: \`${this.field}\`: ${this.reason}.`
  }
}

/** Reads back what `json` holds, with the same ids. Throws `TokenizerJsonInvalid` naming the field that is missing or wrong. */
export const wordTokenizerFromJson = (json: TokenizerJson): Tokenizer => {
  const fail = (field: string, reason: string): never => {
    throw new TokenizerJsonInvalid({ field, reason })
  }
  const parsed = Schema.decodeUnknownResult(WordTokenizerJson)(json)
  if (parsed._tag === "Failure") return fail("tokenizer.json", String(parsed.failure))
  const { added_tokens, model } = parsed.success
  const tokens: Array<string> = []
  for (const [token, id] of Object.entries(model.vocab)) {
    if (tokens[id] !== undefined) fail(`model.vocab["${token}"]`, `id ${id} is also that of "${tokens[id]}"`)
    tokens[id] = token
  }
  if (tokens.length !== Object.keys(model.vocab).length) fail("model.vocab", "ids are not 0, 1, 2, ... without gaps")
  const specials = added_tokens.map((token) => token.content)
  for (const { content, id } of added_tokens)
    if (tokens[id] !== content) fail("added_tokens", `"${content}" has id ${id}, which is not its id in model.vocab`)
  for (const needed of [endOfTextToken, unknownToken])
    if (!specials.includes(needed)) fail("added_tokens", `there is no ${needed}`)
  if (!Object.hasOwn(model.vocab, separatorWord)) fail("model.vocab", "there is no blank line, which parts question and solution")
  return assemble(tokens, specials)
}

const WordTokenizerJson = Schema.Struct({
  model: Schema.Struct({
    type: Schema.Literal("WordLevel"),
    vocab: Schema.Record(Schema.String, Schema.Int)
  }),
  added_tokens: Schema.Array(Schema.Struct({ id: Schema.Int, content: Schema.String }))
})

/** Special tokens of a vocabulary of ours: `<unk>` and everything in `<|...|>`. */
const specialsOf = (tokens: ReadonlyArray<string>): ReadonlyArray<string> =>
  tokens.filter((token) => token === unknownToken || /^<\|.*\|>$/.test(token))

const assemble = (tokens: ReadonlyArray<string>, specials: ReadonlyArray<string>): Tokenizer => {
  const special = new Set(specials)
  const ids = new Map(tokens.map((token, id) => [token, id]))
  const wordIds = new Map([...ids].filter(([token]) => !special.has(token)))
  const unknown = ids.get(unknownToken)!
  return {
    kind: "word",
    size: tokens.length,
    endOfText: ids.get(endOfTextToken)!,
    tags: Object.fromEntries(
      specials.filter((token) => !fixedSpecials.has(token)).map((token) => [token.slice(2, -2), ids.get(token)!])
    ),
    separator,
    encode: (text) => {
      const words = text.split(" ")
      const encoded = new Int32Array(words.length)
      let count = 0
      for (const word of words) if (word !== "") encoded[count++] = wordIds.get(word) ?? unknown
      return encoded.slice(0, count)
    },
    decode: (encoded) => {
      const words: Array<string> = []
      for (let i = 0; i < encoded.length; i++) {
        const token = tokens[encoded[i]!]
        if (token === undefined)
          throw new RangeError(`token ${encoded[i]} at position ${i} is not in the vocabulary of ${tokens.length}`)
        if (!special.has(token)) words.push(token)
      }
      return words.join(" ")
    },
    json: jsonOf(tokens, specials)
  }
}

/** Special tokens that are no format's. */
const fixedSpecials: ReadonlySet<string> = new Set([padToken, endOfTextToken, unknownToken])

const jsonOf = (tokens: ReadonlyArray<string>, specials: ReadonlyArray<string>): TokenizerJson =>
  huggingFaceJson({
    controlTokens: specials.map((content) => ({ id: tokens.indexOf(content), content })),
    preTokenizer: { type: "Split", pattern: { Regex: " " }, behavior: "Removed", invert: false },
    decoder: null,
    model: { type: "WordLevel", vocab: idsByToken(tokens), unk_token: unknownToken }
  })
