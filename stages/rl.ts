/**
 * Reinforcement learning: one loop, the algorithms of src/rl/algorithms.
 *
 *   sample -> extract -> reward -> advantages -> update         what is rewarded: src/rl/rewards
 *
 * Every step draws prompts (a pure function of seed and step), samples a group of completions for each, grades their answers, and
 * hands the batch to the algorithm's learner, which has the policy read them for the old log-probabilities. What it says then is
 * judged before anything is learnt from them. Every completion is kept as a row, every step as a row of numbers, and the share of
 * each format both by classification and exactly, as the probability of its first token.
 */

import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

import { Checkpoint } from "../schemas/checkpoint.ts"
import { Corpus } from "../schemas/corpus.ts"
import { RlRun } from "../schemas/rl-run.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { Engine } from "../src/engine/Engine.ts"
import { askedObjection, askedRow, askedWords, byRoom, cutWords, longPromptsParam } from "../src/evaluation/prompt-room.ts"
import { forceParam, formatObjection } from "../src/mixing/corpus-formats.ts"
import { suiteObjection, suiteSizeObjection } from "../src/mixing/suites.ts"
import { parameterCount } from "../src/model/ModelSpec.ts"
import { passedPolicies } from "../src/model/passed-policies.ts"
import { presetSpec } from "../src/model/presets.ts"
import { tensorRows } from "../src/model/tensors.ts"
import { subSeed } from "../src/random/philox.ts"
import { makeLearner } from "../src/rl/learners/make-learner.ts"
import { ratioOfOneRemark } from "../src/rl/params/ratio-of-one.ts"
import { settingsProblem } from "../src/rl/params/settings-problem.ts"
import {
  AlgorithmParams,
  DefinitionParams,
  dynamicSampling,
  klCoefficient,
  LoopParams,
  settingsOf
} from "../src/rl/params/settings.ts"
import { slowPathRemark } from "../src/rl/params/slow-path.ts"
import { rewardNamed } from "../src/rl/rewards/registry.ts"
import { collect, liveMetrics, SamplingParams, type SamplingSettings } from "../src/rl/sampling/collect.ts"
import { cutSoFar } from "../src/rl/sampling/cut-so-far.ts"
import {
  Diverged,
  lastGood,
  parametersProblem,
  ReferenceParams,
  samplingProblem,
  StartUnusable
} from "../src/rl/sampling/divergence.ts"
import { ObservationParams } from "../src/rl/sampling/observation.ts"
import { type PolicyScores, scorePolicy } from "../src/rl/sampling/policy-scores.ts"
import { formatRows, rolloutRows, updateRow } from "../src/rl/step-rows.ts"
import { askedOfCorpus, askedOfMixture } from "../src/training/asked-ahead.ts"
import { readCorpus, suiteOf } from "../src/training/corpus.ts"
import { forcedTokens, loadPolicy, openingTokens, roomObjection, stepSizeObjection } from "../src/training/policy.ts"
import { probe, probeWords } from "../src/training/probes.ts"
import { resumable } from "../src/training/resumable.ts"
import { logSpaced, snapshotSteps } from "../src/training/schedule.ts"
import { tokenizerObjection } from "../src/training/tokenizers.ts"

/**
 * Groups of parameters, each declared beside what it sets: the algorithm's definitions and loop, sampling, and what is kept of a
 * run.
 */
export const RlParams = {
  ...AlgorithmParams,
  suite: Param.string("train-easy", "problem suite that prompts are drawn from"),
  steps: Param.integer(100, "sampling steps", { min: 1, max: 1e6 }),
  ...SamplingParams,
  force: forceParam,
  maxLongPrompts: longPromptsParam,
  ...LoopParams,
  ...DefinitionParams,
  ...ReferenceParams,
  ...ObservationParams,
  seed: Param.seed("seed of prompts and samples")
}

/** What prompts are drawn from. */
const ahead = ({ suite, prompts, maxLongPrompts, force }: Param.Values<typeof RlParams>) =>
  ({ owner: "rl", suite, wanted: prompts, first: false, maxLongPrompts, forced: force === "" ? 0 : 1 }) as const

/** A format that the corpus does not hold is no policy's to be paid for. */
const rewardObjection = (reward: string, corpus: Stage.WiredInput) => {
  const { format } = rewardNamed(reward)
  return format === null ? null : formatObjection("reward", [format], corpus)
}

/** What a user may want to know of the settings, before and during a run. */
const settingsRemarks = (params: Param.Values<typeof RlParams>): ReadonlyArray<string> => {
  const settings = settingsOf(params)
  return [...slowPathRemark(settings), ...ratioOfOneRemark(settings, params)]
}

export const rl = Stage.make({
  name: "rl",
  inputs: { policy: Checkpoint, corpus: Corpus },
  agreeOn: { tokenizer: ["policy", "corpus"] },
  passesOn: { tokenizer: "policy" },
  params: RlParams,
  output: RlRun,
  numerics: ["engine"],
  check: (params, { policy, corpus }) =>
    settingsProblem(params) ??
    rewardObjection(params.reward, corpus) ??
    formatObjection("force", params.force === "" ? [] : [params.force], corpus) ??
    tokenizerObjection(policy, corpus) ??
    roomObjection(params.maxNewTokens, policy) ??
    stepSizeObjection(params) ??
    suiteObjection(params.suite, corpus) ??
    suiteSizeObjection(params.prompts, params.suite, corpus),
  remarks: (params, { policy, corpus }) =>
    Effect.map(askedOfMixture(ahead(params), policy, corpus), (said) => [...settingsRemarks(params), ...said]),
  foresee: (params, { policy }, open) => askedOfCorpus(ahead(params), policy, open),
  resources: {
    cost: ({ scale = "xs", steps, prompts, samples }) =>
      parameterCount(presetSpec(scale, { vocabularySize: 256 })) * steps * prompts * samples * 100
  },

  run: Effect.fn("rl")(function* ({ inputs, params, output, checkpoints, progress }) {
    const engine = yield* Engine
    const { model: policy, tokenizer, tags } = yield* loadPolicy(inputs.policy)
    const corpus = readCorpus(inputs.corpus)
    const found = yield* suiteOf(corpus, params.suite)
    const openings = yield* openingTokens(tokenizer, tags, corpus)
    const forced = yield* forcedTokens("rl", params.force, openings)
    const { promptTokens, fitting: suite } = byRoom(found, tokenizer, policy.spec.context, forced.length)
    const asked = askedRow({
      suite: params.suite,
      wanted: params.prompts,
      found: found.length,
      promptTokens,
      context: policy.spec.context,
      forced: forced.length
    })
    const objection = askedObjection(asked, params.maxLongPrompts)
    if (objection !== null) return yield* new Param.ParamInvalid({ owner: "rl", ...objection })
    for (const line of askedWords(asked)) yield* progress.note(line)
    const settings = settingsOf(params)
    for (const remark of settingsRemarks(params)) yield* progress.note(remark)
    const needsReference = params.reference || klCoefficient(settings) > 0
    const reference = needsReference ? yield* policy.clone : null
    const learner = yield* makeLearner(policy, settings, params)
    // A stream of its own: evaluations with the same seed must not draw the same numbers.
    const sampling = { ...params, dynamicSampling: dynamicSampling(settings), seed: subSeed(params.seed, "rl") }
    const sample = (step: number, how: SamplingSettings) =>
      Effect.timed(collect({ policy, reference, tokenizer, openings, forced, suite, step, params: how }))
    const snapshots = new Set(snapshotSteps(params))
    const evaluations = params.evaluations === 0 ? [] : [0, ...logSpaced(params.evaluations, params.steps)]
    if (evaluations.length > 0) for (const line of probeWords(tokenizer, corpus, policy.spec.context)) yield* progress.note(line)
    const evaluateAt = Effect.fnUntraced(function* (step: number) {
      if (!evaluations.includes(step)) return
      for (const row of yield* probe(policy, tokenizer, corpus, params.seed)) yield* output.probes.append({ step, ...row })
    })

    const good = lastGood()
    const cut = cutSoFar()
    const passed = passedPolicies(output.policies)
    const state = { policy: resumable(policy), good: good.part, cut: cut.part, passed: passed.part, ...learner.state }
    const first = yield* checkpoints.restore(state)
    let parameters = yield* policy.read("parameters")
    if (first === 0) {
      yield* passed.start(parameters)
      yield* evaluateAt(0)
    }
    const madeFrom = settings.algorithm === "ei" && settings.startFrom === "base" ? "first" : "last"

    const spent = { sampling: 0, updating: 0, tokens: 0 }
    let divergence: string | null = null
    for (let step = first; step < params.steps && divergence === null; step++) {
      const sampler = parameters
      divergence = parametersProblem(sampler)
      if (divergence !== null) break
      const [sampled, collected] = yield* sample(step, sampling)
      const judge = (scores: PolicyScores) =>
        Effect.suspend(() => {
          const problem = samplingProblem(scores, params.klLimit)
          if (problem !== null) return Effect.fail(new Diverged({ problem }))
          good.set({ updatedThrough: step, parameters: sampler })
          return Effect.void
        })
      const [updated, report] = yield* learner.update({ ...collected, step }, judge).pipe(
        Effect.catchTag(["Diverged", "NonFiniteGradient"], ({ message }) => Effect.succeed(message)),
        Effect.timed
      )
      if (typeof report === "string") {
        divergence = report
        break
      }

      cut.add(collected.endings)
      spent.sampling += Duration.toSeconds(sampled)
      spent.updating += Duration.toSeconds(updated)
      spent.tokens += report.scores.logProbs.length
      const at = { step, policyDigest: passed.digest() }
      for (const row of rolloutRows(collected, report, at)) yield* output.rollouts.append(row)
      for (const row of formatRows(collected)) yield* output.formatShares.append({ step, ...row })
      yield* output.updates.append(updateRow(collected, report, step))
      parameters = yield* policy.read("parameters")
      const snapshot = snapshots.has(step + 1)
      yield* passed.pass(step + 1, parameters, { snapshot, from: madeFrom })
      if (snapshot)
        for (const row of tensorRows(policy.spec, parameters)) yield* output.snapshots.append({ step: step + 1, ...row })
      yield* evaluateAt(step + 1)
      yield* progress.report(step + 1, params.steps, liveMetrics(collected, report.scores))
      yield* checkpoints.offer(step + 1, state)
    }

    // What the last update made is judged like all others: by its numbers, and by what it says to the prompts that come next.
    let problemAfter = divergence ?? parametersProblem(parameters)
    if (problemAfter === null) {
      const [, said] = yield* sample(params.steps, { ...sampling, dynamicSampling: "off" })
      problemAfter = samplingProblem(yield* scorePolicy(policy, said, params.temperature), params.klLimit)
    }
    const last = good.get()
    if (problemAfter !== null) {
      if (last === null) return yield* new StartUnusable({ problem: problemAfter })
      yield* policy.write("parameters", last.parameters)
      yield* progress.note(
        `diverged after ${last.updatedThrough} good steps: ${problemAfter}; the policy is the one of that step`
      )
    }
    yield* output.endings.append({
      ending: problemAfter === null ? "finished" : "diverged",
      updatedThrough: problemAfter === null ? params.steps : last!.updatedThrough,
      problem: problemAfter
    })
    yield* output.asked.append(asked)
    for (const line of cutWords(cut.counts)) yield* progress.note(line)
    for (const row of tensorRows(policy.spec, yield* policy.read("parameters"))) yield* output.weights.append(row)
    yield* output.spec.write(inputs.policy.spec)
    yield* output.tokenizer.write(inputs.policy.tokenizer)
    yield* output.prompting.write(inputs.policy.prompting)
    yield* progress.note(`trained with ${engine.info.name} ${engine.info.mode} on ${engine.info.isa}; ${speedWords(spent)}`)
  })
})

/** Times are no part of an artifact, which must come out the same on any machine: they stand in the log. */
const speedWords = ({ sampling, updating, tokens }: { sampling: number; updating: number; tokens: number }): string => {
  const speed = Math.round(tokens / Math.max(1e-9, sampling + updating))
  const seconds = `sampled in ${sampling.toFixed(1)} s, scored and updated in ${updating.toFixed(1)} s`
  return `${seconds}, ${speed} completion tokens a second`
}
