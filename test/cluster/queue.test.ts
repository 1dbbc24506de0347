/** What Slurm prints, and what is made of it. */

import * as fs from "node:fs"
import * as path from "node:path"

import { Effect } from "effect"
import { describe, expect, onTestFinished, test, vi } from "vitest"

import { parseQueue } from "../../src/cluster/schedulers/queue.ts"
import { facts } from "../../src/cluster/schedulers/slurm.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

describe("the list of a queue", () => {
  test("has a line for each task, a range of pending ones included", () => {
    const lines = parseQueue(
      "12_[0-2,7%2]|PENDING|Resources|echo-a|\n13|RUNNING|None|other job|n1\n12_5|NODE_FAIL|NodeDown|echo-a|n2\n"
    )
    expect(lines.map(({ job, task, listed }) => `${job} ${task} ${listed.state} ${listed.node}`)).toEqual([
      "12 0 PENDING ",
      "12 1 PENDING ",
      "12 2 PENDING ",
      "12 7 PENDING ",
      "13 0 RUNNING n1",
      "12 5 NODE_FAIL n2"
    ])
    expect(lines[4]!.name).toBe("other job")
  })

  test("with steps in a range", () => {
    expect(parseQueue("4_[0-6:3]|PENDING|Priority|echo-a|").map(({ task }) => task)).toEqual([0, 3, 6])
  })

  test("says nothing where it cannot be read", () => {
    expect(parseQueue("slurm_load_jobs error\n\n12_[x]|PENDING|None|echo-a|\nabc|RUNNING|None|a|b")).toEqual([])
  })
})

test("what a tool says on several lines stands on one, within a sentence", async () => {
  const bin = temporaryFolder()
  const words = "scontrol: error: Unable to contact\n\n  scontrol: error: really\n"
  fs.writeFileSync(path.join(bin, "scontrol"), `#!/bin/sh\nprintf '${words}' >&2\nexit 1\n`, { mode: 0o755 })
  vi.stubEnv("PATH", `${bin}:${process.env["PATH"]}`)
  onTestFinished(() => void vi.unstubAllEnvs())
  const away = await Effect.runPromise(Effect.flip(facts))
  expect(away.words).toBe("scontrol: error: Unable to contact; scontrol: error: really")
})
