/**
 * The cases that every compiled engine must pass beside the conformance suite: threads, interruption, memory, processes. Call
 * `robustness` with the engine and what is special about it.
 */

import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { Duration, Effect, Exit, Fiber, type Layer, type Scope } from "effect"
import { afterAll, describe, expect, it } from "vitest"

import { adamW, type Batch, Engine, type EngineError, type Mode, type Model } from "../../src/engine/Engine.ts"
import type { ModelSpec } from "../../src/model/ModelSpec.ts"
import { arbitraryBatch, generateRequest } from "./fixtures.ts"

export const spec: ModelSpec = {
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

/** No machine holds it. */
export const huge: ModelSpec = { ...spec, width: 65_536, heads: 64, hidden: 262_144, layers: 200 }

/** Lengths that make many chunks, some of one long document, some of many short ones. */
export const lengths = [200, 3, 90, 40, 60, 77, 1, 130, 256, 256, 12, 50, 50, 50, 50, 31, 32, 33, 64, 180]

const documentsOf128 = (count: number): Batch =>
  arbitraryBatch(
    large.vocabularySize,
    Array.from({ length: count }, () => 128)
  )

interface Subject {
  readonly name: "native" | "wasm"
  readonly layer: (options: { readonly mode: Mode; readonly threads: number }) => Layer.Layer<Engine, unknown>
  readonly modes: ReadonlyArray<Mode>
  /** Numbers of threads whose results must be those of one. */
  readonly threadCounts: ReadonlyArray<number>
  /** Calls that must fail for want of memory, and what they then say. */
  readonly refused: (
    engine: Engine["Service"],
    model: Model,
    prompts: Batch
  ) => ReadonlyArray<Effect.Effect<unknown, EngineError, Scope.Scope>>
  readonly outOfMemory: string
  /** Models that are made and dropped while the process may grow by `bytes`, after `before` of them. */
  readonly dropped: { readonly before: number; readonly models: number; readonly bytes: number }
}

/** Two updates, scores, derivatives and samples of a fresh model: what a difference between threads would show in. */
const everything = Effect.gen(function* () {
  const engine = yield* Engine
  const model = yield* engine.createModel(spec, { seed: 2 })
  const batch = arbitraryBatch(spec.vocabularySize, lengths)
  for (let i = 0; i < 2; i++) {
    yield* model.lossStep(batch, { kind: "cross-entropy" })
    yield* model.optimStep({ ...adamW, learningRate: 0.02 })
  }
  const prompts = arbitraryBatch(spec.vocabularySize, [5, 40, 17, 3, 60, 60, 2])
  return {
    parameters: yield* model.read("parameters"),
    scores: yield* model.score(batch, { entropies: true, values: true }),
    tangents: yield* model.scoreTangent(batch, yield* model.read("firstMoments")),
    projections: yield* model.projectedGradients(batch, 3, 1024),
    generated: yield* model.generate(generateRequest(prompts, { samplesPerPrompt: 11, maxNewTokens: 20, stop: [3, 9] }))
  }
})

export const robustness = (subject: Subject): void => {
  const withEngine = <A>(
    options: { readonly mode?: Mode; readonly threads: number },
    effect: Effect.Effect<A, unknown, Engine | Scope.Scope>
  ) => Effect.runPromise(Effect.scoped(effect).pipe(Effect.provide(subject.layer({ mode: "f32", ...options }))))

  describe(`${subject.name} engine: threads`, () => {
    for (const mode of subject.modes)
      it(`${mode}: all results are equal to the bit for 1, ${subject.threadCounts.join(", ")} threads`, async () => {
        const one = await withEngine({ mode, threads: 1 }, everything)
        for (const threads of subject.threadCounts) expect(await withEngine({ mode, threads }, everything)).toEqual(one)
      })

    for (const threads of [1, 2])
      it(`${threads}: the event loop keeps turning while the engine computes`, () =>
        withEngine(
          { threads },
          Effect.gen(function* () {
            const engine = yield* Engine
            const model = yield* engine.createModel(large, { seed: 1 })
            let ticks = 0
            const timer = setInterval(() => ticks++, 2)
            yield* model.lossStep(documentsOf128(20), { kind: "cross-entropy" })
            clearInterval(timer)
            expect(ticks).toBeGreaterThan(5)
          })
        ))
  })

  describe(`${subject.name} engine: interruption`, () => {
    it("an interrupted sampling call stops early, and the model works on", () =>
      withEngine(
        { threads: 2 },
        Effect.gen(function* () {
          const engine = yield* Engine
          const model = yield* engine.createModel(large, { seed: 1 })
          const prompts = arbitraryBatch(large.vocabularySize, [4])
          const before = yield* model.score(prompts)
          const sample = (maxNewTokens: number) =>
            model.generate(generateRequest(prompts, { samplesPerPrompt: 64, maxNewTokens }))
          // No clock of its own, which a busy machine would stretch: a small part says how long the whole would take, two hundred
          // times as long. Half of that leaves room for the first touch of half a gigabyte and for neighbours who come later.
          const [part] = yield* Effect.timed(sample(100))
          const started = performance.now()
          const fiber = yield* Effect.forkChild(sample(2000))
          yield* Effect.sleep("100 millis")
          expect(fiber.pollUnsafe(), "the call is still running").toBeUndefined()
          yield* Fiber.interrupt(fiber)
          expect(performance.now() - started).toBeLessThan(100 * Duration.toMillis(part))
          expect(yield* model.score(prompts)).toEqual(before)
        })
      ))

    it("an interrupted gradient leaves no part of itself behind", () =>
      withEngine(
        { threads: 2 },
        Effect.gen(function* () {
          const engine = yield* Engine
          const model = yield* engine.createModel(large, { seed: 1 })
          const fiber = yield* Effect.forkChild(model.lossStep(documentsOf128(400), { kind: "cross-entropy" }))
          yield* Effect.sleep("60 millis")
          expect(fiber.pollUnsafe(), "the call is still running").toBeUndefined()
          yield* Fiber.interrupt(fiber)
          expect((yield* model.read("gradients")).every((g) => g === 0)).toBe(true)
        })
      ))
  })

  describe(`${subject.name} engine: memory`, () => {
    it("what does not fit is an error that says so, not a crash, and the engine works on", () =>
      withEngine(
        { threads: 1 },
        Effect.gen(function* () {
          const engine = yield* Engine
          const model = yield* engine.createModel(spec, { seed: 1 })
          const prompts = arbitraryBatch(spec.vocabularySize, [4])
          const before = yield* model.score(prompts)
          for (const call of subject.refused(engine, model, prompts)) {
            const exit = yield* Effect.exit(Effect.scoped(call))
            expect(Exit.isFailure(exit) && String(exit.cause)).toContain(subject.outOfMemory)
          }
          expect(yield* model.score(prompts)).toEqual(before)
        })
      ))

    it("models created and dropped do not pile up", () =>
      withEngine(
        { threads: 1 },
        Effect.gen(function* () {
          const engine = yield* Engine
          const round = Effect.scoped(
            Effect.gen(function* () {
              const model = yield* engine.createModel(spec, { seed: 1 })
              yield* model.lossStep(arbitraryBatch(spec.vocabularySize, [200]), { kind: "cross-entropy" })
            })
          )
          for (let i = 0; i < subject.dropped.before; i++) yield* round
          const before = process.memoryUsage.rss()
          for (let i = 0; i < subject.dropped.models; i++) yield* round
          expect(process.memoryUsage.rss() - before).toBeLessThan(subject.dropped.bytes)
        })
      ))

    it("a model without layers trains and samples", () =>
      withEngine(
        { threads: 1 },
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

  describe(`${subject.name} engine: processes`, () => {
    const directory = mkdtempSync(join(tmpdir(), `engine-${subject.name}-`))
    afterAll(() => rmSync(directory, { recursive: true, force: true }))

    const at = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)))
    const program = `import { Effect } from ${at("../../node_modules/effect/dist/index.js")}
import { Engine } from ${at("../../src/engine/Engine.ts")}
import { engineLayer, resolveEngine } from ${at("../../src/engine/select.ts")}
import { arbitraryBatch } from ${at("./fixtures.ts")}
const program = Effect.gen(function* () {
  const engine = yield* Engine
  const model = yield* engine.createModel(${JSON.stringify(spec)}, { seed: 4 })
  const { loss } = yield* model.lossStep(arbitraryBatch(60, [90, 90, 90, 200]), { kind: "cross-entropy" })
  console.log(loss)
})
const choice = Effect.runSync(resolveEngine({ engine: "${subject.name}", mode: "f32" }))
await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(engineLayer(choice, { threads: 2 }))))
`
    const endings = { "by themselves": "", "when told": "process.exit(0)\n" }
    for (const [ending, last] of Object.entries(endings))
      it(`several at once agree, and end ${ending}, threads asleep`, async () => {
        const script = join(directory, `${ending.replaceAll(" ", "-")}.ts`)
        writeFileSync(script, program + last)
        const run = () =>
          new Promise<string>((resolve, reject) =>
            execFile(process.execPath, [script], { timeout: 60_000 }, (error, stdout) =>
              error === null ? resolve(stdout.trim()) : reject(error)
            )
          )
        const losses = await Promise.all([run(), run(), run()])
        expect(new Set(losses).size).toBe(1)
        expect(Number(losses[0])).toBeGreaterThan(3.9)
      })
  })
}
