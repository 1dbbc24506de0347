/**
 * Training in split bf16 is training in f32: the same 200 updates from the same parameters give loss curves that lie on each
 * other; those of bf16 lie near. The task has structure to learn (digits of running sums), so that the curve falls; at ten times
 * this learning rate two builds of f32 itself part, by 0.08.
 */

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { type Isa, machineIsas } from "../../../src/engine/cpu.ts"
import { adamW, Engine, type Batch, type Mode } from "../../../src/engine/Engine.ts"
import { layer } from "../../../src/engine/native/NativeEngine.ts"
import type { ModelSpec } from "../../../src/model/ModelSpec.ts"
import { draws } from "../../../src/random/philox.ts"
import { documentsOf } from "../fixtures.ts"

const spec: ModelSpec = {
  vocabularySize: 12,
  width: 32,
  layers: 2,
  heads: 2,
  hidden: 128,
  context: 32,
  tied: true,
  valueHead: false
}
const steps = 200

/** 16 documents of a start digit, a stride and the running sum modulo 10. */
const batchAt = (step: number): Batch => {
  const random = draws(step, "loss curves")
  return documentsOf(
    Array.from({ length: 16 }, () => {
      const start = random.below(10)
      const stride = random.below(10)
      return [10, start, stride, 11, ...Array.from({ length: 20 }, (_, i) => (start + (i + 1) * stride) % 10)]
    })
  )
}

const lossCurve = (mode: Mode, isa: Isa): Promise<ReadonlyArray<number>> =>
  Effect.gen(function* () {
    const engine = yield* Engine
    const model = yield* engine.createModel(spec, { seed: 1 })
    const losses: Array<number> = []
    for (let step = 0; step < steps; step++) {
      losses.push((yield* model.lossStep(batchAt(step), { kind: "cross-entropy" })).loss)
      yield* model.optimStep({ ...adamW, learningRate: 3e-4 })
    }
    return losses
  }).pipe(Effect.scoped, Effect.provide(layer({ mode, isa, numericsClass: "test", threads: 1 })), Effect.runPromise)

const has = (isa: Isa) => machineIsas().includes(isa)
const gap = (a: ReadonlyArray<number>, b: ReadonlyArray<number>) => Math.max(...a.map((loss, step) => Math.abs(loss - b[step]!)))

describe("200 updates", () => {
  it.skipIf(!has("amx"))("give loss curves in bf16x3 and f32 that lie on each other, in bf16 near them (on AMX)", async () => {
    const single = await lossCurve("f32", "amx")
    const split = await lossCurve("bf16x3", "amx")
    const half = await lossCurve("bf16", "amx")
    expect(single.at(-1)!).toBeLessThan(single[0]! - 0.5)
    expect(gap(split, single)).toBeLessThan(1e-4)
    expect(gap(half, single)).toBeLessThan(2e-2)
    expect(gap(half, single)).toBeGreaterThan(gap(split, single))
  })

  it.skipIf(!has("avx512bf16"))("give loss curves in bf16 near those in f32 (with AVX512-BF16)", async () => {
    const single = await lossCurve("f32", "avx512bf16")
    const half = await lossCurve("bf16", "avx512bf16")
    expect(single.at(-1)!).toBeLessThan(single[0]! - 0.5)
    expect(gap(half, single)).toBeLessThan(2e-2)
    expect(gap(half, single)).toBeGreaterThan(0)
  })
})
