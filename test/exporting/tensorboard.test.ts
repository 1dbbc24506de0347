/** Curves for TensorBoard: its format byte by byte, and the files of a run as its own library reads them. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { Rollouts, Updates, FormatShares } from "../../schemas/rl-run.ts"
import { isOfCurves } from "../../src/exporting/tensorboard/curves.ts"
import { beginning, crc32c, scalars } from "../../src/exporting/tensorboard/event-records.ts"
import { Column } from "../../src/store/schema/Column.ts"
import { Table } from "../../src/store/schema/Table.ts"
import { runStarted, SampleStore, sampleStore } from "../catalog/sample-store.ts"
import { place } from "../cli/command-line.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { filesIn } from "./event-file.ts"
import { hasPython, runPython } from "./python.ts"

const at = place()
const newFolder = () => path.join(temporaryFolder(), "logs")
/** A store with the curves of one node, and the artifact that has them. */
const storeWithCurves = () => {
  const withCurves = new SampleStore()
  const rows = [0, 1].map((step) => ({ step, format: "omi1", share: step / 4, firstTokenShare: null, accuracy: 1 }))
  const shares = rows.map((row) => ({ ...row, shareOfRight: null, meanReward: 0, completions: 8 }))
  const { key, artifact } = withCurves.action("rl", { seed: 1 }, { formatShares: withCurves.write(FormatShares, shares) })
  withCurves.log("s-1", [
    { time: "2026-11-22T00:45:12.123Z", ...runStarted("s-1", "s") },
    { event: "node-planned", node: "rl-0badcafe", label: "rl ppo", stage: "rl", params: {}, inputs: {} },
    { event: "node-finished", node: "rl-0badcafe", key, artifact, cached: false, seconds: 1 }
  ])
  return { withCurves, artifact }
}
const exported = (store: SampleStore, ...args: ReadonlyArray<string>) =>
  at.here(["export-metrics", ...args, "--store", store.root])

describe("the format", () => {
  it("has the checksum that its definition gives for known bytes", () => {
    // RFC 3720, B.4, and the check value of CRC-32C.
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
    expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283)
  })

  it("is records with length, message and checksums around them", () => {
    const records = beginning(1)
    const length = Number(records.readBigUInt64LE(0))
    expect(records.subarray(12, 12 + length).toString("hex")).toBe(
      `09${"000000000000f03f"}10001a0d${Buffer.from("brain.Event:2").toString("hex")}`
    )
    // And the word that it begins anew: a SessionLog, START.
    expect(records.subarray(length + 28, -4).toString("hex")).toBe("09000000000000f03f10003a020801")
    expect(
      scalars(1, 300, [["a", 0.5]])
        .subarray(12, -4)
        .toString("hex")
    ).toBe("09000000000000f03f10ac022a0a0a080a0161150000003f")
  })

  it("takes tables of numbers over steps, with one text that says whose they are", () => {
    expect([Updates, FormatShares, Rollouts].map(isOfCurves)).toEqual([true, true, false])
  })
})

describe("pipeline export-metrics", () => {
  it("knows a table of curves that no file of schemas declares, of a stage of one's own, by what its file says", async () => {
    const pulls = Table.make("pulls", "How hard it is pulled", {
      step: Column.int32("step"),
      side: Column.utf8("which way"),
      force: Column.nullable(Column.float64("newtons")),
      times: Column.int64("how often")
    })
    const traces = Table.make("traces", "No curves", { step: Column.int32("step"), at: Column.list(Column.float32("place")) })
    const store = new SampleStore()
    const rows = [0, 1].map((step) => ({ step, side: "left", force: step === 0 ? null : 2.5, times: BigInt(step) }))
    const { key, artifact } = store.action(
      "tug",
      { seed: 1 },
      {
        pulls: store.write(pulls, rows),
        traces: store.write(traces, [{ step: 0, at: [1, 2] }])
      }
    )
    store.log("s-1", [
      { time: "2026-11-22T00:45:12.123Z", ...runStarted("s-1", "s") },
      { event: "node-planned", node: "tug-0badcafe", label: "tug", stage: "tug", params: {}, inputs: {} },
      { event: "node-finished", node: "tug-0badcafe", key, artifact, cached: false, seconds: 1 }
    ])
    const to = newFolder()
    expect(await exported(store, "tug", "--tensorboard", to)).toMatchObject({
      code: 0,
      out: expect.stringContaining("curves of 1 node, 2 points")
    })
    const written = Buffer.from(Object.values(filesIn(to)).join(""), "hex").toString("latin1")
    for (const tag of ["pulls/left/force", "pulls/left/times"]) expect(written).toContain(tag)
    expect(written).not.toContain("traces")
  })

  it("writes a folder for each node that has curves, and writes none of them twice", async () => {
    const store = sampleStore()
    const to = newFolder()
    const { withCurves, artifact } = storeWithCurves()
    for (const name of ["s-1", "rl-0badcafe", "rl ppo"]) {
      const { code, out } = await exported(withCurves, name, "--tensorboard", to)
      expect([code, out]).toEqual([0, expect.stringContaining("curves of 1 node, 2 points")])
    }
    const folder = path.join(to, "rl-ppo-0badcafe")
    expect(fs.readdirSync(folder)).toEqual([`events.out.tfevents.1795308312.echo-chamber.${artifact.slice(0, 16)}`])

    const none = await exported(store, "rl-grpo", "--tensorboard", to)
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('Nothing of "rl-grpo" has curves')])
    const nothing = await exported(store, "rl-grop", "--tensorboard", to)
    expect([nothing.code, nothing.err]).toEqual([2, expect.stringContaining('Did you mean "rl-grpo"')])
    const nowhere = await exported(store, "rl-grpo")
    expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining("needs --tensorboard DIR")])

    if (!hasPython("tensorboard")) return
    const read = runPython(
      `import json
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
curves = EventAccumulator(".")
curves.Reload()
print(json.dumps({tag: [[e.step, e.wall_time, e.value] for e in curves.Scalars(tag)] for tag in curves.Tags()["scalars"]}))`,
      folder
    )
    const found = JSON.parse(read.trimEnd().split("\n").at(-1)!)
    const seconds = Date.parse("2026-11-22T00:45:12Z") / 1000
    expect(Object.keys(found).toSorted()).toEqual(
      ["accuracy", "completions", "meanReward", "share"].map((name) => `formatShares/omi1/${name}`)
    )
    expect(found["formatShares/omi1/share"]).toEqual([
      [0, seconds, 0],
      [1, seconds, 0.25]
    ])
  })

  it("writes what the program in docs/exporting.md takes over to wandb, without a network", async () => {
    if (!hasPython("tensorboard", "wandb")) return
    const page = fs.readFileSync(path.join(import.meta.dirname, "../../docs/exporting.md"), "utf8")
    const program = /```python\n([\s\S]*?)```/.exec(page)![1]!
    const to = newFolder()
    expect((await exported(storeWithCurves().withCurves, "s-1", "--tensorboard", to)).code).toBe(0)
    const at = path.dirname(to)
    runPython(`import os\nos.environ["WANDB_MODE"] = "offline"\nos.environ["WANDB_SILENT"] = "true"\n${program}`, at)
    const runs = fs.readdirSync(path.join(at, "wandb")).filter((name) => name.startsWith("offline-run-"))
    expect(runs).toHaveLength(1)
    const log = fs.readdirSync(path.join(at, "wandb", runs[0]!)).find((name) => name.endsWith(".wandb"))
    expect(fs.readFileSync(path.join(at, "wandb", runs[0]!, log!)).includes("formatShares/omi1/share")).toBe(true)
  })
})
