/** The wasm engine under `robustness`, beside native f32, and when it is chosen. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { Effect, Exit } from "effect"
import { afterAll, afterEach, describe, expect, it } from "vitest"

import { adamW, Engine, type TokenLoss } from "../../../src/engine/Engine.ts"
import { compilerPresent } from "../../../src/engine/native/compile.ts"
import { engineLayer, resolveEngine } from "../../../src/engine/select.ts"
import { layer } from "../../../src/engine/wasm/WasmEngine.ts"
import { arbitraryBatch, generateRequest, relativeError } from "../fixtures.ts"
import { huge, lengths, robustness, spec } from "../robustness.ts"

const wasm = (threads: number) => layer({ numericsClass: "test", threads })

robustness({
  name: "wasm",
  layer: ({ threads }) => wasm(threads),
  modes: ["f32"],
  threadCounts: [2, 3],
  /* The sizes of the first two do not fit 32 bits, the results of the third do not fit the memory. */
  refused: (engine, model, prompts) => [
    engine.createModel({ ...spec, context: 2 ** 31 - 1, width: 64, heads: 2 }, { seed: 1 }),
    engine.createModel(huge, { seed: 1 }),
    model.generate(generateRequest(prompts, { samplesPerPrompt: 2 ** 22, maxNewTokens: 200, streams: new Uint32Array(2 ** 22) }))
  ],
  outOfMemory: "WebAssembly can address 4 GiB",
  dropped: { before: 5, models: 40, bytes: 40e6 }
})

const directory = mkdtempSync(join(tmpdir(), "engine-wasm-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe.skipIf(!compilerPresent())("wasm engine beside native f32 (skipped without a C compiler)", () => {
  it("gradients of a surrogate loss and parameters after updates agree to single precision", async () => {
    const run = Effect.gen(function* () {
      const engine = yield* Engine
      const model = yield* engine.createModel(spec, { seed: 5 })
      const batch = arbitraryBatch(spec.vocabularySize, lengths)
      const positions = (f: (t: number) => number) => Float32Array.from(batch.tokens, (_, t) => f(t))
      const surrogate: TokenLoss = {
        kind: "surrogate",
        weights: positions(() => 1e-3),
        advantages: positions((t) => Math.sin(t)),
        oldLogProbs: positions((t) => -4 + 0.2 * Math.cos(t)),
        refLogProbs: positions(() => -4.1),
        returns: positions((t) => Math.cos(3 * t)),
        clipLow: 0.2,
        clipHigh: 0.2,
        klCoefficient: 0.1,
        valueCoefficient: 0.5,
        entropyCoefficient: 0.01
      }
      const { loss } = yield* model.lossStep(batch, surrogate)
      const gradients = yield* model.read("gradients")
      for (let i = 0; i < 3; i++) {
        yield* model.lossStep(batch, surrogate)
        yield* model.optimStep(adamW)
      }
      return { loss, gradients, parameters: yield* model.read("parameters") }
    })
    const native = Effect.runSync(resolveEngine({ engine: "native", mode: "f32" }))
    const expected = await Effect.runPromise(Effect.scoped(run).pipe(Effect.provide(engineLayer(native, { threads: 1 }))))
    const actual = await Effect.runPromise(Effect.scoped(run).pipe(Effect.provide(wasm(2))))
    expect(Math.abs(actual.loss - expected.loss)).toBeLessThan(1e-6)
    expect(relativeError(actual.gradients, expected.gradients)).toBeLessThan(5e-6)
    expect(relativeError(actual.parameters, expected.parameters)).toBeLessThan(1e-3)
  })
})

describe("wasm engine: choice", () => {
  const environment = { ...process.env }
  afterEach(() => {
    process.env = { ...environment }
  })

  it("its numerics class is that of f32, whatever computes", () => {
    const choice = Effect.runSync(resolveEngine({ engine: "wasm", mode: "auto" }))
    expect(choice).toMatchObject({ name: "wasm", mode: "f32", isa: "relaxed-simd" })
    expect(choice.numericsClass).toMatch(/^f32\/[0-9a-f]{16}$/)
    expect(choice.notice).toBeUndefined()
  })

  it("auto takes it where there is no compiler, and says so in one line", () => {
    process.env["ECHO_CHAMBER_CACHE"] = directory
    process.env["CC"] = "no-such-compiler"
    const choice = Effect.runSync(resolveEngine({ engine: "auto", mode: "auto" }))
    expect(choice.name).toBe("wasm")
    expect(choice.notice).toContain("apt-get install gcc")
    expect(choice.notice).not.toContain("\n")
    const bf16 = Effect.runSyncExit(resolveEngine({ engine: "auto", mode: "bf16" }))
    expect(Exit.isFailure(bf16)).toBe(true)
  })

  it("a mode other than f32 is refused", () => {
    const exit = Effect.runSyncExit(resolveEngine({ engine: "wasm", mode: "bf16" }))
    expect(Exit.isFailure(exit) && String(exit.cause)).toContain("use mode f32")
  })
})
