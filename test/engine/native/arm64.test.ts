/**
 * The engine on arm64: compiled for it by a cross compiler and run under emulation, it computes the same bits in f32 as here.
 *
 *     apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static
 */

import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { afterAll, describe, expect, it } from "vitest"

import { machineIsas } from "../../../src/engine/cpu.ts"
import { codeFlags } from "../../../src/engine/native/flags.ts"
import { sourceFolder, translationUnits } from "../../../src/engine/native/source.ts"

const directory = mkdtempSync(join(tmpdir(), "engine-arm64-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const program = fileURLToPath(new URL("sanitize.c", import.meta.url))
const sources = ["machine/", "kernels/", "model/"].flatMap((room) => translationUnits(room))

/** What the program of the sanitizers prints, compiled so. */
const printed = (compiler: string, flags: ReadonlyArray<string>, run: ReadonlyArray<string>): string => {
  const binary = join(directory, `program-${compiler}`)
  execFileSync(compiler, [...flags, `-I${sourceFolder}`, program, ...sources, "-static", "-o", binary, "-pthread", "-lm"])
  const [command, ...rest] = [...run, binary]
  return execFileSync(command!, rest, { encoding: "utf8" })
}

const CROSS = "aarch64-linux-gnu-gcc"
const emulator = ["qemu-aarch64-static", "qemu-aarch64"].find((name) => spawnSync(name, ["--version"]).status === 0)
const missing = emulator === undefined || spawnSync(CROSS, ["--version"]).status !== 0

describe("arm64", () => {
  it.skipIf(missing)(
    "gives the bits of this machine (skipped without a cross compiler and qemu-user)",
    () => {
      const isa = machineIsas().find((name) => name !== "amx" && name !== "avx512bf16")!
      const here = printed(process.env["CC"] ?? "cc", codeFlags(isa), [])
      expect(here).toMatch(/^f32 [0-9a-f]{16}\n/)
      const [digest] = here.split("\n")
      expect(printed(CROSS, codeFlags("portable"), [emulator!]).split("\n")[0]).toBe(digest)
    },
    20 * 60_000
  )
})
