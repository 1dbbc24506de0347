/** Which results can be computed again here, and why others cannot. */

import * as path from "node:path"

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { type Obstacle, sortRecords, type Way } from "../../../src/dag/attest/recomputable.ts"
import { componentsOf } from "../../../src/dag/key.ts"
import type { ActionRecord, Component } from "../../../src/store/objects/records.ts"
import { Store } from "../../../src/store/objects/Store.ts"
import { temporaryFolder } from "../../store/temporary-folder.ts"
import { digest, grow, plant, recordOf } from "../foresight/stages.ts"

const way = (engine: string): Way => ({ numerics: { engine }, services: { engine } })
const WAYS = [way("native/f32/1"), way("wasm/f32/1")]

const PARAMS = { steps: 20, width: 1, seed: 0, colour: "red" }
const recorded = (
  engine = "native/f32/1",
  change: (components: ReadonlyArray<Component>) => ReadonlyArray<Component> = (c) => c
) =>
  recordOf("plant", {
    params: PARAMS,
    components: change(componentsOf({ stage: plant, params: PARAMS, inputs: {}, externals: [], numerics: { engine } }))
  })

const sorted = (record: ActionRecord, stages: Parameters<typeof sortRecords>[1] = [plant, grow], ways = WAYS) =>
  Effect.runPromise(
    Effect.provide(
      sortRecords([record], stages, ways),
      Store.reading(path.join(temporaryFolder(), "store"), () => {})
    )
  )
const obstacle = async (...args: Parameters<typeof sorted>): Promise<Obstacle | undefined> =>
  (await sorted(...args)).others[0]?.obstacle

describe("a result can be computed again", () => {
  it.each(["native/f32/1", "wasm/f32/1"])("in the class in which it was, %s, if this machine has it", async (engine) => {
    expect((await sorted(recorded(engine))).recomputable[0]!.way.services).toEqual({ engine })
  })
  it("by that stage of several of one name whose code it was", async () => {
    const other = Object.assign(
      Object.defineProperty(() => {}, "name", { value: "plant" }),
      { ...grow, module: grow.module }
    ) as never
    expect((await sorted(recorded(), [other, plant])).recomputable[0]!.stage).toBe(plant)
  })
  it("with params that its record leaves out, where they have their defaults", async () => {
    const { colour: _, ...params } = PARAMS
    expect((await sorted({ ...recorded(), params })).recomputable[0]!.record.params).toEqual(PARAMS)
  })
})

const changed = (name: string, value: string | null) => (components: ReadonlyArray<Component>) => [
  ...components.filter((component) => component.name !== name),
  ...(value === null ? [] : [{ name, value }])
]

describe("a result cannot be computed again", () => {
  it.each([
    ["another value of a param", changed("param:steps", "21"), ["param:steps"]],
    ["a param that is gone", changed("param:height", "3"), ["param:height"]],
    ["other code", changed("code:src/store/arrow", "0".repeat(64)), ["code:src/store/arrow"]],
    ["code more", changed("code:src/gone.ts", "0".repeat(64)), ["code:src/gone.ts"]],
    ["a package of another version", changed("code:effect", "0.0.1"), ["code:effect"]],
    ["a file that it no longer reads", changed("file:train.jsonl", "0".repeat(64)), ["file:train.jsonl"]],
    ["another encoder", changed("encoder", "0"), ["encoder"]]
  ])("whose key had %s", async (_, change, components) => {
    expect(await obstacle(recorded("native/f32/1", change))).toEqual({ _tag: "changed", components })
  })

  it("in a numerics class that this machine does not have: both are named", async () => {
    expect(await obstacle(recorded("native/bf16x3/7"))).toEqual({
      _tag: "numerics",
      recorded: "native/bf16x3/7",
      here: ["native/f32/1", "wasm/f32/1"]
    })
  })

  it("where the code changed as well as the class, which is what is said", async () => {
    const record = recorded("native/bf16x3/7", changed("code:effect", "0.0.1"))
    expect(await obstacle(record)).toEqual({ _tag: "changed", components: ["code:effect", "numerics:engine"] })
  })

  it("where nothing computes here", async () => {
    expect(await obstacle(recorded(), [plant], [])).toEqual({ _tag: "numerics", recorded: "native/f32/1", here: [] })
  })

  it("where no study has its stage", async () => {
    expect(await obstacle(recorded(), [grow])).toEqual({ _tag: "no stage", stage: "plant" })
  })

  it.each([[{ steps: "many" }], [{ ...PARAMS, toString: 1 }], [JSON.parse('{"__proto__": 1}')], [{ ...PARAMS, steps: null }]])(
    "where its record has params that the stage does not take: %j",
    async (params) => {
      expect((await obstacle({ ...recorded(), params }))?._tag).toBe("changed")
    }
  )

  it("where an artifact that it was made from is not in the store", async () => {
    const inputs = { from: digest("a") }
    const params = { rounds: 1, seed: 0 }
    const components = componentsOf({ stage: grow, params, inputs, externals: [], numerics: {} })
    expect((await obstacle(recordOf("grow", { params, inputs, components }), [grow], []))?._tag).toBe("inputs")
  })
})
