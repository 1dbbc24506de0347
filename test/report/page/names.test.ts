/** What tells policies apart, in names: long lists in a few words, and nothing of what is left at its default. */

import { describe, expect, test } from "vitest"

import type { RunNode, RunRecord } from "../../../src/report/data/RunRecord.ts"
import { nameOf, varyingParamsOf } from "../../../src/report/data/varying-params.ts"

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
  return varyingParamsOf(
    record,
    nodes.map((node) => ({ node, evaluation: null }))
  ).map((varyingParams) => nameOf({ varyingParams }))
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
    return varyingParamsOf(
      record,
      record.nodes.map((node) => ({ node, evaluation: null }))
    ).map((varyingParams) => nameOf({ varyingParams }))
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
  test("one that several need stands with the first of them", () => {
    expect(among("both", [["a", "b"], ppo], [["a"], grpo], [["b"], long])).toEqual(["a ppo", "a grpo", "b ppo"])
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
})
