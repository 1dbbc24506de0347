/**
 * Builds engine.wasm and engine-exact.wasm from the native engine's C, for machines without a compiler:
 *
 *     pnpm build:wasm [clang]
 *
 * The compiler is Debian's clang with its lld (apt-get install clang-22 lld-22), by default the one that made the committed file:
 * clang writes its version into it. Nothing of the machine enters the result, so the same compiler gives the same bytes anywhere;
 * a test rebuilds and compares. No C library is linked: runtime.c, threads.c and include/ stand in for one.
 */

import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { discard } from "../../store/disk/calls.ts"
import { translationUnits } from "../native/source.ts"
import { memoryPages, STACK_BYTES } from "./instance.ts"

const here = fileURLToPath(new URL(".", import.meta.url))

/**
 * The committed binaries: one with relaxed SIMD for its multiply-add, and one that emulates it exactly for machines where that
 * rounds twice or is not known.
 */
export const binaries = [
  { binary: join(here, "engine.wasm"), flags: ["-mrelaxed-simd"] },
  { binary: join(here, "engine-exact.wasm"), flags: ["-DEXACT_FUSED"] }
] as const

const PAGE_BYTES = 65_536

const features = ["simd128", "atomics", "bulk-memory", "mutable-globals"].map((feature) => `-m${feature}`)

/** As in native/flags.ts: no value-changing shortcuts. */
const arithmetic = ["-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]

const headers = ["-nostdlibinc", "-isystem", join(here, "include")]
const compileFlags = ["--target=wasm32", "-std=gnu11", "-fvisibility=hidden", ...features, ...arithmetic, ...headers]

const linkFlags = [
  "no-entry",
  "export-dynamic",
  "export=memory_take",
  "export=memory_release",
  "export=__stack_pointer",
  "import-memory",
  "shared-memory",
  `initial-memory=${memoryPages.initial * PAGE_BYTES}`,
  `max-memory=${memoryPages.maximum * PAGE_BYTES}`,
  "stack-first",
  "strip-debug"
].map((flag) => `-Wl,--${flag}`)

/** The C source, with threads.c and runtime.c of this folder where the native engine has the system's. */
const sources = (): ReadonlyArray<string> => [
  ...translationUnits().filter((path) => !path.endsWith("threads.c")),
  join(here, "runtime.c"),
  join(here, "threads.c")
]

/** The module that `clang` makes of the source; throws what the compiler or the linker says. */
export const build = (clang: string, own: ReadonlyArray<string>): Uint8Array => {
  const directory = mkdtempSync(join(tmpdir(), "echo-chamber-wasm-"))
  try {
    const output = join(directory, "engine.wasm")
    const flags = [...compileFlags, ...own, "-nostdlib", ...linkFlags, `-Wl,-z,stack-size=${STACK_BYTES}`]
    execFileSync(clang, [...flags, ...sources(), "-o", output], { stdio: ["ignore", "inherit", "pipe"] })
    return readFileSync(output)
  } finally {
    discard(directory)
  }
}

/** What made a module, as its `producers` section tells: `Debian clang version 22.1.8 (...)`. */
export const producerOf = (bytes: Uint8Array): string => {
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), "producers")
  /* One field, "processed-by", of pairs of name and version, each text behind a byte with its length. */
  const text = Buffer.from(section ?? new ArrayBuffer(0)).toString("latin1")
  const [, name, version] = /processed-by[^]{2}([\w ]+)[^]([^]+)$/.exec(text) ?? []
  return `${name} version ${version}`
}

/** A compiler of this machine that says it is `version`, if there is one with its linker. */
export const compilerOf = (version: string): string | undefined =>
  [`clang-${/version (\d+)/.exec(version)?.[1] ?? ""}`, "clang"].find((command) => {
    try {
      const said = execFileSync(command, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      const linker = execFileSync(command, ["--target=wasm32", "-print-prog-name=wasm-ld"], { encoding: "utf8" }).trim()
      execFileSync(linker, ["--version"], { stdio: "ignore" })
      return said.split("\n")[0] === version
    } catch {
      return false
    }
  })

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const clang = process.argv[2] ?? "clang-22"
  for (const { binary, flags } of binaries) {
    const bytes = build(clang, flags)
    writeFileSync(binary, bytes)
    process.stdout.write(`${binary}: ${bytes.length} bytes by ${producerOf(bytes)}\n`)
  }
}
