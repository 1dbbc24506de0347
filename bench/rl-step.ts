/**
 * How long one RL step takes, sampling to update, and the rewards in it: `node bin/bench.mjs rl-step [--steps n] [--threads
 * n] [--tokens n] [--hidden 128,256]`. 16 prompts with 8 samples each of the smallest model, whose hidden layer of 256 makes 0.15
 * M parameters, and of one with 128, 0.1 M. It is untrained and so hardly ever stops before the limit: every completion has all
 * its tokens, which is the longest a step can take. A reference is scored too, as by default. Limits: 0.25 s a step at 0.1 M on 2
 * cores; 10 ms for the rewards of 128 rollouts.
 */

import { availableParallelism, cpus, loadavg } from "node:os"
import { parseArgs } from "node:util"

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import * as Arguments from "../src/dag/arguments.ts"
import { Engine } from "../src/engine/Engine.ts"
import { engineLayer, resolveEngine } from "../src/engine/select.ts"
import { grade } from "../src/formats/grade.ts"
import { formats } from "../src/formats/registry.ts"
import { parameterCount } from "../src/model/ModelSpec.ts"
import { presetSpec } from "../src/model/presets.ts"
import { generate } from "../src/problems/grammar.ts"
import { algorithms } from "../src/rl/algorithms/registry.ts"
import { makeLearner } from "../src/rl/learners/make-learner.ts"
import { dynamicSampling, settingsOf } from "../src/rl/params/settings.ts"
import { collect } from "../src/rl/sampling/collect.ts"
import { wordTokenizer } from "../src/tokenizer/word/WordTokenizer.ts"
import { RlParams } from "../stages/rl.ts"
import { median } from "./measure.ts"

const { values: flags } = parseArgs({
  options: {
    steps: { type: "string", default: "9" },
    threads: { type: "string", default: String(Math.min(2, availableParallelism())) },
    tokens: { type: "string", default: "64" },
    hidden: { type: "string", default: "128,256" }
  }
})
const threads = Number(flags.threads)
const tokenizer = wordTokenizer({ maximum: 99 })
const problems = Array.from({ length: 512 }, (_, i) =>
  generate({ maximum: 99, steps: { 1: 1, 2: 1, 3: 1 }, distractors: 0.2, split: "train" }, 1, i)
)
const suite = problems.map(({ id, question, answer, steps, distractor }) => ({
  suite: "train",
  problem: id,
  question,
  answer: String(answer),
  steps,
  distractor
}))
const written = formats.filter(({ name }) => ["tinygsm", "omi1", "omi2"].includes(name))
const openings = new Map(written.map(({ name }) => [name, tokenizer.tags[name]!]))

const milliseconds = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const from = performance.now()
    const value = yield* effect
    return { value, ms: performance.now() - from }
  })

const stepsOf = (algorithm: (typeof algorithms)[number], hidden: number) =>
  Effect.gen(function* () {
    const engine = yield* Engine
    const spec = { ...presetSpec("xs", { vocabularySize: tokenizer.size, context: 192 }), hidden }
    const policy = yield* engine.createModel(spec, { seed: 1 })
    const reference = yield* policy.clone
    const params = Arguments.complete("rl", RlParams, {
      algorithm,
      maxNewTokens: Number(flags.tokens),
      truncated: "count",
      ...(algorithm === "ei" ? { roundSteps: 1 } : {})
    })
    const learner = yield* makeLearner(policy, settingsOf(params), params)
    const sampling = { ...params, dynamicSampling: dynamicSampling(settingsOf(params)) }
    const times = { sample: [] as Array<number>, update: [] as Array<number>, whole: [] as Array<number> }
    let tokens = 0
    let cpu = process.cpuUsage()
    for (let step = 0; step < Number(flags.steps) + 2; step++) {
      const sampled = yield* milliseconds(collect({ policy, reference, tokenizer, openings, suite, step, params: sampling }))
      // An untrained model is never right: rewards are made up, so that every group has signal.
      const scores = sampled.value.scores.map((_, row) => (row % 3 === 0 ? 1 : 0))
      const updated = yield* milliseconds(learner.update({ ...sampled.value, scores, step }, () => Effect.void))
      tokens = sampled.value.rollouts.responseOffsets.at(-1)!
      if (step < 2) {
        cpu = process.cpuUsage()
        continue
      }
      times.sample.push(sampled.ms)
      times.update.push(updated.ms)
      times.whole.push(sampled.ms + updated.ms)
    }
    const { user, system } = process.cpuUsage(cpu)
    const show = (values: ReadonlyArray<number>) => `${median(values).toFixed(0)} ms`
    console.log(
      `${algorithm.padEnd(10)} ${show(times.whole).padStart(7)} a step (fastest ${Math.min(...times.whole).toFixed(0)} ms): ` +
        `sampled in ${show(times.sample)}, scored and updated in ${show(times.update)}; ` +
        `${((user + system) / 1000 / times.whole.length).toFixed(0)} ms of processor; ` +
        `${parameterCount(spec)} parameters, ${tokens} tokens`
    )
  })

const program = Effect.gen(function* () {
  const { info } = yield* Engine
  console.log(
    `${cpus()[0]?.model}, ${threads} threads, load ${loadavg()[0]!.toFixed(1)}; ${info.name} ${info.mode} on ${info.isa}`
  )
  for (const hidden of flags.hidden.split(",").map(Number))
    for (const algorithm of algorithms) yield* Effect.scoped(stepsOf(algorithm, hidden))

  const rollouts = Array.from({ length: 128 }, (_, i) => {
    const problem = problems[i]!
    const format = written[i % written.length]!
    return { text: format.render(problem, format.subStyles[0]!), answer: String(problem.answer) }
  })
  const rewards: Array<number> = []
  let right = 0
  for (let round = 0; round < 30; round++) {
    const from = performance.now()
    right = rollouts.filter(({ text, answer }) => grade(text, answer, "corrected").correct).length
    rewards.push(performance.now() - from)
  }
  console.log(
    `rewards    ${median(rewards).toFixed(1)} ms for 128 rollouts (first ${rewards[0]!.toFixed(1)} ms), ${right} of them right`
  )
})

const layer = Layer.unwrap(
  resolveEngine({ engine: "auto", mode: "auto" }).pipe(Effect.map((choice) => engineLayer(choice, { threads })))
)
await Effect.runPromise(Effect.provide(program, layer))
