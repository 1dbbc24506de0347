/**
 * Speed of the native engine beside PyTorch on the same models, same machine, same minutes, and how it scales:
 *
 *   node bin/bench.mjs engine [--rounds n] [--seconds s] [--threads n] [--only A,B,...] [--what train,sample]
 *                             [--parts compare,scaling]
 *
 * Peers take turns within a round, so that a busy neighbour slows all of them; a figure is the median of the rounds' medians, in
 * tokens per second. A neighbour slows PyTorch more than the engine all the same: figures from a machine that others work on are
 * marked. PyTorch runs as it is and compiled, in f32 and in bf16. Without torch only the engine's own figures are printed.
 */

import { availableParallelism, cpus } from "node:os"
import { parseArgs } from "node:util"

import * as Effect from "effect/Effect"

import { machineIsas, modesOf } from "../src/engine/cpu.ts"
import type { EngineError, Mode, Model } from "../src/engine/Engine.ts"
import { batchOf, completionsOf, type Config, configs, millions } from "./configs.ts"
import { engineModel, measure, median, sampleStep, scoreStep, trainStep } from "./measure.ts"
import { busyWords } from "./neighbours.ts"
import { measurePeak } from "./peak.ts"
import { scaling } from "./scaling.ts"
import { TorchPeer, type What } from "./TorchPeer.ts"

/** Debian's NumPy and PyTorch without OpenBLAS: correct, and many times slower. */
const REFERENCE_BLAS =
  " on the reference BLAS: no measure in f32; install OpenBLAS (Debian: apt-get install libopenblas0-pthread)"

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "2" },
    threads: { type: "string", default: String(Math.min(2, availableParallelism())) },
    only: { type: "string", default: "A,B" },
    what: { type: "string", default: "train,sample" },
    parts: { type: "string", default: "compare,scaling" }
  }
})
const rounds = Number(flags.rounds)
const seconds = Number(flags.seconds)
const threads = Number(flags.threads)
const parts = flags.parts.split(",")
const whats = (["train", "sample"] as const).filter((what) => flags.what.split(",").includes(what))
const chosen = configs.filter((config) => flags.only.split(",").includes(config.name))
const modes = modesOf(machineIsas())

const show = (rate: number) => Math.round(rate).toLocaleString("en-US").padStart(10)

/** The fastest of some peers. */
const bestOf = (rates: ReadonlyMap<string, ReadonlyArray<number>>, prefix: string): number | undefined => {
  const peers = [...rates].filter(([name]) => name.startsWith(prefix)).map(([, values]) => median(values))
  return peers.toSorted((a, b) => b - a)[0]
}

const report = (title: string, rates: ReadonlyMap<string, ReadonlyArray<number>>) => {
  console.log(`\n${title}`)
  const single = bestOf(rates, "torch f32")
  const best = bestOf(rates, "torch")
  for (const [name, values] of rates) {
    const rate = median(values)
    const to = (peer: number | undefined) => (peer === undefined ? "" : `${(rate / peer).toFixed(2)}x`.padStart(9))
    console.log(`  ${name.padEnd(20)}${show(rate)} tokens/s${to(single)}${to(best)}${rate === best ? "  its best" : ""}`)
  }
}

const compare = (config: Config, what: What, peers: ReadonlyArray<TorchPeer>) =>
  Effect.gen(function* () {
    const rates = new Map<string, Array<number>>()
    const add = (name: string, rate: number) => rates.set(name, [...(rates.get(name) ?? []), rate])
    const models = new Map<Mode, Model>()
    for (const mode of modes) models.set(mode, yield* engineModel(mode, config, threads))
    const batch = batchOf(config.vocabulary, config.batch, config.context)
    const prompts = batchOf(config.vocabulary, config.rows, 1)
    for (let round = 0; round < rounds; round++) {
      for (const peer of peers) {
        const answer = yield* Effect.promise(() => peer.measure({ config, what, seconds }))
        if ("rate" in answer) add(peer.name, answer.rate)
        else if (round === 0) console.log(`${peer.name} cannot ${what} ${config.name}: ${answer.failed}`)
      }
      for (const [mode, model] of models)
        add(
          `native ${mode}`,
          yield* measure(what === "train" ? trainStep(model, batch) : sampleStep(model, prompts, 1, config.context - 1), seconds)
        )
    }
    report(
      `${config.name}: ${what}, ${millions(config)} M parameters` +
        (peers.length > 0 ? " (ratios: to PyTorch's best f32, to its best)" : "") +
        busyWords(),
      rates
    )
    if (config.context < 128) return
    const cases: ReadonlyArray<readonly [string, (model: Model) => Effect.Effect<number, EngineError>]> =
      what === "sample"
        ? [
            ["shared", (model) => sampleStep(model, batchOf(config.vocabulary, 16, 64), 8, 60)],
            ["apart", (model) => sampleStep(model, batchOf(config.vocabulary, 128, 64), 1, 60)]
          ]
        : [true, false].flatMap((grouped) => {
            const completions = completionsOf(config.vocabulary, grouped)
            const name = grouped ? "shared" : "apart"
            return [
              [`score ${name}`, (model: Model) => scoreStep(model, completions)] as const,
              [`train ${name}`, (model: Model) => trainStep(model, completions)] as const
            ]
          })
    const groups = new Map<string, Array<number>>()
    for (let round = 0; round < rounds; round++)
      for (const [mode, model] of models)
        for (const [name, step] of cases) {
          const key = `${mode} ${name}`
          groups.set(key, [...(groups.get(key) ?? []), yield* measure(step(model), seconds)])
        }
    report(`${config.name}: 128 samples of 60 tokens after 64-token prompts, groups of 8 sharing theirs or not`, groups)
  })

const program = Effect.gen(function* () {
  const busy = busyWords()
  console.log(
    `${cpus()[0]?.model}, ${threads} threads${busy === "" ? ", nobody else at work" : busy}; ${rounds} rounds of ${seconds} s`
  )
  const peers: Array<TorchPeer> = []
  for (const precision of parts.includes("compare") ? (["f32", "bf16"] as const) : [])
    for (const manner of ["eager", "compiled"] as const) {
      const peer = yield* Effect.promise(() => TorchPeer.start(precision, manner, threads))
      if (peer !== undefined) peers.push(peer)
    }
  if (parts.includes("compare"))
    console.log(
      peers[0] === undefined
        ? "torch is not installed (the newest: pip install torch, and PYTHON names that Python): no peer"
        : `torch ${peers[0].version}${peers[0].referenceBlas ? REFERENCE_BLAS : ""}`
    )
  if (parts.includes("compare"))
    for (const config of chosen) for (const what of whats) yield* Effect.scoped(compare(config, what, peers))
  for (const peer of peers) peer.stop()
  if (parts.includes("scaling")) {
    const peak = measurePeak(threads)
    const giga = (rate: number) => `${Math.round(rate / 1e9).toLocaleString("en-US")} GFLOP/s`
    if (peak !== undefined)
      console.log(`\nmeasured peak: ${giga(peak.f32)} single precision, ${giga(peak.bf16)} in bf16 with ${machineIsas()[0]}`)
    scaling(modes, threads, seconds, peak)
  }
})

await Effect.runPromise(program)
process.exit(0)
