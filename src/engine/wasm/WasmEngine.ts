/**
 * The WebAssembly engine: the native engine's C, compiled beforehand (build.ts), for machines without a compiler. Mode f32 only.
 */

import { readFile } from "node:fs/promises"

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { makeEngine, threadCount } from "../CompiledEngine.ts"
import { Engine, EngineError } from "../Engine.ts"
import { startLibrary } from "./library.ts"

/** `simd`: for machines whose WebAssembly does not round a product and a sum once; the same bits, emulated, and much slower. */
export type WasmIsa = "relaxed-simd" | "simd"

export interface WasmOptions {
  readonly isa?: WasmIsa
  readonly numericsClass: string
  /** Absent: one per core. */
  readonly threads?: number
}

const BINARIES: Readonly<Record<WasmIsa, URL>> = {
  "relaxed-simd": new URL("./engine.wasm", import.meta.url),
  simd: new URL("./engine-exact.wasm", import.meta.url)
}

const failed = (cause: unknown) => new EngineError({ operation: "starting the wasm engine", detail: String(cause) })

/** The engine; its threads and memory are freed with the layer. */
export const layer = (options: WasmOptions): Layer.Layer<Engine, EngineError> =>
  Layer.effect(
    Engine,
    Effect.gen(function* () {
      const threads = threadCount(options.threads)
      const { isa = "relaxed-simd" } = options
      const module = yield* Effect.tryPromise({
        try: async () => WebAssembly.compile(await readFile(BINARIES[isa])),
        catch: failed
      })
      const library = yield* Effect.acquireRelease(
        Effect.try({ try: () => startLibrary(module, threads), catch: failed }),
        (library) => Effect.promise(library.close)
      )
      return yield* makeEngine(
        library,
        { name: "wasm", mode: "f32", isa, threads, numericsClass: options.numericsClass },
        "it has mode f32 only"
      )
    })
  )
