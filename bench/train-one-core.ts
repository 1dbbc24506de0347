/**
 * Training speed of one engine on one core: `node bin/bench.mjs train-one-core [--engine tfjs] [--mode f32] [--documents 4]
 * [--seconds 10]`, on configuration A (width 128, 4 layers, 4 heads, 128 tokens, 512 words), forward, backward and AdamW.
 * `ECHO_CHAMBER_TFJS_BACKEND=cpu` for the other backend of tfjs. CPU seconds are what counts where cores are shared.
 */

import { parseArgs } from "node:util"

import * as Effect from "effect/Effect"

import { adamW, Engine } from "../src/engine/Engine.ts"
import { engineLayer, type EngineRequest, resolveEngine } from "../src/engine/select.ts"
import { draws } from "../src/random/philox.ts"

const { values: flags } = parseArgs({
  options: {
    engine: { type: "string", default: "tfjs" },
    mode: { type: "string", default: "f32" },
    documents: { type: "string", default: "4" },
    seconds: { type: "string", default: "10" }
  }
})
const documents = Number(flags.documents)
const seconds = Number(flags.seconds)
const spec = { vocabularySize: 512, width: 128, layers: 4, heads: 4, hidden: 512, context: 128, tied: true, valueHead: false }

const random = draws(1, "bench")
const batch = {
  tokens: Int32Array.from({ length: documents * spec.context }, () => random.below(spec.vocabularySize)),
  offsets: Int32Array.from({ length: documents + 1 }, (_, i) => i * spec.context)
}

const cpuSeconds = () => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1e6
}

const program = Effect.gen(function* () {
  const { info, createModel } = yield* Engine
  const model = yield* createModel(spec, { seed: 1 })
  const step = Effect.gen(function* () {
    yield* model.lossStep(batch, { kind: "cross-entropy" })
    yield* model.optimStep(adamW)
  })
  yield* step
  let steps = 0
  const [started, cpu] = [performance.now(), cpuSeconds()]
  while (steps === 0 || performance.now() < started + 1000 * seconds) {
    yield* step
    steps++
  }
  const tokens = steps * batch.tokens.length
  const wall = tokens / ((performance.now() - started) / 1000)
  const busy = tokens / (cpuSeconds() - cpu)
  console.log(
    `${info.name} ${info.mode} on ${info.isa}: ${wall.toFixed(0)} tokens/s, ${busy.toFixed(0)} per CPU second (${steps} steps)`
  )
})

const request = { engine: flags.engine, mode: flags.mode } as EngineRequest
const choice = await Effect.runPromise(resolveEngine(request))
await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(engineLayer(choice, { threads: 1 }))))
