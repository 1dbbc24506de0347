/** `bin/bench.mjs`: starts a measurement by its name, with the Node that can run it. */

import { spawnSync } from "node:child_process"
import * as path from "node:path"

import { expect, it } from "vitest"

const ROOT = path.resolve(import.meta.dirname, "../../..")
const bench = (...args: ReadonlyArray<string>) =>
  spawnSync(process.execPath, [path.join(ROOT, "bin/bench.mjs"), ...args], { encoding: "utf8" })

it.each([[[]], [["engine"]], [["engine.ts"]]])("named %j it measures the engine, and is handed the flags", (name) => {
  const { stdout, stderr } = bench(...name, "--only", "none", "--parts", "none", "--rounds", "7")
  expect(`${stdout}${stderr}`).toMatch(/threads|load/)
  expect(`${stdout}${stderr}`).not.toMatch(/There is no bench|Unknown/)
})

it.each([["nothing"], ["../src/cli/main"], ["constructor"], [""]])("names what there is where there is no %j", (name) => {
  const { stderr, status } = bench(name)
  expect(stderr).toMatch(/^There is no bench\/.*\.ts\. There are .*engine, grading/)
  expect(status).toBe(2)
})
