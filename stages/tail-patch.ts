/**
 * Do the documents that a method names make a target likelier when they are learnt once more? Tail patch (Chang et al. 2024,
 * "Scalable Influence and Fact Tracing for Large Language Model Pretraining", arXiv 2410.17413): one more update at the end of
 * the training, on the k documents that the method gives most, and how much likelier the target is after it. Beside the methods
 * stands chance, the same with k documents drawn at random.
 */

import * as Effect from "effect/Effect"

import { Checkpoint } from "../schemas/checkpoint.ts"
import { Corpus } from "../schemas/corpus.ts"
import { TailPatches } from "../schemas/tail-patches.ts"
import { updateOn } from "../src/attribution/gradients/one-more-update.ts"
import { JudgedParams, judgedMethods, judgedObjection, judgedTraining } from "../src/attribution/methods/judged.ts"
import { documentsApart, groupedBySource } from "../src/attribution/methods/Method.ts"
import { logProbsOf } from "../src/attribution/retraining/asked-texts.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { draws } from "../src/random/philox.ts"

export const TailPatchParams = {
  ...JudgedParams,
  k: Param.integer(10, "documents of the update", { min: 1 }),
  learningRate: Param.number(1e-4, "learning rate of the update", { above: 0 }),
  documents: Param.integer(500, "training documents of each source that a method may name", { min: 2 }),
  targets: Param.integer(2, "held-out documents of each source", { min: 1 })
}

export const tailPatch = Stage.make({
  name: "tail-patch",
  inputs: { corpus: Corpus, base: Checkpoint },
  agreeOn: { tokenizer: ["base", "corpus"] },
  params: TailPatchParams,
  output: TailPatches,
  numerics: ["engine"],
  check: (params, { corpus, base }) =>
    judgedObjection(params, corpus, base) ??
    (base.stage === "pretrain" && base.params["secondMoments"] !== true
      ? { param: "base", problem: "keeps no second moments, by which the update goes: set pretrain.secondMoments." }
      : null),
  resources: { cost: () => 1e8 },

  run: Effect.fn("tail-patch")(function* ({ inputs, params, output, progress }) {
    const bySource = [...Map.groupBy(inputs.corpus.documents, ({ source }) => source).values()]
    const of = (heldOut: boolean, most: number) =>
      bySource.flatMap((own) => own.filter((row) => row.heldOut === heldOut).slice(0, most))
    const [documents, targets] = [of(false, params.documents), of(true, params.targets)]
    const texts = documentsApart({ targets: targets.map(groupedBySource), documents: documents.map(groupedBySource) })
    const trained = yield* judgedTraining(params, inputs.base)
    const methods = judgedMethods(params, trained)

    const { model, passed } = trained
    yield* model.write("parameters", passed.at(-1)!.parameters)
    const before = yield* logProbsOf(model, texts.targets)
    const append = Effect.fnUntraced(function* (method: string, target: number, named: ReadonlyArray<number>) {
      yield* updateOn(trained, texts.documents, named, params.learningRate)
      const [after] = yield* logProbsOf(model, [texts.targets[target]!])
      const { document, source } = targets[target]!
      const gain = after! - before[target]!
      yield* output.tailPatches.append({ method, target: document, source, k: named.length, gain })
    })

    const all = Array.from(documents.keys())
    for (const target of targets.keys()) {
      const drawn = draws(params.seed, "tail-patch", target).sample(all, Math.min(params.k, all.length))
      yield* append("chance", target, drawn)
    }
    for (const [done, { name, scores }] of methods.entries()) {
      const matrix = yield* scores(texts)
      for (const target of targets.keys()) {
        const own = matrix.subarray(target * all.length, (target + 1) * all.length)
        const best = all.toSorted((a, b) => own[b]! - own[a]! || a - b).slice(0, params.k)
        yield* append(name, target, best)
      }
      yield* progress.report(done + 1, methods.length)
    }
  })
})
