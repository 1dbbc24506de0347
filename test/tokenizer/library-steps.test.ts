/** Steps of tokenizers from elsewhere: read as Hugging Face's Rust library reads them, or refused by what differs. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { tokenizerDocument } from "../../src/hugging-face/tokenizer-files.ts"
import { tokenizerFromJson } from "../../src/tokenizer/from-json.ts"
import { withMark } from "../../src/tokenizer/LibraryTokenizer.ts"
import type { TokenizerJson } from "../../src/tokenizer/Tokenizer.ts"

/** What the Rust library makes of texts. */
interface Recorded {
  readonly text: string
  readonly pieces: ReadonlyArray<readonly [step: TokenizerJson, pieces: ReadonlyArray<string>]>
  readonly normalized: ReadonlyArray<readonly [step: TokenizerJson, text: string, normalized: string]>
  readonly decoded: ReadonlyArray<readonly [scheme: string, ids: ReadonlyArray<number>, text: string]>
}

const recorded: Recorded = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, "../fixtures/tokenizer-steps.json"), "utf8"))

const END = "</s>"
/** A tokenizer whose tokens are whole pieces: any other piece is unknown. */
const ofPieces = (pieces: ReadonlyArray<string>, parts: TokenizerJson = {}) => {
  const vocab = Object.fromEntries(["<unk>", END, ...new Set(pieces)].map((piece, id) => [piece, id]))
  return {
    normalizer: null,
    pre_tokenizer: null,
    decoder: null,
    ...parts,
    model: { type: "WordLevel", unk_token: "<unk>", vocab }
  }
}
const made = (document: TokenizerJson) => tokenizerFromJson(withMark(document, { endOfText: END, roles: {} }))
const piecesOf = (document: ReturnType<typeof ofPieces>, text: string) => {
  const pieces = new Map(Object.entries(document.model.vocab).map(([piece, id]) => [id, piece]))
  return [...made(document).encode(text)].map((id) => pieces.get(id))
}

describe("a step of a tokenizer from elsewhere", () => {
  it.each(recorded.pieces.map(([step, pieces]) => [JSON.stringify(step), step, pieces] as const))(
    "cuts a text where the Rust library does: %s",
    (_, step, pieces) => {
      expect(piecesOf(ofPieces(pieces, { pre_tokenizer: step }), recorded.text)).toEqual(pieces)
      const within = { type: "Sequence", pretokenizers: [step] }
      expect(piecesOf(ofPieces(pieces, { pre_tokenizer: within }), recorded.text)).toEqual(pieces)
    }
  )

  it.each(recorded.normalized.map(([step, text, normalized]) => [step["type"], JSON.stringify(text), step, text, normalized]))(
    "normalizes as the Rust library does: %s of %s",
    (_type, _text, step, text, normalized) => {
      expect(piecesOf(ofPieces([normalized], { normalizer: step }), text)).toEqual([normalized])
    }
  )

  it("decodes blanks as the Rust library does", () => {
    for (const [scheme, ids, text] of recorded.decoded) {
      const decoder = { type: "Metaspace", replacement: "\u2581", prepend_scheme: scheme, split: true }
      const tokenizer = made(ofPieces(["\u2581\u2581a", "\u2581b", "c"], { decoder }))
      // Two tokens stand before the pieces here, and one where it was recorded.
      expect([scheme, ids, tokenizer.decode(ids.map((id) => id + 1))]).toEqual([scheme, ids, text])
    }
  })

  it("leaves the mark of a word's end in a text whose decoder says nothing of it", () => {
    const decoder = { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true }
    const model = { type: "BPE", unk_token: null, end_of_word_suffix: "</w>", vocab: { [END]: 0, "a</w>": 1 }, merges: [] }
    expect(made({ normalizer: null, pre_tokenizer: null, decoder, model }).decode([1, 1])).toBe("a</w>a</w>")
  })
})

describe("what the library for Node reads otherwise", () => {
  const bpe = { type: "BPE", unk_token: "<unk>", vocab: { "<unk>": 0, [END]: 1, a: 2, "a<unk>": 3 }, merges: ["a <unk>"] }
  const added = (flag: string) => ({
    added_tokens: [{ id: 2, content: "x", special: false, [flag]: true }],
    ...ofPieces(["x"])
  })
  const split = (behavior: string) =>
    ofPieces(["x"], { pre_tokenizer: { type: "Split", pattern: { String: "-" }, behavior, invert: true } })

  it.each<[string, TokenizerJson]>([
    ['added_tokens has "x" with lstrip', added("lstrip")],
    ['added_tokens has "x" with rstrip', added("rstrip")],
    ['added_tokens has "x" with single_word', added("single_word")],
    ["model.merges joins <unk>, the token of what is unknown", { model: bpe }],
    ["model.dropout is 0.1", { model: { ...bpe, dropout: 0.1 } }],
    ['model.continuing_subword_prefix is "##"', { model: { ...bpe, continuing_subword_prefix: "##" } }],
    [
      'model.vocab has "a" twice',
      {
        model: {
          type: "Unigram",
          unk_id: 0,
          vocab: [
            ["a", 0],
            [END, 0],
            ["a", 0]
          ]
        }
      }
    ],
    [
      "model.byte_fallback is true in a Unigram",
      { model: { type: "Unigram", unk_id: 0, byte_fallback: true, vocab: [[END, 0]] } }
    ],
    ['pre_tokenizer has a Split of behavior "MergedWithNext" that is inverted', split("MergedWithNext")],
    ['pre_tokenizer has a Split of behavior "Sideways" that is inverted', split("Sideways")],
    ["CharDelimiterSplit", ofPieces(["x"], { pre_tokenizer: { type: "CharDelimiterSplit", delimiter: "-" } })],
    ["UnicodeScripts", ofPieces(["x"], { pre_tokenizer: { type: "UnicodeScripts" } })]
  ])("is refused: %s", (problem, document) => {
    expect(() => made(document)).toThrow(problem)
  })

  it("is no matter in a special token, which no text has, nor where bytes stand for what is unknown", () => {
    const special = { added_tokens: [{ id: 2, content: "x", special: true, lstrip: true }], ...ofPieces(["x", "y"]) }
    expect([...made(special).encode("y")]).toEqual([3])
    expect(() => made({ model: { ...bpe, byte_fallback: true } })).not.toThrow()
  })

  it("is said where it is near enough", () => {
    const json = ofPieces(["x"], { normalizer: { type: "Precompiled", precompiled_charsmap: "" } })
    const { notes } = tokenizerDocument(
      { file: "tokenizer.json", json },
      { file: "tokenizer_config.json", json: { eos_token: END } },
      null
    )
    expect(notes.join()).toContain("NFKC stands in")
  })
})
