/** What people are told of an error that kept a node from its result. */

import * as path from "node:path"

import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"

import { REPOSITORY } from "../../src/dag/repository.ts"
import { KeyOutdated } from "../../src/dag/running/key-holds.ts"
import { failureOf, NodeFailed, nodeFailed } from "../../src/dag/running/NodeFailed.ts"

class WrongInput extends Schema.TaggedError<WrongInput>()("WrongInput", {}) {
  readonly badInput = true
  override get message() {
    return "This is not what was asked for."
  }
}

const withStack = (...lines: ReadonlyArray<string>) => {
  const error = new Error("no such thing")
  error.stack = `Error: no such thing\n${lines.map((line) => `    at ${line}`).join("\n")}`
  return error
}

describe("a failure", () => {
  it("points at the code of the repository, innermost first, and not at packages or Node", () => {
    const at = (file: string) => `file://${path.join(REPOSITORY, file)}`
    const error = withStack(
      `rank (${at("src/evaluation/ranks.ts")}:12:5)`,
      "Array.map (<anonymous>)",
      `${at("stages/compare.ts")}:31:7`,
      `runLoop (${at("node_modules/effect/dist/internal/effect.js")}:400:9)`,
      "process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
      "Object.<anonymous> (/elsewhere/stages/compare.ts:1:1)",
      `async main (${path.join(REPOSITORY, "src/cli/main.ts")}:2:3)`
    )
    expect(failureOf(error)).toEqual({
      problem: "no such thing",
      badInput: false,
      at: ["src/evaluation/ranks.ts:12:5 in rank", "stages/compare.ts:31:7", "src/cli/main.ts:2:3 in async main"]
    })
  })

  it("finds the line that threw", () => {
    expect(failureOf(new Error("here")).at[0]).toMatch(/^test\/dag\/node-failed\.test\.ts:\d+:\d+/)
  })

  it("gives five places at most", () => {
    const frame = `${path.join(REPOSITORY, "src/a.ts")}:1:1`
    expect(failureOf(withStack(...Array.from({ length: 9 }, () => frame))).at).toHaveLength(5)
  })

  it("points at no code where the input is to blame", () => {
    expect(failureOf(new WrongInput())).toEqual({ problem: "This is not what was asked for.", badInput: true, at: [] })
  })

  it("points at no code where files were changed by others meanwhile", () => {
    expect(failureOf(new KeyOutdated({ stage: "mix", components: ["code:stages/mix.ts"] })).at).toEqual([])
  })

  it("is told of what is thrown without being an error", () => {
    expect(failureOf("oops")).toEqual({ problem: "oops", badInput: false, at: [] })
  })

  it("of a node stays what it is", () => {
    const failed = new NodeFailed({ node: "sum", problem: "no", badInput: false, at: [], log: "/log" })
    expect(nodeFailed("count", failed)).toBe(failed)
    expect(nodeFailed("count", new WrongInput())).toMatchObject({ node: "count", badInput: true, log: null })
  })
})
