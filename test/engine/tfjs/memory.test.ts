/** WebAssembly's memory used up, in a process of its own. */

import * as tf from "@tensorflow/tfjs-core"
import { Effect } from "effect"
import { expect, it } from "vitest"

import { Engine } from "../../../src/engine/Engine.ts"
import { layer } from "../../../src/engine/tfjs/TfjsEngine.ts"
import { arbitraryBatch } from "../fixtures.ts"

/** The allocator of the backend's module, which TensorFlow.js keeps to itself. */
interface Backend {
  readonly wasm: { readonly _malloc: (bytes: number) => number; readonly _free: (address: number) => void }
}

const spec = { vocabularySize: 40, width: 16, layers: 1, heads: 2, hidden: 24, context: 32, tied: true, valueHead: false }

it("is an error that says so, not a wrong result, and what was held before is untouched", () =>
  Effect.gen(function* () {
    const engine = yield* Engine
    const model = yield* engine.createModel(spec, { seed: 1 })
    const batch = arbitraryBatch(spec.vocabularySize, [20, 9])
    const before = yield* model.score(batch)
    const { wasm } = tf.backend() as unknown as Backend
    const blocks: Array<number> = []
    for (let bytes = 2 ** 30; bytes > 8; bytes /= 2)
      for (let room = true; room;) {
        try {
          blocks.push(wasm._malloc(bytes))
        } catch {
          room = false
        }
      }
    const failure = yield* Effect.flip(model.score(batch))
    expect(failure.message).toContain("The engine failed in score: out of memory: WebAssembly has 4 GiB")
    for (const block of blocks) wasm._free(block)
    expect(yield* model.score(batch)).toEqual(before)
  }).pipe(Effect.scoped, Effect.provide(layer({ backend: "wasm", numericsClass: "test" })), Effect.runPromise))

it("leaves no listener on the process", () => {
  for (const event of ["uncaughtException", "unhandledRejection"] as const)
    expect(process.rawListeners(event).filter((listener) => /ExitStatus|throw reason/.test(String(listener)))).toEqual([])
})
