/**
 * Speed of the native engine beside PyTorch on the same models, same machine, same minutes: `node bench/engine.ts [--rounds n]
 * [--seconds s] [--threads n] [--only A,B,...]`.
 *
 * Peers take turns within a round, so that a busy neighbour slows all of them; a figure is the median of the rounds' medians, in
 * tokens per second. Without torch only the engine's own figures are printed.
 */
import { availableParallelism, cpus, loadavg } from "node:os"
import { parseArgs } from "node:util"

import { Effect, Scope } from "effect"

import { machineIsas } from "../src/engine/cpu.ts"
import { adamW, Engine, type Batch, type EngineError, type Mode, type Model } from "../src/engine/Engine.ts"
import { engineLayer, resolveEngine } from "../src/engine/select.ts"
import { parameterCount, type ModelSpec } from "../src/model/ModelSpec.ts"
import { draws } from "../src/random/philox.ts"
import { type Config, TorchPeer, type What } from "./TorchPeer.ts"

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "2" },
    threads: { type: "string", default: String(Math.min(2, availableParallelism())) },
    only: { type: "string", default: "A,B" }
  }
})
const rounds = Number(flags.rounds)
const seconds = Number(flags.seconds)
const threads = Number(flags.threads)

/** A and B are the shapes of docs; xs and m are what the built-in studies train, with documents of one length so that torch can follow. */
const configs: ReadonlyArray<Config> = [
  { name: "xs", width: 64, layers: 2, heads: 2, context: 64, vocabulary: 200, batch: 64, rows: 128 },
  { name: "m", width: 128, layers: 4, heads: 4, context: 64, vocabulary: 200, batch: 64, rows: 128 },
  { name: "A", width: 128, layers: 4, heads: 4, context: 128, vocabulary: 512, batch: 32, rows: 128 },
  { name: "B", width: 256, layers: 6, heads: 8, context: 256, vocabulary: 2048, batch: 16, rows: 128 }
]
const chosen = configs.filter((config) => flags.only.split(",").includes(config.name))
const modes: ReadonlyArray<Mode> = machineIsas().includes("amx") ? ["f32", "bf16x3", "bf16"] : ["f32"]

const median = (values: ReadonlyArray<number>) => values.toSorted((a, b) => a - b)[values.length >> 1]!

const specOf = (config: Config): ModelSpec => ({
  vocabularySize: config.vocabulary,
  width: config.width,
  layers: config.layers,
  heads: config.heads,
  hidden: 4 * config.width,
  context: config.context,
  tied: true,
  valueHead: false
})

const batchOf = (vocabulary: number, documents: number, length: number): Batch => {
  const random = draws(1, "bench")
  return {
    tokens: Int32Array.from({ length: documents * length }, () => random.below(vocabulary)),
    offsets: Int32Array.from({ length: documents + 1 }, (_, i) => i * length)
  }
}

/** Median tokens per second of a step repeated for some seconds. */
const measure = Effect.fnUntraced(function* (step: Effect.Effect<number, EngineError>) {
  yield* step
  const rates: Array<number> = []
  const end = performance.now() + 1000 * seconds
  while (rates.length === 0 || performance.now() < end) {
    const start = performance.now()
    const tokens = yield* step
    rates.push((1000 * tokens) / (performance.now() - start))
  }
  return median(rates)
})

const trainStep = (model: Model, batch: Batch) =>
  Effect.gen(function* () {
    yield* model.lossStep(batch, { kind: "cross-entropy" })
    yield* Effect.orDie(model.optimStep(adamW))
    return batch.tokens.length
  })

const sampleStep = (model: Model, prompts: Batch, samplesPerPrompt: number, maxNewTokens: number) =>
  Effect.map(
    model.generate({ prompts, samplesPerPrompt, maxNewTokens, temperature: 1, stop: [], seed: 1 }),
    ({ tokens }) => tokens.length
  )

/** One model of the engine, kept for all rounds. */
const engineModel = (mode: Mode, config: Config): Effect.Effect<Model, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const choice = yield* resolveEngine({ engine: "native", mode })
    return yield* Effect.gen(function* () {
      const engine = yield* Engine
      return yield* engine.createModel(specOf(config), { seed: 1 })
    }).pipe(Effect.provide(engineLayer(choice, { threads })))
  })

const show = (rate: number) => Math.round(rate).toLocaleString("en-US").padStart(10)

const report = (title: string, rates: ReadonlyMap<string, ReadonlyArray<number>>) => {
  console.log(`\n${title}`)
  const torch = rates.get("torch f32")
  const half = rates.get("torch bf16")
  for (const [name, values] of rates) {
    const rate = median(values)
    const to = (peer: ReadonlyArray<number> | undefined) =>
      peer === undefined ? "" : `${(rate / median(peer)).toFixed(2)}x`.padStart(9)
    console.log(`  ${name.padEnd(16)}${show(rate)} tokens/s${to(torch)}${to(half)}`)
  }
}

const compare = (config: Config, what: What, peers: ReadonlyArray<readonly ["f32" | "bf16", TorchPeer]>) =>
  Effect.gen(function* () {
    const rates = new Map<string, Array<number>>()
    const add = (name: string, rate: number) => rates.set(name, [...(rates.get(name) ?? []), rate])
    const models = new Map<Mode, Model>()
    for (const mode of modes) models.set(mode, yield* engineModel(mode, config))
    const batch = batchOf(config.vocabulary, config.batch, config.context)
    const prompts = batchOf(config.vocabulary, config.rows, 1)
    for (let round = 0; round < rounds; round++) {
      for (const [precision, peer] of peers)
        add(`torch ${precision}`, (yield* Effect.promise(() => peer.measure({ config, what, precision, seconds }))).rate)
      for (const [mode, model] of models)
        add(
          `native ${mode}`,
          yield* measure(what === "train" ? trainStep(model, batch) : sampleStep(model, prompts, 1, config.context - 1))
        )
    }
    report(
      `${config.name}: ${what}, ${(parameterCount(specOf(config)) / 1e6).toFixed(2)} M parameters${peers.length > 0 ? " (ratios: to torch f32, to torch bf16)" : ""}`,
      rates
    )
    if (what === "sample" && config.context >= 128) {
      const shared = batchOf(config.vocabulary, 16, 64)
      const apart: Batch = batchOf(config.vocabulary, 128, 64)
      const groups = new Map<string, Array<number>>()
      for (let round = 0; round < rounds; round++)
        for (const [mode, model] of models)
          for (const [name, prompts, samples] of [["shared", shared, 8] as const, ["apart", apart, 1] as const]) {
            const key = `${mode} ${name}`
            groups.set(key, [...(groups.get(key) ?? []), yield* measure(sampleStep(model, prompts, samples, 60))])
          }
      report(`${config.name}: 128 samples of 60 tokens after 64-token prompts, groups of 8 sharing theirs or not`, groups)
    }
  })

const program = Effect.gen(function* () {
  console.log(
    `${cpus()[0]?.model}, ${threads} threads, load average ${loadavg()[0]?.toFixed(1)}; ${rounds} rounds of ${seconds} s`
  )
  const peers: Array<readonly ["f32" | "bf16", TorchPeer]> = []
  for (const precision of ["f32", "bf16"] as const) {
    const peer = yield* Effect.promise(() => TorchPeer.start(precision, threads))
    if (peer !== undefined) peers.push([precision, peer])
  }
  console.log(
    peers[0] === undefined
      ? "torch is not installed (Debian: apt-get install python3-torch): no peer"
      : `torch ${peers[0][1].version}`
  )
  for (const config of chosen) for (const what of ["train", "sample"] as const) yield* Effect.scoped(compare(config, what, peers))
  for (const [, peer] of peers) peer.stop()
})

await Effect.runPromise(program)
process.exit(0)
