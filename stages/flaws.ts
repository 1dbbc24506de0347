/**
 * Does a method of attribution see which documents are wrong? Of solutions that are flawed on purpose (`mix.gap`) it should say
 * that they make a right solution of the same source less likely, or at least do less for it than right ones.
 *
 * For each right held-out solution: the chance that a flawed document of its source gets a lower score than a right one.
 */

import * as Effect from "effect/Effect"

import { Checkpoint } from "../schemas/checkpoint.ts"
import { Corpus } from "../schemas/corpus.ts"
import { FlawDetections } from "../schemas/flaw-detections.ts"
import { JudgedParams, judgedMethods, judgedObjection, judgedTraining } from "../src/attribution/methods/judged.ts"
import { groupedBySource, documentsApart } from "../src/attribution/methods/Method.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { auc } from "../src/evaluation/statistics/auc.ts"

export const FlawsParams = {
  ...JudgedParams,
  documents: Param.integer(2000, "training documents of each source that are looked at", { min: 2 }),
  targets: Param.integer(8, "held-out documents of each source that are asked about, all of them right", { min: 1 })
}

export const flaws = Stage.make({
  name: "flaws",
  inputs: { corpus: Corpus, base: Checkpoint },
  agreeOn: { tokenizer: ["base", "corpus"] },
  params: FlawsParams,
  output: FlawDetections,
  numerics: ["engine"],
  check: (params, { corpus, base }) => judgedObjection(params, corpus, base),
  resources: { cost: () => 1e8 },

  run: Effect.fn("flaws")(function* ({ inputs, params, output, progress }) {
    const rows = [...inputs.corpus.documents].filter(({ flawed, heldOut }) => !(heldOut && flawed))
    const bySource = [...Map.groupBy(rows, ({ source }) => source).values()]
    // Of a source without a flawed document, or with nothing else, there is nothing to tell apart.
    const seen = bySource.flatMap((own) => {
      const documents = own.filter(({ heldOut }) => !heldOut).slice(0, params.documents)
      const targets = own.filter(({ heldOut }) => heldOut).slice(0, params.targets)
      return documents.some(({ flawed }) => flawed) && documents.some(({ flawed }) => !flawed) ? [{ documents, targets }] : []
    })
    const documents = seen.flatMap((of) => of.documents)
    const targets = seen.flatMap((of) => of.targets)
    if (targets.length === 0)
      return yield* new Param.ParamInvalid({
        owner: "flaws",
        param: "corpus",
        problem: "has no source with flawed and right documents, and right ones held out. Mix it with a gap (mix.gap)."
      })
    const texts = documentsApart({ targets: targets.map(groupedBySource), documents: documents.map(groupedBySource) })
    const methods = judgedMethods(params, yield* judgedTraining(params, inputs.base))
    for (const [done, { name, scores }] of methods.entries()) {
      const matrix = yield* scores(texts)
      for (const [t, { document: target, source }] of targets.entries()) {
        const of = (flawed: boolean) =>
          documents.flatMap((document, d) =>
            document.source === source && document.flawed === flawed ? [matrix[t * documents.length + d]!] : []
          )
        const [wrong, right] = [of(true), of(false)]
        yield* output.flawDetections.append({
          method: name,
          target,
          source,
          flawed: wrong.length,
          documents: wrong.length + right.length,
          auc: auc(wrong, right)
        })
      }
      yield* progress.report(done + 1, methods.length)
    }
  })
})
