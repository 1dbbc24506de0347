/**
 * Promise: in f32 a study prints the same digest on every machine, which stands in docs/results.md: under each instruction set
 * that this machine has, as WebAssembly, and with one thread or two. (The portable code emulates products and sums and would take
 * an hour here; test/engine/one-answer.test.ts holds it to the same bits on smaller work.)
 */

import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { isas, machineIsas } from "../../src/engine/cpu.ts"
import { place } from "../cli/command-line.ts"
import { tableBelow } from "../house/markdown.ts"

const STUDIES = path.resolve(import.meta.dirname, "../../pipelines")
const MINUTES = 60_000

/** Arguments of `run` to the digest that the page promises. */
const promised = new Map(
  tableBelow("docs/results.md", "The same on every machine").map(([command, digest]) => [
    command!.replaceAll("`", ""),
    digest!.replaceAll("`", "")
  ])
)

const SMOKE = "run smoke --mode f32"

/** The line that tells the digest. */
const digestOf = async (more: ReadonlyArray<string>, environment: Readonly<Record<string, string>>): Promise<string> => {
  const { code, out, err } = await place(STUDIES).pipeline([...SMOKE.split(" "), "--no-report", ...more], environment)
  expect(code, err).toBe(0)
  return /^Digest .*$/m.exec(out)?.[0] ?? out
}

describe("smoke in f32", () => {
  const line = `Digest   ${promised.get(SMOKE)} of all 20 artifacts, the same on every machine (f32)`

  for (const isa of isas.filter((name) => name !== "amx" && name !== "portable"))
    it.skipIf(!machineIsas().includes(isa))(
      `has the promised digest on ${isa} (skipped where the machine has no ${isa})`,
      async () => {
        expect(await digestOf([], { ECHO_CHAMBER_ISA: isa })).toBe(line)
      },
      20 * MINUTES
    )

  it(
    "has it with one thread",
    async () => {
      expect(await digestOf(["--threads", "1"], {})).toBe(line)
    },
    20 * MINUTES
  )

  it(
    "has it as WebAssembly",
    async () => {
      expect(await digestOf(["--engine", "wasm"], {})).toBe(line)
    },
    30 * MINUTES
  )
})
