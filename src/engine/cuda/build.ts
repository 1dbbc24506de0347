/**
 * Builds engine.ptx and engine.sm_80.cubin from the kernels, so that no machine with a GPU needs a compiler:
 *
 *     pnpm build:cuda [folder of nvcc]
 *
 * nvcc comes as a wheel of Python: `pip install -r test/engine/cuda/requirements.txt`, in an environment of its own; .ci/run puts
 * one into build/nvcc, which is where it is looked for. Cards of compute capability 8.0 to 8.9 take the cubin; for newer ones the
 * driver compiles the PTX when it is loaded. It is built in two steps, since `nvcc -cubin` writes names of temporary files into
 * its result. So the same compiler gives the same bytes anywhere, and a test rebuilds and compares.
 */

import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

import * as Schema from "effect/Schema"

import { readVariable } from "../../machine/environment.ts"
import { discard } from "../../store/disk/calls.ts"
import { binaries } from "./image.ts"

/** The kernels, one file that includes all. */
const source = fileURLToPath(new URL("engine.cu", import.meta.url))

/** No value-changing shortcuts: nothing is fused that the source does not fuse; division and roots round correctly by default. */
const flags = ["-std=c++17", "-O3", "-arch=compute_80", "-fmad=false"]

export class CudaBuildFailed extends Schema.TaggedError<CudaBuildFailed>()("CudaBuildFailed", {
  command: Schema.String,
  output: Schema.String
}) {
  override get message() {
    return `Building the CUDA kernels failed. The command was\n  ${this.command}\nand it said\n${this.output.trimEnd()}`
  }
}

export interface Built {
  readonly ptx: Buffer
  readonly cubin: Buffer
  /** What ptxas says of each kernel: registers, stack, spills. */
  readonly report: string
}

/** What the compiler in a folder makes of the source; throws what it says. */
export const build = (compiler: string): Built => {
  const directory = mkdtempSync(join(tmpdir(), "echo-chamber-cuda-"))
  const run = (program: string, args: ReadonlyArray<string>): string => {
    const { error, status, stderr } = spawnSync(join(compiler, program), args, { encoding: "utf8" })
    if (error === undefined && status === 0) return stderr
    throw new CudaBuildFailed({ command: [program, ...args].join(" "), output: error?.message ?? stderr })
  }
  try {
    const [ptx, cubin] = [join(directory, "engine.ptx"), join(directory, "engine.cubin")]
    run("nvcc", [...flags, "-ptx", source, "-o", ptx])
    const report = run("ptxas", ["-arch=sm_80", "-v", ptx, "-o", cubin])
    return { ptx: readFileSync(ptx), cubin: readFileSync(cubin), report }
  } finally {
    discard(directory)
  }
}

/** What made a PTX, as its head tells: `release 13.5, V13.5.37`. */
export const producerOf = (ptx: Buffer): string =>
  /Cuda compilation tools, (release [\d.]+, V[\d.]+)/.exec(ptx.subarray(0, 1000).toString("latin1"))?.[1] ?? "an unknown nvcc"

/** The folder of an nvcc of this machine that says it is `version`: that of build/nvcc, or one on the PATH. */
export const compilerOf = (version: string): string | undefined =>
  [...ofTheWheel(), ...(readVariable("PATH") ?? "").split(delimiter)]
    .filter((folder) => folder !== "" && existsSync(join(folder, "nvcc")) && existsSync(join(folder, "ptxas")))
    .find((folder) => {
      try {
        return execFileSync(join(folder, "nvcc"), ["--version"], { encoding: "utf8" }).includes(version)
      } catch {
        return false
      }
    })

const ofTheWheel = (): ReadonlyArray<string> => {
  const libraries = fileURLToPath(new URL("../../../build/nvcc/lib", import.meta.url))
  if (!existsSync(libraries)) return []
  return readdirSync(libraries).map((python) => join(libraries, python, "site-packages/nvidia/cu13/bin"))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const compiler = process.argv[2] ?? compilerOf(producerOf(readFileSync(binaries.ptx)))
  if (compiler === undefined) {
    process.stderr.write("There is no nvcc here: pip install -r test/engine/cuda/requirements.txt, then name its folder.\n")
    process.exit(1)
  }
  const { cubin, ptx } = build(compiler)
  writeFileSync(binaries.ptx, ptx)
  writeFileSync(binaries.cubin, cubin)
  process.stdout.write(`${binaries.ptx}: ${ptx.length} bytes; ${binaries.cubin}: ${cubin.length} bytes, by ${producerOf(ptx)}\n`)
}
