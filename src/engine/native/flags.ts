/**
 * What the C source is compiled with. Flags decide results as the source does, so that this module is part of the engine's
 * digest; where and when something is compiled (`compile.ts`) is not.
 */

import { readVariable } from "../../machine/environment.ts"
import type { Isa } from "../cpu.ts"

const x86 = (...features: ReadonlyArray<string>) => features.map((feature) => `-m${feature}`)
const avx512 = [...x86("avx512f", "avx512bw", "avx512dq", "avx512vl", "fma", "avx2"), "-mprefer-vector-width=512"]

/** Feature flags of each variant. */
const variantFlags: Record<Isa, ReadonlyArray<string>> = {
  amx: [...avx512, ...x86("avx512bf16", "amx-tile", "amx-bf16")],
  avx512bf16: [...avx512, ...x86("avx512bf16")],
  avx512,
  avx2: x86("avx2", "fma"),
  portable: []
}

/** No value-changing shortcuts: NaN and infinity keep their meaning, and sums keep their order. */
const arithmetic = ["-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off"]

/**
 * What the code of an instruction set is compiled with, whatever becomes of it.
 */
export const codeFlags = (isa: Isa): ReadonlyArray<string> => ["-std=gnu11", "-Wno-psabi", ...arithmetic, ...variantFlags[isa]]

export const libraryFlags = ["-fPIC", "-shared", "-fvisibility=hidden"]
/** Workers sleep inside the library until the process ends, so it must never be unloaded. */
export const linkFlags = process.platform === "linux" ? ["-pthread", "-Wl,-z,nodelete", "-lm"] : ["-lm"]

/** The compiler's command: CC, which may carry arguments, or `cc`. */
export const compilerCommand = (): readonly [string, ...Array<string>] => {
  const words = (readVariable("CC") ?? "").split(/\s+/).filter((word) => word !== "")
  return [words[0] ?? "cc", ...words.slice(1)]
}

/** Flags of the user's own, in CC: whatever they do to a result, it has a key of its own. */
export const ownFlags = (): ReadonlyArray<string> => compilerCommand().filter((word) => word.startsWith("-"))
