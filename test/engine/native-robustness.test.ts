import { execFile } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { Effect, Exit, Fiber, type Scope } from "effect"
import { afterAll, afterEach, describe, expect, it } from "vitest"

import { isasFor, machineIsas } from "../../src/engine/cpu.ts"
import { adamW, Engine, type Mode } from "../../src/engine/Engine.ts"
import { compileLibrary, significantText } from "../../src/engine/native/compile.ts"
import { layer } from "../../src/engine/native/NativeEngine.ts"
import { engineLayer, resolveEngine } from "../../src/engine/select.ts"
import type { ModelSpec } from "../../src/model/ModelSpec.ts"
import { arbitraryBatch, generateRequest } from "./fixtures.ts"

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

const best = machineIsas()[0]!
const modes: ReadonlyArray<Mode> = best === "amx" ? ["f32", "bf16x3", "bf16"] : ["f32"]

const withEngine = <A>(options: { mode?: Mode; threads?: number }, effect: Effect.Effect<A, unknown, Engine | Scope.Scope>) =>
  Effect.runPromise(
    Effect.scoped(effect).pipe(
      Effect.provide(layer({ mode: options.mode ?? "f32", isa: best, numericsClass: "test", threads: options.threads ?? 2 }))
    )
  )

const scratch: Array<string> = []
const temporary = () => {
  const directory = mkdtempSync(join(tmpdir(), "engine-test-"))
  scratch.push(directory)
  return directory
}
afterAll(() => scratch.forEach((directory) => rmSync(directory, { recursive: true, force: true })))

/** Lengths that make many chunks, some of one long document, some of many short ones. */
const lengths = [200, 3, 90, 40, 60, 77, 1, 130, 256, 256, 12, 50, 50, 50, 50, 31, 32, 33, 64, 180]

describe("native engine: threads", () => {
  for (const mode of modes)
    it(`${mode}: training, scores and samples are equal to the bit for 1, 2, 3 and 5 threads`, async () => {
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
          generated: yield* model.generate(generateRequest(prompts, { samplesPerPrompt: 11, maxNewTokens: 20, stop: [3, 9] }))
        }
      })
      const one = await withEngine({ mode, threads: 1 }, everything)
      for (const threads of [2, 3, 5]) expect(await withEngine({ mode, threads }, everything)).toEqual(one)
    })
})

describe("native engine: interruption", () => {
  const large: ModelSpec = { ...spec, width: 128, heads: 4, hidden: 512, layers: 4, context: 2048 }

  it("an interrupted sampling call stops early, and the model works on", () =>
    withEngine(
      {},
      Effect.gen(function* () {
        const engine = yield* Engine
        const model = yield* engine.createModel(large, { seed: 1 })
        const prompts = arbitraryBatch(large.vocabularySize, [4])
        const before = yield* model.score(prompts)
        const started = Date.now()
        const fiber = yield* Effect.forkChild(
          model.generate(generateRequest(prompts, { samplesPerPrompt: 256, maxNewTokens: 2000 }))
        )
        yield* Effect.sleep("100 millis")
        yield* Fiber.interrupt(fiber)
        expect(Date.now() - started).toBeLessThan(5000)
        expect(yield* model.score(prompts)).toEqual(before)
      })
    ))

  it("an interrupted gradient leaves no part of itself behind", () =>
    withEngine(
      {},
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

  it("the event loop keeps turning while the engine computes", () =>
    withEngine(
      {},
      Effect.gen(function* () {
        const engine = yield* Engine
        const model = yield* engine.createModel(large, { seed: 1 })
        const batch = arbitraryBatch(
          large.vocabularySize,
          Array.from({ length: 40 }, () => 128)
        )
        let ticks = 0
        const timer = setInterval(() => ticks++, 2)
        yield* model.lossStep(batch, { kind: "cross-entropy" })
        clearInterval(timer)
        expect(ticks).toBeGreaterThan(5)
      })
    ))
})

describe("native engine: memory", () => {
  it("a model that does not fit is an error, not a crash", () =>
    withEngine(
      {},
      Effect.gen(function* () {
        const engine = yield* Engine
        const huge: ModelSpec = { ...spec, width: 65_536, heads: 64, hidden: 262_144, layers: 200 }
        const never = yield* Effect.exit(engine.createModel(huge, { seed: 1 }))
        expect(Exit.isFailure(never) && String(never.cause)).toContain("out of memory")
        const model = yield* engine.createModel(spec, { seed: 1 })
        const prompts = arbitraryBatch(spec.vocabularySize, [4])
        const tooMany = yield* Effect.exit(
          model.generate(generateRequest(prompts, { samplesPerPrompt: 2 ** 30, maxNewTokens: 200 }))
        )
        expect(Exit.isFailure(tooMany) && String(tooMany.cause)).toContain("out of memory")
        expect((yield* model.score(prompts)).logProbs.length).toBe(4)
      })
    ))

  it("models created and dropped a hundred times do not pile up", () =>
    withEngine(
      {},
      Effect.gen(function* () {
        const engine = yield* Engine
        const round = Effect.scoped(
          Effect.gen(function* () {
            const model = yield* engine.createModel(spec, { seed: 1 })
            yield* model.lossStep(arbitraryBatch(spec.vocabularySize, [200]), { kind: "cross-entropy" })
          })
        )
        for (let i = 0; i < 20; i++) yield* round
        const before = process.memoryUsage.rss()
        for (let i = 0; i < 100; i++) yield* round
        expect(process.memoryUsage.rss() - before).toBeLessThan(60e6)
      })
    ))
})

describe("native engine: choice and compilation", () => {
  const environment = { ...process.env }
  afterEach(() => {
    process.env = { ...environment }
  })

  it("instruction sets follow the CPU's feature flags", () => {
    expect(isasFor(new Set())).toEqual(["portable"])
    expect(isasFor(new Set(["avx2", "fma"]))).toEqual(["avx2", "portable"])
    expect(isasFor(new Set(["avx2"]))).toEqual(["portable"])
    expect(isasFor(new Set(["avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl"]))).toEqual([
      "avx512",
      "avx2",
      "portable"
    ])
  })

  it("the numerics class names engine and mode, and does not depend on the instruction set", () => {
    const choose = () => Effect.runSync(resolveEngine({ engine: "native", mode: "f32" }))
    const usual = choose()
    process.env["ECHO_CHAMBER_ISA"] = "portable"
    const forced = choose()
    expect(forced.isa).toBe("portable")
    expect(forced.numericsClass).toBe(usual.numericsClass)
    expect(usual.numericsClass).toMatch(/^native\/f32\/[0-9a-f]{16}$/)
  })

  it("a forced instruction set that does not exist is refused with the list of those that do", () => {
    process.env["ECHO_CHAMBER_ISA"] = "mmx"
    const exit = Effect.runSyncExit(resolveEngine({ engine: "auto", mode: "auto" }))
    expect(Exit.isFailure(exit) && String(exit.cause)).toContain("amx, avx512, avx2, portable")
  })

  it("a bf16 mode without AMX is refused", () => {
    process.env["ECHO_CHAMBER_ISA"] = "portable"
    const exit = Effect.runSyncExit(resolveEngine({ engine: "native", mode: "bf16" }))
    expect(Exit.isFailure(exit) && String(exit.cause)).toContain("needs a CPU with AMX")
  })

  it("without a compiler and an empty cache it says what to install", async () => {
    process.env["ECHO_CHAMBER_CACHE"] = temporary()
    process.env["CC"] = "no-such-compiler"
    const chosen = Effect.runSyncExit(resolveEngine({ engine: "native", mode: "f32" }))
    expect(Exit.isFailure(chosen) && String(chosen.cause)).toContain("apt-get install gcc")
    const compiled = await Effect.runPromiseExit(compileLibrary("portable"))
    expect(Exit.isFailure(compiled) && String(compiled.cause)).toContain('"no-such-compiler" was not found')
  })

  it("a compiler that fails is quoted, and leaves nothing in the cache", async () => {
    const directory = temporary()
    process.env["ECHO_CHAMBER_CACHE"] = directory
    const exit = await Effect.runPromiseExit(compileLibrary("portable", { flags: ["-fno-such-flag"] }))
    expect(Exit.isFailure(exit) && String(exit.cause)).toContain("-fno-such-flag")
    expect(readdirSync(directory)).toEqual([])
  })

  it("half a library that a killed compilation left is removed by a later one, a fresh one may have a writer", async () => {
    const directory = temporary()
    process.env["ECHO_CHAMBER_CACHE"] = directory
    for (const name of ["partial-1-old.so", "partial-2-fresh.so"]) writeFileSync(join(directory, name), "")
    const twoHoursAgo = new Date(Date.now() - 7_200_000)
    utimesSync(join(directory, "partial-1-old.so"), twoHoursAgo, twoHoursAgo)
    await Effect.runPromiseExit(compileLibrary("portable", { flags: ["-fno-such-flag"] }))
    expect(readdirSync(directory)).toEqual(["partial-2-fresh.so"])
  })

  it("comments and layout are not part of the source digest, code is", () => {
    expect(significantText("int a; /* one\n two */\n  int b; // three\n")).toBe("int a; int b;")
    expect(significantText('f("http://x")')).toBe('f("http://x")')
  })
})

describe("native engine: processes", () => {
  it("several processes use the engine at once, agree, and end cleanly with workers asleep", async () => {
    const script = join(temporary(), "worker.ts")
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
const choice = Effect.runSync(resolveEngine({ engine: "native", mode: "f32" }))
await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(engineLayer(choice, { threads: 2 }))))
process.exit(0)
`
    )
    const run = () =>
      new Promise<string>((resolve, reject) =>
        execFile(process.execPath, [script], (error, stdout) => (error === null ? resolve(stdout.trim()) : reject(error)))
      )
    const losses = await Promise.all([run(), run(), run()])
    expect(new Set(losses).size).toBe(1)
    expect(Number(losses[0])).toBeGreaterThan(3.9)
  })

  it("the chosen engine comes to life with its mode, instruction set and thread count", async () => {
    const choice = Effect.runSync(resolveEngine({ engine: "auto", mode: "auto" }))
    const info = await Effect.runPromise(
      Engine.use((engine) => Effect.succeed(engine.info)).pipe(Effect.provide(engineLayer(choice, { threads: 3 })))
    )
    expect(info).toEqual({ ...choice, threads: 3 })
  })
})
