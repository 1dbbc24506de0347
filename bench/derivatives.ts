/**
 * What attribution costs: `node bin/bench.mjs derivatives [--mode f32] [--size xs] [--tokens 100000] [--rounds 3] [--k 1024]`.
 * Of documents of 40 to 120 tokens, documents and tokens per CPU second of
 *
 *   score                 the log-probabilities alone
 *   lossStep              one gradient of the whole batch
 *   scoreTangent          <gradient of a document, v> for every document
 *   projectedGradients    k numbers of every document's gradient
 *   a loop of backward    `backward`, `read`, `zeroGradients` for one document after another, nothing done with what is read
 *
 * by turns, on one thread. CPU seconds are the process's, so that other work on the machine does not count. The loop takes a
 * tenth of the documents.
 */

import { parseArgs } from "node:util"

import * as Effect from "effect/Effect"

import type { Batch, EngineError, Mode, Model } from "../src/engine/Engine.ts"
import { draws } from "../src/random/philox.ts"
import { sizes } from "./configs.ts"
import { engineModel, median } from "./measure.ts"

const { values: flags } = parseArgs({
  options: {
    mode: { type: "string", default: "f32" },
    size: { type: "string", default: "xs" },
    tokens: { type: "string", default: "100000" },
    rounds: { type: "string", default: "3" },
    k: { type: "string", default: "1024" }
  }
})
const k = Number(flags.k)
const found = sizes.find(({ name }) => name === flags.size)
if (found === undefined) throw new Error(`There is no size ${flags.size}. There are ${sizes.map(({ name }) => name).join(", ")}.`)
const config = { ...found, context: 128 }

const documentsOf = (tokens: number): Batch => {
  const random = draws(1, "derivatives")
  const offsets = [0]
  while (offsets.at(-1)! < tokens) offsets.push(offsets.at(-1)! + 40 + random.below(81))
  const text = Int32Array.from({ length: offsets.at(-1)! }, () => random.below(config.vocabulary))
  return { tokens: text, offsets: Int32Array.from(offsets) }
}

const loop = (model: Model, batch: Batch): Effect.Effect<void, EngineError> =>
  Effect.gen(function* () {
    for (let i = 0; i + 1 < batch.offsets.length; i++) {
      const tokens = batch.tokens.subarray(batch.offsets[i], batch.offsets[i + 1])
      const document = { tokens, offsets: Int32Array.of(0, tokens.length) }
      yield* model.backward(document, { dLogProb: new Float32Array(tokens.length).fill(-1) })
      yield* model.read("gradients")
      yield* model.zeroGradients
    }
  })

const cpuSeconds = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1e6
}

/** Tokens of the corpus that the last column is for. */
const CORPUS = 3e6

const program = Effect.gen(function* () {
  const model = yield* engineModel(flags.mode as Mode, config, 1)
  const all = documentsOf(Number(flags.tokens))
  const tenth = documentsOf(Number(flags.tokens) / 10)
  yield* model.backward(tenth, { dLogProb: new Float32Array(tenth.tokens.length).fill(1) })
  const direction = yield* model.read("gradients")
  yield* model.zeroGradients
  const ways: ReadonlyArray<readonly [string, Batch, Effect.Effect<unknown, EngineError>]> = [
    ["score", all, model.score(all)],
    ["lossStep", all, model.lossStep(all, { kind: "cross-entropy" })],
    ["scoreTangent", all, model.scoreTangent(all, direction)],
    [`projectedGradients, k = ${k}`, all, model.projectedGradients(all, 1, k)],
    ["a loop of backward", tenth, loop(model, tenth)]
  ]
  const seconds = ways.map((): Array<number> => [])
  for (let round = 0; round <= Number(flags.rounds); round++)
    for (const [i, [, , work]] of ways.entries()) {
      const before = cpuSeconds()
      yield* work
      if (round > 0) seconds[i]!.push(cpuSeconds() - before)
    }
  console.log(`${config.name}, ${flags.mode}; per CPU second, median of ${flags.rounds} rounds by turns`)
  for (const [i, [name, batch]] of ways.entries()) {
    const taken = median(seconds[i]!)
    const rate = batch.tokens.length / taken
    console.log(
      `${name.padEnd(30)} ${((batch.offsets.length - 1) / taken).toFixed(0).padStart(7)} documents ` +
        `${rate.toFixed(0).padStart(8)} tokens; ${CORPUS / 1e6}M tokens: ${(CORPUS / rate).toFixed(1)} CPU s`
    )
  }
})

await Effect.runPromise(Effect.scoped(program))
