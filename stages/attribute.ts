/**
 * What in the pretraining data do a policy's answers to a suite come from? By three methods, over the same completions: see
 * src/attribution/attribute-completions.ts.
 */

import * as Effect from "effect/Effect"

import { Attribution } from "../schemas/attribution.ts"
import { CorpusIndexed } from "../schemas/corpus-index.ts"
import { Corpus } from "../schemas/corpus.ts"
import { Evaluation } from "../schemas/evaluation.ts"
import { attributeCompletions, MethodParams } from "../src/attribution/attribute-completions.ts"
import { completionBodies } from "../src/attribution/bodies.ts"
import { otherIndexObjection, strangeCorpusObjection } from "../src/attribution/trained-on.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { tokenizerObjection } from "../src/training/tokenizers.ts"

export const AttributeParams = {
  decoding: Param.oneOf(["sampled", "greedy"], "sampled", "which completions of the evaluation"),
  completions: Param.integer(400, "at most this many of them, from the front", { min: 1 }),
  ...MethodParams
}

export const attribute = Stage.make({
  name: "attribute",
  inputs: { scores: Evaluation, corpus: Corpus, index: CorpusIndexed },
  agreeOn: { tokenizer: ["scores", "corpus", "index"] },
  params: AttributeParams,
  output: Attribution,
  check: ({ decoding }, { scores, corpus, index }) =>
    tokenizerObjection(scores, corpus) ??
    strangeCorpusObjection(scores, corpus) ??
    otherIndexObjection(index, corpus) ??
    (decoding === "sampled" && scores.params["samples"] === 0
      ? {
          param: "decoding",
          problem:
            `is "sampled", but the evaluation samples nothing (evaluate.samples is 0). ` +
            `Take decoding "greedy", or samples above 0.`
        }
      : null),
  resources: { cost: ({ completions }) => completions * 1e6 },

  run: Effect.fn("attribute")(function* ({ inputs: { scores, corpus, index }, params, output, progress }) {
    yield* attributeCompletions(
      { corpus, index },
      (tokenizer) => completionBodies(scores, tokenizer, params),
      params,
      output,
      progress
    )
  })
})
