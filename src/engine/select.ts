/**
 * Which engine, mode and instruction set a run would use, decided from feature bits and files alone: nothing is compiled, loaded
 * or started, so that a planner can compute keys in passing. `engineLayer` then brings the choice to life.
 */

import { createHash } from "node:crypto"

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import { codeOf } from "../dag/code/digest.ts"
import { readVariable } from "../machine/environment.ts"
import { VariableInvalid } from "../machine/VariableInvalid.ts"
import { type Isa, isaFor, isas, machineIsas } from "./cpu.ts"
import { type Engine, EngineError, type EngineInfo, type Mode } from "./Engine.ts"
import { roundsOnce } from "./fused.ts"
import {
  type CacheUnusable,
  cachedLibrary,
  libraryProblem,
  type CompileFailed,
  compilerPresent,
  type NoCompiler
} from "./native/compile.ts"
import { ownFlags } from "./native/flags.ts"
import { sourceDigest } from "./native/source.ts"
import { backendVersion, chooseBackend, type TfjsBackend } from "./tfjs/backends.ts"
import type { WasmIsa } from "./wasm/WasmEngine.ts"

export interface EngineRequest {
  readonly engine: "auto" | "native" | "wasm" | "tfjs"
  readonly mode: "auto" | Mode
}

interface Choice<Name extends EngineInfo["name"], Machine extends string> {
  readonly name: Name
  readonly mode: Mode
  /** What computes: an instruction set, or a backend of TensorFlow.js. */
  readonly isa: Machine
  /** What of the engine enters an action key. The same for every thread count, and in f32 for every instruction set. */
  readonly numericsClass: string
  /** One line for the reader, where `auto` had to take second best. */
  readonly notice?: string
}
export type EngineChoice = Choice<"native", Isa> | Choice<"wasm", WasmIsa> | Choice<"tfjs", TfjsBackend>

export class EngineUnavailable extends Schema.TaggedError<EngineUnavailable>()("EngineUnavailable", {
  engine: Schema.String,
  reason: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return `The engine "${this.engine}" cannot be used here: ${this.reason}`
  }
}

/** Not part of an engine's digest: what keeps and plans, and when something is compiled. */
const LEFT_OUT = ["src/dag/", "src/store/", "src/cli/", "src/machine/", "src/text/", "src/engine/native/compile.ts"]

/** They load TensorFlow's packages by names they compute; the versions are counted here. */
const TRUSTED = ["src/engine/tfjs/backends.ts", "src/engine/tfjs/load.ts"]

/** Digest of what an engine computes with: its modules with all that they reach, and what else decides its results. */
const digestOf = (again: boolean, entries: ReadonlyArray<string>, further: ReadonlyArray<string>): string => {
  const hash = createHash("sha256")
  for (const entry of entries)
    for (const { name, digest } of codeOf(entry, { leftOut: LEFT_OUT, trusted: TRUSTED, again }))
      hash.update(`${name}\0${digest}\0`)
  for (const value of further) hash.update(`${value}\0`)
  return hash.digest("hex").slice(0, 16)
}

/** In f32 the native engine and WebAssembly give the same bits: one class, so that machines share what they have computed. */
const COMPILED = ["src/engine/native/NativeEngine.ts", "src/engine/native/flags.ts", "src/engine/wasm/WasmEngine.ts"]

const nativeDigest = (again: boolean) => digestOf(again, COMPILED, [sourceDigest(), ...ownFlags()])

/** What of an engine decides its results beside its source. */
type Kind = { readonly [C in EngineChoice as C["name"]]: Pick<C, "name" | "mode" | "isa"> }[EngineChoice["name"]]

/**
 * The numerics class of an engine: what of it enters a key. `again`: as it is now, for a process that computes with it; else as
 * this process found it first.
 */
export const numericsOf = (engine: Kind, again = false): string => {
  switch (engine.name) {
    case "native":
      // The units that multiply bf16 add in another order, so each is a class of its own.
      return `${engine.mode === "f32" ? "f32" : `${engine.mode}/${engine.isa}`}/${nativeDigest(again)}`
    case "wasm":
      return `f32/${digestOf(again, COMPILED, [sourceDigest()])}`
    case "tfjs":
      // Backends round differently, so each is a class of its own.
      return `tfjs/f32/${engine.isa}/${digestOf(again, ["src/engine/tfjs/TfjsEngine.ts"], [backendVersion(engine.isa)])}`
  }
}

/** The variants at hand: those of the machine, or the one ECHO_CHAMBER_ISA forces. */
const allowedIsas = Effect.gen(function* () {
  const forced = readVariable("ECHO_CHAMBER_ISA")
  if (forced === undefined) return machineIsas()
  const isa = isas.find((isa) => isa === forced)
  if (isa === undefined) return yield* VariableInvalid.among("ECHO_CHAMBER_ISA", forced, isas)
  if (!machineIsas().includes(isa))
    return yield* new EngineUnavailable({
      engine: "native",
      reason: `ECHO_CHAMBER_ISA asks for ${isa}, which this CPU does not have (it has ${machineIsas().join(", ")})`
    })
  return [isa]
})

const UNITS = {
  f32: "",
  bf16x3: "a CPU with AMX, since elsewhere its three products take longer than one in f32",
  bf16: "a CPU with AMX or AVX512-BF16"
} as const

/** What `auto` takes: the fastest mode that is as good as exact. */
const autoMode = (allowed: ReadonlyArray<Isa>): Mode => (isaFor("bf16x3", allowed) === undefined ? "f32" : "bf16x3")

/** Why `auto` took a native engine's mode, where there was something to choose from; empty where there was not. */
export const whyAuto = ({ mode, name }: EngineChoice) =>
  Effect.map(allowedIsas, (allowed) => {
    if (name !== "native" || isaFor("bf16", allowed) === undefined) return ""
    return mode === "f32" ? F32_RATHER : SPLIT_RATHER
  })

const SPLIT_RATHER = "nearly as exact as f32 and faster on tiles; bf16 is faster still but keeps 8 bits: on request (--mode bf16)"
const F32_RATHER =
  "exact; bf16 keeps 8 bits and is there on request (--mode bf16); with AVX512-BF16 it is faster only where that unit " +
  "is, which it is not on Intel's Sapphire and Emerald Rapids"

const resolveNative = Effect.fnUntraced(function* (request: EngineRequest) {
  const allowed = yield* allowedIsas
  const mode: Mode = request.mode !== "auto" ? request.mode : autoMode(allowed)
  const isa = isaFor(mode, allowed)
  if (isa === undefined)
    return yield* new EngineUnavailable({
      engine: "native",
      reason: `mode ${mode} needs ${UNITS[mode]} (at hand: ${allowed.join(", ")}); use mode f32`
    })
  if (compilerPresent() || cachedLibrary(isa) !== undefined) {
    const problem = libraryProblem(isa)
    const choice: EngineChoice = { name: "native", mode, isa, numericsClass: numericsOf({ name: "native", mode, isa }) }
    if (problem === null) return isa === "portable" && process.arch === "x64" ? { ...choice, notice: WITHOUT_FUSED } : choice
    if (request.engine === "auto" && (request.mode === "auto" || request.mode === "f32"))
      return { ...(yield* resolveWasm("f32")), notice: `${problem} Until then the wasm engine computes, several times slower.` }
    return yield* new EngineUnavailable({ engine: "native", reason: problem })
  }
  if (request.engine === "auto" && (request.mode === "auto" || request.mode === "f32"))
    return { ...(yield* resolveWasm("f32")), notice: WITHOUT_COMPILER }
  return yield* new EngineUnavailable({
    engine: "native",
    reason:
      `it is compiled on first use and no C compiler was found. Install one (apt-get install gcc), name one in CC, ` +
      `or take --engine wasm${mode === "f32" ? "" : " with mode f32"}.`
  })
})

const WITHOUT_COMPILER =
  "No C compiler was found, so the wasm engine computes, several times slower than native. " +
  "To change that: apt-get install gcc, or name a compiler in CC."

const WITHOUT_FUSED =
  "The portable code has no instruction for a product and a sum that are rounded once, so that they are emulated: the same " +
  "results, some eighty times slower than with AVX2."

const EMULATED =
  "WebAssembly rounds a product and a sum twice here, so that the sum is emulated: the same results, many times slower. " +
  "The native engine (apt-get install gcc), or a newer Node or processor, would change that."

const resolveWasm = Effect.fnUntraced(function* (mode: EngineRequest["mode"]) {
  const unavailable = (reason: string) => new EngineUnavailable({ engine: "wasm", reason })
  if (mode !== "auto" && mode !== "f32")
    return yield* unavailable(`mode ${mode} needs the native engine on ${UNITS[mode]}; use mode f32`)
  if (typeof WebAssembly === "undefined") return yield* unavailable("this Node has no WebAssembly")
  const isa = roundsOnce() ? "relaxed-simd" : "simd"
  const choice: EngineChoice = { name: "wasm", mode: "f32", isa, numericsClass: numericsOf({ name: "wasm", mode: "f32", isa }) }
  return isa === "simd" ? { ...choice, notice: EMULATED } : choice
})

/** TensorFlow.js, only when asked for by name. */
const resolveTfjs = Effect.fnUntraced(function* (request: EngineRequest) {
  if (request.mode !== "auto" && request.mode !== "f32")
    return yield* new EngineUnavailable({
      engine: "tfjs",
      reason: "it computes in f32 only; leave --mode out"
    })
  const answer = chooseBackend()
  if ("reason" in answer) return yield* new EngineUnavailable({ engine: "tfjs", reason: answer.reason })
  const { backend } = answer
  const choice: EngineChoice = {
    name: "tfjs",
    mode: "f32",
    isa: backend,
    numericsClass: numericsOf({ name: "tfjs", mode: "f32", isa: backend })
  }
  return choice
})

/** Decides; a few file look-ups, no more. */
export const resolveEngine = (request: EngineRequest): Effect.Effect<EngineChoice, EngineUnavailable | VariableInvalid> => {
  switch (request.engine) {
    case "auto":
    case "native":
      return resolveNative(request)
    case "wasm":
      return resolveWasm(request.mode)
    case "tfjs":
      return resolveTfjs(request)
  }
}

const imported = <O, E>(
  load: () => Promise<{ readonly layer: (options: O) => Layer.Layer<Engine, E> }>,
  options: O
): Layer.Layer<Engine, E | EngineError> =>
  Layer.unwrap(
    Effect.tryPromise({
      try: load,
      catch: (cause) => new EngineError({ operation: "loading the engine", detail: String(cause) })
    }).pipe(Effect.map(({ layer }) => layer(options)))
  )

/** The chosen engine; its code is imported only now. `threads` absent: one per core. */
export const engineLayer = (
  choice: EngineChoice,
  options: { readonly threads?: number } = {}
): Layer.Layer<Engine, NoCompiler | CompileFailed | CacheUnusable | EngineError> => {
  switch (choice.name) {
    case "native":
      return imported(() => import("./native/NativeEngine.ts"), { ...choice, ...options })
    case "wasm":
      return imported(() => import("./wasm/WasmEngine.ts"), { ...choice, ...options })
    case "tfjs":
      return imported(() => import("./tfjs/TfjsEngine.ts"), { ...choice, ...options, backend: choice.isa })
  }
}
