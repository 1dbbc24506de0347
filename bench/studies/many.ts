/** A study of many nodes that do nothing, so that all it takes is what planning, keeping and telling of them take. */

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Stage from "../../src/dag/Stage.ts"
import { Param, Study } from "../../src/dag/Study.ts"
import { Kind } from "../../src/store/schema/Kind.ts"

const Nothing = Kind.make("nothing", "A number", { tables: {}, documents: { about: Schema.Struct({ place: Schema.Int }) } })

export const begin = Stage.make({
  name: "begin",
  inputs: {},
  params: { seed: Param.integer(0, "which"), salt: Param.integer(0, "changes every key") },
  output: Nothing,
  resources: { process: false, cost: () => 1 },
  module: import.meta.url,
  run: Effect.fn("begin")(function* ({ params, output }) {
    yield* output.about.write({ place: params.seed })
  })
})

export const follow = Stage.make({
  name: "follow",
  inputs: { before: Nothing },
  params: { step: Param.integer(1, "how far from the beginning"), way: Param.oneOf(["left", "right"], "left", "which half") },
  output: Nothing,
  resources: { process: false, cost: ({ step }: { readonly step: number }) => step },
  module: import.meta.url,
  run: Effect.fn("follow")(function* ({ inputs, params, output }) {
    yield* output.about.write({ place: inputs.before.about.place + params.step })
  })
})

/** `wide` and `long` are the two extremes; a `grid` is what a study with seeds looks like. */
export default Study.make(
  "many",
  "Nodes that do nothing",
  {
    count: Param.integer(1000, "nodes", { min: 1, max: 100_000 }),
    shape: Param.oneOf(["wide", "grid", "long"], "grid", "beginnings alone, chains of ten, or one chain"),
    salt: Param.integer(0, "changes every key")
  },
  ({ count, shape, salt }) => {
    const length = shape === "wide" ? 1 : shape === "grid" ? 10 : count
    return Array.from({ length: Math.ceil(count / length) }, (_, seed) => {
      let node: Stage.Node<typeof Nothing, any, any> = begin({}, { seed, salt })
      for (let step = 1; step < length; step++) node = follow({ before: node }, { step, way: seed % 2 === 0 ? "left" : "right" })
      return node
    })
  }
)
