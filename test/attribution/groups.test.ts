/** Groups of documents: what each partition calls a document, and that every document of the built-in data is in one. */

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { groupOf, partitions } from "../../src/attribution/retraining/groups.ts"
import { formatNames } from "../../src/formats/registry.ts"
import { openSources } from "../../src/mixing/open-sources.ts"
import { clauses } from "../../src/problems/clauses.ts"
import { items } from "../../src/problems/words.ts"

const document = { source: "omi1", steps: 2, template: "distractor>half>more", topic: "pears", flawed: false }
const plain = { source: "calc", steps: 0, template: "", topic: "", flawed: false }

describe("the group of a document", () => {
  it.each([
    ["source", "omi1"],
    ["flaws", "omi1"],
    ["steps", "omi1/2"],
    ["clauses", "omi1/half"],
    ["topics", "omi1/pears"]
  ] as const)("by %s is %s", (partition, group) => {
    expect(groupOf(partition, document)).toBe(group)
  })

  it("by flaws sets apart what is wrong on purpose", () => {
    expect(groupOf("flaws", { ...document, flawed: true })).toBe("omi1/flawed")
  })

  it("is the whole source where the source has no such property", () => {
    for (const partition of partitions) expect(groupOf(partition, plain)).toBe("calc")
  })
})

describe("the built-in data", () => {
  it("have every group that the grammar can give, and no other", async () => {
    const sources = ["calc", ...formatNames]
    const opened = await Effect.runPromise(
      openSources({
        sources: Object.fromEntries(sources.map((name) => [name, 1])),
        maximum: 20,
        difficulty: { 1: 1, 2: 1 },
        distractors: 0.3,
        gap: 0.1,
        lacks: [],
        subStyles: {},
        suites: [],
        suiteSize: 1,
        maxBadRows: 0,
        seed: 1
      })
    )
    const found = Object.fromEntries(partitions.map((partition) => [partition, new Set<string>()]))
    for (const source of opened) {
      let seen = 0
      for await (const batch of source.batches()) {
        for (const made of batch)
          for (const partition of partitions) found[partition]!.add(groupOf(partition, { source: source.name, ...made }))
        seen += batch.length
        if (seen >= 1500) break
      }
    }
    const parts = (names: ReadonlyArray<string | number>) =>
      ["calc", ...formatNames.flatMap((format) => names.map((name) => `${format}/${name}`))].toSorted()
    expect([...found["source"]!].toSorted()).toEqual(sources.toSorted())
    expect([...found["flaws"]!].toSorted()).toEqual([...sources, "tinygsm/flawed"].toSorted())
    expect([...found["steps"]!].toSorted()).toEqual(parts([1, 2]))
    const short = clauses.filter(({ operations }) => operations.length <= 2)
    expect([...found["clauses"]!].toSorted()).toEqual(parts(short.map(({ family }) => family)))
    expect([...found["topics"]!].toSorted()).toEqual(parts(items))
  })
})
