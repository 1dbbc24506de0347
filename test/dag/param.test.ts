/** Values of parameters: what is accepted, what is refused, and how that is said. */
import { describe, expect, it } from "vitest"

import * as Param from "../../src/dag/Param.ts"

const params = {
  scale: Param.oneOf(["s", "m"], "s", "size"),
  steps: Param.integer(100, "updates", { min: 1, max: 1000 }),
  kl: Param.number(0, "weight of the KL term", { min: 0 }),
  rate: Param.number(0.1, "learning rate", { above: 0 }),
  whiten: Param.boolean(false, "whether"),
  sizes: Param.someOf(["xs", "s", "m"], ["xs", "s"], "sizes"),
  formats: Param.names(["tinygsm"], "formats"),
  sources: Param.weights({ a: 1, b: 1 }, "weights"),
  cap: Param.nullable(Param.integer(1, "cap", { min: 1 }), null),
  prompts: Param.required(Param.string("", "suite"))
}

const problemOf = (given: Readonly<Record<string, unknown>>): string => {
  try {
    Param.complete("rl", params, { prompts: "train", ...given })
  } catch (error) {
    if (error instanceof Param.ParamInvalid) return error.message
    throw error
  }
  return "none"
}

describe("complete", () => {
  it("fills in defaults", () => {
    expect(Param.complete("rl", params, { prompts: "train", kl: 0.01 })).toEqual({
      scale: "s",
      steps: 100,
      kl: 0.01,
      rate: 0.1,
      whiten: false,
      sizes: ["xs", "s"],
      formats: ["tinygsm"],
      sources: { a: 1, b: 1 },
      cap: null,
      prompts: "train"
    })
  })

  it.each([
    [{ steps: 0 }, "rl.steps: must be a whole number >= 1 and <= 1000; got 0."],
    [{ steps: 1.5 }, "rl.steps: must be a whole number >= 1 and <= 1000; got 1.5."],
    [{ steps: 1001 }, "rl.steps: must be a whole number >= 1 and <= 1000; got 1001."],
    [{ rate: 0 }, "rl.rate: must be a number > 0; got 0."],
    [{ kl: Number.NaN }, "rl.kl: must be a number >= 0; got NaN."],
    [{ kl: "0.1" }, 'rl.kl: must be a number >= 0; got "0.1".'],
    [{ scale: "l" }, 'rl.scale: must be one of "s", "m"; got "l".'],
    [{ whiten: 1 }, "rl.whiten: must be true or false; got 1."],
    [{ sizes: [] }, "rl.sizes: must be a list out of xs, s, m, each at most once; got []."],
    [{ sizes: ["xs", "xs"] }, 'rl.sizes: must be a list out of xs, s, m, each at most once; got ["xs","xs"].'],
    [{ sizes: ["xs", "xl"] }, 'rl.sizes: must be a list out of xs, s, m, each at most once; got ["xs","xl"].'],
    [{ formats: [1] }, "rl.formats: must be a list of names, comma separated; got [1]."],
    [{ sources: { a: -1 } }, 'rl.sources: must be numbers >= 0 by name, as in {"a": 1, "b": 2}; got {"a":-1}.'],
    [{ sources: { a: 0 } }, 'rl.sources: no weight is above 0 in {"a":0}; at least one must be.'],
    [{ cap: 0 }, "rl.cap: must be a whole number >= 1, or null; got 0."],
    [{ prompts: undefined }, "rl.prompts: must be given: text."],
    [{ step: 3 }, 'rl.step: there is no such parameter. Did you mean "steps"?']
  ])("refuses %j and says what is wanted", (given, problem) => {
    expect(problemOf(given)).toBe(problem)
  })
})

describe("fromText", () => {
  it.each([
    ["steps", "50", 50],
    ["steps", "1e2", 100],
    ["kl", "0.01", 0.01],
    ["whiten", "true", true],
    ["scale", "m", "m"],
    ["prompts", "train-easy", "train-easy"],
    ["prompts", "12", "12"],
    ["sizes", "m, xs", ["m", "xs"]],
    ["sizes", "m", ["m"]],
    ["formats", "tinygsm,omi2", ["tinygsm", "omi2"]],
    ["formats", "tinygsm", ["tinygsm"]],
    ["sources", '{"a": 2}', { a: 2 }],
    ["cap", "null", null],
    ["cap", "5", 5]
  ] as const)("reads --%s %s as %j", (name, text, value) => {
    expect(Param.fromText("rl", name, params[name], text)).toEqual(value)
  })

  it.each([
    ["steps", "many", 'rl.steps: must be a whole number >= 1 and <= 1000; got "many".'],
    ["steps", "", 'rl.steps: must be a whole number >= 1 and <= 1000; got "".'],
    ["sizes", "xs,,s", 'rl.sizes: must be a list out of xs, s, m, each at most once; got "xs,,s".'],
    ["formats", "a,,b", 'rl.formats: must be a list of names, comma separated; got "a,,b".'],
    ["formats", "", 'rl.formats: must be a list of names, comma separated; got "".']
  ] as const)("refuses --%s %s", (name, text, problem) => {
    expect(() => Param.fromText("rl", name, params[name], text)).toThrow(problem)
  })
})

describe("the canonical form of params", () => {
  it("leaves out what equals its default, in whatever way it is written", () => {
    const values = Param.complete("rl", params, { prompts: "x", kl: -0, sources: { b: 1, a: 1 }, sizes: ["xs", "s"] })
    expect(Param.canonicalParams(params, values)).toEqual([["prompts", '"x"']])
  })

  it("is in the order of the declaration, as canonical JSON", () => {
    const values = Param.complete("rl", params, { prompts: "x", sources: { b: 2, a: 1 }, kl: 0.01, cap: 3 })
    expect(Param.canonicalParams(params, values)).toEqual([
      ["kl", "0.01"],
      ["sources", '{"a":1,"b":2}'],
      ["cap", "3"],
      ["prompts", '"x"']
    ])
  })
})
