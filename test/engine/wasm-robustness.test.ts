import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { Effect, Exit, Fiber, type Scope } from "effect"
import { afterAll, afterEach, describe, expect, it } from "vitest"

import { adamW, Engine, type EngineError, type TokenLoss } from "../../src/engine/Engine.ts"
import { compilerPresent } from "../../src/engine/native/compile.ts"
import { engineLayer, resolveEngine } from "../../src/engine/select.ts"
import { layer } from "../../src/engine/wasm/WasmEngine.ts"
import type { ModelSpec } from "../../src/model/ModelSpec.ts"
import { arbitraryBatch, generateRequest, relativeError } from "./fixtures.ts"

const spec: ModelSpec = {
  vocabularySize: 60,
  width: 48,
  layers: 2,
  heads: 3,
  hidden: 80,
  context: 256,
  tied: true,
  valueHead: true
}
const large: ModelSpec = { ...spec, width: 128, heads: 4, hidden: 512, layers: 4, context: 2048 }

const withEngine = <A>(threads: number, effect: Effect.Effect<A, unknown, Engine | Scope.Scope>) =>
  Effect.runPromise(Effect.scoped(effect).pipe(Effect.provide(layer({ numericsClass: "test", threads }))))

const directory = mkdtempSync(join(tmpdir(), "engine-wasm-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Lengths that make several chunks, one of a long document, some of many short ones. */
const lengths = [200, 3, 90, 40, 60, 77, 1, 130, 256, 12, 50, 50]

/** Two updates, scores and samples of a fresh model: what a difference between engines or threads would show in. */
const everything = Effect.gen(function* () {
  const engine = yield* Engine
  const model = yield* engine.createModel(spec, { seed: 2 })
  const batch = arbitraryBatch(spec.vocabularySize, lengths)
  for (let i = 0; i < 2; i++) {
    yield* model.lossStep(batch, { kind: "cross-entropy" })
    yield* model.optimStep({ ...adamW, learningRate: 0.02 })
  }
  const prompts = arbitraryBatch(spec.vocabularySize, [5, 40, 17, 3, 60])
  return {
    parameters: yield* model.read("parameters"),
    scores: yield* model.score(batch, { entropies: true, values: true }),
    generated: yield* model.generate(generateRequest(prompts, { samplesPerPrompt: 5, maxNewTokens: 20, stop: [3, 9] }))
  }
})

describe("wasm engine: threads", () => {
  it("training, scores and samples are equal to the bit for 1, 2 and 3 threads", async () => {
    const one = await withEngine(1, everything)
    for (const threads of [2, 3]) expect(await withEngine(threads, everything)).toEqual(one)
  })

  it("the event loop keeps turning while the engine computes", () =>
    withEngine(
      1,
      Effect.gen(function* () {
        const engine = yield* Engine
        const model = yield* engine.createModel(large, { seed: 1 })
        let ticks = 0
        const timer = setInterval(() => ticks++, 2)
        yield* model.lossStep(arbitraryBatch(large.vocabularySize, [128, 128, 128, 128]), { kind: "cross-entropy" })
        clearInterval(timer)
        expect(ticks).toBeGreaterThan(5)
      })
    ))
})

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
    const actual = await withEngine(2, run)
    expect(Math.abs(actual.loss - expected.loss)).toBeLessThan(1e-6)
    expect(relativeError(actual.gradients, expected.gradients)).toBeLessThan(5e-6)
    expect(relativeError(actual.parameters, expected.parameters)).toBeLessThan(1e-3)
  })
})

describe("wasm engine: interruption", () => {
  it("an interrupted sampling call stops early, and the model works on", () =>
    withEngine(
      2,
      Effect.gen(function* () {
        const engine = yield* Engine
        const model = yield* engine.createModel(large, { seed: 1 })
        const prompts = arbitraryBatch(large.vocabularySize, [4])
        const before = yield* model.score(prompts)
        const endless = model.generate(generateRequest(prompts, { samplesPerPrompt: 256, maxNewTokens: 2000 }))
        const fiber = yield* Effect.forkChild(Effect.exit(endless))
        yield* Effect.sleep("100 millis")
        yield* Fiber.interrupt(fiber)
        expect(yield* model.score(prompts)).toEqual(before)
      })
    ))

  it("an interrupted gradient leaves no part of itself behind", () =>
    withEngine(
      2,
      Effect.gen(function* () {
        const engine = yield* Engine
        const model = yield* engine.createModel(large, { seed: 1 })
        const batch = arbitraryBatch(
          large.vocabularySize,
          Array.from({ length: 400 }, () => 128)
        )
        const fiber = yield* Effect.forkChild(model.lossStep(batch, { kind: "cross-entropy" }))
        yield* Effect.sleep("60 millis")
        yield* Fiber.interrupt(fiber)
        expect((yield* model.read("gradients")).every((g) => g === 0)).toBe(true)
      })
    ))
})

describe("wasm engine: memory", () => {
  it("what 4 GiB cannot hold is an error that says so, and the engine works on", () =>
    withEngine(
      1,
      Effect.gen(function* () {
        const engine = yield* Engine
        const model = yield* engine.createModel(spec, { seed: 1 })
        const prompts = arbitraryBatch(spec.vocabularySize, [4])
        const before = yield* model.score(prompts)
        /* The sizes of the first two do not fit 32 bits, the results of the third do not fit the memory. */
        const refused: ReadonlyArray<Effect.Effect<unknown, EngineError, Scope.Scope>> = [
          engine.createModel({ ...spec, context: 2 ** 31 - 1, width: 64, heads: 2 }, { seed: 1 }),
          engine.createModel({ ...spec, width: 65_536, heads: 64, hidden: 262_144, layers: 200 }, { seed: 1 }),
          model.generate(
            generateRequest(prompts, { samplesPerPrompt: 2 ** 22, maxNewTokens: 200, streams: new Uint32Array(2 ** 22) })
          )
        ]
        for (const call of refused) {
          const exit = yield* Effect.exit(Effect.scoped(call))
          expect(Exit.isFailure(exit) && String(exit.cause)).toContain("WebAssembly can address 4 GiB")
        }
        expect(yield* model.score(prompts)).toEqual(before)
      })
    ))

  it("models created and dropped do not pile up", () =>
    withEngine(
      1,
      Effect.gen(function* () {
        const engine = yield* Engine
        const round = Effect.scoped(
          Effect.gen(function* () {
            const model = yield* engine.createModel(spec, { seed: 1 })
            yield* model.lossStep(arbitraryBatch(spec.vocabularySize, [200]), { kind: "cross-entropy" })
          })
        )
        for (let i = 0; i < 5; i++) yield* round
        const before = process.memoryUsage.rss()
        for (let i = 0; i < 40; i++) yield* round
        expect(process.memoryUsage.rss() - before).toBeLessThan(40e6)
      })
    ))

  it("a model without layers trains and samples", () =>
    withEngine(
      1,
      Effect.gen(function* () {
        const engine = yield* Engine
        const model = yield* engine.createModel({ ...spec, layers: 0 }, { seed: 1 })
        const batch = arbitraryBatch(spec.vocabularySize, [20])
        const { loss } = yield* model.lossStep(batch, { kind: "cross-entropy" })
        expect(Math.abs(loss - Math.log(spec.vocabularySize))).toBeLessThan(0.2)
        const { tokens } = yield* model.generate(generateRequest(batch, { maxNewTokens: 5, temperature: 1 }))
        expect(tokens.length).toBe(5)
      })
    ))
})

describe("wasm engine: choice", () => {
  const environment = { ...process.env }
  afterEach(() => {
    process.env = { ...environment }
  })

  it("its numerics class names engine, mode and binary", () => {
    const choice = Effect.runSync(resolveEngine({ engine: "wasm", mode: "auto" }))
    expect(choice).toMatchObject({ name: "wasm", mode: "f32", isa: "relaxed-simd" })
    expect(choice.numericsClass).toMatch(/^wasm\/f32\/[0-9a-f]{16}$/)
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

  it("a process that used it ends by itself, its threads asleep", async () => {
    const script = join(directory, "leaves.ts")
    const at = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)))
    writeFileSync(
      script,
      `import { Effect } from ${at("../../node_modules/effect/dist/index.js")}
import { Engine } from ${at("../../src/engine/Engine.ts")}
import { engineLayer, resolveEngine } from ${at("../../src/engine/select.ts")}
import { arbitraryBatch } from ${at("./fixtures.ts")}
const program = Effect.gen(function* () {
  const engine = yield* Engine
  const model = yield* engine.createModel(${JSON.stringify(spec)}, { seed: 4 })
  const { loss } = yield* model.lossStep(arbitraryBatch(60, [90, 90, 90, 200]), { kind: "cross-entropy" })
  console.log(loss)
})
const choice = Effect.runSync(resolveEngine({ engine: "wasm", mode: "f32" }))
await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(engineLayer(choice, { threads: 2 }))))
`
    )
    const printed = await new Promise<string>((resolve, reject) =>
      execFile(process.execPath, [script], { timeout: 60_000 }, (error, stdout) =>
        error === null ? resolve(stdout.trim()) : reject(error)
      )
    )
    expect(Number(printed)).toBeGreaterThan(3.9)
  })
})
