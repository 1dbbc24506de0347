/** The native engine's C under sanitizers: sanitize.c, compiled with it. */

import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { afterAll, describe, expect, it } from "vitest"

import { machineIsas } from "../../../src/engine/cpu.ts"
import { codeFlags } from "../../../src/engine/native/flags.ts"
import { sourceFolder, translationUnits } from "../../../src/engine/native/source.ts"

const compiler = process.env["CC"] || "cc"
const program = fileURLToPath(new URL("sanitize.c", import.meta.url))
const directory = mkdtempSync(join(tmpdir(), "engine-sanitize-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const sanitize = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

/** Whether the sanitizers' runtime is installed: a program that does nothing must link and run. */
const present = () => {
  const source = join(directory, "empty.c")
  writeFileSync(source, "int main(void) { return 0; }\n")
  const built = spawnSync(compiler, [...sanitize, source, "-o", join(directory, "empty")])
  return built.status === 0 && spawnSync(join(directory, "empty")).status === 0
}

describe.skipIf(!present())(
  "the engine's C under AddressSanitizer and UndefinedBehaviorSanitizer (skipped without their runtime)",
  () => {
    // The widest registers and the next narrower ones. Emulated products and sums, those of "portable", would take minutes here.
    for (const isa of new Set([machineIsas()[0]!, machineIsas().find((name) => name === "avx2") ?? ("portable" as const)]))
      it(`${isa}: training, scoring and sampling touch no memory that is not theirs`, () => {
        const sources = ["machine/", "kernels/", "model/"].flatMap(translationUnits)
        const binary = join(directory, `sanitize-${isa}`)
        const flags = [...codeFlags(isa), "-O1", "-g", ...sanitize]
        execFileSync(compiler, [...flags, `-I${sourceFolder}`, program, ...sources, "-o", binary, "-pthread", "-lm"])
        const run = spawnSync(binary, { encoding: "utf8", env: { ...process.env, ASAN_OPTIONS: "detect_leaks=1" } })
        expect(run.stderr).toBe("")
        expect(run.stdout).toMatch(/^f32 [0-9a-f]{16}\nclean\n$/)
      })
  }
)
