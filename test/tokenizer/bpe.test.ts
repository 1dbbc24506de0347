/**
 * Outside sources: vocabulary and ids made by Hugging Face's Rust tokenizers (fixtures/bpe-hugging-face.json), and its JavaScript
 * package at run time. Real texts are used where they are on the machine.
 */

import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"

import { Tokenizer as Oracle } from "@huggingface/tokenizers"
import { describe, expect, it } from "vitest"

import { DatasetMissing } from "../../src/datasets/errors.ts"
import { readDataset } from "../../src/datasets/read/load.ts"
import { draws } from "../../src/random/philox.ts"
import { TokenizerInvalid } from "../../src/tokenizer/bpe/bpe-json.ts"
import { bpeTokenizerFromJson, type BpeTokenizer } from "../../src/tokenizer/bpe/BpeTokenizer.ts"
import { DIGITS_SINGLY, type Splitter, splitterOf } from "../../src/tokenizer/bpe/pretokenize.ts"
import { trainBpe } from "../../src/tokenizer/bpe/train.ts"
import { tokenizerFromJson } from "../../src/tokenizer/from-json.ts"
import type { TokenizerJson } from "../../src/tokenizer/Tokenizer.ts"

interface Fixture {
  readonly texts: ReadonlyArray<string>
  readonly repeat: number
  readonly merges: ReadonlyArray<readonly [string, string]>
  readonly vocab: Readonly<Record<string, number>>
  readonly encoded: ReadonlyArray<readonly [string, ReadonlyArray<number>]>
}
const fixture = JSON.parse(readFileSync(new URL("../fixtures/bpe-hugging-face.json", import.meta.url), "utf8")) as Fixture
const texts = Array.from({ length: fixture.repeat }, () => fixture.texts).flat()
const tags = ["tinygsm", "omi1"]
const trained = trainBpe(texts, { vocabularySize: 420, tags })
const savedAndRead = (tokenizer: BpeTokenizer) => bpeTokenizerFromJson(JSON.parse(JSON.stringify(tokenizer.json)))

interface Model {
  readonly vocab: Record<string, number>
  readonly merges: Array<[string, string]>
}
const modelOf = (json: TokenizerJson) => JSON.parse(JSON.stringify(json["model"])) as Model

/** Ids and text by Hugging Face's JavaScript package, which by default tidies blanks before punctuation on decoding. */
const oracleOf = (json: TokenizerJson) => {
  const settings = { clean_up_tokenization_spaces: false }
  const oracle = new Oracle(json, settings)
  return {
    encode: (text: string) => Array.from(oracle.encode(text, { add_special_tokens: false }).ids),
    decode: (ids: ReadonlyArray<number>) => (ids.length === 0 ? "" : oracle.decode([...ids], settings))
  }
}

describe("training", () => {
  it("learns the merges and ids that Hugging Face's trainer learns from the same text", () => {
    expect(modelOf(trained.json).merges).toEqual(fixture.merges)
    expect(modelOf(trained.json).vocab).toEqual(fixture.vocab)
    expect(trained.size).toBe(420)
  })

  it("numbers end of text, tags, bytes and merges in that order", () => {
    expect(trained.endOfText).toBe(0)
    expect(trained.tags).toEqual({ tinygsm: 1, omi1: 2 })
    expect(trained.bytesOf(3)).toEqual(Uint8Array.of(0x21))
    expect(trained.bytesOf(258)).toEqual(Uint8Array.of(0xad))
    expect(trained.separator).toBe("\n\n")
  })

  it("does not depend on the order of the texts", () => {
    expect(trainBpe(texts.toReversed(), { vocabularySize: 420, tags }).json).toEqual(trained.json)
  })

  it("never merges two digits, however frequent", () => {
    const digits = trainBpe(Array(50).fill("2024 2024 was 2024"), { vocabularySize: 300 })
    for (let id = 0; id < digits.size; id++) expect(digits.decode([id])).not.toMatch(/\d\d/)
    expect(digits.encode("2024")).toHaveLength(4)
  })

  it("stops early when no pair is left that occurs twice", () => {
    expect(trainBpe(["ab ab cd"], { vocabularySize: 1000 }).size).toBe(1 + 256 + 1)
  })

  it("refuses a size that cannot hold the bytes, and a tag named twice", () => {
    expect(() => trainBpe(texts, { vocabularySize: 258, tags })).toThrow(/needs a whole number between 259 and/)
    expect(() => trainBpe(texts, { vocabularySize: 400, tags: ["omi1", "omi1"] })).toThrow(/named once/)
    expect(() => trainBpe(texts, { vocabularySize: 400, tags: ["endoftext"] })).toThrow(/named once/)
  })
})

describe("cutting text into pieces", () => {
  const piecesOf = (split: Splitter, text: string) => {
    const pieces: Array<string> = []
    split(text, (start, end) => pieces.push(text.slice(start, end)))
    return pieces
  }
  const byHand = splitterOf(DIGITS_SINGLY)
  // The same pattern spelt another way: not the one that is split by hand.
  const byPattern = splitterOf(`(?:${DIGITS_SINGLY})`)

  it("keeps a leading blank with a word or signs, digits single, and the last blank of a run apart", () => {
    expect(piecesOf(byHand, "It's  $120 -> a\n\n b 'tis we'll  ")).toEqual([
      "It",
      "'s",
      " ",
      " $",
      "1",
      "2",
      "0",
      " ->",
      " a",
      "\n\n",
      " b",
      " '",
      "tis",
      " we",
      "'ll",
      "  "
    ])
  })

  it("gives by hand what the pattern gives, on random texts of awkward characters", () => {
    const random = draws(11, "pieces")
    const alphabet = [
      ..."ab'srelvmdtZ09 \t\n\r.,$\\_\u0000\u001cé½中\u00a0\u0085\ufeff\u2028\u0301😀",
      "  ",
      "'ll",
      "'re",
      "\ud800",
      "\udc00"
    ]
    for (let i = 0; i < 20_000; i++) {
      const text = Array.from({ length: random.between(0, 12) }, () => random.pick(alphabet)).join("")
      const pieces = piecesOf(byHand, text)
      if (pieces.join("") !== text) expect(pieces.join("")).toBe(text)
      const expected = piecesOf(byPattern, text)
      if (pieces.join("|") !== expected.join("|")) expect(pieces, JSON.stringify(text)).toEqual(expected)
    }
  })
})

describe("encoding and decoding", () => {
  it("gives the same ids for the millionth piece as for the first: the cache starts anew when full", () => {
    const random = draws(3, "cache")
    const word = () => Array.from({ length: 8 }, () => random.pick([..."aeinrst"])).join("")
    const first = Array.from(trained.encode("senninra in apples"))
    for (let i = 0; i < 300; i++) trained.encode(Array.from({ length: 1000 }, word).join(" "))
    expect(Array.from(trained.encode("senninra in apples"))).toEqual(first)
  })

  it.each(fixture.encoded)("gives the ids of Hugging Face's Rust tokenizers for %j", (text, ids) => {
    expect(Array.from(trained.encode(text))).toEqual(ids)
    expect(trained.decode(ids)).toBe(text)
  })

  it.each(fixture.encoded)("agrees with Hugging Face's JavaScript tokenizers on %j, by the saved file", (text) => {
    const oracle = oracleOf(trained.json)
    const ids = Array.from(savedAndRead(trained).encode(text))
    expect(ids).toEqual(oracle.encode(text))
  })

  it("encodes control tokens spelt out in a text as the characters they are, and leaves them out on decoding", () => {
    const spelt = "a<|endoftext|>b<|tinygsm|>"
    const ids = Array.from(trained.encode(spelt))
    expect(ids.filter((id) => id < 3)).toEqual([])
    expect(trained.decode(ids)).toBe(spelt)
    expect(trained.decode([0, ...ids, 1, 2])).toBe(spelt)
  })

  it("cuts a character into bytes and puts it together again; a lone half becomes U+FFFD", () => {
    const ids = Array.from(trained.encode("🎈"))
    expect(ids.length).toBeGreaterThan(1)
    expect(trained.decode(ids)).toBe("🎈")
    expect(trained.decode(ids.slice(0, -1))).toBe("\ufffd")
    expect(trained.decode(trained.encode("x\ud83cy"))).toBe("x\ufffdy")
  })

  it("encodes 1,200,000 letters without a space, for which the square of their number would be an hour", () => {
    const word = "abab".repeat(300_000)
    expect(trained.decode(trained.encode(word))).toBe(word)
  })

  it("refuses an id outside the vocabulary", () => {
    expect(() => trained.decode([420])).toThrow("Token 420 is not in this vocabulary, whose ids are 0 to 419.")
    expect(() => trained.decode([-1])).toThrow(RangeError)
  })
})

describe("tokenizer.json", () => {
  it("is read back to the same tokenizer", () => {
    const again = tokenizerFromJson(JSON.parse(JSON.stringify(trained.json)))
    expect(again.kind).toBe("bpe")
    expect(again.json).toEqual(trained.json)
    expect([again.size, again.endOfText, again.tags, again.separator]).toEqual([420, 0, { tinygsm: 1, omi1: 2 }, "\n\n"])
  })

  it("has only the top-level fields that Hugging Face's parser knows", () => {
    expect(Object.keys(trained.json).toSorted()).toEqual([
      "added_tokens",
      "decoder",
      "model",
      "normalizer",
      "padding",
      "post_processor",
      "pre_tokenizer",
      "truncation",
      "version"
    ])
  })

  it("of GPT-2's shape is read, with merges as texts, and splits digits as GPT-2 does", () => {
    const model = modelOf(trained.json)
    const gpt2 = {
      ...trained.json,
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
      model: { ...model, merges: model.merges.map((pair) => pair.join(" ")), echo_chamber: undefined }
    }
    const json = JSON.parse(JSON.stringify(gpt2)) as TokenizerJson
    const read = bpeTokenizerFromJson(json)
    const oracle = oracleOf(json)
    for (const [text] of fixture.encoded.filter(([text]) => !/[\u0085\ufeff]/.test(text)))
      expect(Array.from(read.encode(text)), text).toEqual(oracle.encode(text))
    expect(read.endOfText).toBe(0)
    expect(read.tags).toEqual({})
  })

  const broken = (change: (json: { [key: string]: unknown } & { model: Model & { [key: string]: unknown } }) => void) => {
    const json = JSON.parse(JSON.stringify(trained.json))
    change(json)
    return () => bpeTokenizerFromJson(json)
  }
  it("names the field at fault", () => {
    const fault = (field: string) => expect.objectContaining({ _tag: "TokenizerInvalid", field })
    expect(broken((json) => (json["normalizer"] = { type: "NFC" }))).toThrow(/normalizer/)
    expect(broken((json) => (json.model["byte_fallback"] = true))).toThrow(/byte_fallback/)
    expect(broken((json) => delete json.model.vocab["Ġ"])).toThrow(fault("model.vocab"))
    expect(broken((json) => (json.model.vocab["x"] = 9000))).toThrow(fault("model.vocab"))
    expect(broken((json) => (json.model.vocab["x"] = 7))).toThrow(fault("model.vocab"))
    expect(broken((json) => json.model.merges.push(["q", "zz"]))).toThrow(/merges\[\d+\] \(\["q","zz"\]\)/)
    expect(broken((json) => (json["added_tokens"] = []))).toThrow(TokenizerInvalid)
    expect(broken((json) => (json["pre_tokenizer"] = { type: "Whitespace" }))).toThrow(/pre_tokenizer/)
    expect(() => tokenizerFromJson({ model: { type: "Unigram" } })).toThrow(/model.type is "Unigram"/)
    expect(() => tokenizerFromJson({})).toThrow(/model.type/)
  })
})

const realTexts = async (name: string, split: string): Promise<ReadonlyArray<string>> => {
  try {
    const rows = await readDataset(name, split, { purpose: "evaluation" })
    return rows.map((row) => `${row.question}\n\n${row.solution}`)
  } catch (error) {
    if (error instanceof DatasetMissing) return []
    throw error
  }
}
const gsm8kTrain = await realTexts("gsm8k", "train")

describe.skipIf(gsm8kTrain.length === 0)("on GSM8K and SVAMP", () => {
  const tokenizer = trainBpe(gsm8kTrain, { vocabularySize: 4096, tags })

  it("trains 4,096 tokens on GSM8K train, and gives every text back", () => {
    expect(tokenizer.size).toBe(4096)
    expect(gsm8kTrain.filter((text) => tokenizer.decode(tokenizer.encode(text)) !== text)).toEqual([])
  })

  const allTexts = async () => [...gsm8kTrain, ...(await realTexts("gsm8k", "test")), ...(await realTexts("svamp", "test"))]

  // Ids of all 9,792 texts by tokenizers 0.23.2 (Rust) from the saved file, joined by commas, a line each. A digest, since the
  // oracle at hand
  // takes half a minute for them.
  it("gives the ids of Hugging Face's Rust tokenizers on every text, and every text back", async () => {
    const digest = createHash("sha256")
    for (const text of await allTexts()) {
      const ids = tokenizer.encode(text)
      digest.update(`${ids.join()}\n`)
      if (tokenizer.decode(ids) !== text) expect(tokenizer.decode(ids)).toBe(text)
    }
    expect(digest.digest("hex")).toBe("bb753223a3be7f35619fdc109e4de424ac193fb0d7c43efa463113c3fd1a0987")
  })

  it("agrees with Hugging Face's JavaScript tokenizers there and back, on every twentieth text", async () => {
    const oracle = oracleOf(tokenizer.json)
    const differs = (text: string) => {
      const ids = Array.from(tokenizer.encode(text))
      return ids.join() !== oracle.encode(text).join() || oracle.decode(ids) !== text
    }
    expect((await allTexts()).filter((_, i) => i % 20 === 0).filter(differs)).toEqual([])
  })
})
