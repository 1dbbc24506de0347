/**
 * One cell of the scaling tables, in a process of its own so that its peak memory is its own: trains one configuration for some
 * seconds and prints {"rate": tokens per second, "mebibytes": peak resident memory}. The job comes as JSON on the command line.
 */

import * as Effect from "effect/Effect"

import type { Mode } from "../src/engine/Engine.ts"
import { batchOf, type Config } from "./configs.ts"
import { engineModel, measure, trainStep } from "./measure.ts"

interface Job {
  readonly config: Config
  readonly mode: Mode
  readonly threads: number
  readonly seconds: number
}
const { config, mode, seconds, threads } = JSON.parse(process.argv[2]!) as Job

const program = Effect.gen(function* () {
  const model = yield* engineModel(mode, config, threads)
  return yield* measure(trainStep(model, batchOf(config.vocabulary, config.batch, config.context)), seconds)
})
const rate = await Effect.runPromise(Effect.scoped(program))
console.log(JSON.stringify({ rate, mebibytes: process.resourceUsage().maxRSS / 1024 }))
process.exit(0)
