/**
 * Does a method of attribution say what retraining does? The linear datamodelling score of every method.
 *
 * The truth is a bank of models trained on random halves of the corpus's groups, twice, with seeds of their own; what is to be
 * predicted is the mean of the two. Each method gives every training document a number for every held-out one; the sums over a
 * half's documents should order the halves as the measured log-probabilities do. The ceiling is how well one seed's measurements
 * order the other's. Controls: trivial methods, sums dealt out to the groups at random, and a model that has learnt nothing.
 *
 * Methods that look at gradients take them from `base`, a model trained on the whole corpus.
 */

import * as Effect from "effect/Effect"

import { Checkpoint } from "../schemas/checkpoint.ts"
import { Corpus } from "../schemas/corpus.ts"
import { Datamodelling } from "../schemas/datamodelling.ts"
import { RetrainingBank } from "../schemas/retrainings.ts"
import { JudgedParams, judgedMethods, judgedObjection, judgedTraining } from "../src/attribution/methods/judged.ts"
import { attributedTexts, readBank, requireTwins, twinsObjection } from "../src/attribution/retraining/bank.ts"
import { ldsByTarget, meanOfBoth, noiseCeiling, permutedLds } from "../src/attribution/retraining/lds.ts"
import * as Stage from "../src/dag/Stage.ts"
import { meanOf } from "../src/evaluation/statistics/averages.ts"
import { bootstrapMean } from "../src/evaluation/statistics/bootstrap.ts"
import { readCorpus } from "../src/training/corpus.ts"

export const LdsParams = JudgedParams

export const lds = Stage.make({
  name: "lds",
  inputs: { corpus: Corpus, base: Checkpoint, truth: RetrainingBank, again: RetrainingBank },
  params: LdsParams,
  output: Datamodelling,
  numerics: ["engine"],
  check: (params, { corpus, base, truth, again }) =>
    twinsObjection(corpus, truth, again) ?? judgedObjection(params, corpus, base),
  resources: { cost: () => 1e8 },

  run: Effect.fn("lds")(function* ({ inputs, params, output, progress }) {
    yield* requireTwins(inputs.truth, inputs.again)
    const truth = readBank(inputs.truth)
    const again = readBank(inputs.again)
    const measured = meanOfBoth(truth, again)
    const texts = attributedTexts(readCorpus(inputs.corpus), inputs.truth, truth)
    const methods = judgedMethods(params, yield* judgedTraining(params, inputs.base))
    const sources = texts.targets.map(({ source }) => source)

    const append = Effect.fnUntraced(function* (method: string, scores: Float64Array, permuted: Float64Array | null) {
      for (const [target, score] of scores.entries())
        yield* output.lds.append({ method, target, source: sources[target]!, lds: score, permuted: permuted?.[target] ?? null })
      yield* output.ldsMeans.append({
        method,
        targets: scores.length,
        retrainings: measured.weights.length,
        mean: meanOf([...scores]),
        ...bootstrapMean(scores, { seed: params.seed }),
        permuted: permuted === null ? null : meanOf([...permuted])
      })
    })

    yield* append("ceiling", noiseCeiling(truth, again), null)
    for (const [done, { name, scores }] of methods.entries()) {
      const matrix = yield* scores(texts)
      const sums = texts.targets.map((_, target) => matrix.subarray(target * texts.parts, (target + 1) * texts.parts))
      yield* append(name, ldsByTarget(sums, measured), permutedLds(sums, measured, params.seed))
      for (const [target, of] of sums.entries())
        for (const [group, score] of of.entries())
          yield* output.groupScores.append({ method: name, target, groupName: truth.groups[group]!, score })
      yield* progress.report(done + 1, methods.length)
    }
  })
})
