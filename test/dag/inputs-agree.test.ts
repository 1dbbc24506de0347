/** Inputs that must have a document in common: when they are compared, and what is refused. */

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import * as Stage from "../../src/dag/Stage.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { count } from "./fixtures/stages/count.ts"
import { Numbers, Words } from "./fixtures/stages/kinds.ts"
import { sum } from "./fixtures/stages/sum.ts"
import { planNodes, runNodes } from "./study-in-a-folder.ts"

let computed = 0

const module = new URL("fixtures/stages/rule.ts", import.meta.url).href

/** Wants of its inputs that they are about the same. */
const join = Stage.make({
  name: "join",
  inputs: { one: Numbers, other: Numbers, third: Numbers },
  agreeOn: { about: ["one", "other", "third"] },
  params: {},
  output: Words,
  module,
  run: () => Effect.sync(() => void computed++)
})

/** Words have no such document: what counts is that of what they were made from. */
const words = Stage.make({
  name: "words",
  inputs: { numbers: Numbers },
  params: {},
  output: Words,
  module,
  run: () => Effect.void
})
const match = Stage.make({
  name: "match",
  inputs: { words: Words, numbers: Numbers },
  agreeOn: { about: ["words", "numbers"] },
  params: {},
  output: Words,
  module,
  run: () => Effect.sync(() => void computed++)
})

/** A long way from numbers to words, on which what the numbers are about stays the same. */
const long = Stage.make({
  name: "long",
  inputs: { numbers: Numbers },
  passesOn: { about: "numbers" },
  params: {},
  output: Numbers,
  module,
  run: () =>
    Effect.andThen(
      Effect.sleep("1 hour"),
      Effect.sync(() => void computed++)
    )
})
const far = (numbers: ReturnType<typeof count>) => long({ numbers: long({ numbers }, {}) }, {})

const [three, alsoThree, four] = [count({}, { terms: 3 }), count({}, { terms: 3, label: "again" }), count({}, { terms: 4 })]

describe("inputs that must have a document in common", () => {
  it("are computed with where they have, whatever else differs", async () => {
    const root = temporaryFolder()
    computed = 0
    const { status } = await runNodes(root, [join({ one: three, other: alsoThree, third: three }, {})])
    expect([status, computed]).toEqual(["succeeded", 1])
  })

  it.each([
    ["the second", () => join({ one: three, other: four, third: three }, {}), /(?:one|third) \(/],
    ["the third", () => join({ one: three, other: alsoThree, third: four }, {}), /(?:one|other) \(/],
    ["the first", () => join({ one: four, other: three, third: three }, {}), /one \(/],
    ["what one was made from", () => match({ words: words({ numbers: three }, {}), numbers: four }, {}), /words \(/]
  ])("are refused where %s differs, before anything is computed, and by plan once they are known", async (_, node, named) => {
    const root = temporaryFolder()
    computed = 0
    const { status, failures } = await runNodes(root, [node()])
    expect([status, computed]).toEqual(["failed", 0])
    expect(failures[0]?.problem).toMatch(named)
    expect(failures[0]?.problem).toContain("do not belong together: ")
    expect(failures[0]?.badInput).toBe(true)
    await expect(planNodes(root, [node()])).rejects.toThrow("differ in their about, so that")
  })

  it("are refused as soon as what they come from is there: the run ends, and what is between is not waited for", async () => {
    const root = temporaryFolder()
    computed = 0
    const node = () => join({ one: far(three), other: alsoThree, third: far(four) }, {})
    const { status, failures, states } = await runNodes(root, [node()])
    expect([status, computed, failures.length]).toEqual(["failed", 0, 1])
    expect(failures[0]).toMatchObject({ node: "join", badInput: true })
    expect(failures[0]?.problem).toMatch(/^The inputs of join do not belong together: one \([0-9a-f]{12}\) and third \(/)
    expect(states.filter((state) => !/: (computed|stopped|failed|nothing)$/.test(state))).toEqual([])
    expect(states.filter((state) => state.endsWith("failed"))).toEqual(["join: failed"])
    await expect(planNodes(root, [node()])).rejects.toThrow("The inputs of join do not belong together: one (")
  })

  it("are refused by plan as soon as two of them are known", async () => {
    const root = temporaryFolder()
    await runNodes(root, [three, four])
    await expect(planNodes(root, [join({ one: three, other: four, third: sum({ numbers: three }, {}) }, {})])).rejects.toThrow(
      "do not belong together: one ("
    )
    await expect(
      planNodes(root, [join({ one: three, other: three, third: sum({ numbers: three }, {}) }, {})])
    ).resolves.toBeDefined()
  })
})
