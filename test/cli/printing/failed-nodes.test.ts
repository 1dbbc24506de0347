/** What a run says at its end of nodes that failed. */

import { describe, expect, it } from "vitest"

import { failureText } from "../../../src/cli/printing/failed-nodes.ts"
import { NodeFailed } from "../../../src/dag/running/NodeFailed.ts"

const failure = (node: string, problem: string, more: Partial<NodeFailed> = {}) =>
  new NodeFailed({ node, problem, badInput: false, at: more.at ?? [], log: more.log ?? null })

describe("failures", () => {
  it("of one problem are told together, with the place, their logs, and commands that a shell takes as they stand", () => {
    const at = ["stages/compare.ts:31:7 in run"]
    const failures = [
      failure("compare s ppo", "no such thing", { at, log: "/store/a/log" }),
      failure("compare s grpo", "no such thing", { at, log: "/store/b/log" }),
      failure("mix", "there is no dataset")
    ]
    const args = ["smoke", "--store", "my store", "--no-report"]
    expect(failureText(failures, { args, store: "my store", seconds: 65 })).toBe(`
compare s ppo, compare s grpo: no such thing
    at stages/compare.ts:31:7 in run
Logs: /store/a/log
      /store/b/log
Its inputs and parameters, and the end of the log: pnpm pipeline show 'compare s ppo' --store 'my store'

mix: there is no dataset
Its inputs and parameters: pnpm pipeline show mix --store 'my store'

What was done in these 1 min 05 s is kept. To go on once that is mended: pnpm pipeline run smoke --store 'my store' --no-report
`)
  })
})
