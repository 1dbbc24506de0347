/**
 * One answer: in f32 training, scores and samples are the same bits under every instruction set of this machine, as WebAssembly,
 * by GCC and by Clang, whatever the number of threads. That is what lets machines share results.
 */

import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"

import { Effect, type Layer, type Scope } from "effect"
import { describe, expect, it } from "vitest"

import { isas, machineIsas } from "../../src/engine/cpu.ts"
import { adamW, Engine } from "../../src/engine/Engine.ts"
import { layer as native } from "../../src/engine/native/NativeEngine.ts"
import { resolveEngine } from "../../src/engine/select.ts"
import { layer as wasm } from "../../src/engine/wasm/WasmEngine.ts"
import type { ModelSpec } from "../../src/model/ModelSpec.ts"
import { arbitraryBatch, generateRequest } from "./fixtures.ts"

/** Widths that fill no register, and lengths that make chunks of every kind. */
const specs: ReadonlyArray<ModelSpec> = [
  { vocabularySize: 60, width: 48, layers: 2, heads: 3, hidden: 80, context: 256, tied: true, valueHead: true },
  { vocabularySize: 311, width: 100, layers: 1, heads: 5, hidden: 150, context: 128, tied: false, valueHead: false }
]
const lengths = [100, 3, 90, 40, 60, 77, 1, 31, 32, 33, 64]

/** Digests of everything that a model's life consists of. */
const life = (spec: ModelSpec) =>
  Effect.gen(function* () {
    const engine = yield* Engine
    const model = yield* engine.createModel(spec, { seed: 2 })
    const digests: Array<string> = []
    const note = (what: string, ...arrays: ReadonlyArray<ArrayBufferView>) => {
      const hash = createHash("sha256")
      for (const array of arrays) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
      digests.push(`${what} ${hash.digest("hex").slice(0, 16)}`)
    }
    note("initial parameters", yield* model.read("parameters"))
    const batch = arbitraryBatch(spec.vocabularySize, lengths)
    for (let step = 1; step <= 2; step++) {
      yield* model.lossStep(batch, { kind: "cross-entropy" })
      note(`gradient ${step}`, yield* model.read("gradients"))
      yield* model.optimStep({ ...adamW, learningRate: 0.02 })
    }
    note("parameters", yield* model.read("parameters"))
    const scores = yield* model.score(batch, { entropies: true, values: spec.valueHead })
    note("scores", scores.logProbs, ...(scores.entropies === undefined ? [] : [scores.entropies]))
    const direction = (yield* model.read("parameters")).map((p, i) => p + 0.1 * Math.sin(i))
    note("tangents", (yield* model.scoreTangent(batch, direction)).tangents)
    note("projections", yield* model.projectedGradients(batch, 4, 512))
    const prompts = arbitraryBatch(spec.vocabularySize, [5, 40, 17, 3, 2])
    const request = generateRequest(prompts, { samplesPerPrompt: 5, maxNewTokens: 12, stop: [3, 9], topK: 20, topP: 0.9 })
    const { logProbs, tokens } = yield* model.generate(request)
    note("samples", tokens, logProbs)
    return digests
  })

const lives = (layer: Layer.Layer<Engine, unknown>): Promise<ReadonlyArray<ReadonlyArray<string>>> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.forEach(specs, life) as Effect.Effect<ReadonlyArray<ReadonlyArray<string>>, unknown, Engine | Scope.Scope>
    ).pipe(Effect.provide(layer))
  )

const has = (command: string): boolean => {
  try {
    execFileSync(command, ["--version"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

const clang = ["clang-22", "clang"].find(has)

/** While the native engine is compiled by Clang. */
const byClang = async (run: () => Promise<void>) => {
  const before = process.env["CC"]
  process.env["CC"] = clang
  try {
    await run()
  } finally {
    if (before === undefined) delete process.env["CC"]
    else process.env["CC"] = before
  }
}

describe("f32", () => {
  const reference = lives(wasm({ threads: 1, numericsClass: "test" }))

  it("says different things of different models", async () => {
    const all = (await reference).flat()
    expect(new Set(all).size).toBe(all.length)
  })

  it("WebAssembly whose product and sum are rounded twice gives them too, by emulation", async () => {
    expect(await lives(wasm({ isa: "simd", threads: 2, numericsClass: "test" }))).toEqual(await reference)
  })

  it("is one class for all of them", async () => {
    const classes = await Promise.all(
      (["native", "wasm"] as const).map((engine) => Effect.runPromise(resolveEngine({ engine, mode: "f32" })))
    )
    expect(new Set(classes.map(({ numericsClass }) => numericsClass)).size).toBe(1)
    expect(classes[0]!.numericsClass).toMatch(/^f32\/[0-9a-f]{16}$/)
  })

  for (const isa of isas.filter((name) => name !== "amx"))
    it.skipIf(!machineIsas().includes(isa))(
      `${isa} gives the bits of WebAssembly (skipped where the machine has no ${isa})`,
      async () => {
        for (const threads of [1, 2])
          expect(await lives(native({ mode: "f32", isa, threads, numericsClass: "test" }))).toEqual(await reference)
      }
    )

  it.skipIf(clang === undefined)("Clang's code gives them too (skipped without clang)", () =>
    byClang(async () => {
      for (const isa of machineIsas().filter((name) => name !== "amx" && name !== "portable"))
        expect(await lives(native({ mode: "f32", isa, threads: 2, numericsClass: "test" })), isa).toEqual(await reference)
    })
  )
})

/** The numerics class of bf16 names its unit, but neither compiler nor threads. */
for (const isa of ["amx", "avx512bf16"] as const)
  describe.skipIf(clang === undefined || !machineIsas().includes(isa))(`bf16 (skipped without ${isa} or clang)`, () => {
    it("is the same bits by Clang, on any number of threads", async () => {
      const answer = (threads: number) => lives(native({ mode: "bf16", isa, threads, numericsClass: "test" }))
      const reference = await answer(1)
      expect(await answer(3)).toEqual(reference)
      await byClang(async () => expect(await answer(2)).toEqual(reference))
    })
  })
