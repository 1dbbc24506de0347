/** How much of each source: counted on sources of documents with known lengths. */

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { DigestIndex } from "../../src/datasets/overlap/DigestIndex.ts"
import { datasetSource, NONE_REJECTED, type DocumentSource, type SourceDocument } from "../../src/mixing/DocumentSource.ts"
import { EarlierSources } from "../../src/mixing/EarlierSources.ts"
import {
  documentsOf,
  type Encoding,
  heldOutDigests,
  type MixtureOptions,
  targetTokens,
  trainingDocuments
} from "../../src/mixing/mixture.ts"
import { type MixtureSettings, openSources } from "../../src/mixing/open-sources.ts"
import { Selection, type SelectionRules } from "../../src/mixing/Selection.ts"
import { suiteProblems } from "../../src/mixing/suites.ts"
import { jsonl, temporaryFolder, writeIn } from "../datasets/hub.ts"

/** Document i is the text "i", or what `texts` says. */
const counting = (name: string, size: number, texts: ReadonlyArray<string> = []): DocumentSource => ({
  name,
  endless: size === Infinity,
  rejected: () => NONE_REJECTED,
  batches: async function* () {
    for (let first = 0; first < size; first += 4)
      yield Array.from({ length: Math.min(4, size - first) }, (_, i) => ({
        problem: `${name}/${first + i}`,
        format: "text",
        subStyle: "",
        steps: 0,
        template: "",
        topic: "",
        flawed: false,
        question: "",
        solution: texts[first + i] ?? String(first + i)
      }))
  }
})
const tokensEach = (length: number): Encoding => ({
  separator: "\n\n",
  encode: () => ({ tokens: new Int32Array(length), promptTokens: 0 })
})
const plain: SelectionRules = {
  duplicates: "drop",
  acrossSources: "keep",
  heldOut: new DigestIndex(),
  earlier: new EarlierSources(),
  contaminated: () => false,
  note: () => {}
}
const place = async (source: DocumentSource, options: MixtureOptions, length: number, selection = new Selection(plain)) => {
  const placed: Array<string> = []
  for await (const batch of documentsOf(source, options, tokensEach(length), selection))
    for (const { solution, heldOut, repetition } of batch) placed.push(heldOut ? `held ${solution}` : `${solution}x${repetition}`)
  return placed
}

describe("a source without end that has nothing new any more", () => {
  /** Ten texts, over and over. */
  const repeating: DocumentSource = {
    ...counting("a", Infinity),
    batches: async function* () {
      const ten = counting(
        "a",
        1000,
        Array.from({ length: 1000 }, (_, i) => String(i % 10))
      )
      for (;;) yield* ten.batches()
    }
  }

  it.each(["compute-matched", "repeats", "targets"] as const)("is refused under %s, and asked no longer", async (mode) => {
    const options: MixtureOptions = { mode, tokens: 1000, weights: { a: 1000 }, heldOut: 0 }
    await expect(place(repeating, options, 1)).rejects.toThrow('"a" has no more than 10 documents that differ (10 tokens)')
  })

  it("gives a vocabulary what there is", async () => {
    let documents = 0
    for await (const batch of trainingDocuments(repeating, { heldOut: 0 }, new Selection(plain))) documents += batch.length
    expect(documents).toBe(10)
  })
})

describe("a compute-matched mixture", () => {
  const options: MixtureOptions = { mode: "compute-matched", tokens: 40, weights: { a: 3, b: 1 }, heldOut: 2 }

  it("gives a source its share of the tokens, overshooting by less than a document, after its held-out documents", async () => {
    expect(await place(counting("a", Infinity), options, 7)).toEqual(["held 0", "held 1", "2x0", "3x0", "4x0", "5x0", "6x0"])
    expect(await place(counting("b", Infinity), options, 5)).toEqual(["held 0", "held 1", "2x0", "3x0"])
    expect(targetTokens(counting("a", Infinity), options)).toBe(30)
  })

  it("extends a smaller total document by document, repetitions and left-out copies included", async () => {
    for (const [size, texts] of [
      [Infinity, []],
      [30, ["a", "b", "c", "a", "c", "d", "d"]]
    ] as const) {
      const small = await place(counting("a", size, texts), { ...options, tokens: 200 }, 7)
      const large = await place(counting("a", size, texts), { ...options, tokens: 1000 }, 7)
      expect(large.length).toBeGreaterThan(100)
      expect(large.slice(0, small.length)).toEqual(small)
    }
  })

  it("starts a finite source over and counts the repetition, with at most a tenth of it held out", async () => {
    expect(await place(counting("b", 3), options, 2)).toEqual(["0x0", "1x0", "2x0", "0x1", "1x1"])
    expect(await place(counting("b", 10), { ...options, heldOut: 200 }, 10)).toEqual(["held 0", "1x0"])
  })

  it("takes nothing but held-out documents from a source of weight 0", async () => {
    expect(await place(counting("c", Infinity), options, 7)).toEqual(["held 0", "held 1"])
  })

  it("refuses a source that has nothing to train on", async () => {
    await expect(place(counting("a", 0), options, 7)).rejects.toMatchObject({ _tag: "SourceEmpty", badInput: true })
    const leaves = new Selection({ ...plain, contaminated: () => true })
    await expect(place(counting("a", 5), { ...options, heldOut: 0 }, 7, leaves)).rejects.toThrow(
      '"a" has no document to train on (0 rows could not be used, 5 documents were left out'
    )
  })
})

describe("a mixture by targets", () => {
  it("gives each source the tokens that its weight says", async () => {
    const options: MixtureOptions = { mode: "targets", tokens: 1e9, weights: { a: 15, b: 4 }, heldOut: 0 }
    expect(await place(counting("a", Infinity), options, 7)).toEqual(["0x0", "1x0", "2x0"])
    expect(await place(counting("b", Infinity), options, 7)).toEqual(["0x0"])
  })
})

describe("a mixture by repeats", () => {
  it("uses the whole of a finite source as often as its weight says, fractions included", async () => {
    const options: MixtureOptions = { mode: "repeats", tokens: 1e6, weights: { a: 2.5 }, heldOut: 0 }
    expect(await place(counting("a", 2), options, 1)).toEqual(["0x0", "1x0", "0x1", "1x1", "0x2"])
    expect(await place(counting("a", 6), { ...options, weights: { a: 0.5 } }, 1)).toEqual(["0x0", "1x0", "2x0"])
    expect(targetTokens(counting("a", 2), options)).toBeNull()
  })

  it("takes one repetition of a stream to be the documents that reach an equal part of the tokens", async () => {
    const options: MixtureOptions = { mode: "repeats", tokens: 30, weights: { a: 2, b: 1, c: 0.5 }, heldOut: 1 }
    expect(await place(counting("a", Infinity), { ...options, tokens: 45 }, 7)).toEqual([
      "held 0",
      "1x0",
      "2x0",
      "3x0",
      "1x1",
      "2x1",
      "3x1"
    ])
    expect(await place(counting("b", Infinity), { ...options, tokens: 45 }, 7)).toEqual(["held 0", "1x0", "2x0", "3x0"])
    expect(await place(counting("c", Infinity), { ...options, tokens: 42 }, 7)).toEqual(["held 0", "1x0"])
  })
})

describe("the selection of documents", () => {
  const options: MixtureOptions = { mode: "repeats", tokens: 1e6, weights: { a: 2 }, heldOut: 1 }
  const texts = ["held", "x", "y", "x", "held", "z", "y", "q", "r", "s"]

  it("leaves out copies of earlier documents, and of held-out ones in any case, each counted once", async () => {
    const heldOut = await heldOutDigests([counting("a", 10, texts)], options, tokensEach(1))
    const selection = new Selection({ ...plain, heldOut })
    const once = ["xx0", "yx0", "zx0", "qx0", "rx0", "sx0"]
    const placed = await place(counting("a", 10, texts), options, 1, selection)
    expect(placed).toEqual(["held held", ...once, ...once.map((document) => document.replace("x0", "x1"))])
    expect(selection.counts).toEqual({ duplicates: 2, acrossSources: 0, heldOutCopies: 1, contaminated: 0 })

    const keeping = new Selection({ ...plain, heldOut, duplicates: "keep" })
    expect(await place(counting("a", 10, texts), { ...options, weights: { a: 1 } }, 1, keeping)).toEqual([
      "held held",
      "xx0",
      "yx0",
      "xx0",
      "zx0",
      "yx0",
      "qx0",
      "rx0",
      "sx0"
    ])
    expect(keeping.counts).toEqual({ duplicates: 2, acrossSources: 0, heldOutCopies: 1, contaminated: 0 })
  })

  it("leaves out what the rules call contaminated, and notes each distinct training document once", async () => {
    const noted: Array<string> = []
    const heldOut = await heldOutDigests([counting("a", 10, texts)], options, tokensEach(1))
    const selection = new Selection({
      ...plain,
      heldOut,
      contaminated: (text) => text === "z",
      note: (_, text) => noted.push(text)
    })
    const placed = await place(counting("a", 10, texts), options, 1, selection)
    expect(placed.filter((document) => document.startsWith("z"))).toEqual([])
    expect(noted).toEqual(["x", "y", "z", "q", "r", "s"])
    expect(selection.counts.contaminated).toBe(1)
  })

  it("shows a vocabulary the training documents alone", async () => {
    const seen: Array<string> = []
    const source = counting("a", 10, texts)
    const selection = new Selection({ ...plain, heldOut: await heldOutDigests([source], options, tokensEach(1)) })
    for await (const batch of trainingDocuments(source, options, selection)) seen.push(...batch.map(({ solution }) => solution))
    expect(seen).toEqual(["x", "y", "z", "q", "r", "s"])
  })

  it("counts what sources share pair by pair, leaves it to the earlier one where told to, and holds out for all", async () => {
    const sources = [
      counting("a", 10, ["held a", "p", "q", "r", "p"]),
      counting("b", 10, ["held b", "q", "r", "q", "held a", "s"]),
      counting("c", 10, ["held c", "r", "s", "t", "held b", "r"])
    ]
    const mixed = async (acrossSources: "keep" | "drop") => {
      const each = { ...options, weights: { a: 1, b: 1, c: 1 } }
      const heldOut = await heldOutDigests(sources, each, tokensEach(1))
      const earlier = new EarlierSources()
      const used: Record<string, ReadonlyArray<string>> = {}
      const counted: Record<string, unknown> = {}
      for (const source of sources) {
        const selection = new Selection({ ...plain, acrossSources, heldOut, earlier })
        const placed = await place(source, each, 1, selection)
        used[source.name] = placed.filter((text) => /^[a-z]x0/.test(text)).map((text) => text[0]!)
        const { acrossSources: across, duplicates, heldOutCopies } = selection.counts
        counted[source.name] = [across, duplicates, heldOutCopies, [...selection.equal]]
        earlier.add(source.name, selection.seen)
      }
      return { used, counted }
    }
    // Below the made-up texts every source goes on with the same numbers, 6 to 9 or from where its texts end.
    const { used, counted } = await mixed("keep")
    expect(used).toEqual({ a: ["p", "q", "r"], b: ["q", "r", "s"], c: ["r", "s", "t"] })
    expect(counted).toEqual({ a: [0, 1, 0, []], b: [6, 1, 1, [6]], c: [6, 1, 1, [5, 6]] })
    const dropped = await mixed("drop")
    expect(dropped.used).toEqual({ a: ["p", "q", "r"], b: ["s"], c: ["t"] })
    expect(dropped.counted).toEqual(counted)
  })
})

const settings: MixtureSettings = {
  sources: { tinygsm: 1 },
  maximum: 20,
  difficulty: { 1: 1, 2: 1 },
  distractors: 0,
  gap: 0,
  lacks: [],
  subStyles: {},
  suites: [],
  suiteSize: 30,
  maxBadRows: 0,
  seed: 0
}
const firstOf = async (source: DocumentSource, count: number) => {
  const documents: Array<SourceDocument> = []
  for await (const batch of source.batches()) {
    documents.push(...batch)
    if (documents.length >= count) break
  }
  return documents.slice(0, count)
}
const open = (more: Partial<MixtureSettings>) => Effect.runSync(openSources({ ...settings, ...more }))

describe("a format that lacks clauses", () => {
  it("has no problem with one of them in its corpus; other formats have, and so have the suites", async () => {
    const lacking = { sources: { tinygsm: 1, omi2: 1 }, lacks: ["tinygsm:times", "tinygsm:times-together"] }
    const [omi2, tinygsm] = open(lacking)
    const times = async (source: DocumentSource) =>
      (await firstOf(source, 600)).filter(({ question }) => question.includes(" times as many ")).length
    expect(await times(tinygsm!)).toBe(0)
    expect(await times(omi2!)).toBeGreaterThan(50)
    const { problems } = await Effect.runPromise(suiteProblems("train", { ...settings, suiteSize: 300 }))
    expect(problems.filter(({ question }) => question.includes(" times as many ")).length).toBeGreaterThan(20)
  })
  it("is the corpus as ever where nothing is lacking, or another format lacks it", async () => {
    const [plain] = open({})
    const [, beside] = open({ sources: { tinygsm: 1, omi2: 1 }, lacks: ["omi2:times"] })
    expect(await firstOf(beside!, 50)).toEqual(await firstOf(plain!, 50))
  })
})

describe("sources and suites by name", () => {
  it("are opened in the order of their names, each with problems of its own", async () => {
    const sources = open({ sources: { omi2: 1, calc: 1, tinygsm: 1 } })
    expect(sources.map(({ name, endless }) => [name, endless])).toEqual([
      ["calc", true],
      ["omi2", true],
      ["tinygsm", true]
    ])
    const [calc, omi2, tinygsm] = await Promise.all(sources.map(async (source) => (await firstOf(source, 1))[0]!))
    expect(omi2!.question).not.toBe(tinygsm!.question)
    expect(calc).toMatchObject({ format: "text", question: "" })
  })

  it("have a gap in tinygsm only: other sources are never wrong on purpose", async () => {
    const wrong = await Promise.all(
      open({ sources: { omi2: 1, tinygsm: 1 }, gap: 0.1 }).map(
        async (source) => (await firstOf(source, 200)).filter(({ flawed }) => flawed).length
      )
    )
    expect(wrong[0]).toBe(0)
    expect(wrong[1]).toBeGreaterThan(5)
    expect(wrong[1]).toBeLessThan(40)
  })

  it("have sub-styles as often as asked for; those that are not named keep weight 1", async () => {
    const subStyles = { "tinygsm/docstring": 3, "tinygsm/comments": 0 }
    const sources = open({ sources: { omi2: 1, tinygsm: 1 }, subStyles })
    const [omi2, tinygsm] = await Promise.all(
      sources.map(async (source) => {
        const counts: Record<string, number> = {}
        for (const { subStyle } of await firstOf(source, 2000)) counts[subStyle] = (counts[subStyle] ?? 0) + 1
        return counts
      })
    )
    expect(Object.keys(tinygsm!).toSorted()).toEqual(["docstring", "plain"])
    expect(tinygsm!["docstring"]).toBeGreaterThan(1500 - 4 * 20)
    expect(tinygsm!["docstring"]).toBeLessThan(1500 + 4 * 20)
    expect(Object.keys(omi2!)).toHaveLength(3)
  })

  it("give as many problems as asked for, of the difficulty that the suite stands for", async () => {
    const steps = async (suite: string, more: Partial<MixtureSettings> = {}) =>
      [
        ...new Set(
          (await Effect.runPromise(suiteProblems(suite, { ...settings, ...more }))).problems.map((problem) => problem.steps)
        )
      ].toSorted()
    expect((await Effect.runPromise(suiteProblems("train", settings))).problems).toHaveLength(30)
    expect(await steps("train")).toEqual([1, 2])
    expect(await steps("unseen-template")).toEqual([2])
    expect(await steps("harder")).toEqual([3, 4])
    expect(await steps("steps-6")).toEqual([6])
    expect(await steps("harder", { difficulty: { 1: 0.02, 2: 0.02, 4: 0.001 } })).toEqual([3, 4])
  })
})

describe("rows of a dataset as documents", () => {
  it("have the format that a completion with the same text would have, read again as often as wanted", async () => {
    const data = temporaryFolder()
    writeIn(data, "gsm8k/train.jsonl", `${jsonl([{ question: "How many?", answer: "2 + 3 = <<2+3=5>>5\n#### 5" }])}broken\n`)
    const before = process.env["ECHO_CHAMBER_DATA"]
    process.env["ECHO_CHAMBER_DATA"] = data
    try {
      const source = datasetSource({ dataset: "gsm8k", split: "train" }, 4)
      for (let pass = 0; pass < 2; pass++) expect((await firstOf(source, 9)).map(({ format }) => format)).toEqual(["gsm"])
      expect(source.endless).toBe(false)
      expect(source.rejected()).toMatchObject({ rows: 1, first: [{ file: "train.jsonl", row: 1 }] })
    } finally {
      if (before === undefined) delete process.env["ECHO_CHAMBER_DATA"]
      else process.env["ECHO_CHAMBER_DATA"] = before
    }
  })
})
