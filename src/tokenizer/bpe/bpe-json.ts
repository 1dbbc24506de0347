/**
 * Byte-level BPE as a standard Hugging Face `tokenizer.json`, written and read.
 *
 * Written files load in `tokenizers`, `transformers` and transformers.js as they are: a `Split` by our pattern, `ByteLevel`
 * without its own, the `ByteLevel` decoder, no normaliser and no template that adds tokens. What is ours alone (kind, separator,
 * which control token is which format's) is under `model.echo_chamber`. It cannot stand at the top of the document, where Hugging
 * Face's parser refuses a key that it does not know.
 *
 * Files made elsewhere are read when they are of this shape or GPT-2's. Whatever would make ids differ from what the file means
 * (a normaliser, a prefix space, byte fallback, an added token that is not a control token) is refused by name.
 */

import * as Schema from "effect/Schema"

import { endOfTextToken } from "../control-tokens.ts"
import { huggingFaceJson, idsByToken } from "../hugging-face.ts"
import type { TokenizerJson } from "../Tokenizer.ts"
import { characterOfByte, fromAlphabet } from "./byte-alphabet.ts"
import { GPT2 } from "./pretokenize.ts"

/** A `tokenizer.json` that cannot be used, with the field at fault. */
export class TokenizerInvalid extends Schema.TaggedError<TokenizerInvalid>()("TokenizerInvalid", {
  field: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `This tokenizer.json cannot be used: ${this.field} ${this.problem}.`
  }
}

/** A pair of ids and the id of the token they become. */
export type Merge = readonly [left: number, right: number, joined: number]

/** Everything a byte-level BPE tokenizer is. */
export interface BpeParts {
  /** Text of each id: control tokens as they are, others in the byte alphabet. */
  readonly tokens: ReadonlyArray<string>
  /** Ids of control tokens, which no text encodes to. */
  readonly control: ReadonlyArray<number>
  readonly merges: ReadonlyArray<Merge>
  /** Source of the pre-tokenizer's pattern, for a RegExp with flags `gu`. */
  readonly pattern: string
  readonly endOfText: number
  readonly tags: Readonly<Record<string, number>>
  readonly separator: string
}

/** The standard document of a tokenizer. */
export const bpeToJson = (parts: BpeParts): TokenizerJson =>
  huggingFaceJson({
    controlTokens: parts.control.map((id) => ({ id, content: parts.tokens[id]! })),
    preTokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: parts.pattern }, behavior: "Isolated", invert: false },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false }
      ]
    },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: idsByToken(parts.tokens),
      merges: parts.merges.map(([left, right]) => [parts.tokens[left]!, parts.tokens[right]!]),
      echo_chamber: {
        kind: "bpe",
        separator: parts.separator,
        end_of_text: parts.tokens[parts.endOfText]!,
        tags: Object.fromEntries(Object.entries(parts.tags).map(([name, id]) => [name, parts.tokens[id]!]))
      }
    }
  })

/** Reads what `bpeToJson` writes, or GPT-2's own file. Throws TokenizerInvalid. */
export const bpeFromJson = (json: unknown): BpeParts => {
  const document = decode(json)
  const idOf = readVocabulary(document)
  const tokens: Array<string> = []
  for (const [token, id] of idOf) {
    if (tokens[id] !== undefined) refuse("model.vocab", `gives id ${id} to both ${quote(tokens[id])} and ${quote(token)}`)
    tokens[id] = token
  }
  for (let id = 0; id < tokens.length; id++)
    if (tokens[id] === undefined) refuse("model.vocab", `has no token for id ${id}, though it has ids up to ${tokens.length - 1}`)

  const control = document.added_tokens.map((token) => token.id)
  const isControl = new Set(control)
  for (const character of characterOfByte)
    if (!idOf.has(character))
      refuse("model.vocab", `lacks the byte token ${quote(character)}; only byte-level vocabularies are read`)
  for (const [token, id] of idOf)
    if (!isControl.has(id) && fromAlphabet(token) === null)
      refuse("model.vocab", `has ${quote(token)}, which is not in the byte alphabet`)

  const merges = document.model.merges.map((merge, rank): Merge => {
    const [left, right] = typeof merge === "string" ? merge.split(" ") : merge
    const ids = [left, right, `${left}${right}`].map((token) => idOf.get(token ?? ""))
    if (ids.some((id) => id === undefined || isControl.has(id)))
      refuse(`model.merges[${rank}]`, `(${JSON.stringify(merge)}) joins tokens that are not all in model.vocab`)
    return [ids[0]!, ids[1]!, ids[2]!]
  })

  const ours = document.model.echo_chamber
  const controlId = (field: string, token: string): number => {
    const id = idOf.get(token)
    if (id === undefined || !isControl.has(id)) return refuse(field, `names ${quote(token)}, which is not among added_tokens`)
    return id
  }
  return {
    tokens,
    control,
    merges,
    pattern: readPattern(document.pre_tokenizer),
    endOfText: controlId("model.echo_chamber.end_of_text", ours?.end_of_text ?? endOfTextToken),
    tags: Object.fromEntries(
      Object.entries(ours?.tags ?? {}).map(([name, token]) => [name, controlId(`model.echo_chamber.tags.${name}`, token)])
    ),
    separator: ours?.separator ?? "\n\n"
  }
}

const refuse = (field: string, problem: string): never => {
  throw new TokenizerInvalid({ field, problem })
}

const quote = (text: string) => JSON.stringify(text)

const Split = Schema.Struct({
  type: Schema.Literal("Split"),
  pattern: Schema.Struct({ Regex: Schema.String }),
  behavior: Schema.Literal("Isolated"),
  invert: Schema.Literal(false)
})
const ByteLevel = Schema.Struct({
  type: Schema.Literal("ByteLevel"),
  add_prefix_space: Schema.Literal(false),
  use_regex: Schema.optionalKey(Schema.Boolean)
})
const SplitThenBytes = Schema.Struct({ type: Schema.Literal("Sequence"), pretokenizers: Schema.Tuple([Split, ByteLevel]) })
const Absent = Schema.optionalKey(Schema.NullOr(Schema.Literals(["", false])))

/** The part of the standard that we follow; anything that would change ids must be absent. */
const Document = Schema.Struct({
  normalizer: Schema.optionalKey(Schema.Null),
  added_tokens: Schema.Array(
    Schema.Struct({ id: Schema.Natural, content: Schema.String, special: Schema.optionalKey(Schema.Literal(true)) })
  ),
  pre_tokenizer: Schema.Union([SplitThenBytes, ByteLevel]),
  model: Schema.Struct({
    type: Schema.optionalKey(Schema.Literal("BPE")),
    dropout: Schema.optionalKey(Schema.Null),
    unk_token: Schema.optionalKey(Schema.NullOr(Schema.String)),
    continuing_subword_prefix: Absent,
    end_of_word_suffix: Absent,
    byte_fallback: Absent,
    ignore_merges: Absent,
    vocab: Schema.Record(Schema.String, Schema.Natural),
    merges: Schema.Array(Schema.Union([Schema.String, Schema.Tuple([Schema.String, Schema.String])])),
    echo_chamber: Schema.optionalKey(
      Schema.Struct({
        kind: Schema.Literal("bpe"),
        separator: Schema.String,
        end_of_text: Schema.String,
        tags: Schema.Record(Schema.String, Schema.String)
      })
    )
  })
})
type Document = typeof Document.Type

const decode = (json: unknown): Document => {
  try {
    return Schema.decodeUnknownSync(Document)(json)
  } catch (error) {
    return refuse("the document", `is not a byte-level BPE of a shape that is read here: ${(error as Error).message}`)
  }
}

/** Ids by token, of the model and of the added tokens, which some files list only apart. */
const readVocabulary = (document: Document): Map<string, number> => {
  const idOf = new Map(Object.entries(document.model.vocab))
  for (const token of document.added_tokens) {
    const known = idOf.get(token.content)
    if (known !== undefined && known !== token.id)
      refuse("added_tokens", `gives ${quote(token.content)} the id ${token.id}, and model.vocab ${known}`)
    idOf.set(token.content, token.id)
  }
  return idOf
}

/** `\s` is Unicode's White_Space in the engine these patterns are written for, and another set in JavaScript. */
const readPattern = (preTokenizer: Document["pre_tokenizer"]): string => {
  const split = preTokenizer.type === "Sequence" ? preTokenizer.pretokenizers[0] : null
  if (preTokenizer.type === "Sequence" && preTokenizer.pretokenizers[1].use_regex !== false)
    refuse("pre_tokenizer", "splits twice: its ByteLevel step must have use_regex false after a Split")
  if (preTokenizer.type === "ByteLevel" && preTokenizer.use_regex === false)
    refuse("pre_tokenizer", "does not split at all: its ByteLevel step has use_regex false")
  const pattern = (split?.pattern.Regex ?? GPT2).replaceAll("\\s", "\\p{White_Space}").replaceAll("\\S", "\\P{White_Space}")
  try {
    RegExp(pattern, "gu")
    return pattern
  } catch (error) {
    return refuse("pre_tokenizer", `has a pattern that cannot be followed: ${(error as Error).message}`)
  }
}
