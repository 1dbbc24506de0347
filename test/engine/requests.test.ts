/** Numbers on their way into C: each arrives as it is, or not at all. */

import { describe, expect, it } from "vitest"

import { encode, type Values } from "../../src/engine/requests.ts"

const addressOf = () => 8

const sampling = (over: Partial<Values<"Sampling">>) => encode("Sampling", { temperature: 1, topP: 1, ...over }, addressOf)

const score = (over: Partial<Values<"ScoreRequest">>) =>
  encode(
    "ScoreRequest",
    { threads: 1, tokens: new Int32Array(1), offsets: new Int32Array(2), documents: 1, inverseTemperature: 1, ...over },
    addressOf
  )

const adamw = { learningRate: 1e-300, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, step: 1 }

describe("a request", () => {
  it("holds numbers as C reads them", () => {
    const view = new DataView(sampling({ temperature: 0.1, topK: 4294967295 }).buffer)
    expect(view.getFloat32(0, true)).toBe(Math.fround(0.1))
    expect(view.getBigUint64(8, true)).toBe(4294967295n)
    expect(new DataView(encode("AdamW", adamw, addressOf).buffer).getFloat64(0, true)).toBe(1e-300)
  })

  it.each<readonly [string, () => unknown]>([
    ["temperature is 1e-50", () => sampling({ temperature: 1e-50 })],
    ["temperature is 1e+39", () => sampling({ temperature: 1e39 })],
    ["topP is 1e-46", () => sampling({ topP: 1e-46 })],
    ["topK is -1", () => sampling({ topK: -1 })],
    ["topK is 4294967296", () => sampling({ topK: 2 ** 32 })],
    ["topK is 1.5", () => sampling({ topK: 1.5 })],
    ["threads is 2147483648", () => score({ threads: 2 ** 31 })],
    ["documents is 4294967297", () => score({ documents: 2 ** 32 + 1 })],
    ["inverseTemperature is 1e+50", () => score({ inverseTemperature: 1e50 })],
    ["step is 2147483648", () => encode("AdamW", { ...adamw, step: 2 ** 31 }, addressOf)],
    ["step is NaN", () => encode("AdamW", { ...adamw, step: Number.NaN }, addressOf)]
  ])("is refused where %s, which C would read as another number", (problem, make) => {
    expect(make).toThrow(problem)
  })

  it("keeps infinities that mean something", () => {
    expect(() => sampling({ temperature: Infinity })).not.toThrow()
  })
})
