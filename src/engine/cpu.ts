/**
 * Which instruction sets this machine offers, from feature bits alone: no process is started and nothing is loaded, so that a
 * planner may ask in passing. Linux tells in /proc/cpuinfo. Elsewhere x86-64 has AVX2 where WebAssembly's products and sums are
 * fused, since the Macs that have the one instruction have the other; and arm64 has NEON.
 */

import { readFileSync } from "node:fs"

import type { Mode } from "./Engine.ts"
import { roundsOnce } from "./fused.ts"

/** Variants the native engine can be compiled for, best first. */
export const isas = ["amx", "avx512bf16", "avx512", "avx2", "portable"] as const
export type Isa = (typeof isas)[number]

const avx512 = ["avx512f", "avx512bw", "avx512dq", "avx512vl", "fma"]
const needs: Record<Isa, ReadonlyArray<string>> = {
  amx: ["amx_tile", "amx_bf16", "avx512_bf16", ...avx512],
  avx512bf16: ["avx512_bf16", ...avx512],
  avx512,
  avx2: ["avx2", "fma"],
  portable: []
}

/**
 * The variants a CPU with these feature flags can run, best first.
 * @internal A test asks for CPUs that it does not run on.
 */
export const isasFor = (flags: ReadonlySet<string>): ReadonlyArray<Isa> =>
  isas.filter((isa) => needs[isa].every((flag) => flags.has(flag)))

/** The instruction sets that have a unit for a mode's products, best first. None: single precision is everywhere. */
const units: Record<Mode, ReadonlyArray<Isa>> = { f32: [], bf16x3: ["amx"], bf16: ["amx", "avx512bf16"] }

/**
 * Which of these instruction sets, best first, a mode is computed with. Variants with a unit for bf16 have the f32 code of those
 * without, so that f32 takes one of these, and shares its library with machines that have no such unit.
 */
export const isaFor = (mode: Mode, at: ReadonlyArray<Isa>): Isa | undefined =>
  mode === "f32" ? (at.find((isa) => !units.bf16.includes(isa)) ?? at[0]) : at.find((isa) => units[mode].includes(isa))

const modes: ReadonlyArray<Mode> = ["f32", "bf16x3", "bf16"]

/**
 * The modes that can be had with these instruction sets.
 * @internal Benchmarks and tests run each.
 */
export const modesOf = (at: ReadonlyArray<Isa>): ReadonlyArray<Mode> => modes.filter((mode) => isaFor(mode, at) !== undefined)

const cpuFlags = (): ReadonlySet<string> => {
  if (process.arch !== "x64") return new Set()
  if (process.platform !== "linux") return new Set(roundsOnce() ? needs.avx2 : [])
  const line = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "latin1"))
  return new Set(line?.[1]?.trim().split(/\s+/))
}

let found: ReadonlyArray<Isa> | undefined

/** The variants this machine can run, best first; `portable` is always among them. */
export const machineIsas = (): ReadonlyArray<Isa> => (found ??= isasFor(cpuFlags()))
