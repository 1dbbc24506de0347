/** What does not compile: every `@ts-expect-error` here is a wrong study that the type checker must refuse. */

import { Context, Effect, Schema } from "effect"
import { describe, expect, expectTypeOf, it } from "vitest"

import * as Param from "../../src/dag/Param.ts"
import * as Stage from "../../src/dag/Stage.ts"
import { Study } from "../../src/dag/Study.ts"
import type { ArtifactInvalid, StoreFailed } from "../../src/store/objects/Store.ts"
import type { Kind } from "../../src/store/schema/Kind.ts"
import { count } from "./fixtures/stages/count.ts"
import { Marked, Numbers, Words } from "./fixtures/stages/kinds.ts"
import { sum } from "./fixtures/stages/sum.ts"

class Diverged extends Schema.TaggedError<Diverged>()("Diverged", { step: Schema.Int }) {}
class Trainer extends Context.Service<Trainer, { readonly rate: Effect.Effect<number, Diverged> }>()("test/Trainer") {}

const train = Stage.make({
  name: "train",
  inputs: { base: Numbers },
  params: {
    rate: Param.number(0.1, "a rate"),
    algorithm: Param.oneOf(["ppo", "grpo"], "ppo", "which"),
    suite: Param.required(Param.string("", "which"))
  },
  output: Marked,
  run: Effect.fn("train")(function* ({ inputs, params, output }) {
    const trainer = yield* Trainer
    expectTypeOf(inputs.base.sequence.row(0)).toEqualTypeOf<{ readonly index: number; readonly value: number }>()
    expectTypeOf(inputs.base.about).toEqualTypeOf<{ readonly terms: number; readonly last: number }>()
    expectTypeOf(params).toEqualTypeOf<Param.Values<typeof train.params>>()
    expectTypeOf(params.algorithm).toEqualTypeOf<"ppo" | "grpo">()
    yield* output.sequence.append({ index: 0, value: (yield* trainer.rate) * params.rate })
    yield* output.marks.append({ word: params.suite })
  })
})

const speak = Stage.make({
  name: "speak",
  inputs: { words: Words },
  params: {},
  output: Words,
  run: () => Effect.void
})

/** Calls that must not compile are wrapped, so that what they would do at run time is of no account. */
const never = (body: () => unknown): void => void body.length

describe("wiring", () => {
  it("is function application, with params completed by their defaults", () => {
    const numbers = count({}, { terms: 3 })
    const node = train({ base: numbers }, { suite: "train" })
    expect(node.params).toEqual({ rate: 0.1, algorithm: "ppo", suite: "train" })
    expect(node.inputs["base"]).toBe(numbers)
  })

  const numbers = count({}, {})
  const wired = (stage: unknown, inputs: object) => () =>
    (stage as (inputs: object, params: object) => unknown)(inputs, { suite: "a" })
  it.each([
    [
      "an input that is not declared",
      wired(train, { base: numbers, value: numbers }),
      "train.value: the stage has no such input."
    ],
    ["one mistyped", wired(train, { basis: numbers }), 'train.basis: the stage has no such input. Did you mean "base"?'],
    [
      "one of an inherited name",
      wired(train, { base: numbers, toString: numbers }),
      "train.toString: the stage has no such input."
    ],
    ["one where there are none", wired(count, { corpus: numbers }), "count.corpus: the stage has no such input. It takes none."],
    ["one that is missing", wired(train, {}), "train.base: this input is missing: give it a node of kind numbers."],
    ["one that is undefined", wired(train, { base: undefined }), "train.base: this input is missing"],
    ["one that is null", wired(train, { base: null }), "train.base: this input is missing"],
    ["one that is no node", wired(train, { base: "numbers" }), "train.base: this input is missing"],
    ["one of another kind", wired(speak, { words: numbers }), 'speak.words: must be of kind words, and "count" gives numbers.']
  ])("is refused by name for %s, where the compiler was not asked", (_, wire, message) => {
    expect(wire).toThrow(message)
  })

  it("takes a kind that extends the one asked for", () => {
    const marked = train({ base: count({}, {}) }, { suite: "a" })
    expect(sum({ numbers: marked }, {}).stage.name).toBe("sum")
    expect(train({ base: marked }, { suite: "b" }).stage.name).toBe("train")
  })

  it("of wrong edges, missing inputs and wrong params does not compile", () => {
    const numbers = count({}, {})
    const words = {} as Stage.Node<typeof Words>
    never(() => {
      // @ts-expect-error words are no numbers
      sum({ numbers: words }, {})
      // @ts-expect-error numbers are no words
      speak({ words: numbers }, {})
      // @ts-expect-error the input is missing
      sum({}, {})
      // @ts-expect-error a param of the wrong type
      sum({ numbers }, { scale: "2" })
      // @ts-expect-error a param that does not exist
      sum({ numbers }, { scales: 2 })
      // @ts-expect-error not one of the options
      train({ base: numbers }, { suite: "a", algorithm: "dpo" })
      // @ts-expect-error a param without a default is missing
      train({ base: numbers }, {})
      // @ts-expect-error an artifact is not a number
      train({ base: 3 }, { suite: "a" })
    })
    expect(numbers.stage.name).toBe("count")
  })

  it("does not let a stage write what its kind does not hold", () => {
    never(() =>
      Stage.make({
        name: "wrong",
        inputs: {},
        params: {},
        output: Numbers,
        run: Effect.fn("wrong")(function* ({ output }) {
          // @ts-expect-error the value is missing
          yield* output.sequence.append({ index: 0 })
          // @ts-expect-error a text is no number
          yield* output.sequence.append({ index: 0, value: "1" })
          // @ts-expect-error numbers have no marks
          yield* output.marks.append({ word: "a" })
          // @ts-expect-error a document in another form
          yield* output.about.write({ terms: 1 })
        })
      })
    )
    expect(Object.keys(Numbers.tables)).toEqual(["sequence"])
  })

  it("carries errors and services of everything upstream in its type", () => {
    const trained = train({ base: count({}, {}) }, { suite: "a" })
    const node = sum({ numbers: trained }, {})
    expectTypeOf<Stage.Node.Error<typeof node>>().toEqualTypeOf<
      ArtifactInvalid | StoreFailed | Diverged | import("../../src/dag/Checkpoints.ts").Stopped
    >()
    expectTypeOf<Stage.Node.Services<typeof node>>().toEqualTypeOf<Trainer>()
    const plain = sum({ numbers: count({}, {}) }, {})
    expectTypeOf<Stage.Node.Services<typeof plain>>().toEqualTypeOf<never>()
    expect(node.stage.name).toBe("sum")
  })

  it("refuses at run time what a caller without types gets wrong", () => {
    const untyped = sum as unknown as (inputs: object, params: object) => unknown
    expect(() => untyped({ numbers: count({}, {}) }, { scale: 0 })).toThrow("sum.scale: must be a number > 0 and <= 100; got 0.")
    expect(() => untyped({ numbers: count({}, {}) }, { scael: 2 })).toThrow(
      'sum.scael: there is no such parameter. Did you mean "scale"?'
    )
  })
})

describe("kinds", () => {
  it("say what they extend in their name and hold both sets of tables", () => {
    const names: ReadonlyArray<Kind.Any> = [Numbers, Marked]
    expect(names.map(({ name }) => name)).toEqual(["numbers", "numbers/marked"])
    expect(Object.keys(Marked.tables)).toEqual(["sequence", "marks"])
  })
})

describe("a study", () => {
  const study = Study.make(
    "twice",
    "A test",
    { terms: Param.integer(2, "rows", { min: 1 }), seeds: Param.integer(1, "repetitions", { min: 1 }) },
    ({ terms, seed }) => ({ all: [count({}, { terms, offset: seed })], none: null, words: "ignored" })
  )

  it("is built once for each seed, from whatever its builder returns", () => {
    expect(study.nodes({}).map(({ params }) => params["offset"])).toEqual([0])
    expect(study.nodes({ seeds: 3, terms: 5 }).map(({ params }) => [params["offset"], params["terms"]])).toEqual([
      [0, 5],
      [1, 5],
      [2, 5]
    ])
    expect(study.nodes({ seeds: 2, firstSeed: 200 }).map(({ params }) => params["offset"])).toEqual([200, 201])
    const parts = Study.all("both", "A test", {}, () => [{ study, given: { seeds: 1, firstSeed: 7 } }])
    expect(parts.nodes({}).map(({ params }) => params["offset"])).toEqual([7])
  })

  it("names itself in what is wrong with its dimensions", () => {
    expect(() => study.nodes({ terms: 0 })).toThrow("twice.terms: must be a whole number >= 1; got 0.")
    expect(() => study.nodes({ firstSeed: -1 })).toThrow("twice.firstSeed: must be a whole number >= 0 and <= 1000000; got -1.")
    const once = Study.make("once", "A test", {}, () => count({}, { terms: 1, offset: 0 }))
    expect(() => once.nodes({ firstSeed: 1 })).toThrow("once.firstSeed: there is no such parameter.")
  })
})
