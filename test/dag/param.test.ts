/** Values of parameters: what is accepted, what is refused, and how that is said. */

import { describe, expect, it } from "vitest"

import * as Arguments from "../../src/dag/arguments.ts"
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
    Arguments.complete("rl", params, { prompts: "train", ...given })
  } catch (error) {
    if (error instanceof Param.ParamInvalid) return error.message
    throw error
  }
  return "none"
}

describe("complete", () => {
  it("fills in defaults", () => {
    expect(Arguments.complete("rl", params, { prompts: "train", kl: 0.01 })).toEqual({
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
    [{ sizes: [] }, "rl.sizes: is an empty list: give at least one value."],
    [{ sizes: ["xs", "xs"] }, 'rl.sizes: has "xs" twice: give each value once.'],
    [{ sizes: ["xs", "xl"] }, 'rl.sizes: "xl" in it is not one of "xs", "s", "m". Did you mean "xs"?'],
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

describe("numbers that would be cut down on their way to columns, the engine or random streams", () => {
  const whole = { count: Param.integer(0, "count"), size: Param.integer(1, "size", { min: 1 }), seed: Param.seed("seed") }
  const taken = (name: keyof typeof whole, text: string) => Arguments.fromText("s", name, whole[name], text)

  it.each([
    ["seed", "0", 0],
    ["seed", "4294967295", 4294967295],
    ["count", "-2147483648", -(2 ** 31)],
    ["size", "2147483647", 2 ** 31 - 1],
    ["count", "1e3", 1000],
    ["count", "-0", 0],
    ["seed", "-0", 0]
  ] as const)("%s=%s is taken as it is", (name, text, value) => {
    expect(taken(name, text)).toBe(value)
  })

  it.each([
    ["seed", "4294967296", "must be a whole number >= 0 and <= 4294967295"],
    ["seed", "4294967297", "must be a whole number >= 0 and <= 4294967295"],
    ["seed", "9007199254740993", "9007199254740993 is a number that cannot be held exactly here"],
    ["seed", "-1", "must be a whole number >= 0 and <= 4294967295"],
    ["seed", "1e-50", "must be a whole number >= 0 and <= 4294967295"],
    ["seed", "1e400", "1e400 is a number that cannot be held exactly here"],
    ["count", "2147483648", "must be a whole number"],
    ["count", "-2147483649", "must be a whole number"],
    ["size", "4294967297", "must be a whole number >= 1"],
    ["size", "9007199254740993", "9007199254740993 is a number that cannot be held exactly here"]
  ] as const)("%s=%s is refused", (name, text, problem) => {
    expect(() => taken(name, text)).toThrow(`s.${name}: ${problem}`)
  })

  it("-0 is 0, in lists and shares too", () => {
    const { ks, shares } = Arguments.complete(
      "s",
      { ks: Param.numbers([1], "ks"), shares: Param.weights({ a: 1 }, "shares") },
      { ks: [-0, 1], shares: { a: 1, b: -0 } }
    )
    expect([ks[0], shares["b"]]).toEqual([0, 0])
  })
})

describe("a number outside of its range", () => {
  const share = Param.number(1, "of it", { min: 0.001, max: 1, why: { below: "Too little.", beyond: "Too much." } })
  const positive = Param.number(1, "of it", { above: 0, max: 9, why: { beyond: "Too much." } })
  it.each([
    [share, "0", "Too little."],
    [share, "-7", "Too little."],
    [share, "1.0000001", "Too much."],
    [share, "1e30", "Too much."],
    [positive, "10", "Too much."]
  ])("is refused with the reason of the end that it is beyond: %#", (param, text, why) => {
    expect(() => Arguments.fromText("a", "b", param, text)).toThrow(new RegExp(`^a\\.b: must be .*; got "${text}"\\. ${why}$`))
  })

  it("is refused without a reason where its end has none", () => {
    expect(() => Arguments.fromText("a", "b", positive, "0")).toThrow(/got "0"\.$/)
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
    expect(Arguments.fromText("rl", name, params[name], text)).toEqual(value)
  })

  it.each([
    ["steps", "many", 'rl.steps: must be a whole number >= 1 and <= 1000; got "many".'],
    ["steps", "", 'rl.steps: must be a whole number >= 1 and <= 1000; got "".'],
    ["sizes", "xs,,s", 'rl.sizes: "" in it is not one of "xs", "s", "m".'],
    ["formats", "a,,b", 'rl.formats: must be a list of names, comma separated; got "a,,b".'],
    ["formats", "", 'rl.formats: must be a list of names, comma separated; got "".']
  ] as const)("refuses --%s %s", (name, text, problem) => {
    expect(() => Arguments.fromText("rl", name, params[name], text)).toThrow(problem)
  })
})

describe("the canonical form of params", () => {
  it("leaves out what equals its default, in whatever way it is written", () => {
    const values = Arguments.complete("rl", params, { prompts: "x", kl: -0, sources: { b: 1, a: 1 }, sizes: ["xs", "s"] })
    expect(Arguments.canonicalParams(params, values)).toEqual([["prompts", '"x"']])
  })

  it("is in the order of the declaration, as canonical JSON", () => {
    const values = Arguments.complete("rl", params, { prompts: "x", sources: { b: 2, a: 1 }, kl: 0.01, cap: 3 })
    expect(Arguments.canonicalParams(params, values)).toEqual([
      ["kl", "0.01"],
      ["sources", '{"a":1,"b":2}'],
      ["cap", "3"],
      ["prompts", '"x"']
    ])
  })
})

describe("lists", () => {
  const kls = Param.numbers([0], "KL coefficients", { min: 0 })
  const read = (text: string) => Arguments.fromText("study", "kls", kls, text)

  it("are read from a command line, one value or several", () => {
    expect(read("0,0.01,0.1")).toEqual([0, 0.01, 0.1])
    expect(read("0.1")).toEqual([0.1])
    expect(read("[0, 1]")).toEqual([0, 1])
    expect(Arguments.fromText("study", "sizes", Param.integers([1], "sizes"), "100, 1000")).toEqual([100, 1000])
  })

  it.each([
    ["0,zero", 'study.kls: "zero" in it is not a number >= 0.'],
    ["0,-1", "study.kls: -1 in it is not a number >= 0."],
    ["0,", 'study.kls: "" in it is not a number >= 0.'],
    ["0.1,0.1", "study.kls: has 0.1 twice: give each value once."],
    ["[]", "study.kls: is an empty list: give at least one value."]
  ])("%s: what is wrong is said of the item", (text, message) => {
    expect(() => read(text)).toThrow(message)
  })

  it("of any param: null among numbers, options, each refused by its own words", () => {
    const orNull = Param.listOf(Param.nullable(Param.number(0, "", { min: 0 }), null), [null], "coefficients; null: the preset's")
    expect(Arguments.fromText("study", "kls", orNull, "0,null,0.1")).toEqual([0, null, 0.1])
    const places = Param.listOf(Param.oneOf(["token", "score"], "token", ""), ["token"], "places")
    expect(Arguments.fromText("study", "places", places, "token,score")).toEqual(["token", "score"])
    expect(() => Arguments.fromText("study", "places", places, "token,scores")).toThrow(
      '"scores" in it is not one of "token", "score"'
    )
  })

  it("are checked in a study's file too, with the same words", () => {
    expect(() => Arguments.complete("study", { kls }, { kls: [0, Number.NaN] })).toThrow(
      "study.kls: NaN in it is not a number >= 0."
    )
  })
})

describe("params that count only beside certain values of another", () => {
  const params = {
    method: Param.oneOf(["a", "b", "c"], "a", "method"),
    depth: Param.only(Param.integer(3, "depth"), "method", ["a", "b"])
  }

  it("are refused by name where they are set and do nothing, and not at their default", () => {
    expect(Arguments.idleParam(params, { method: "a", depth: 5 })).toBeNull()
    expect(Arguments.idleParam(params, { method: "c", depth: 3 })).toBeNull()
    expect(Arguments.idleParam(params, { method: "c", depth: 5 })).toEqual({
      param: "depth",
      problem: "does nothing here: it counts where method is a or b, and method is c. Leave it out."
    })
  })
})

describe("a variant", () => {
  const table = { mean: (x: number) => x, none: null } as const
  const param = Param.variant(table, "mean", "baseline")

  it("is one of the names of its table, and no other", () => {
    expect(param.accept("none")).toBe("none")
    expect(param.accept("toString")).toBeUndefined()
    expect(() => Arguments.fromText("rl", "baseline", param, "median")).toThrow(
      'rl.baseline: must be one of "mean", "none"; got "median".'
    )
  })

  it("cannot be one that the table lacks: it does not compile", () => {
    // @ts-expect-error "median" is no entry of the table
    expect(Param.variant(table, "median", "baseline").fallback).toBe("median")
  })
})

describe("what can be switched off", () => {
  it("is its own value or the word none", () => {
    const clamp = Param.orNone(Param.number(20, "clamp", { above: 0 }), "none")
    expect([clamp.accept(5), clamp.accept("none"), clamp.accept(0), clamp.accept("off")]).toEqual([
      5,
      "none",
      undefined,
      undefined
    ])
    expect(clamp.expected).toBe('a number > 0, or "none"')
  })
})
