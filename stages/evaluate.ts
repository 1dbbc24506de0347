/**
 * Evaluate a policy on a suite of problems: greedy once, sampled n times.
 *
 * Every completion is graded under both profiles and kept as a row. From the rows: greedy pass@1, unbiased pass@k, majority@k,
 * share and accuracy per format, accuracy per difficulty; each with a 95 % interval. Formats can be left free or forced.
 */

import * as Effect from "effect/Effect"

import { Checkpoint } from "../schemas/checkpoint.ts"
import { Corpus } from "../schemas/corpus.ts"
import { Evaluation } from "../schemas/evaluation.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { SAMPLING_RANGE } from "../src/engine/Engine.ts"
import { complete } from "../src/evaluation/complete.ts"
import { askedObjection, askedRow, askedWords, byRoom, endingWords, longPromptsParam } from "../src/evaluation/prompt-room.ts"
import { type Attempt, scoreRows, summarise, unaskedRows } from "../src/evaluation/summary.ts"
import { append } from "../src/lists/large.ts"
import { forceParam, formatObjection } from "../src/mixing/corpus-formats.ts"
import { suiteObjection } from "../src/mixing/suites.ts"
import { parameterCount } from "../src/model/ModelSpec.ts"
import { presetSpec } from "../src/model/presets.ts"
import { subSeed } from "../src/random/philox.ts"
import { askedOfCorpus, askedOfMixture } from "../src/training/asked-ahead.ts"
import { readCorpus, suiteOf } from "../src/training/corpus.ts"
import {
  forcedTokens,
  loadPolicy,
  openingTokens,
  roomObjection,
  snapshotObjection,
  stepSizeObjection
} from "../src/training/policy.ts"
import { tokenizerObjection } from "../src/training/tokenizers.ts"

export const EvaluateParams = {
  suite: Param.string("unseen-values", "problem suite"),
  problems: Param.integer(200, "problems of it, from the front", { min: 1 }),
  samples: Param.integer(8, "sampled completions of each problem", { min: 0, max: 1e6 }),
  temperature: Param.number(1, "of sampling", SAMPLING_RANGE.temperature),
  topP: Param.number(1, "nucleus of sampling", SAMPLING_RANGE.topP),
  maxNewTokens: Param.integer(160, "longest completion", { min: 1 }),
  maxLongPrompts: longPromptsParam,
  force: forceParam,
  step: Param.nullable(
    Param.integer(0, "the policy after so many steps, where a snapshot was kept; null: as it ended", { min: 1 }),
    null
  ),
  seed: Param.seed("seed of samples and bootstrap")
}

/** How to sample, where nothing is sampled. */
const samplingObjection = (samples: number, how: { readonly temperature: number; readonly topP: number }) =>
  (["temperature", "topP"] as const)
    .filter((param) => samples === 0 && how[param] !== EvaluateParams[param].fallback)
    .map((param) => ({ param, problem: "does nothing while samples is 0: greedy completions are all there is." }))[0] ?? null

/** Problems of one engine call. */
const CHUNK = 64

/** What is asked; a format is forced by one token. */
const ahead = ({ suite, problems, maxLongPrompts, force }: Param.Values<typeof EvaluateParams>) =>
  ({ owner: "evaluate", suite, wanted: problems, first: true, maxLongPrompts, forced: force === "" ? 0 : 1 }) as const

export const evaluate = Stage.make({
  name: "evaluate",
  inputs: { policy: Checkpoint, corpus: Corpus },
  agreeOn: { tokenizer: ["policy", "corpus"] },
  passesOn: { tokenizer: "policy" },
  params: EvaluateParams,
  output: Evaluation,
  numerics: ["engine"],
  check: ({ samples, temperature, topP, suite, maxNewTokens, force, step }, { policy, corpus }) =>
    tokenizerObjection(policy, corpus) ??
    samplingObjection(samples, { temperature, topP }) ??
    suiteObjection(suite, corpus) ??
    formatObjection("force", force === "" ? [] : [force], corpus) ??
    roomObjection(maxNewTokens, policy) ??
    stepSizeObjection({ prompts: CHUNK, samples, maxNewTokens }) ??
    snapshotObjection(step, policy),
  remarks: (params, { policy, corpus }) => askedOfMixture(ahead(params), policy, corpus),
  foresee: (params, { policy }, open) => askedOfCorpus(ahead(params), policy, open),
  resources: {
    cost: ({ scale = "xs", problems, samples }) =>
      parameterCount(presetSpec(scale, { vocabularySize: 256 })) * problems * (samples + 1) * 50
  },

  run: Effect.fn("evaluate")(function* ({ inputs, params, output, progress }) {
    const { model, tokenizer, tags } = yield* loadPolicy(inputs.policy, params.step)
    const corpus = readCorpus(inputs.corpus)
    const suite = yield* suiteOf(corpus, params.suite)
    const problems = suite.slice(0, params.problems)
    const openings = yield* openingTokens(tokenizer, tags, corpus)
    const forced = yield* forcedTokens("evaluate", params.force, openings)

    const { context } = model.spec
    const { promptTokens } = byRoom(problems, tokenizer, context)
    const asked = askedRow({
      suite: params.suite,
      wanted: params.problems,
      found: suite.length,
      promptTokens,
      context,
      forced: forced.length
    })
    const objection = askedObjection(asked, params.maxLongPrompts)
    if (objection !== null) return yield* new Param.ParamInvalid({ owner: "evaluate", ...objection })
    for (const line of askedWords(asked)) yield* progress.note(line)
    yield* output.asked.append(asked)

    const attempts: Array<Attempt> = []
    const passes = [
      { decoding: "greedy", samples: 1, temperature: 0, topP: 1 } as const,
      { decoding: "sampled", samples: params.samples, temperature: params.temperature, topP: params.topP } as const
    ]
    const total = problems.length * (1 + params.samples)
    for (const { decoding, samples, temperature, topP } of passes) {
      if (samples === 0) continue
      for (let from = 0; from < problems.length; from += CHUNK) {
        const { fitting: some, others } = byRoom(problems.slice(from, from + CHUNK), tokenizer, context, forced.length)
        const request = {
          problems: some,
          samples,
          temperature,
          topP,
          maxNewTokens: params.maxNewTokens,
          // A stream of its own, apart from RL's with the same seed.
          seed: subSeed(params.seed, "evaluate"),
          firstStream: from * samples,
          forced
        }
        const answered =
          some.length === 0 ? [] : scoreRows(some, yield* complete(model, tokenizer, request), params.suite, decoding)
        const rows = [...answered, ...unaskedRows(others, samples, params.suite, decoding)]
        for (const row of rows) yield* output.scores.append(row)
        append(attempts, rows)
        yield* progress.report(attempts.length, total, { correct: attempts.filter((a) => a.correct).length / attempts.length })
      }
    }
    for (const line of endingWords(attempts)) yield* progress.note(line)
    for (const row of summarise(attempts, params.suite, params.seed)) yield* output.evaluations.append(row)
  })
})
