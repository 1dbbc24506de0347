/**
 * Simulated GPUs for the tests: the kernels and src/engine/cuda/simulate, compiled into a library that driver.ts loads as it
 * loads NVIDIA's. Without a C++ compiler there is none, and the tests that need one say so and are skipped.
 */

import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import koffi from "koffi"
import { afterAll } from "vitest"

import { type Device, type DeviceMemory, openDevice } from "../../../src/engine/cuda/driver.ts"

const compiler = process.env["CXX"] || "c++"
const folder = fileURLToPath(new URL("../../../src/engine/cuda/", import.meta.url))

/** Whether a GPU can be simulated here: there is a C++ compiler, and this is no Windows. */
export const simulated = process.platform !== "win32" && spawnSync(compiler, ["--version"]).status === 0
if (!simulated)
  console.warn(`SKIPPED: the CUDA kernels are not tried. There is no "${compiler}" here: install g++, or name one in CXX.`)

const directory = mkdtempSync(join(tmpdir(), "engine-cuda-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

export interface SimulationOptions {
  /** Every load and store is held against the barriers (simulate/checks.h); some ten times slower. */
  readonly checked?: boolean
  /** Faults planted in the kernels, by the names that they have there, and other macros. */
  readonly defines?: ReadonlyArray<string>
  /** Kernels other than the engine's. */
  readonly source?: string
}

/** How long a test may take that compiles: on a loaded machine minutes. */
export const PATIENCE = 600_000

/** Sums keep their order, and nothing is fused that the source does not fuse. */
const flags = ["-std=c++17", "-O2", "-fPIC", "-fvisibility=hidden", "-ffp-contract=off", "-fno-math-errno"]

let libraries = 0

/** Compiles a simulated driver; gives the library's path. */
const compile = ({ checked = false, defines = [], source = join(folder, "engine.cu") }: SimulationOptions): string => {
  const library = join(directory, `simulation-${++libraries}.so`)
  const macros = [...(checked ? ["CHECKED"] : []), ...defines].map((name) => `-D${name}`)
  const to = (name: string) => join(directory, `${name}-${macros.join("")}.o`)
  const run = (args: ReadonlyArray<string>) =>
    execFileSync(compiler, [...flags, ...macros, ...args], { stdio: ["ignore", "ignore", "pipe"] })
  const runtime = readdirSync(join(folder, "simulate")).filter((name) => name.endsWith(".cpp"))
  const watch = checked ? ["-fsanitize=thread"] : []
  const kernels = to(`kernels-${libraries}`)
  run([...watch, "-Wno-unknown-pragmas", `-I${folder}`, "-x", "c++", "-c", source, "-o", kernels])
  for (const name of runtime) if (!existsSync(to(name))) run(["-c", join(folder, "simulate", name), "-o", to(name)])
  run(["-shared", kernels, ...runtime.map(to), "-o", library])
  return library
}

/** Orders of threads and blocks (simulate/threads.h): ascending, descending, and two drawn. */
export const ORDERS = [0, 1, 2, 3] as const

export interface Simulation {
  /** A device whose context is fresh. */
  readonly open: () => Device
  readonly setOrder: (order: number) => void
  readonly setMemory: (bytes: number) => void
  /** Makes the card one of another compute capability: 75 is 7.5. */
  readonly setCapability: (capability: number) => void
  /** What was wrong in the kernel that failed last, in words. */
  readonly report: () => string
}

/** A simulated GPU. */
export const simulate = (options: SimulationOptions = {}): Simulation => {
  const path = compile(options)
  const library = koffi.load(path)
  const reset = library.func("void simulate_reset()")
  return {
    open: () => {
      reset()
      return openDevice(path)
    },
    setOrder: library.func("void simulate_order(uint order)"),
    setCapability: library.func("void simulate_capability(int capability)"),
    setMemory: library.func("void simulate_memory(uint64_t bytes)"),
    report: library.func("const char *simulate_report()")
  }
}

type Values = Float32Array | Uint16Array | Uint32Array

/** Memory of a device that holds `values`. */
export const upload = (device: Device, values: Values): DeviceMemory => {
  const memory = device.allocate(values.byteLength)
  device.write(memory, values)
  return memory
}

/** The first numbers of memory, as many as there are in an array of the wanted kind, which is filled. */
export const download = <A extends Values>(device: Device, memory: DeviceMemory, values: A): A => {
  device.synchronize()
  device.read(memory, values)
  return values
}

/** f32 to bf16, to the nearest, of two equally near the even one. */
export const toBf16 = (values: Float32Array): Uint16Array => {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  return Uint16Array.from(bits, (word, i) => (Number.isNaN(values[i]) ? 0x7fff : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16))
}

export const fromBf16 = (values: Uint16Array): Float32Array =>
  new Float32Array(Uint32Array.from(values, (half) => half << 16).buffer)

/** Reproducible numbers between -1 and 1, times `scale`. */
export const numbers = (count: number, seed: number, scale = 1): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => scale * Math.sin(seed + 78.233 * i + (i * i) / 7))
