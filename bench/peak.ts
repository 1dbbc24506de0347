/** The machine's measured peak: peak.c, compiled for its best instruction set and run. Undefined without a compiler. */

import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { machineIsas } from "../src/engine/cpu.ts"
import { codeFlags } from "../src/engine/native/flags.ts"

export interface Peak {
  /** Operations per second: single precision, the unit for bf16 (0 where the machine has none). */
  readonly f32: number
  readonly bf16: number
}

export const measurePeak = (threads: number): Peak | undefined => {
  const directory = mkdtempSync(join(tmpdir(), "bench-peak-"))
  try {
    const binary = join(directory, "peak")
    const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
    const flags = codeFlags(machineIsas()[0]!)
    const built = spawnSync(process.env["CC"] || "cc", [...flags, here("peak.c"), "-o", binary, "-pthread"])
    if (built.status !== 0) return undefined
    const run = spawnSync(binary, [String(threads)], { encoding: "utf8" })
    const [f32 = 0, bf16 = 0] = run.stdout.trim().split(" ").map(Number)
    return run.status === 0 ? { f32: 1e9 * f32, bf16: 1e9 * bf16 } : undefined
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
