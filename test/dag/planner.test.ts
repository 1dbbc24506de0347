/** What would run and why, decided without running anything but what came before. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { changesBetween, type Decision } from "../../src/dag/Planner.ts"
import { keyOf, readRecord, recordText } from "../../src/store/objects/records.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { count } from "./fixtures/stages/count.ts"
import { sum } from "./fixtures/stages/sum.ts"
import { planNodes, runNodes } from "./study-in-a-folder.ts"

const chain = (params: { terms?: number; label?: string } = {}, scale = 2) => [sum({ numbers: count({}, params) }, { scale })]

const changesOf = (decision: Decision | undefined) => {
  const reason = decision?._tag === "run" ? decision.reason : decision?._tag === "blocked" ? decision.certain : null
  return reason?._tag === "changed" ? reason.changes : reason
}

describe("a plan", () => {
  it("of an empty store runs what can run and says that the rest never ran; nothing is written", async () => {
    const root = path.join(temporaryFolder(), "store")
    const plan = await planNodes(root, chain())
    expect(plan.get("count")).toMatchObject({ _tag: "run", reason: { _tag: "never ran" } })
    expect(plan.get("sum")).toMatchObject({ _tag: "blocked", certain: { _tag: "never ran" } })
    expect(fs.existsSync(root)).toBe(false)
  })

  it("of what has run is cached, key by key", async () => {
    const root = temporaryFolder()
    const { digest } = await runNodes(root, chain())
    const plan = await planNodes(root, chain())
    expect(plan.get("sum")).toMatchObject({ _tag: "cached", action: { output: { digest: digest("sum") } }, waived: [] })
  })

  it("names the param that changed, with both values; what follows is blocked and may still be cached", async () => {
    const root = temporaryFolder()
    await runNodes(root, chain())
    const plan = await planNodes(root, chain({ label: "b" }))
    expect(changesOf(plan.get("count"))).toEqual([{ component: "param:label", before: null, after: '"b"' }])
    expect(plan.get("sum")).toMatchObject({ _tag: "blocked", certain: null })
  })

  it("compares with the nearest earlier action", async () => {
    const root = temporaryFolder()
    await runNodes(root, [count({}, { terms: 5, label: "x", offset: 1 })])
    await runNodes(root, [count({}, { terms: 6 })])
    const plan = await planNodes(root, [count({}, { terms: 7, label: "x", offset: 1 })])
    expect(changesOf(plan.get("count"))).toEqual([{ component: "param:terms", before: "5", after: "7" }])
  })

  it("knows of a blocked node that its own change makes it run", async () => {
    const root = temporaryFolder()
    await runNodes(root, chain())
    const plan = await planNodes(root, chain({ terms: 13 }, 4))
    expect(changesOf(plan.get("sum"))).toEqual([{ component: "param:scale", before: "2", after: "4" }])
  })

  it("names the input whose contents changed", async () => {
    const root = temporaryFolder()
    const first = await runNodes(root, chain({ terms: 12 }))
    const second = await runNodes(root, [count({}, { terms: 13 })])
    const plan = await planNodes(root, chain({ terms: 13 }))
    expect(changesOf(plan.get("sum"))).toEqual([
      { component: "input:numbers", before: first.digest("count"), after: second.digest("count") }
    ])
  })

  it("runs again what lost a file", async () => {
    const root = temporaryFolder()
    const { digest } = await runNodes(root, chain())
    const at = path.join(root, "objects/sha256", digest("count").slice(0, 2), digest("count"))
    fs.rmSync(at)
    expect((await planNodes(root, chain())).get("count")).toMatchObject({ _tag: "run", reason: { _tag: "result missing" } })
  })

  it("takes a result that differs in code alone when told to, newest first, and says what it waived", async () => {
    const root = temporaryFolder()
    const { digest } = await runNodes(root, [count({}, {})])
    const [name = ""] = fs.readdirSync(path.join(root, "actions"))
    const record = readRecord(root, name.slice(0, 64))!
    // The same result under the key of other code, as an edited module would leave it.
    const edit = (value: string, finishedAt: string): string => {
      const components = record.components.map((c) => (c.name.endsWith("rule.ts") ? { ...c, value: value.repeat(64) } : c))
      const key = keyOf(components)
      fs.writeFileSync(path.join(root, "actions", `${key}.json`), recordText({ ...record, key, components, finishedAt }))
      return key
    }
    fs.rmSync(path.join(root, "actions", name))
    edit("a", "2026-01-01T00:00:00.000Z")
    const newer = edit("b", "2026-01-02T00:00:00.000Z")
    expect((await planNodes(root, [count({}, {})])).get("count")?._tag).toBe("run")
    const plan = await planNodes(root, [count({}, {})], { assumeUnchanged: ["count"] })
    expect(plan.get("count")).toMatchObject({
      _tag: "cached",
      key: newer,
      action: { output: { digest: digest("count") } },
      waived: [{ component: "code:test/dag/fixtures/stages/rule.ts", before: "b".repeat(64) }]
    })
    const other = await planNodes(root, [count({}, { terms: 13 })], { assumeUnchanged: ["count"] })
    expect(other.get("count")?._tag).toBe("run")
  })

  it("depends on the engine's numerics only where a stage uses an engine", async () => {
    const root = temporaryFolder()
    await runNodes(root, chain(), { numerics: { engine: "native/f32/1" } })
    const plan = await planNodes(root, chain(), { numerics: { engine: "native/bf16/2" } })
    expect([...plan.values()].map(({ _tag }) => _tag)).toEqual(["cached", "cached"])
  })
})

describe("changesBetween", () => {
  it("lists what differs, what is new and what is gone, by name", () => {
    const before = [
      { name: "a", value: "1" },
      { name: "b", value: "2" },
      { name: "c", value: "3" }
    ]
    const after = [
      { name: "a", value: "1" },
      { name: "c", value: "4" },
      { name: "d", value: "5" }
    ]
    expect(changesBetween(before, after)).toEqual([
      { component: "b", before: "2", after: null },
      { component: "c", before: "3", after: "4" },
      { component: "d", before: null, after: "5" }
    ])
  })
})
