/** Curves of runs while they go on: what is in the event files then, after a stop, and at the end. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { type Place, place } from "../cli/command-line.ts"
import { until } from "../cluster/slurm-cluster.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { filesIn, recordsOf } from "./event-file.ts"
import { hasPython, runPython, startPython } from "./python.ts"

const STUDIES = path.join(import.meta.dirname, "fixtures/studies")
const newFolder = () => path.join(temporaryFolder(), "logs")

/** The live file of the one node of a folder of logs; null while there is none. */
const liveFile = (logs: string): string | null => {
  if (!fs.existsSync(logs)) return null
  const names = fs.readdirSync(logs, { recursive: true, encoding: "utf8" })
  const name = names.find((each) => each.endsWith("-live") && fs.statSync(path.join(logs, each)).size > 0)
  return name === undefined ? null : path.join(logs, name)
}
const liveRecords = (logs: string): number => {
  const file = liveFile(logs)
  return file === null ? 0 : recordsOf(file).messages.length
}
const runTo = (logs: string, ...more: ReadonlyArray<string>) => ["run", "drifts", "--no-report", "--tensorboard", logs, ...more]
/** What `export-metrics` writes of the newest run. */
const exportedFrom = async (at: Place) => {
  const to = newFolder()
  const { code, err } = await at.here(["export-metrics", "drifts", "--tensorboard", to])
  expect(code, err).toBe(0)
  return filesIn(to)
}
const CURVES = `import json
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
curves = EventAccumulator(".")
curves.Reload()
points = lambda tag: [[e.step, e.value if e.value == e.value else None] for e in curves.Scalars(tag)]
print(json.dumps({tag: points(tag) for tag in curves.Tags()["scalars"]}))`

/** Looks at the one node of a folder of logs until it is told to stop; the steps that it then has. */
const WATCH = `import glob, json, os, time
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
while not glob.glob("logs/*/*"): time.sleep(0.05)
curves = EventAccumulator(glob.glob("logs/*")[0])
stopping = False
while not stopping:
    stopping = os.path.exists("stop")
    for _ in range(3 if stopping else 1): curves.Reload()
    if "formatShares/omi1/share" in curves.Tags()["scalars"]: open("seen", "w").close()
    time.sleep(0.2)
print(json.dumps([event.step for event in curves.Scalars("formatShares/omi1/share")]))`

describe("pipeline run --tensorboard", () => {
  it("writes each step as it is done, and at the end what export-metrics writes, for every seed", async () => {
    const at = place(STUDIES)
    const logs = newFolder()
    const steps = path.join(temporaryFolder(), "steps")
    const run = at.start(runTo(logs, "--steps", "40", "--json"), { ECHO_TEST_PACE: "100", ECHO_TEST_STEPS: steps })
    await run.reached(5)
    const done = fs.statSync(steps).size
    // Two words of beginning, and a record a format of each step.
    await until(() => liveRecords(logs) >= 2 + 2 * (done - 1), "the steps so far", 1)
    expect(liveRecords(logs)).toBeLessThan(2 + 2 * 40)
    if (hasPython("tensorboard")) {
      const found = JSON.parse(runPython(CURVES, path.dirname(liveFile(logs)!)))
      expect(found["formatShares/omi1/meanReward"].slice(0, 3)).toEqual([0, 1, 2].map((step) => [step, step]))
    }
    expect((await run.ended).code).toBe(0)
    expect(liveFile(logs)).toBeNull()
    expect(filesIn(logs)).toEqual(await exportedFrom(at))

    const both = newFolder()
    const { code, err } = await at.pipeline(runTo(both, "--steps", "40", "--seeds", "1,2"))
    expect([code, err]).toEqual([0, expect.stringContaining(`tensorboard --logdir ${both}`)])
    expect(Object.keys(filesIn(both))).toHaveLength(2)
    expect(filesIn(both)).toEqual(await exportedFrom(at))
  })

  it("goes on after a kill with neither doubled nor torn records, with all steps from before", async () => {
    const at = place(STUDIES)
    const logs = newFolder()
    const often = ["--steps", "30", "--json", "--checkpoint-seconds", "0"]
    const first = at.start(runTo(logs, ...often), { ECHO_TEST_PACE: "60" })
    await first.reached(8)
    first.child.kill("SIGKILL")
    await first.ended
    // As of a machine that went off within a record.
    fs.appendFileSync(liveFile(logs)!, Buffer.from([1, 2, 3]))
    expect(recordsOf(liveFile(logs)!).torn).toBe(true)

    const again = at.start(runTo(logs, ...often), { ECHO_TEST_PACE: "60" })
    await again.reached(20)
    await until(() => liveRecords(logs) >= 2 + 2 * 15, "the steps from before and after", 1)
    const { messages, torn } = recordsOf(liveFile(logs)!)
    expect(torn).toBe(false)
    // Without the time, of which the first byte is the field.
    const texts = messages.slice(2).map((message) => message.subarray(9).toString("hex"))
    expect(new Set(texts).size).toBe(texts.length)
    if (hasPython("tensorboard")) {
      const found = JSON.parse(runPython(CURVES, path.dirname(liveFile(logs)!)))
      const steps = found["formatShares/tinygsm/share"].map(([step]: ReadonlyArray<number>) => step)
      expect(steps).toEqual(steps.map((_: number, step: number) => step))
    }
    expect((await again.ended).code).toBe(0)
    expect(filesIn(logs)).toEqual(await exportedFrom(at))
  })

  it("is followed through stop and end by a TensorBoard that has looked all the while", async () => {
    if (!hasPython("tensorboard")) return
    const at = place(STUDIES)
    const folder = temporaryFolder()
    const logs = path.join(folder, "logs")
    const watching = startPython(WATCH, folder)
    const often = ["--steps", "30", "--json", "--checkpoint-seconds", "0"]
    const first = at.start(runTo(logs, ...often), { ECHO_TEST_PACE: "100" })
    await first.reached(8)
    // Seen before it is gone.
    await until(() => fs.existsSync(path.join(folder, "seen")), "a look", 60)
    first.child.kill("SIGINT")
    await first.ended
    const { code, err } = await at.start(runTo(logs, ...often), { ECHO_TEST_PACE: "60" }).ended
    expect(code, err).toBe(0)
    fs.writeFileSync(path.join(folder, "stop"), "")
    expect(JSON.parse((await watching).trimEnd().split("\n").at(-1)!)).toEqual(Array.from({ length: 30 }, (_, step) => step))
    // What it was led on by goes when the folder is written to again.
    expect((await at.pipeline(runTo(logs, ...often))).code).toBe(0)
    expect(fs.readdirSync(path.join(logs, fs.readdirSync(logs)[0]!))).toHaveLength(1)
  })

  it("writes the curves of what the store has already", async () => {
    const at = place(STUDIES)
    expect((await at.pipeline(["run", "drifts", "--no-report"])).code).toBe(0)
    const logs = newFolder()
    expect((await at.pipeline(runTo(logs))).code).toBe(0)
    expect(filesIn(logs)).toEqual(await exportedFrom(at))
  })

  it("brings the curves of hosts of a cluster as their news come", async () => {
    const at = place(STUDIES)
    const logs = newFolder()
    const profile = path.join(temporaryFolder(), "hosts.json")
    const prologue = ["export ECHO_TEST_PACE=150"]
    fs.writeFileSync(
      profile,
      JSON.stringify({ launch: ["sh", "-c", "{command}"], hosts: ["one"], pollSeconds: 0.3, visibleSeconds: 1, prologue })
    )
    const run = at.start(runTo(logs, "--steps", "60", "--executor", "command", "--profile", profile))
    await until(() => liveRecords(logs) > 10, "curves from the host", 60)
    const { code, err } = await run.ended
    expect(code, err).toBe(0)
    expect(filesIn(logs)).toEqual(await exportedFrom(at))
  })

  it("refuses before anything is computed what is no folder", async () => {
    const at = place(STUDIES)
    const file = path.join(temporaryFolder(), "file")
    fs.writeFileSync(file, "")
    for (const [logs, why] of [
      [file, "is a file, not a folder"],
      [path.join(file, "logs"), "is a file, not a folder"],
      ["", "is given without a value"]
    ] as const) {
      const { code, err } = await at.here(runTo(logs))
      expect([code, err]).toEqual([2, expect.stringContaining(why)])
      expect(err).toContain("--tensorboard")
    }
    expect(fs.existsSync(at.store)).toBe(false)
  })

  it("loses the curves, with one line, and not the run, where they cannot be written any more", async () => {
    const at = place(STUDIES)
    const logs = newFolder()
    const steps = ["--steps", "3"]
    expect((await at.pipeline(runTo(logs, ...steps))).code).toBe(0)
    // A file where the folder of the node should be.
    const [folder] = fs.readdirSync(logs)
    fs.rmSync(path.join(logs, folder!), { recursive: true })
    fs.writeFileSync(path.join(logs, folder!), "")
    const { code, err } = await at.pipeline(runTo(logs, ...steps, "--store", `${at.store}-2`))
    expect(code, err).toBe(0)
    expect(err.match(/The curves in .* end here: /g), err).toHaveLength(1)
    expect(err).toMatch(/cannot be made: something of that name is there already\. The run goes on without them\./)
  })
})
