/** Whatever a command prints arrives whole, or its exit code says that it did not: a full device, a reader that went away. */

import * as fs from "node:fs"
import * as path from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { commands } from "../../src/cli/command-line.ts"
import { place } from "../cli/command-line.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const at = place()
const COPY = path.join(temporaryFolder(), "copy")
const EXPORTED = path.join(temporaryFolder(), "exported")

beforeAll(async () => {
  for (const words of [
    ["run", "chain"],
    ["push", COPY]
  ]) {
    const { code, err } = await at.pipeline(words)
    expect([code, err]).toEqual([0, expect.any(String)])
  }
}, 60_000)

const GRADED = path.join(temporaryFolder(), "completions.jsonl")
fs.writeFileSync(GRADED, '{"completion": "So \\\\boxed{17}", "gold": 17}\n'.repeat(20))

/** Every command, with what it prints when asked so. */
const COMMANDS: ReadonlyArray<readonly [command: string, ...args: ReadonlyArray<string>]> = [
  ["--help"],
  ["list", "--json"],
  ["run", "chain", "--json"],
  ["plan", "chain", "--json"],
  ["status"],
  ["show", "sum"],
  ["sql", "select 1"],
  ["sql", "select * from range(100000)", "--format", "csv"],
  ["sql", "select * from range(100000)", "--format", "arrow"],
  ["grade", GRADED],
  ["report", "chain"],
  ["verify"],
  ["gc"],
  ["data", "list", "--json"],
  ["doctor", "--json"],
  ["completion", "bash"],
  ["help", "stores"],
  ["push", COPY],
  ["pull", COPY],
  ["export", "chain", EXPORTED, "--force"],
  // These want a model, which the study has not, or go on until they are told to end.
  ["sample", "--help"],
  ["trace", "--help"],
  ["export-model", "--help"],
  ["import-model", "--help"],
  ["export-metrics", "--help"],
  ["ui", "--help"],
  ["new", "--help"]
]

it("covers every command", () => {
  for (const name of Object.keys(commands)) expect(COMMANDS.map(([command]) => command)).toContain(name)
})

it("has one file that writes to standard output", () => {
  const folder = path.resolve(import.meta.dirname, "../../src")
  const writers = fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(
      (file) => file.endsWith(".ts") && /stdout\.write\(|console\.log\(/.test(fs.readFileSync(path.join(folder, file), "utf8"))
    )
    .toSorted()
  // A child's standard output is its log; each build.ts is started by developers.
  const builds = ["engine/cuda/build.ts", "engine/wasm/build.ts"]
  expect(writers).toEqual(["cli/executing/compute-request.ts", "cli/output.ts", ...builds])
})

describe.skipIf(!fs.existsSync("/dev/full"))("a device that takes nothing is told of, with exit code 1", () => {
  it.each(COMMANDS)("%s %s %s %s %s", async (...words) => {
    const full = fs.openSync("/dev/full", "w")
    try {
      const { code, signal, err } = await at.start(
        words.filter((word) => word !== undefined),
        {},
        full
      ).ended
      expect({ code, signal, err }).toEqual({
        code: 1,
        signal: null,
        err: expect.stringContaining("Standard output could not take")
      })
      expect(err).not.toMatch(/^\s+at /m)
    } finally {
      fs.closeSync(full)
    }
  })
})

describe("a reader that went away is no error, and nothing is said", () => {
  it.each(COMMANDS)("%s %s %s %s %s", async (...words) => {
    const started = at.start(words.filter((word) => word !== undefined))
    started.child.stdout!.destroy()
    const { code, signal, err } = await started.ended
    // A run's exit code is that of the run.
    expect({ code, signal }).toEqual({ code: words[0] === "run" && words[1] === "chain" ? 0 : 141, signal: null })
    expect(err).not.toMatch(/Standard output|EPIPE|^\s+at /m)
  })
})

it("a run goes on to its end when its reader leaves after the first line", async () => {
  const own = place()
  const started = own.start(["run", "chain", "--json"])
  await started.said("run-started")
  started.child.stdout!.destroy()
  expect(await started.ended).toMatchObject({ code: 0, signal: null })
  const { out } = await own.here(["status", "chain", "--json"])
  expect(JSON.parse(out)).toMatchObject({ state: "succeeded" })
})

it.each(["csv", "json", "jsonl", "arrow"])("a query of any length ends at once when its reader leaves: %s", async (format) => {
  const started = at.start(["sql", "select range as n from range(100000000000)", "--format", format])
  started.child.stdout!.once("data", () => started.child.stdout!.destroy())
  expect(await started.ended).toMatchObject({ code: 141, signal: null, err: "" })
})
