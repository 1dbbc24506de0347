/** Files that a stage reads, edited and put back while it runs: nothing of it may be kept under the old key. */

import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import * as path from "node:path"
import { pathToFileURL } from "node:url"

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import * as Param from "../../../src/dag/Param.ts"
import * as Stage from "../../../src/dag/Stage.ts"
import { sha256 } from "../../../src/store/objects/digest.ts"
import { temporaryFolder } from "../../store/temporary-folder.ts"
import { Numbers } from "../fixtures/stages/kinds.ts"
import { runNodes } from "../study-in-a-folder.ts"

const FILES = {
  "stage.ts": [
    'import { Worker } from "node:worker_threads"',
    'import { once } from "./once.ts"',
    'import words from "./words.json" with { type: "json" }',
    'export const read = [new URL("./h.txt", import.meta.url), new URL("./h.json", import.meta.url), once, words]',
    'export const start = () => new Worker(new URL("./worker.ts", import.meta.url))',
    'export const later = () => import("./later.ts")'
  ].join("\n"),
  "once.ts": "export const once = 1",
  "words.json": "{}",
  "h.txt": "one",
  "h.json": "[1]",
  "worker.ts": 'import "./of-worker.ts"',
  "of-worker.ts": "export const o = 1",
  "later.ts": "export const l = 1",
  "data.jsonl": "{}"
}

/** Runs a stage of these files, during which something is done to them. */
const runWhile = async (disturb: (folder: string) => void) => {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(FILES)) fs.writeFileSync(path.join(folder, name), text)
  const data = path.join(folder, "data.jsonl")
  const stage = Stage.make({
    name: "reads",
    inputs: {},
    params: {},
    output: Numbers,
    module: pathToFileURL(path.join(folder, "stage.ts")).href,
    externals: () => Effect.sync(() => [{ name: "data", sha256: sha256(fs.readFileSync(data)), file: data }]),
    run: Effect.fn("reads")(function* ({ output }) {
      disturb(folder)
      yield* output.about.write({ terms: 0, last: 0 })
    })
  })
  const { status, failures } = await runNodes(temporaryFolder(), [stage({}, {})])
  return { status, problem: failures[0]?.problem ?? "", at: failures[0]?.at ?? [] }
}

const putBack = (file: string) => {
  const text = fs.readFileSync(file)
  fs.writeFileSync(file, "something else")
  fs.writeFileSync(file, text)
}

describe("a file that is edited and put back while a stage runs", () => {
  it.each(Object.keys(FILES))("keeps the result from being kept: %s", async (name) => {
    const { status, problem, at } = await runWhile((folder) => putBack(path.join(folder, name)))
    expect([status, at]).toEqual(["failed", []])
    expect(problem).toContain(`${name} was touched while stage reads was under way`)
  })

  it.each<[string, (file: string) => void]>([
    ["moved away and back", (file) => (fs.renameSync(file, `${file}~`), fs.renameSync(`${file}~`, file))],
    ["replaced by an equal one", (file) => (fs.copyFileSync(file, `${file}~`), fs.renameSync(`${file}~`, file))],
    [
      "put back with its old times",
      (file) => {
        const { atime, mtime } = fs.statSync(file)
        putBack(file)
        fs.utimesSync(file, atime, mtime)
      }
    ]
  ])("is told too where it was %s", async (_, touch) => {
    const { problem } = await runWhile((folder) => touch(path.join(folder, "h.txt")))
    expect(problem).toContain("h.txt was touched while stage reads was under way")
  })

  it("and left changed is told as changed", async () => {
    const { problem } = await runWhile((folder) => fs.writeFileSync(path.join(folder, "h.txt"), "two"))
    expect(problem).toContain("The code of stage reads changed while this run was under way")
  })

  it("does not matter where the stage does not reach it", async () => {
    expect((await runWhile((folder) => fs.writeFileSync(path.join(folder, "other.txt"), "x"))).status).toBe("succeeded")
  })
})

describe("nodes that are under way together", () => {
  const NODES = 25
  /** How often their code was read, and how many came to a result, where the file is edited while the last of them runs. */
  const runMany = async (edit: boolean) => {
    const folder = temporaryFolder()
    fs.writeFileSync(path.join(folder, "stage.ts"), 'export const file = new URL("./h.txt", import.meta.url)')
    fs.writeFileSync(path.join(folder, "h.txt"), "one")
    let begun = 0
    const stage = Stage.make({
      name: "reads",
      inputs: {},
      params: { seed: Param.integer(0, "which") },
      output: Numbers,
      resources: { process: false },
      module: pathToFileURL(path.join(folder, "stage.ts")).href,
      run: Effect.fn("reads")(function* ({ params, output }) {
        if (++begun === NODES && edit) putBack(path.join(folder, "h.txt"))
        yield* output.about.write({ terms: 0, last: params.seed })
      })
    })
    let readings = 0
    const { readFileSync } = fs
    Object.assign(fs, {
      readFileSync: (...args: Parameters<typeof readFileSync>) => {
        if (args[0] === path.join(fs.realpathSync(folder), "h.txt")) readings++
        return readFileSync(...args)
      }
    })
    syncBuiltinESMExports()
    try {
      const { states } = await runNodes(
        temporaryFolder(),
        Array.from({ length: NODES }, (_, seed) => stage({}, { seed }))
      )
      return { readings, computed: states.filter((state) => state.endsWith(": computed")).length }
    } finally {
      Object.assign(fs, { readFileSync })
      syncBuiltinESMExports()
    }
  }

  it("have their code read once for all of them, before and after", async () => {
    const { readings, computed } = await runMany(false)
    expect(computed).toBe(NODES)
    // Each when it is planned; of the two looks of each while it runs most are shared.
    expect(readings).toBeLessThan(2 * NODES)
  })

  it("keep no result where a file was touched before the last look at it", async () => {
    const { computed } = await runMany(true)
    expect(computed).toBe(0)
  })
})
