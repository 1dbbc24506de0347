/** From the nodes of a study to a graph: identity, order, labels, overrides. */

import { describe, expect, it } from "vitest"

import { graphOf, idsOf, lineageParams, type Override, OverrideUnused, studyGraph } from "../../src/dag/graph.ts"
import * as Stage from "../../src/dag/Stage.ts"
import { Param, Study } from "../../src/dag/Study.ts"
import { count } from "./fixtures/stages/count.ts"
import { sum } from "./fixtures/stages/sum.ts"

const labels = (nodes: Parameters<typeof graphOf>[0]): ReadonlyArray<string> => graphOf(nodes).nodes.map(({ label }) => label)

describe("a graph", () => {
  it("has equal calls as one node, inputs before their users", () => {
    const graph = graphOf([
      sum({ numbers: count({}, {}) }, {}),
      sum({ numbers: count({}, { terms: 12 }) }, { scale: 1 }),
      count({}, {})
    ])
    expect(graph.nodes.map(({ stage }) => stage.name)).toEqual(["count", "sum"])
    expect(graph.nodes[1]?.inputs).toEqual({ numbers: graph.nodes[0]?.id })
  })

  it("gives nodes ids that depend on what they are and not on where they stand", () => {
    const [id] = graphOf([count({}, { terms: 5 })]).nodes.map((node) => node.id)
    expect(id).toMatch(/^count-[0-9a-f]{8}$/)
    expect(graphOf([count({}, {}), count({}, { terms: 5 })]).nodes.map((node) => node.id)).toContain(id)
  })

  it("keeps nodes apart whose identities begin alike: their ids are longer, as long as they must be", () => {
    const at = (name: string, identity: string) => ({ stage: { name }, identity: identity.padEnd(64, "0") })
    const [a, b, c, other] = [at("rl", "aaaaaaaa1"), at("rl", "aaaaaaaa22"), at("rl", "aaaaaaaa23"), at("mix", "aaaaaaaa3")]
    const ids = (nodes: Parameters<typeof idsOf>[0]) => [...idsOf(nodes).values()].toSorted()
    expect(ids([a, other])).toEqual(["mix-aaaaaaaa", "rl-aaaaaaaa"])
    expect(ids([a, b])).toEqual(["rl-aaaaaaaa1", "rl-aaaaaaaa2"])
    expect(ids([a, b, c])).toEqual(["rl-aaaaaaaa1", "rl-aaaaaaaa22", "rl-aaaaaaaa23"])
    expect(ids([])).toEqual([])
  })

  it("may be a chain of thousands: nothing is asked along it by recursion", () => {
    let node: ReturnType<typeof sum> = sum({ numbers: count({}, {}) }, {})
    for (let i = 1; i < 4000; i++) node = sum({ numbers: node }, { scale: 1 + i / 1000 })
    const { nodes } = graphOf([node])
    expect(nodes).toHaveLength(4001)
    expect(nodes.at(-1)?.inputs).toEqual({ numbers: nodes.at(-2)?.id })
  })

  it("has a node for each of two thousand seeds, with its inputs, whatever their ids", () => {
    const nodes = Array.from({ length: 2000 }, (_, terms) => sum({ numbers: count({}, { terms: terms + 1 }) }, {}))
    const graph = graphOf(nodes)
    expect(graph.nodes.length).toBe(4000)
    expect(graph.byId.size).toBe(4000)
    expect(new Set(graph.nodes.map(({ identity }) => identity)).size).toBe(4000)
    for (const { stage, inputs } of graph.nodes)
      if (stage.name === "sum") expect(graph.byId.get(inputs["numbers"]!)?.stage.name).toBe("count")
  })

  it("is refused with two stages of one name, wherever they stand", () => {
    const copy = Stage.make({ ...count, agreeOn: {}, passesOn: {}, name: "count", module: "stages/copy.ts" })
    expect(() => graphOf([count({}, {}), copy({}, { terms: 5 })])).toThrow(/^Two stages of this study are called "count"/)
    expect(() => graphOf([sum({ numbers: count({}, {}) }, {}), sum({ numbers: copy({}, {}) }, {})])).toThrow(
      "the other in stages/copy.ts). Give the copy a name of its own"
    )
    const again = Stage.make({ ...count, agreeOn: {}, passesOn: {}, name: "count" })
    expect(() => graphOf([count({}, {}), again({}, {})])).toThrow("both say that they are in")
    expect(graphOf([copy({}, {})]).nodes.length).toBe(1)
  })

  it("labels nodes by stage, and by what tells siblings apart", () => {
    expect(labels([sum({ numbers: count({}, {}) }, {})])).toEqual(["count", "sum"])
    expect(labels([5, 6].map((terms) => sum({ numbers: count({}, { terms, label: "x" }) }, {})))).toEqual([
      "count terms=5",
      "sum terms=5",
      "count terms=6",
      "sum terms=6"
    ])
    expect(
      labels([sum({ numbers: count({}, { label: "a" }) }, {}), sum({ numbers: count({}, { label: "b" }) }, { scale: 3 })])
    ).toEqual(["count a", "sum a scale=1", "count b", "sum b scale=3"])
  })

  it("labels nodes by what they hang on where that differs, and no node like another", () => {
    const numbers = count({}, {})
    const once = sum({ numbers }, {})
    expect(labels([once, sum({ numbers: once }, {})])).toEqual(["count", "sum count", "sum sum"])
    const long = (label: string) => count({}, { label: `${"a long text that tells nothing ".repeat(2)}${label}` })
    const twins = labels([long("1"), long("2")])
    expect(new Set(twins).size).toBe(2)
    for (const label of twins) expect(label).toMatch(/^count \([0-9a-f]{8}\)$/)
  })
})

describe("a study of studies", () => {
  const study = (name: string, scale: number) =>
    Study.make(name, "", { terms: Param.integer(12, "rows", { min: 1 }) }, ({ terms }) =>
      sum({ numbers: count({}, { terms }) }, { scale })
    )
  const both = Study.all("both", "", { quick: Param.boolean(false, "few rows") }, ({ quick }) => [
    { study: study("one", 1), given: quick ? { terms: 3 } : {} },
    { study: study("two", 2), given: quick ? { terms: 3 } : {} }
  ])
  const studies = (given: Readonly<Record<string, unknown>>) =>
    studyGraph(both, given).nodes.map(({ label, params, studies }) => [
      label.split(" ")[0],
      params["terms"] ?? params["scale"],
      studies
    ])

  it("computes what its parts share once, and says of each node which of them need it", () => {
    expect(studies({})).toEqual([
      ["count", 12, ["one", "two"]],
      ["sum", 1, ["one"]],
      ["sum", 2, ["two"]]
    ])
    expect(studies({ quick: true })[0]).toEqual(["count", 3, ["one", "two"]])
  })
  it("names the node of its parts as they do by themselves, so that their results are its own", () => {
    const alone = studyGraph(study("one", 1), {}).nodes.map(({ identity }) => identity)
    expect(studyGraph(both, {}).nodes.map(({ identity }) => identity)).toEqual(expect.arrayContaining(alone))
  })
  it("takes overrides and refuses wrong values as any other", () => {
    expect(studyGraph(both, {}, [{ stage: "count", param: "terms", text: "7" }]).nodes[0]!.params["terms"]).toBe(7)
    expect(() => studyGraph(both, { quik: true })).toThrow('both.quik: there is no such parameter. Did you mean "quick"?')
    expect(studyGraph(study("one", 1), {}).nodes.every((node) => !("studies" in node))).toBe(true)
  })
})

describe("overrides", () => {
  it("set a param in every node of a stage, before equal nodes are found", () => {
    const graph = graphOf([count({}, { terms: 5 }), count({}, { terms: 6 })], [{ stage: "count", param: "terms", text: "9" }])
    expect(graph.nodes.map(({ params }) => params["terms"])).toEqual([9])
  })

  it("set a member of a record beside its others, and behind the record itself", () => {
    const params = { ...count.params, parts: Param.weights({ a: 1, b: 1 }, "") }
    const weighted = Stage.make({ ...count, agreeOn: {}, passesOn: {}, name: "count", params })
    const parts = (overrides: ReadonlyArray<Override>) => graphOf([weighted({}, {})], overrides).nodes[0]!.params["parts"]
    const b = { stage: "count", param: "parts", member: "b", text: "4" }
    expect(parts([b])).toEqual({ a: 1, b: 4 })
    expect(parts([b, { stage: "count", param: "parts", text: '{"c":1}' }])).toEqual({ c: 1, b: 4 })
  })

  it.each([
    [{ stage: "count", param: "terms", member: "x", text: "9" }, "count.terms.x: count.terms has no members: it is one value."],
    [{ stage: "cont", param: "terms", text: "9" }, 'cont.terms: this study has no stage "cont". Did you mean "count"?'],
    [{ stage: "count", param: "term", text: "9" }, 'count.term: stage "count" has no such parameter. Did you mean "terms"?']
  ])("that reach nothing are refused: %j", (override, message) => {
    expect(() => graphOf([count({}, {})], [override])).toThrow(message)
    expect(() => graphOf([count({}, {})], [override])).toThrow(OverrideUnused)
  })

  it("out of range are refused", () => {
    expect(() => graphOf([count({}, {})], [{ stage: "count", param: "terms", text: "0" }])).toThrow(
      'count.terms: must be a whole number >= 1 and <= 100000; got "0".'
    )
  })
})

describe("the params of a node's lineage", () => {
  it("are its own, then those of the nearest ancestor that has them", () => {
    const graph = graphOf([sum({ numbers: sum({ numbers: count({}, { terms: 7 }) }, { scale: 2 }) }, { scale: 3 })])
    const last = graph.nodes.at(-1)!
    expect(lineageParams(last, (id) => graph.byId.get(id))).toEqual({ scale: 3, terms: 7, offset: 0, label: "" })
  })
})
