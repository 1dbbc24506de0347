/** The native engine: C compiled once per machine and instruction set, called through koffi. */

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { makeEngine, threadCount } from "../CompiledEngine.ts"
import type { Isa } from "../cpu.ts"
import { Engine, EngineError, type Mode } from "../Engine.ts"
import { type CacheUnusable, type CompileFailed, compileLibrary, type CompileOptions, type NoCompiler } from "./compile.ts"
import { loadLibrary } from "./library.ts"

export interface NativeOptions extends CompileOptions {
  readonly mode: Mode
  readonly isa: Isa
  readonly numericsClass: string
  /** Absent: one per core. */
  readonly threads?: number
}

/** The native engine for a mode and an instruction set; compiles the library if this machine has not yet. */
export const layer = (options: NativeOptions): Layer.Layer<Engine, NoCompiler | CompileFailed | CacheUnusable | EngineError> =>
  Layer.effect(
    Engine,
    Effect.gen(function* () {
      const { isa, mode, numericsClass } = options
      const path = yield* compileLibrary(isa, options)
      const library = yield* Effect.try({
        try: () => loadLibrary(path),
        catch: (cause) =>
          new EngineError({
            operation: "loading the native library",
            detail: `${String(cause)}; the wasm engine needs no such library: --engine wasm`
          })
      })
      return yield* makeEngine(
        library,
        { name: "native", mode, isa, threads: threadCount(options.threads), numericsClass },
        isa === "amx"
          ? `mode ${mode} needs the AMX tile unit, which the kernel refused; use mode f32`
          : `mode ${mode} needs a unit that the variant ${isa} does not use; use mode f32`
      )
    })
  )
