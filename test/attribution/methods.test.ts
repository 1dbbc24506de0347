/** Baselines of attribution, on texts of a few tokens. */

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { documentsApart } from "../../src/attribution/methods/Method.ts"
import { methods as all } from "../../src/attribution/methods/registry.ts"

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

describe("the methods", () => {
  it("have names of their own, and a number for each pair", () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
    for (const { name } of methods) expect(scoresOf(name)).toHaveLength(6)
  })
})
