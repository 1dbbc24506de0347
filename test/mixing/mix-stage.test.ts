/**
 * The mix stage as it runs, on made-up rows of GSM8K beside built-in sources: its manifest, its contamination tables, its
 * vocabulary.
 */

import { join } from "node:path"

import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { Corpus } from "../../schemas/corpus.ts"
import { openArtifact } from "../../src/dag/running/input-artifact.ts"
import type { Reader } from "../../src/dag/Stage.ts"
import { Store } from "../../src/store/objects/Store.ts"
import { tokenizerFromJson } from "../../src/tokenizer/from-json.ts"
import { mix } from "../../stages/mix.ts"
import { runNodes } from "../dag/study-in-a-folder.ts"
import { jsonl, temporaryFolder, writeIn } from "../datasets/hub.ts"

const data = temporaryFolder()
const word = (i: number) => String.fromCharCode(97 + (i % 26), 97 + (Math.floor(i / 26) % 26), 97 + (Math.floor(i / 676) % 26))
/** A question of 16 words that no other has, and its solution. */
const row = (i: number, solution = "") => ({
  question: `How many of the ${Array.from({ length: 12 }, (_, j) => word(i * 12 + j + 17)).join(" ")} are there?`,
  answer: `There are ${i}. ${solution}\n#### ${i}`
})
const train = [
  // The first tenth is held out, with a word that stands nowhere else.
  ...Array.from({ length: 6 }, (_, i) => row(i, "qqzqqz qqzqqz qqzqqz")),
  ...Array.from({ length: 50 }, (_, i) => row(6 + i)),
  row(7),
  row(0, "qqzqqz qqzqqz qqzqqz"),
  { question: row(200).question, answer: "Seen before.\n#### 200" },
  row(60)
]
const before = process.env["ECHO_CHAMBER_DATA"]
beforeAll(() => {
  writeIn(data, "gsm8k/train.jsonl", jsonl(train))
  writeIn(data, "gsm8k/test.jsonl", `${jsonl([row(200), row(201)])}{"question": "Q?"}\n`)
  process.env["ECHO_CHAMBER_DATA"] = data
})
afterAll(() => {
  if (before === undefined) delete process.env["ECHO_CHAMBER_DATA"]
  else process.env["ECHO_CHAMBER_DATA"] = before
})

const settings = {
  sources: { "gsm8k:train": 2, omi2: 1 },
  tokens: 9000,
  tokenizer: "bpe",
  vocabulary: 20_000,
  difficulty: { 1: 1 },
  heldOut: 6,
  maxBadRows: 1,
  suites: ["gsm8k:train", "gsm8k:test", "unseen-values"],
  suiteSize: 20
} as const

const corpusOf = async (params: Parameters<typeof mix>[1]) => {
  const store = join(temporaryFolder(), "store")
  const outcome = await runNodes(store, [mix({}, params)])
  expect(outcome.failures).toEqual([])
  const [artifact] = outcome.artifacts.values()
  const reader = await Effect.runPromise(Effect.provide(openArtifact(Corpus, artifact!), Store.layer(store)))
  return reader as unknown as Reader<typeof Corpus>
}

describe("the mix stage", () => {
  let corpus: Reader<typeof Corpus>
  beforeAll(async () => {
    corpus = await corpusOf(settings)
  })

  it("states targets, exact tokens and what was left out, source by source", () => {
    const [gsm8k, omi2] = [...corpus.sources]
    expect(gsm8k).toMatchObject({
      source: "gsm8k:train",
      target: 6000,
      distinctDocuments: 52,
      heldOutDocuments: 6,
      duplicates: 1,
      heldOutCopies: 1,
      contaminated: 0
    })
    expect(omi2).toMatchObject({ source: "omi2", target: 3000, duplicates: 0, acrossSources: 0 })
    expect([...corpus.sharedDocuments]).toEqual([{ source: "omi2", earlier: "gsm8k:train", documents: 0 }])
    const documents = [...corpus.documents]
    for (const { source, tokens, target, documents: count } of corpus.sources) {
      const own = documents.filter((document) => document.source === source && !document.heldOut)
      const lengths = own.map((document) => document.tokens.length)
      expect([own.length, lengths.reduce((a, b) => a + b)]).toEqual([count, tokens])
      expect(tokens).toBeGreaterThanOrEqual(target!)
      expect(tokens - lengths.at(-1)!).toBeLessThan(target!)
    }
    expect(documents.map(({ document }) => document)).toEqual(documents.map((_, i) => i))
  })

  it("never trains on what is held out, nor learns its vocabulary from it", () => {
    const texts = [...corpus.documents].filter(({ heldOut }) => !heldOut).map(({ text }) => text)
    expect(texts.filter((text) => text.includes("qqzqqz"))).toEqual([])
    const { encode, size } = tokenizerFromJson(corpus.tokenizer)
    // Every pair that was seen twice is merged.
    expect(size).toBeLessThan(20_000)
    expect(encode("qqzqqz").length).toBe(6)
    expect(encode(" are").length).toBe(1)
  })

  it("tells which questions are in which source", () => {
    const rows = [...corpus.contamination].map((overlap) => [
      overlap.source,
      overlap.suite,
      overlap.evaluation,
      overlap.questionsHit,
      overlap.wholeQuestions,
      overlap.questions
    ])
    // Seven of 60 rows are held out or copies of such; the question of the other copy is in the source all the same.
    expect(rows[0]).toEqual(["gsm8k:train", "gsm8k:train", false, 53, 53, 60])
    expect(rows[1]).toEqual(["gsm8k:train", "gsm8k:test", true, 1, 1, 2])
    expect(rows.slice(3, 5).map((row) => [row[0], row[1], row[3]])).toEqual([
      ["omi2", "gsm8k:train", 0],
      ["omi2", "gsm8k:test", 0]
    ])
    const found = [...corpus.overlaps].find(({ suite }) => suite === "gsm8k:test")
    expect(found).toMatchObject({ source: "gsm8k:train", problem: "test.jsonl#0", document: "train.jsonl#58", short: false })
  })

  it("names rows that cannot be used, and fails where there are more than are allowed", async () => {
    expect([...corpus.rejections]).toEqual([
      { source: "gsm8k:test", file: "test.jsonl", row: 2, field: "answer", problem: expect.stringContaining("is missing") }
    ])
    const { failures } = await runNodes(join(temporaryFolder(), "store"), [mix({}, { ...settings, maxBadRows: 0 })])
    expect(failures).toMatchObject([
      { badInput: true, problem: expect.stringMatching(/test\.jsonl, row 2, field answer: is missing/) }
    ])
  })

  it("extends a smaller mixture by a larger one, with the same vocabulary", async () => {
    const larger = await corpusOf({ ...settings, tokens: 18_000 })
    expect(larger.tokenizer).toEqual(corpus.tokenizer)
    for (const source of ["gsm8k:train", "omi2"]) {
      const texts = (reader: Reader<typeof Corpus>) =>
        [...reader.documents]
          .filter((document) => document.source === source)
          .map(({ text, repetition }) => `${repetition} ${text}`)
      expect(texts(larger).length).toBeGreaterThan(texts(corpus).length)
      expect(texts(larger).slice(0, texts(corpus).length)).toEqual(texts(corpus))
    }
  })

  it("leaves out contaminated documents when told to, and says how many", async () => {
    const clean = await corpusOf({ ...settings, contaminated: "drop" })
    expect(clean.sources.row(0)).toMatchObject({ source: "gsm8k:train", contaminated: 1, distinctDocuments: 51 })
    expect([...clean.documents].filter(({ text }) => text.includes("Seen before"))).toEqual([])
  })
})

describe("a mixture at the ends of what weights may be", () => {
  const ending = { tokens: 1000, heldOut: 2, suites: ["train"], suiteSize: 2 } as const
  it.each<[string, Parameters<typeof mix>[1]]>([
    ["one large", { sources: { tinygsm: 1e12 } }],
    ["one small", { sources: { tinygsm: 1e-9 } }],
    ["the widest apart", { sources: { tinygsm: 1, omi1: 1e-9 } }],
    ["large and the widest apart", { sources: { tinygsm: 1e12, omi1: 1e3 } }],
    ["operations the widest apart", { sources: { calc: 1, omi2: 1 }, difficulty: { 1: 1e12, 2: 1e3 } }],
    ["a sub-style of next to nothing", { sources: { tinygsm: 1 }, subStyles: { "tinygsm/plain": 1e-9 } }],
    ["repetitions of next to nothing", { sources: { tinygsm: 1, omi1: 1e-9 }, mixing: "repeats" }],
    ["less than a token", { sources: { tinygsm: 100, omi1: 1e-7 }, mixing: "targets" }]
  ])("comes to its end: %s", async (_, params) => {
    const { status } = await runNodes(join(temporaryFolder(), "store"), [mix({}, { ...ending, ...params })])
    expect(status).toBe("succeeded")
  })
})
