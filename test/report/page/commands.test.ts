/** Commands that a report prints: copied into a shell, they find the run's store and nothing is taken apart. */

import { describe, expect, test } from "vitest"

import { recordOf, together } from "../../../src/report/data/RunRecord.ts"
import { pipelineCommand, runCommand, sqlCommand, sqlList } from "../../../src/report/page/commands.ts"

describe("a command", () => {
  test.each([
    [["s"], "pnpm pipeline show rl-1"],
    [["s", "--store", "/a/b"], "pnpm pipeline show rl-1 --store /a/b"],
    [["s", "--store=/a/b", "--seeds", "2"], "pnpm pipeline show rl-1 --store /a/b"],
    [["s", "--store", "/my store"], "pnpm pipeline show rl-1 --store '/my store'"],
    [["s", "--store", "it's"], "pnpm pipeline show rl-1 --store 'it'\\''s'"],
    [["s", "--store", "/a", "--store", "/b"], "pnpm pipeline show rl-1 --store /b"],
    [["s", "--store"], "pnpm pipeline show rl-1"]
  ])("names the store of a run made by %o", (command, expected) =>
    expect(pipelineCommand({ command }, "show", "rl-1")).toBe(expected)
  )
  test("to run again has each word as it was given", () => {
    expect(runCommand({ command: ["s", "--set", "mix.lacks=[a, b]", "--kls", "0,0.1"] })).toBe(
      "pnpm pipeline run s --set 'mix.lacks=[a, b]' --kls 0,0.1"
    )
  })
  test("to ask names the store too, and quotes what a shell would read", () => {
    expect(sqlCommand({ command: ["s", "--store", "/a"] }, `select "x" from t where run in (${sqlList(["b", "c'd"])})`)).toBe(
      `pnpm pipeline sql "select \\"x\\" from t where run in ('b', 'c''d')" --store /a`
    )
  })
})

test("several runs keep their own settings and commands", () => {
  const started = (run: string, kls: ReadonlyArray<number>) =>
    recordOf([
      {
        event: "run-started",
        time: "2026-11-29T16:06:30Z",
        run,
        study: "kls",
        settings: { kls },
        command: ["kls", "--kls", kls.join(",")],
        engine: "native"
      }
    ] as never)!
  const { parts, study, run } = together([started("kls-1", [0.1]), started("kls-2", [0.03])])
  expect([study, run]).toEqual(["kls", "kls-1 + kls-2"])
  expect(parts?.map(({ settings }) => settings)).toEqual([{ kls: [0.1] }, { kls: [0.03] }])
})
