/**
 * Which engine, mode and instruction set a run would use, decided from feature bits and files alone: nothing is compiled, loaded or
 * started, so that a planner can compute keys in passing. `engineLayer` then brings the choice to life.
 */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"

import { Effect, Layer, Schema } from "effect"

import { type Isa, isas, machineIsas } from "./cpu.ts"
import { type Engine, EngineError, type Mode } from "./Engine.ts"
import {
  cachedLibrary,
  type CompileFailed,
  compilerPresent,
  type NoCompiler,
  significantText,
  sourceDigest
} from "./native/compile.ts"

export interface EngineRequest {
  readonly engine: "auto" | "native" | "wasm" | "tfjs"
  readonly mode: "auto" | Mode
}

export interface EngineChoice {
  readonly name: "native"
  readonly mode: Mode
  readonly isa: Isa
  /** What of the engine enters an action key. The same for every instruction set and thread count. */
  readonly numericsClass: string
}

export class EngineUnavailable extends Schema.TaggedError<EngineUnavailable>()("EngineUnavailable", {
  engine: Schema.String,
  reason: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return `The engine "${this.engine}" cannot be used here: ${this.reason}`
  }
}

/** The parts of the TypeScript side that a result can depend on. */
const glue = ["./native/NativeEngine.ts", "../model/initialize.ts", "../random/philox.ts"]

let nativeDigest: string | undefined

const nativeNumerics = (mode: Mode): string => {
  if (nativeDigest === undefined) {
    const hash = createHash("sha256").update(sourceDigest())
    for (const file of glue) hash.update(significantText(readFileSync(new URL(file, import.meta.url), "utf8")))
    nativeDigest = hash.digest("hex").slice(0, 16)
  }
  return `native/${mode}/${nativeDigest}`
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

/** Decides; a few file look-ups, no more. */
export const resolveEngine = (request: EngineRequest): Effect.Effect<EngineChoice, EngineUnavailable> =>
  request.engine === "auto" || request.engine === "native"
    ? resolveNative(request)
    : Effect.fail(new EngineUnavailable({ engine: request.engine, reason: "it is not part of this installation" }))

/** The chosen engine; its code is imported only now. `threads` absent: one per core. */
export const engineLayer = (
  choice: EngineChoice,
  options: { readonly threads?: number } = {}
): Layer.Layer<Engine, NoCompiler | CompileFailed | EngineError> =>
  Layer.unwrap(
    Effect.tryPromise({
      try: () => import("./native/NativeEngine.ts"),
      catch: (cause) => new EngineError({ operation: "loading the engine", detail: String(cause) })
    }).pipe(
      Effect.map((native) =>
        native.layer({
          mode: choice.mode,
          isa: choice.isa,
          numericsClass: choice.numericsClass,
          ...(options.threads !== undefined && { threads: options.threads })
        })
      )
    )
  )
