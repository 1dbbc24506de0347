/**
 * Byte-level BPE over a standard Hugging Face `tokenizer.json`: the tokenizer of real text. Trained by train.ts.
 *
 * Text is cut into pieces (pretokenize.ts), each piece is merged (merge.ts) and remembered, since pieces repeat: after the first
 * megabyte nearly all are known. Any text has tokens and comes back from them unchanged, but for lone surrogates, which are not
 * text and become U+FFFD.
 *
 * Ids equal those of Hugging Face's tokenizers for the same file, with one intended difference. A control token spelt out in a
 * text (`<|endoftext|>`) is encoded as the characters it is, so that no document or rollout can forge the end of another.
 */

import type { Tokenizer } from "../Tokenizer.ts"
import { bpeFromJson, type BpeParts, bpeToJson } from "./bpe-json.ts"
import { fromAlphabet } from "./byte-alphabet.ts"
import { mergePiece, mergeTable } from "./merge.ts"
import { type TokenBuffer, withCache } from "./piece-cache.ts"
import { splitterOf } from "./pretokenize.ts"

/** A tokenizer whose tokens are strings of bytes. */
export interface BpeTokenizer extends Tokenizer {
  readonly kind: "bpe"
  /** The bytes a token stands for; none for a control token. Throws a RangeError for an id that is not in the vocabulary. */
  readonly bytesOf: (token: number) => Uint8Array
}

/** Reads a `tokenizer.json`. Throws TokenizerInvalid, naming the field at fault. */
export const bpeTokenizerFromJson = (json: unknown): BpeTokenizer => makeBpeTokenizer(bpeFromJson(json))

/** The tokenizer that these parts describe. Throws a RangeError for a token outside the byte alphabet. */
export const makeBpeTokenizer = (parts: BpeParts): BpeTokenizer => {
  const bytes = tokenBytes(parts)
  const idOfByte = new Int32Array(256)
  for (const [id, token] of bytes.entries()) if (token.length === 1) idOfByte[token[0]!] = id
  const table = mergeTable(parts.merges, idOfByte)
  const split = splitterOf(parts.pattern)
  const utf8 = new TextEncoder()
  let scratch = new Uint8Array(1024)

  const mergeText = (piece: string): Int32Array => {
    if (scratch.length < piece.length * 3) scratch = new Uint8Array(piece.length * 3)
    return mergePiece(scratch, utf8.encodeInto(piece, scratch).written, table)
  }

  const appendPiece = withCache(mergeText)
  const buffer: TokenBuffer = { tokens: new Int32Array(1024), length: 0 }

  const encode = (text: string): Int32Array => {
    buffer.length = 0
    split(text, (start, end) => appendPiece(text, start, end, buffer))
    return buffer.tokens.slice(0, buffer.length)
  }

  const bytesOf = (token: number): Uint8Array => {
    const found = bytes[token]
    if (found === undefined)
      throw new RangeError(`Token ${token} is not in this vocabulary, whose ids are 0 to ${bytes.length - 1}.`)
    return found
  }

  const decode = (tokens: ArrayLike<number>): string => {
    let length = 0
    for (let i = 0; i < tokens.length; i++) length += bytesOf(tokens[i]!).length
    const joined = new Uint8Array(length)
    for (let i = 0, at = 0; i < tokens.length; i++) {
      const token = bytesOf(tokens[i]!)
      joined.set(token, at)
      at += token.length
    }
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(joined)
  }

  return {
    kind: "bpe",
    size: parts.tokens.length,
    endOfText: parts.endOfText,
    tags: parts.tags,
    separator: parts.separator,
    encode,
    decode,
    bytesOf,
    json: bpeToJson(parts)
  }
}

const tokenBytes = (parts: BpeParts): Array<Uint8Array> => {
  const control = new Set(parts.control)
  return parts.tokens.map((token, id) => {
    const bytes = control.has(id) ? new Uint8Array(0) : fromAlphabet(token)
    if (bytes === null) throw new RangeError(`Token ${id} (${JSON.stringify(token)}) is not in the byte alphabet.`)
    return bytes
  })
}
