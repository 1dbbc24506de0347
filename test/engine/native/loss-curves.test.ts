/**
 * Training in split bf16 is training in f32: the same 200 updates from the same parameters give loss curves that lie on each
 * other. The task has structure to learn (digits of running sums), so that the curve falls; at ten times this learning rate two
 * builds of f32 itself part, by 0.08.
 */

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { machineIsas } from "../../../src/engine/cpu.ts"
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

const lossCurve = (mode: Mode): Promise<ReadonlyArray<number>> =>
  Effect.gen(function* () {
    const engine = yield* Engine
    const model = yield* engine.createModel(spec, { seed: 1 })
    const losses: Array<number> = []
    for (let step = 0; step < steps; step++) {
      losses.push((yield* model.lossStep(batchAt(step), { kind: "cross-entropy" })).loss)
      yield* model.optimStep({ ...adamW, learningRate: 3e-4 })
    }
    return losses
  }).pipe(
    Effect.scoped,
    Effect.provide(layer({ mode, isa: machineIsas()[0]!, numericsClass: "test", threads: 1 })),
    Effect.runPromise
  )

describe.skipIf(!machineIsas().includes("amx"))("200 updates (on AMX)", () => {
  it("give loss curves in bf16x3 and f32 that lie on each other, in bf16 near them", async () => {
    const single = await lossCurve("f32")
    const split = await lossCurve("bf16x3")
    const half = await lossCurve("bf16")
    const gap = (curve: ReadonlyArray<number>) => Math.max(...curve.map((loss, step) => Math.abs(loss - single[step]!)))
    expect(single.at(-1)!).toBeLessThan(single[0]! - 0.5)
    expect(gap(split)).toBeLessThan(1e-4)
    expect(gap(half)).toBeLessThan(2e-2)
    expect(gap(half)).toBeGreaterThan(gap(split))
  })
})
