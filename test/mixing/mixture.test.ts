/** How much of each source: counted on sources of documents with known lengths. */
import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { datasetSource, type DocumentSource } from "../../src/mixing/DocumentSource.ts"
import { documentsOf, type MixtureOptions } from "../../src/mixing/mixture.ts"
import { type MixtureSettings, openSources } from "../../src/mixing/sources.ts"
import { suiteProblems } from "../../src/mixing/suites.ts"

/** Document i is the text "i", of `length` tokens. */
const counting = (name: string, size: number): DocumentSource => ({
  name,
  size,
  rejected: 0,
  at: (index) => ({
    problem: `${name}/${index}`,
    format: "text",
    subStyle: "",
    steps: 0,
    flawed: false,
    question: "",
    solution: String(index)
  })
})
const tokensEach = (length: number) => () => ({ tokens: new Int32Array(length), promptTokens: 0 })
const place = (source: DocumentSource, options: MixtureOptions, length: number) =>
  [...documentsOf(source, options, tokensEach(length))].map(({ solution, heldOut, repetition }) =>
    heldOut ? `held ${solution}` : `${solution}x${repetition}`
  )

describe("a compute-matched mixture", () => {
  const options: MixtureOptions = { mode: "compute-matched", tokens: 40, weights: { a: 3, b: 1 }, heldOut: 2 }

  it("gives a source its share of the tokens, overshooting by less than a document, after its held-out documents", () => {
    expect(place(counting("a", Infinity), options, 7)).toEqual(["held 0", "held 1", "2x0", "3x0", "4x0", "5x0", "6x0"])
    expect(place(counting("b", Infinity), options, 5)).toEqual(["held 0", "held 1", "2x0", "3x0"])
  })

  it("extends a smaller total document by document", () => {
    const small = place(counting("a", Infinity), options, 7)
    expect(place(counting("a", Infinity), { ...options, tokens: 80 }, 7).slice(0, small.length)).toEqual(small)
  })

  it("starts a finite source over and counts the repetition, with at most a tenth of it held out", () => {
    expect(place(counting("b", 3), options, 2)).toEqual(["0x0", "1x0", "2x0", "0x1", "1x1"])
    expect(place(counting("b", 10), { ...options, heldOut: 200 }, 10)).toEqual(["held 0", "1x0"])
  })

  it("takes nothing but held-out documents from a source of weight 0", () => {
    expect(place(counting("c", Infinity), options, 7)).toEqual(["held 0", "held 1"])
  })
})

describe("a mixture by repeats", () => {
  it("uses the whole of a finite source as often as its weight says, fractions included", () => {
    const options: MixtureOptions = { mode: "repeats", tokens: 1e6, weights: { a: 2.5 }, heldOut: 0 }
    expect(place(counting("a", 2), options, 1)).toEqual(["0x0", "1x0", "0x1", "1x1", "0x2"])
  })

  it("takes one repetition of a stream to be the documents that reach an equal part of the tokens", () => {
    const options: MixtureOptions = { mode: "repeats", tokens: 30, weights: { a: 2, b: 1 }, heldOut: 1 }
    expect(place(counting("a", Infinity), options, 7)).toEqual(["held 0", "1x0", "2x0", "3x0", "1x1", "2x1", "3x1"])
    expect(place(counting("b", Infinity), options, 7)).toEqual(["held 0", "1x0", "2x0", "3x0"])
  })
})

const settings: MixtureSettings = {
  sources: { tinygsm: 1 },
  maximum: 20,
  difficulty: { 1: 1, 2: 1 },
  distractors: 0,
  gap: 0,
  suites: [],
  suiteSize: 30,
  maxBadRows: 0,
  seed: 0
}
const failure = (effect: Effect.Effect<unknown, unknown>) => Effect.runSync(Effect.flip(effect))

describe("sources and suites by name", () => {
  it("are opened in the order of their names, each with problems of its own", () => {
    const sources = Effect.runSync(openSources({ ...settings, sources: { omi2: 1, calc: 1, tinygsm: 1 } }))
    expect(sources.map(({ name, size }) => [name, size])).toEqual([
      ["calc", Infinity],
      ["omi2", Infinity],
      ["tinygsm", Infinity]
    ])
    expect(sources[1]!.at(0).question).not.toBe(sources[2]!.at(0).question)
    expect(sources[0]!.at(0)).toMatchObject({ format: "text", question: "" })
  })

  it("have a gap in tinygsm only: other sources are never wrong on purpose", () => {
    const wrong = Effect.runSync(openSources({ ...settings, sources: { omi2: 1, tinygsm: 1 }, gap: 0.1 })).map(
      (source) => Array.from({ length: 200 }, (_, i) => source.at(i)).filter(({ flawed }) => flawed).length
    )
    expect(wrong[0]).toBe(0)
    expect(wrong[1]).toBeGreaterThan(5)
    expect(wrong[1]).toBeLessThan(40)
  })

  it("that do not exist are answered with the near names", () => {
    expect(failure(openSources({ ...settings, sources: { tinygms: 1 } }))).toMatchObject({
      badInput: true,
      message: expect.stringMatching(/no source "tinygms".*"tinygsm".*gsm8k:train/)
    })
    expect(failure(suiteProblems("unseen-value", settings))).toMatchObject({
      badInput: true,
      message: expect.stringMatching(/no problem suite "unseen-value".*"unseen-values"/)
    })
  })

  it("give as many problems as asked for, of the difficulty that the suite stands for", () => {
    const steps = (suite: string) =>
      [...new Set(Effect.runSync(suiteProblems(suite, settings)).map((problem) => problem.steps))].toSorted()
    expect(Effect.runSync(suiteProblems("train", settings))).toHaveLength(30)
    expect(steps("train")).toEqual([1, 2])
    expect(steps("unseen-template")).toEqual([2])
    expect(steps("harder")).toEqual([3, 4])
  })
})

describe("rows of a dataset as documents", () => {
  it("have the format that a completion with the same text would have, and text where nothing was asked", () => {
    const row = (question: string, solution: string) => ({
      id: "r/0",
      source: "d",
      file: "d.jsonl",
      row: 0,
      question,
      solution,
      answer: null
    })
    const source = datasetSource("d", [row("How many?", "2 + 3 = <<2+3=5>>5\n#### 5"), row("", "#### 5")], 4)
    expect(source.at(0).format).toBe("gsm")
    expect(source.at(1).format).toBe("text")
    expect([source.size, source.rejected]).toEqual([2, 4])
  })
})
