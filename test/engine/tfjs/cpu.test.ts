/**
 * The plain JavaScript backend, in a process of its own (TensorFlow.js has one backend a process): slow, so one case of each
 * kind.
 */

import { Effect, Exit } from "effect"
import { describe, expect, it } from "vitest"

import { Engine } from "../../../src/engine/Engine.ts"
import { layer } from "../../../src/engine/tfjs/TfjsEngine.ts"
import { f32Tolerances } from "../conformance.ts"
import {
  batchOf,
  fixtureParameters,
  fixtureSpec,
  floats,
  largestDifference,
  readFloats,
  readForward,
  relativeError
} from "../fixtures.ts"

const cpu = layer({ backend: "cpu", numericsClass: "test" })

describe("tfjs f32, cpu", () => {
  it("gives the float64 log-probabilities, entropies, values and gradient of the fixture", () =>
    Effect.gen(function* () {
      const engine = yield* Engine
      expect(engine.info).toMatchObject({ name: "tfjs", mode: "f32", isa: "cpu", threads: 1 })
      const name = "model-tiny-untied"
      const forward = readForward(name)
      const expected = forward.runs.sharp
      const batch = batchOf(forward.tokens, forward.doc_lengths)
      const model = yield* engine.createModel(fixtureSpec(name, true), { seed: 0 })
      const head = { weight: forward.value_head_weight, bias: forward.value_head_bias }
      yield* model.write("parameters", fixtureParameters(name, expected.param_scale, head))
      const scores = yield* model.score(batch, { entropies: true, values: true })
      expect(largestDifference(scores.logProbs, floats(expected.logp))).toBeLessThan(f32Tolerances.scores)
      expect(largestDifference(scores.entropies!, expected.entropy)).toBeLessThan(f32Tolerances.scores)
      expect(largestDifference(scores.values!, expected.values)).toBeLessThan(f32Tolerances.scores)
      yield* model.lossStep(batch, { kind: "cross-entropy" })
      const reference = readFloats(`${name}/grad-mean_ce.f32`)
      const gradient = (yield* model.read("gradients")).subarray(0, reference.length)
      expect(relativeError(gradient, reference)).toBeLessThan(f32Tolerances.wholeGradient)
    }).pipe(Effect.scoped, Effect.provide(cpu), Effect.runPromise))

  it("stays the backend of its process: another is refused", async () => {
    await Effect.runPromise(Effect.provide(Effect.void, cpu))
    const exit = await Effect.runPromiseExit(Effect.provide(Engine, layer({ backend: "wasm", numericsClass: "test" })))
    expect(Exit.isFailure(exit) && String(exit.cause)).toContain("this process computes on cpu already")
  })
})
