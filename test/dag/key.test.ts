/** Keys name results on disk: the literals here must never change, or every artifact ever made is orphaned. */

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { layoutDigest } from "../../src/dag/code/digest.ts"
import { componentsOf } from "../../src/dag/key.ts"
import * as Param from "../../src/dag/Param.ts"
import * as Stage from "../../src/dag/Stage.ts"
import { keyOf } from "../../src/store/objects/records.ts"
import { Numbers } from "./fixtures/stages/kinds.ts"

const stage = Stage.make({
  name: "example",
  inputs: { numbers: Numbers },
  params: {
    rate: Param.number(0.1, "a rate"),
    seed: Param.integer(0, "a seed"),
    name: Param.required(Param.string("", "a name"))
  },
  output: Numbers,
  numerics: ["engine"],
  module: new URL("fixtures/stages/rule.ts", import.meta.url).href,
  run: () => Effect.void
})

const parts = {
  stage,
  params: { rate: 0.1, seed: 3, name: "x" },
  inputs: { numbers: "11".repeat(32) },
  externals: [{ name: "train.jsonl", sha256: "22".repeat(32) }],
  numerics: { engine: "native/f32/0123456789abcdef" }
}

/** SHA-256 of the tokens of rule.ts, one a line: "export\\nconst\\nSTEP\\n=\\n3\\n;\\neof". */
const CODE = "757edc72aaaed45e619aeb1ccd9a0c8bfbdbc135b659ac0f194481315131fbf6"

/** From Python: hashlib.sha256(b"".join(b"%d:%s" % (len(p), p) for p in names and values in order)). */
const KEY = "392ee4588b3dae48178a2ea2720e521921e9f3309e78764ab9b39e1e7bb839bd"

describe("the components of a key", () => {
  it("are everything that determines the result, in order of name", () => {
    expect(componentsOf(parts)).toEqual([
      { name: "code:src/store/arrow", value: layoutDigest() },
      { name: "code:test/dag/fixtures/stages/rule.ts", value: CODE },
      { name: "encoder", value: "1" },
      { name: "file:train.jsonl", value: "22".repeat(32) },
      { name: "input:numbers", value: "11".repeat(32) },
      { name: "numerics:engine", value: "native/f32/0123456789abcdef" },
      { name: "param:name", value: '"x"' },
      { name: "param:seed", value: "3" },
      { name: "stage", value: "example" }
    ])
  })

  it("leave out a param at its default, so that a new param with the old behaviour orphans nothing", () => {
    const names = (params: object) => componentsOf({ ...parts, params: { ...parts.params, ...params } }).map(({ name }) => name)
    expect(names({ seed: 0, rate: 0.1 })).not.toContain("param:seed")
    expect(names({ rate: 0.2 })).toContain("param:rate")
    expect(names({ name: "" })).toContain("param:name")
  })

  it("leave out the engine where a stage needs none", () => {
    const plain = { ...parts, stage: { ...stage, name: "example", numerics: [] } as Stage.Stage.Any }
    expect(componentsOf(plain).map(({ name }) => name)).not.toContain("numerics:engine")
  })
})

describe("a key", () => {
  it("is pinned", () => {
    const layout = { name: "code:src/store/arrow", value: "33".repeat(32) }
    expect(keyOf(componentsOf(parts).map((component) => (component.name === layout.name ? layout : component)))).toBe(KEY)
  })

  it("changes with each component and with nothing else", () => {
    const key = (over: object) => keyOf(componentsOf({ ...parts, ...over }))
    const keys = [
      key({}),
      key({ params: { ...parts.params, seed: 4 } }),
      key({ inputs: { numbers: "33".repeat(32) } }),
      key({ externals: [] }),
      key({ numerics: { engine: "native/bf16/0123456789abcdef" } })
    ]
    expect(new Set(keys).size).toBe(keys.length)
    expect(key({ params: { name: "x", seed: 3, rate: 0.1 } })).toBe(keys[0])
  })
})
