/** What tells policies apart, in names: long lists in a few words, and nothing of what is left at its default. */

import { describe, expect, test } from "vitest"

import type { RunNode, RunRecord } from "../../../src/report/data/RunRecord.ts"
import { inStudies, nameOf } from "../../../src/report/data/varying-params.ts"

/** Names of policies whose nodes have these params. */
const namesOf = (...params: ReadonlyArray<Readonly<Record<string, unknown>>>) => {
  const nodes = params.map((each, i): RunNode => ({
    id: `rl-${i}`,
    label: "rl",
    stage: "rl",
    params: each,
    inputs: {},
    outcome: { state: "unfinished" }
  }))
  const record = { nodes, byId: new Map(nodes.map((node) => [node.id, node])) } as unknown as RunRecord
  return inStudies(
    record,
    nodes.map((node) => ({ node, evaluation: null }))
  ).map((place) => nameOf(place))
}
const lists = (...of: ReadonlyArray<ReadonlyArray<string>>) => namesOf(...of.map((lacks) => ({ lacks })))
const LONG = ["code:boxes", "code:multiply", "code:share", "code:half", "code:more"]

describe("a list in a name", () => {
  test("is as it stands where it is short", () => {
    expect(lists(["a", "b"], ["a", "b", "c", "d", "e"])).toEqual(["lacks a,b", "lacks a,b,c,d,e"])
  })
  test("is its length and an item where it is long", () => {
    expect(lists(LONG, [])).toEqual(["lacks 5 items (code:boxes, …)", "lacks none"])
  })
  test("names first what the others lack", () => {
    expect(lists(LONG, [...LONG.slice(0, 4), "code:fewer"])).toEqual([
      "lacks 5 items (code:more, …)",
      "lacks 5 items (code:fewer, …)"
    ])
  })
  test("names as many items as tell all of them apart", () => {
    const names = lists(
      ["one:aaaaa", "one:bbbbb", "one:ccccc", "one:ddddd"],
      ["one:aaaaa", "one:bbbbb", "one:eeeee", "one:fffff"],
      ["one:ccccc", "one:ddddd", "one:eeeee", "one:aaaaa"],
      ["one:ccccc", "one:fffff", "one:eeeee", "one:bbbbb"]
    )
    expect(new Set(names).size).toBe(4)
    expect(Math.max(...names.map((name) => name.length))).toBeLessThan(60)
  })
  test("is told apart where only its order is another", () => {
    const names = lists(LONG, [LONG[0]!, ...LONG.slice(1).toReversed()])
    expect(names).toEqual(["lacks 5 items (code:boxes, code:multiply, …)", "lacks 5 items (code:boxes, code:more, …)"])
  })
})

describe("in a run of several studies", () => {
  const among = (study: string, ...policies: ReadonlyArray<readonly [studies: ReadonlyArray<string>, params: object]>) => {
    const nodes = policies.map(([studies, params], i) => ({
      id: `rl-${i}`,
      label: "rl",
      stage: "rl",
      params,
      inputs: {},
      studies
    }))
    const record = { study, nodes, byId: new Map(nodes.map((node) => [node.id, node])) } as unknown as RunRecord
    return inStudies(
      record,
      record.nodes.map((node) => ({ node, evaluation: null }))
    ).map((place) => nameOf(place))
  }
  const [ppo, grpo] = [
    { algorithm: "ppo", kl: 1, steps: 60 },
    { algorithm: "grpo", kl: 1, steps: 60 }
  ]
  const long = { algorithm: "ppo", kl: 3, steps: 100 }
  test("a policy is named by its study and by what varies there", () => {
    expect(among("both", [["a"], ppo], [["a"], grpo], [["b"], long], [["b"], { ...long, kl: 1 }])).toEqual([
      "a ppo",
      "a grpo",
      "b ppo kl 3",
      "b ppo kl 1"
    ])
  })
  test("one that several need stands in each, by what varies there", () => {
    expect(among("both", [["a", "b"], ppo], [["a"], grpo], [["b"], long])).toEqual([
      "a ppo",
      "a grpo",
      "b ppo kl 1",
      "b ppo kl 3"
    ])
  })
  test("seeds that one study alone needs are repetitions of those that it shares", () => {
    const places = among("both", [["a", "b"], { ...ppo, seed: 0 }], [["b"], { ...ppo, seed: 1 }], [["b"], { ...grpo, seed: 0 }])
    expect(places).toEqual(["a ppo", "b ppo", "b ppo", "b grpo"])
  })
  test("a part of it by itself is one study, whatever its policies are needed for besides", () => {
    expect(among("b", [["a", "b"], ppo], [["b"], grpo])).toEqual(["ppo", "grpo"])
  })
  test("without parts no study is named", () => {
    expect(among("a", [[], ppo], [[], grpo])).toEqual(["ppo", "grpo"])
  })
})

describe("a setting left at its default", () => {
  test("is not in a name", () => {
    expect(namesOf({ algorithm: "ppo", kl: null }, { algorithm: "ppo", kl: 0.1 })).toEqual(["ppo", "ppo kl 0.1"])
  })
  test("is said where there is nothing else to say", () => {
    expect(namesOf({ kl: null }, { kl: 0.1 })).toEqual(["kl default", "kl 0.1"])
  })
  test.each([
    ["a learning rate", { learningRate: 3e-4 }, { learningRate: 3.000001e-4 }, "grpo learningRate 0.0003000001"],
    ["a reward", { reward: "truth" }, { reward: "shuffled" }, "grpo reward shuffled"],
    ["no format forced", { force: "" }, { force: "omi1" }, "grpo force omi1"],
    ["a preset", { preset: "standard" }, { preset: "dapo" }, "grpo preset dapo"],
    ["where a round starts", { startFrom: null }, { startFrom: "previous" }, "grpo startFrom previous"]
  ])("is known though it is spelled out: %s", (_, usual, other, expected) => {
    const grpo = { algorithm: "grpo" }
    expect(namesOf({ ...grpo, ...usual }, { ...grpo, ...other })).toEqual(["grpo", expected])
  })
  test("is said where another would have the same name without it", () => {
    expect(namesOf({ algorithm: "ppo", learningRate: 3e-4 }, { algorithm: "ppo" })).toEqual(["ppo learningRate 0.0003", "ppo"])
  })
})

describe("a setting that is not there", () => {
  const mixture = (omi2: number) => ({ algorithm: "ppo", sources: { omi1: 1, omi2 }, difficulty: { 1: 1 } })
  test("is told by what is there instead", () => {
    const control = { algorithm: "ppo", sources: { lookup: 1 }, difficulty: { 3: 1 } }
    expect(namesOf(mixture(1), mixture(4), control)).toEqual(["ppo sources.omi2 1", "ppo sources.omi2 4", "ppo sources.lookup 1"])
  })
  test("is told by nothing where the rest is the same", () => {
    expect(namesOf(mixture(1), { ...mixture(1), sources: { omi1: 1 } })).toEqual(["ppo sources.omi2 1", "ppo"])
  })
})
