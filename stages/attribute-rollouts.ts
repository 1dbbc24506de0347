/**
 * What in the pretraining data do the completions come from that RL learnt from? The methods of the stage `attribute`, over the
 * rollouts of a run from its first step to its last: those that were rewarded, unless all are wanted.
 */

import * as Effect from "effect/Effect"

import { Attribution } from "../schemas/attribution.ts"
import { CorpusIndexed } from "../schemas/corpus-index.ts"
import { Corpus } from "../schemas/corpus.ts"
import { RlRun } from "../schemas/rl-run.ts"
import { attributeCompletions, MethodParams } from "../src/attribution/attribute-completions.ts"
import { rolloutBodies } from "../src/attribution/bodies.ts"
import { otherIndexObjection, strangeCorpusObjection } from "../src/attribution/trained-on.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { tokenizerObjection } from "../src/training/tokenizers.ts"

const AttributeRolloutsParams = {
  among: Param.oneOf(["rewarded", "all"], "rewarded", "which rollouts: those with a reward above 0, or all"),
  completions: Param.integer(400, "at most this many of them, evenly spread over the run", { min: 1 }),
  ...MethodParams
}

export const attributeRollouts = Stage.make({
  name: "attribute-rollouts",
  inputs: { rollouts: RlRun, corpus: Corpus, index: CorpusIndexed },
  agreeOn: { tokenizer: ["rollouts", "corpus", "index"] },
  params: AttributeRolloutsParams,
  output: Attribution,
  check: (_, { rollouts, corpus, index }) =>
    tokenizerObjection(rollouts, corpus) ?? strangeCorpusObjection(rollouts, corpus) ?? otherIndexObjection(index, corpus),
  resources: { cost: ({ completions }) => completions * 1e6 },

  run: Effect.fn("attribute-rollouts")(function* ({ inputs: { rollouts, corpus, index }, params, output, progress }) {
    yield* attributeCompletions(
      { corpus, index },
      (tokenizer) => rolloutBodies(rollouts, tokenizer, params),
      params,
      output,
      progress
    )
  })
})
