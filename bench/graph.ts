/**
 * What the driver takes for nodes that do nothing: `node bin/bench.mjs graph [--nodes n,n] [--shape wide|grid|long] [--profile
 * folder]`. A study is run cold and warm, planned, and asked about, each by a command of its own as a person gives it, on a store
 * that is removed afterwards. Twice the nodes should take twice the time. Limits on an idle machine: 1,000 nodes warm in 0.5 s,
 * 10,000 warm in 1.5 s and cold in 20 s; what only looks answers in a second or two.
 */

import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

import many from "./studies/many.ts"

const { values: flags } = parseArgs({
  options: {
    nodes: { type: "string", default: "1000,2000" },
    shape: { type: "string", default: "grid" },
    profile: { type: "string" }
  }
})

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const { name } = many

const measure = (nodes: number): ReadonlyMap<string, number> => {
  const folder = mkdtempSync(join(tmpdir(), "bench-graph-"))
  const study = ["--count", String(nodes), "--shape", flags.shape]
  const commands: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ["plan, nothing there", ["plan", name, ...study]],
    ["run, cold", ["run", name, ...study]],
    ["run, warm", ["run", name, ...study]],
    ["plan, all cached", ["plan", name, ...study]],
    ["plan --why, all changed", ["plan", name, ...study, "--salt", "1", "--why"]],
    ["plan --cost, all changed", ["plan", name, ...study, "--salt", "1", "--cost"]],
    ["status", ["status"]],
    ["status of the study", ["status", name]],
    ["show", ["show", flags.shape === "long" ? "begin" : "begin seed=1"]],
    ["sql", ["sql", "select count(*) from nodes"]]
  ]
  const env = { ...process.env, ECHO_CHAMBER_STUDIES: here("studies"), ECHO_CHAMBER_CACHE: join(folder, "cache") }
  const seconds = new Map<string, number>()
  try {
    for (const [called, args] of commands) {
      const profile =
        flags.profile === undefined ? [] : [`--cpu-prof`, `--cpu-prof-dir=${join(flags.profile, called.replaceAll(/\W+/g, "-"))}`]
      const started = performance.now()
      const { status, stderr } = spawnSync(
        process.execPath,
        [...profile, here("../bin/pipeline.mjs"), ...args, "--store", join(folder, "store")],
        { encoding: "utf8", env, maxBuffer: 2 ** 30 }
      )
      if (status !== 0) throw new Error(`pipeline ${args.join(" ")} ended with ${status}: ${stderr.slice(-500)}`)
      seconds.set(called, (performance.now() - started) / 1000)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return seconds
}

const sizes = flags.nodes.split(",").map(Number)
const measured = sizes.map((nodes) => measure(nodes))
console.log(`${"seconds".padEnd(26)}${sizes.map((nodes) => `${nodes} nodes`.padStart(14)).join("")}`)
for (const called of measured[0]?.keys() ?? [])
  console.log(`${called.padEnd(26)}${measured.map((seconds) => seconds.get(called)!.toFixed(2).padStart(14)).join("")}`)
