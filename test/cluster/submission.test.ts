/** Batches as they are submitted, and how actions share their tasks. */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { describe, expect, onTestFinished, test } from "vitest"

import { sbatchOptions, script, type Submission } from "../../src/cluster/schedulers/submission.ts"
import { alike, tasksOf } from "../../src/cluster/tasks.ts"
import { wantedOf } from "../../src/cluster/Wanted.ts"
import type { GraphNode } from "../../src/dag/graph.ts"
import type { StageRequest } from "../../src/dag/running/Executor.ts"

const submission = (some: Partial<Submission>): Submission => ({
  name: "echo-1",
  folder: "/store/cluster/1",
  tasks: 3,
  asked: {},
  avoid: [],
  command: ["/bin/echo", "it's $HOME", "exec-stage"],
  variables: {},
  ...some
})

describe("a batch as it is submitted", () => {
  test("asks for what the profile says, and for nothing else", () => {
    const asked = { partition: "long", gpus: 1, memoryGB: 1.5, minutes: 90, threads: 4, options: ["--nice=100"] }
    const options = sbatchOptions(submission({ asked, avoid: ["n1", "n2"] }), { graceSeconds: 30 })
    expect(options).toEqual(
      expect.arrayContaining([
        "--array=0-2",
        "--partition=long",
        "--gres=gpu:1",
        "--mem=1536M",
        "--time=90",
        "--cpus-per-task=4",
        "--exclude=n1,n2",
        "--signal=B:USR2@30",
        "--nice=100"
      ])
    )
    expect(sbatchOptions(submission({}), { graceSeconds: 30 }).join(" ")).not.toMatch(/partition|gres|mem=|time=|cpus|exclude/)
  })

  test("has a script that gives every word on as it is", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "script-"))
    onTestFinished(() => fs.rmSync(folder, { recursive: true }))
    const text = script(submission({ folder: "/a b/c'd", variables: { ECHO_CHAMBER_DATA: "/my data/$x" } }), {
      prologue: ["set -e", "cd /"]
    })
    fs.writeFileSync(path.join(folder, "script"), text)
    const said = execFileSync("bash", [path.join(folder, "script")], { encoding: "utf8", env: { SLURM_ARRAY_TASK_ID: "2" } })
    expect(said).toBe("it's $HOME exec-stage 2\n")
    expect(text).toContain("export ECHO_CHAMBER_DATA='/my data/$x'")
  })
})

describe("tasks", () => {
  test("hold one action each, but short ones share one up to a minute", () => {
    const seconds = new Map([
      ["a", 20],
      ["b", 600],
      ["c", 30],
      ["d", 20],
      ["f", 10]
    ])
    expect(tasksOf(["a", "b", "c", "d", "e", "f"], (name) => seconds.get(name) ?? null)).toEqual([
      ["a", "c"],
      ["b"],
      ["d", "f"],
      ["e"]
    ])
  })

  test("of one array ask for the same and avoid the same", () => {
    const wanted = (key: string, asked: object, avoid: ReadonlyArray<string> = []) => {
      const request = { key } as StageRequest
      const one = wantedOf({ node: {} as GraphNode, request, watch: () => {}, settle: () => {}, asked }, 0)
      for (const node of avoid) one.avoid.add(node)
      return one
    }
    const all = [wanted("a", { gpus: 1 }), wanted("b", {}), wanted("c", { gpus: 1 }), wanted("d", { gpus: 1 }, ["n1"])]
    expect(alike(all).map((group) => group.map(({ request }) => request.key))).toEqual([["a", "c"], ["b"], ["d"]])
  })
})
