/** Methods of attribution that look at texts alone: baselines on texts of a few tokens, the others on made-up sources. */

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { documentsApart } from "../../src/attribution/methods/Method.ts"
import { methods as all } from "../../src/attribution/methods/registry.ts"
import { document } from "./made-up-sources.ts"

const text = (source: string, group: string, ...tokens: Array<number>) => ({
  source,
  group,
  promptTokens: 0,
  tokens: Int32Array.from(tokens)
})
const targets = [text("a", "a/1", 1, 2, 3), text("b", "b/1", 5, 6)]
const documents = [text("a", "a/1", 1, 2, 4), text("a", "a/2", 5, 6, 5, 6), text("b", "b/1", 3, 2, 1)]
const methods = all.filter(({ of }) => of === "texts")
type Texts = Parameters<typeof documentsApart>[0]
/** No such method asks for a model: it gets one that has been nowhere. */
const none = { passed: [], promptWeight: 1, model: null as never }
const scoresOf = (name: string, of: Texts = { targets, documents }) => [
  ...Effect.runSync(methods.find((method) => method.name === name)!.scores(documentsApart(of), none))
]

describe("a baseline", () => {
  it("by source or group is 1 for the target's own", () => {
    expect(scoresOf("same-source")).toEqual([1, 1, 0, 0, 0, 1])
    expect(scoresOf("same-group")).toEqual([1, 0, 0, 0, 0, 1])
  })

  it("by length is the tokens of the document, whatever the target", () => {
    expect(scoresOf("length")).toEqual([3, 4, 3, 3, 4, 3])
  })

  it("by pairs of tokens is the cosine of their counts: order matters", () => {
    // (1 2) (2 3) against (1 2) (2 4): 1 / 2; (5 6) against (5 6) twice and (6 5): 2 / sqrt 5.
    const [same, other, reversed, ...second] = scoresOf("bigram-cosine")
    expect([same, other, reversed]).toEqual([expect.closeTo(0.5, 12), 0, 0])
    expect(second).toEqual([0, expect.closeTo(2 / Math.sqrt(5), 12), 0])
  })

  it("gives a text against itself 1, and a text of one token nothing to divide by", () => {
    const one = text("a", "a", 9)
    const both = [targets[0]!, one]
    expect(scoresOf("bigram-cosine", { targets: both, documents: both })[0]).toBeCloseTo(1, 12)
    expect(scoresOf("bigram-cosine", { targets: [one], documents: [one] })).toEqual([0])
  })
})

describe("a method that looks at all documents", () => {
  const ofSource = (source: number, i: number) => text("abc"[source]!, "g", ...document(source, i))
  const [documents, targets] = [
    [40, 30, 20],
    [3, 3, 3]
  ].map((counts, which) =>
    counts.flatMap((count, source) => Array.from({ length: count }, (_, i) => ofSource(source, 100 * which + i)))
  )
  const of = { targets: targets!, documents: documents! }
  const scoresBy = async (name: string, asked = of) => {
    const flat = await Effect.runPromise(all.find((method) => method.name === name)!.scores(documentsApart(asked), none))
    const width = asked.documents.length
    return asked.targets.map((_, t) => [...flat.subarray(t * width, (t + 1) * width)])
  }

  it.each(["classifier", "infinity-gram"])(
    "%s gives documents of one source the same, most to the target's own",
    async (name) => {
      for (const [t, scores] of (await scoresBy(name)).entries()) {
        const bySource = Object.groupBy(scores, (_, d) => of.documents[d]!.source)
        for (const own of Object.values(bySource)) expect(new Set(own).size).toBe(1)
        const [a, b, c] = ["a", "b", "c"].map((source) => bySource[source]![0]!)
        expect(a! + b! + c!).toBeGreaterThan(0.5)
        expect(a! + b! + c!).toBeLessThan(1 + 1e-9)
        expect("abc"[[a, b, c].indexOf(Math.max(a!, b!, c!))]).toBe(of.targets[t]!.source)
      }
    }
  )

  it("classifier looks at solutions, and not at the questions before them", async () => {
    const asked = of.targets.map((target) => ({ ...target, tokens: Int32Array.of(1, 2, 3, ...target.tokens), promptTokens: 3 }))
    expect(await scoresBy("classifier", { ...of, targets: asked })).toEqual(await scoresBy("classifier"))
  })

  it("classifier says of what it cannot learn why", async () => {
    await expect(scoresBy("classifier", { ...of, documents: [of.documents[0]!] })).rejects.toThrow(/held out|hold out/)
  })

  it("overlap is the share of the target in rows of eight or more that stand in the document", async () => {
    const target = text("a", "g", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
    const documents = [
      text("a", "g", 0, 1, 2, 3, 4, 5, 6, 7, 8, 0), // one row of eight
      text("b", "g", 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), // one of ten
      text("b", "g", 1, 2, 3, 4, 5, 6, 7, 0, 6, 7, 8, 9, 10, 11, 12), // seven at most
      text("b", "g", 1, 2, 3, 4, 5, 6, 7, 8, 0, 5, 6, 7, 8, 9, 10, 11, 12), // two that share four
      text("b", "g", 1)
    ]
    const [scores] = await scoresBy("overlap", { targets: [target], documents })
    expect(scores).toEqual([8 / 12, 10 / 12, 0, 1, 0])
  })
})

describe("the methods", () => {
  it("have names of their own, and a number for each pair", () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
    for (const { name } of methods) expect(scoresOf(name)).toHaveLength(6)
  })
})
