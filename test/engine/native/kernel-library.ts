/** The native engine's kernels as a library of their own, with kernels.c for those that cannot be called from outside. */

import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import type { Isa } from "../../../src/engine/cpu.ts"
import { codeFlags } from "../../../src/engine/native/flags.ts"
import { sourceFolder, translationUnits } from "../../../src/engine/native/source.ts"

/** Compiles the kernels for an instruction set into a folder; gives the library's path. */
export const compileKernels = (isa: Isa, directory: string, extra: ReadonlyArray<string> = []): string => {
  const library = join(directory, `kernels-${isa}.so`)
  const shim = fileURLToPath(new URL("kernels.c", import.meta.url))
  const sources = ["machine/", "kernels/"].flatMap((room) => translationUnits(room))
  const flags = [...codeFlags(isa), "-fPIC", "-shared", `-I${sourceFolder}`, ...extra]
  execFileSync(process.env["CC"] || "cc", [...flags, shim, ...sources, "-o", library, "-pthread", "-lm"])
  return library
}
