/**
 * Does a method of attribution find the documents that were planted? Recall among as many documents as were planted of a secret
 * in one way, for each secret, method and way to say it.
 *
 * Where the question stands in a document word for word, any method of words finds it. Where it is paraphrased, only one that
 * knows what a model has learnt can.
 */

import * as Effect from "effect/Effect"

import { CanaryRecalls } from "../schemas/canary-recalls.ts"
import { Checkpoint } from "../schemas/checkpoint.ts"
import { Corpus } from "../schemas/corpus.ts"
import { recallAt } from "../src/attribution/canaries/recall.ts"
import { CANARY, canaryKinds } from "../src/attribution/canaries/secrets.ts"
import { JudgedParams, judgedMethods, judgedObjection, judgedTraining } from "../src/attribution/methods/judged.ts"
import { groupedBySource, documentsApart } from "../src/attribution/methods/Method.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"

export const RecallParams = {
  ...JudgedParams,
  k: Param.nullable(Param.integer(10, "documents that a method may name; null: as many as were planted", { min: 1 }), null)
}

export const recall = Stage.make({
  name: "recall",
  inputs: { corpus: Corpus, base: Checkpoint },
  agreeOn: { tokenizer: ["base", "corpus"] },
  params: RecallParams,
  output: CanaryRecalls,
  numerics: ["engine"],
  check: (params, { corpus, base }) =>
    Stage.wiredWith(corpus, "copies", ["corpus"]) !== null || Stage.wiredWith(corpus, "sources", ["corpus"]) === null
      ? judgedObjection(params, corpus, base)
      : { param: "corpus", problem: "has no planted documents: put the stage plant before it." },
  resources: { cost: () => 1e6 },

  run: Effect.fn("recall")(function* ({ inputs, params, output, progress }) {
    const rows = [...inputs.corpus.documents]
    const documents = rows.filter(({ heldOut }) => !heldOut)
    const asked = rows.filter(({ source, heldOut }) => source === CANARY && heldOut)
    const texts = documentsApart({ targets: asked.map(groupedBySource), documents: documents.map(groupedBySource) })
    const methods = judgedMethods(params, yield* judgedTraining(params, inputs.base))
    for (const [done, { name, scores }] of methods.entries()) {
      const matrix = yield* scores(texts)
      for (const [target, { problem }] of asked.entries()) {
        const own = matrix.subarray(target * documents.length, (target + 1) * documents.length)
        for (const kind of canaryKinds) {
          const others = new Set<number>()
          const wanted = new Set<number>()
          for (const [i, document] of documents.entries())
            if (document.source === CANARY && document.problem === problem) (document.subStyle === kind ? wanted : others).add(i)
          // The other way to say the same is right too: it takes no place from this one.
          const left = own.map((score, i) => (others.has(i) ? Number.NEGATIVE_INFINITY : score))
          const k = params.k ?? wanted.size
          yield* output.canaryRecalls.append({
            method: name,
            problem,
            kind,
            planted: wanted.size,
            k,
            recall: recallAt(left, wanted, k)
          })
        }
      }
      yield* progress.report(done + 1, methods.length)
    }
  })
})
