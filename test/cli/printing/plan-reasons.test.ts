/** Why a node must run, in the words that `plan --why` prints. */

import { describe, expect, it } from "vitest"

import { changeLines, type Context, firstDifference } from "../../../src/cli/printing/plan-reasons.ts"
import { graphOf } from "../../../src/dag/graph.ts"
import { count } from "../../dag/fixtures/stages/count.ts"
import { sum } from "../../dag/fixtures/stages/sum.ts"

const graph = graphOf([sum({ numbers: count({}, {}) }, { scale: 2 })])
const texts: Readonly<Record<string, string>> = {
  ["a".repeat(64)]: "export\nconst\nkl\n=\n0\neof",
  ["b".repeat(64)]: "export\nconst\nkl\n=\n0.01\n*\n2\neof"
}
const context: Context = {
  node: graph.nodes[1]!,
  labelOf: (id) => graph.byId.get(id)!.label,
  codeText: (digest) => texts[digest] ?? null
}

describe("a changed component in words", () => {
  it.each([
    [{ component: "param:scale", before: "2", after: "0.5" }, ["param scale: 2 -> 0.5"]],
    [{ component: "param:scale", before: null, after: "2" }, ["param scale: 1 (default) -> 2"]],
    [{ component: "param:gone", before: '"x"', after: null }, ["param gone: x -> (no such parameter)"]],
    [{ component: "code:effect", before: "4.1.0", after: "4.2.0" }, ["package effect: 4.1.0 -> 4.2.0"]],
    [{ component: "code:koffi", before: null, after: "3.3.4" }, ["package koffi: not used -> 3.3.4"]],
    [{ component: "code:src/rl/kl.ts", before: null, after: "a".repeat(64) }, ["code src/rl/kl.ts: new"]],
    [{ component: "code:src/rl/kl.ts", before: "a".repeat(64), after: null }, ["code src/rl/kl.ts: no longer used"]],
    [
      { component: "code:src/rl/kl.ts", before: "a".repeat(64), after: "b".repeat(64) },
      ["code src/rl/kl.ts", "    - export const kl = 0 eof", "    + export const kl = 0.01 * 2 eof"]
    ],
    [
      { component: "code:src/rl/kl.ts", before: "c".repeat(64), after: "b".repeat(64) },
      ["code src/rl/kl.ts: changed (its text of before was not kept)"]
    ],
    [
      { component: "input:numbers", before: "1".repeat(64), after: "2".repeat(64) },
      ["input numbers: 111111111111 -> 222222222222, made by count"]
    ],
    [{ component: "file:train.jsonl", before: null, after: "2".repeat(64) }, ["file train.jsonl: none -> 222222222222"]],
    [
      { component: "numerics:engine", before: "native/f32/1", after: "native/bf16/1" },
      ["numerics engine: native/f32/1 -> native/bf16/1"]
    ],
    [{ component: "encoder", before: "1", after: "2" }, ["encoder: 1 -> 2"]]
  ])("%j", (change, lines) => {
    expect(changeLines(change, context)).toEqual(lines)
  })
})

describe("the first difference of two lists of tokens", () => {
  const letters = [..."abcdefghijklmnopqrstuvwxyz"]

  it("has a few equal tokens on both sides", () => {
    expect(firstDifference(letters, letters.toSpliced(13, 1, "N"))).toEqual({
      before: "h i j k l m n o p q r s t",
      after: "h i j k l m N o p q r s t",
      more: 0
    })
  })

  it("of something put in or taken out shows one side without it", () => {
    expect(firstDifference(["a", "b"], ["a", "x", "b"])).toEqual({ before: "a b", after: "a x b", more: 0 })
    expect(firstDifference(["a", "b"], ["a"])).toEqual({ before: "a b", after: "a", more: 0 })
    expect(firstDifference([], ["a"])).toEqual({ before: "", after: "a", more: 0 })
  })

  it("stops after a dozen tokens and counts the rest", () => {
    const { after, more } = firstDifference(["x"], letters)
    expect(after).toBe("a b c d e f g h i j k l …")
    expect(more).toBe(14)
  })
})
