/**
 * A tokenizer from elsewhere, run by Hugging Face's library for Node: a `tokenizer.json` with its normalizers, its pre-tokenizer,
 * its model (BPE, byte fallback, WordPiece, Unigram) and its added tokens. Ours (bpe, word) stay for what is trained here.
 *
 * Ids are the library's for every text, with the one difference that all tokenizers here have: a special token spelt out in a
 * text is encoded as the characters it is, so that no document or rollout can forge the end of another. Nothing is put before or
 * behind a text (`<s>`); `encodeDocument` ends it.
 *
 * What a `tokenizer.json` does not say (which token ends a text) stands beside its fields, under `echo_chamber`. It is there in
 * artifacts only: Hugging Face's parser takes no key that it does not know.
 */

import { Tokenizer as Library } from "@huggingface/tokenizers"
import * as Schema from "effect/Schema"

import { errorText } from "../text/error-text.ts"
import { TokenizerInvalid } from "./bpe/bpe-json.ts"
import { asRustReads, refuseOtherIds } from "./library-steps.ts"
import type { Tokenizer, TokenizerJson } from "./Tokenizer.ts"

/** What stands under `echo_chamber`. */
const Mark = Schema.Struct({
  kind: Schema.Literal("library"),
  end_of_text: Schema.String,
  separator: Schema.String,
  /** Roles of special tokens by the names of `tokenizer_config.json`: `bos_token`, `pad_token`, ... */
  special_tokens: Schema.Record(Schema.String, Schema.String)
})

/** What a document of this sort says beside the standard's fields. */
export type LibraryMark = typeof Mark.Type

/** What question and solution are joined by, where a vocabulary has no say in it. */
const separator = "\n\n"

/** The document of an artifact: the standard's, with what it does not say. */
export const withMark = (
  json: TokenizerJson,
  special: { readonly endOfText: string; readonly roles: Readonly<Record<string, string>> }
): TokenizerJson => ({
  ...json,
  echo_chamber: { kind: "library", end_of_text: special.endOfText, separator, special_tokens: special.roles }
})

/** The standard's document again, and what stood beside it; null: it is one of our own kinds. */
export const withoutMark = (json: TokenizerJson): { readonly json: TokenizerJson; readonly mark: LibraryMark | null } => {
  const { echo_chamber: given, ...standard } = json
  if (given === undefined) return { json, mark: null }
  const mark = Schema.decodeUnknownResult(Mark)(given)
  if (mark._tag === "Failure")
    throw new TokenizerInvalid({ field: "echo_chamber", problem: `is not ours: ${String(mark.failure)}` })
  return { json: standard, mark: mark.success }
}

const Token = Schema.Struct({ id: Schema.Natural, content: Schema.String, special: Schema.optionalKey(Schema.Boolean) })
const Pieces = Schema.Array(Schema.Tuple([Schema.String, Schema.Number]))
const Ids = Schema.Record(Schema.String, Schema.Natural)

/** The fields that are looked at here; the library reads the others. */
const Document = Schema.Struct({
  added_tokens: Schema.optionalKey(Schema.NullOr(Schema.Array(Token))),
  model: Schema.StructWithRest(
    Schema.Struct({ unk_token: Schema.optionalKey(Schema.NullOr(Schema.String)), vocab: Schema.Union([Ids, Pieces]) }),
    [Schema.Record(Schema.String, Schema.Json)]
  )
})

/** In front of a special token in the vocabulary that texts are encoded with: what is no character stands in no text. */
const NEVER_IN_TEXT = "\u{10FFFF}"

/** Reads a marked document. Throws `TokenizerInvalid`, naming the field at fault. */
export const libraryTokenizer = (document: TokenizerJson, mark: LibraryMark, marked: TokenizerJson): Tokenizer => {
  const decoded = Schema.decodeUnknownResult(Document)(document)
  if (decoded._tag === "Failure")
    throw new TokenizerInvalid({
      field: "the document",
      problem: `is not of the shape of a tokenizer.json: ${String(decoded.failure)}`
    })
  const { model } = decoded.success
  const added = decoded.success.added_tokens ?? []
  const ofVocabulary: Iterable<readonly [string, number]> = isPieces(model.vocab)
    ? model.vocab.map(([token], id) => [token, id] as const)
    : Object.entries(model.vocab)
  const ids = new Map([...ofVocabulary, ...added.map(({ content, id }) => [content, id] as const)])
  const endOfText = ids.get(mark.end_of_text)
  if (endOfText === undefined)
    throw new TokenizerInvalid({
      field: "model.vocab",
      problem: `has no ${JSON.stringify(mark.end_of_text)}, which is to end texts`
    })
  const isSpecial = new Set([mark.end_of_text, ...added.flatMap(({ content, special }) => (special === true ? [content] : []))])
  const control = new Set([...isSpecial].map((token) => ids.get(token)!))
  let size = 0
  for (const id of ids.values()) size = Math.max(size, id + 1)

  refuseOtherIds(document, (token) => isSpecial.has(token))
  const hide = (token: string) => (isSpecial.has(token) && token !== model.unk_token ? NEVER_IN_TEXT + token : token)
  const library = made({
    normalizer: null,
    pre_tokenizer: null,
    decoder: null,
    ...asRustReads(document),
    post_processor: null,
    added_tokens: (Array.isArray(document["added_tokens"]) ? document["added_tokens"] : []).filter(
      (_, i) => !isSpecial.has(added[i]!.content)
    ),
    model: {
      ...model,
      vocab: isPieces(model.vocab)
        ? model.vocab.map(([token, score]) => [hide(token), score])
        : Object.fromEntries(Object.entries(model.vocab).map(([token, id]) => [hide(token), id]))
    }
  })
  return {
    kind: "library",
    size,
    endOfText,
    tags: {},
    separator: mark.separator,
    // The library takes an empty text for none.
    encode: (text) =>
      text === "" ? new Int32Array(0) : Int32Array.from(library.encode(text.toWellFormed(), { add_special_tokens: false }).ids),
    decode: (tokens) => {
      // A model may have more rows than its tokenizer has tokens, so that their number is a round one.
      const known = Array.from(tokens).filter((id) => id < size && !control.has(id))
      return known.length === 0 ? "" : library.decode(known, { skip_special_tokens: false, clean_up_tokenization_spaces: false })
    },
    json: marked
  }
}

const isPieces = (vocab: typeof Ids.Type | typeof Pieces.Type): vocab is typeof Pieces.Type => Array.isArray(vocab)

/** What is used of the library, whose own types TypeScript cannot follow. */
interface HuggingFaceTokenizer {
  readonly encode: (text: string, options: { readonly add_special_tokens: boolean }) => { readonly ids: ReadonlyArray<number> }
  readonly decode: (
    ids: ReadonlyArray<number>,
    options: { readonly skip_special_tokens: boolean; readonly clean_up_tokenization_spaces: boolean }
  ) => string
  readonly decoder: Decoder | null
}

interface DecoderStep {
  readonly config: { readonly type: string; readonly replacement?: string; readonly prepend_scheme?: string }
  /** Of a sequence. */
  readonly decoders?: ReadonlyArray<DecoderStep>
  /** Of a byte fallback. */
  text_decoder?: ByteRunDecoder
  decode_chain: (tokens: ReadonlyArray<string>) => ReadonlyArray<string>
}

interface Decoder extends DecoderStep {
  end_of_word_suffix: string | null
}

const made = (document: object): HuggingFaceTokenizer => {
  try {
    const library: HuggingFaceTokenizer = new Library(document, { clean_up_tokenization_spaces: false })
    for (const step of stepsOf(library.decoder)) {
      if (step.config.type === "ByteFallback") step.text_decoder = new ByteRunDecoder()
      if (step.config.type === "Metaspace") step.decode_chain = metaspaceTexts(step.config)
    }
    // In Rust a suffix is the business of decoders alone.
    if (library.decoder !== null) library.decoder.end_of_word_suffix = null
    return library
  } catch (cause) {
    const problem = `cannot be used by Hugging Face's library: ${errorText(cause)}`
    throw new TokenizerInvalid({ field: "the document", problem })
  }
}

/** Blanks as the Rust library has them: in the first token none, unless nothing is put in front of a text. */
const metaspaceTexts =
  ({ replacement = "\u2581", prepend_scheme: scheme }: DecoderStep["config"]): DecoderStep["decode_chain"] =>
  (tokens) =>
    tokens.map((token, i) => token.replaceAll(replacement, i === 0 && scheme !== "never" ? "" : " "))

const stepsOf = (step: DecoderStep | null): ReadonlyArray<DecoderStep> =>
  step === null ? [] : [step, ...(step.decoders ?? []).flatMap(stepsOf)]

/**
 * A run of tokens that are bytes as text, as the Rust library has it: what is no UTF-8 is as many U+FFFD as bytes, and U+FEFF is
 * a character as any other. The package for Node drops a leading U+FEFF and counts U+FFFD otherwise.
 */
class ByteRunDecoder {
  private readonly strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

  decode(bytes: Uint8Array): string {
    try {
      return this.strict.decode(bytes)
    } catch {
      return "\uFFFD".repeat(bytes.length)
    }
  }
}
