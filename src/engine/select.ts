/**
 * Which engine, mode and instruction set a run would use, decided from feature bits and files alone: nothing is compiled, loaded or
 * started, so that a planner can compute keys in passing. `engineLayer` then brings the choice to life.
 */
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"

import { Effect, Layer, Schema } from "effect"

import { type Isa, isas, machineIsas } from "./cpu.ts"
import { type Engine, EngineError, type EngineInfo, type Mode } from "./Engine.ts"
import {
  cachedLibrary,
  type CompileFailed,
  compilerPresent,
  type NoCompiler,
  significantText,
  sourceDigest
} from "./native/compile.ts"
import { chooseBackend, type TfjsBackend, tfjsVersion } from "./tfjs/backends.ts"

export interface EngineRequest {
  readonly engine: "auto" | "native" | "wasm" | "tfjs"
  readonly mode: "auto" | Mode
}

interface Choice<Name extends EngineInfo["name"], Machine extends string> {
  readonly name: Name
  readonly mode: Mode
  /** What computes: an instruction set, or a backend of TensorFlow.js. */
  readonly isa: Machine
  /** What of the engine enters an action key. The same for every instruction set and thread count. */
  readonly numericsClass: string
}
export type EngineChoice = Choice<"native", Isa> | Choice<"tfjs", TfjsBackend>

export class EngineUnavailable extends Schema.TaggedError<EngineUnavailable>()("EngineUnavailable", {
  engine: Schema.String,
  reason: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return `The engine "${this.engine}" cannot be used here: ${this.reason}`
  }
}

/** The parts of the TypeScript side that a result of every engine can depend on. */
const glue = ["../model/initialize.ts", "../random/philox.ts"]

const digestOf = (files: ReadonlyArray<string>, ...further: ReadonlyArray<string>): string => {
  const hash = createHash("sha256")
  for (const text of further) hash.update(text)
  for (const file of [...files, ...glue]) hash.update(significantText(readFileSync(new URL(file, import.meta.url), "utf8")))
  return hash.digest("hex").slice(0, 16)
}

let nativeDigest: string | undefined

const nativeNumerics = (mode: Mode): string =>
  `native/${mode}/${(nativeDigest ??= digestOf(["./native/NativeEngine.ts"], sourceDigest()))}`

let tfjsDigest: string | undefined

/** Backends round differently, so each is a class of its own. */
const tfjsNumerics = (backend: TfjsBackend): string => {
  const folder = new URL("./tfjs/", import.meta.url)
  const files = () =>
    readdirSync(folder)
      .toSorted()
      .map((file) => `./tfjs/${file}`)
  return `tfjs/f32/${backend}/${(tfjsDigest ??= digestOf(files(), tfjsVersion()))}`
}

/** The variants at hand: those of the machine, or the one ECHO_CHAMBER_ISA forces. */
const allowedIsas = Effect.gen(function* () {
  const forced = process.env["ECHO_CHAMBER_ISA"]
  if (forced === undefined || forced === "") return machineIsas()
  const isa = isas.find((isa) => isa === forced)
  if (isa === undefined)
    return yield* new EngineUnavailable({
      engine: "native",
      reason: `ECHO_CHAMBER_ISA is "${forced}"; it must be one of ${isas.join(", ")}`
    })
  if (!machineIsas().includes(isa))
    return yield* new EngineUnavailable({
      engine: "native",
      reason: `ECHO_CHAMBER_ISA asks for ${isa}, which this CPU does not have (it has ${machineIsas().join(", ")})`
    })
  return [isa]
})

const resolveNative = Effect.fnUntraced(function* (request: EngineRequest) {
  const allowed = yield* allowedIsas
  const mode: Mode = request.mode !== "auto" ? request.mode : allowed.includes("amx") ? "bf16x3" : "f32"
  if (mode !== "f32" && !allowed.includes("amx"))
    return yield* new EngineUnavailable({
      engine: "native",
      reason: `mode ${mode} needs a CPU with AMX (at hand: ${allowed.join(", ")}); use mode f32`
    })
  /* The AMX variant's f32 code is that of AVX-512, so f32 shares one library with machines that have no AMX. */
  const isa = mode === "f32" ? (allowed.find((isa) => isa !== "amx") ?? "amx") : "amx"
  if (!compilerPresent() && cachedLibrary(isa) === undefined)
    return yield* new EngineUnavailable({
      engine: "native",
      reason: "it is compiled on first use and no C compiler was found. Install one (apt-get install gcc), or name one in CC."
    })
  const choice: EngineChoice = { name: "native", mode, isa, numericsClass: nativeNumerics(mode) }
  return choice
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
  const choice: EngineChoice = { name: "tfjs", mode: "f32", isa: backend, numericsClass: tfjsNumerics(backend) }
  return choice
})

/** Decides; a few file look-ups, no more. */
export const resolveEngine = (request: EngineRequest): Effect.Effect<EngineChoice, EngineUnavailable> => {
  switch (request.engine) {
    case "auto":
    case "native":
      return resolveNative(request)
    case "tfjs":
      return resolveTfjs(request)
    case "wasm":
      return Effect.fail(new EngineUnavailable({ engine: request.engine, reason: "it is not part of this installation" }))
  }
}

const load = <A>(load: () => Promise<A>): Effect.Effect<A, EngineError> =>
  Effect.tryPromise({
    try: load,
    catch: (cause) => new EngineError({ operation: "loading the engine", detail: String(cause) })
  })

/** The chosen engine; its code is imported only now. `threads` absent: one per core. */
export const engineLayer = (
  choice: EngineChoice,
  options: { readonly threads?: number } = {}
): Layer.Layer<Engine, NoCompiler | CompileFailed | EngineError> => {
  const { numericsClass } = choice
  switch (choice.name) {
    case "native":
      return Layer.unwrap(
        Effect.map(
          load(() => import("./native/NativeEngine.ts")),
          ({ layer }) => layer({ ...options, mode: choice.mode, isa: choice.isa, numericsClass })
        )
      )
    case "tfjs":
      return Layer.unwrap(
        Effect.map(
          load(() => import("./tfjs/TfjsEngine.ts")),
          ({ layer }) => layer({ ...options, backend: choice.isa, numericsClass })
        )
      )
  }
}
