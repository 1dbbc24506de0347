/**
 * Ask a policy whose corpus was changed what a bank of retrainings asks: a bank of one. With `pool` many become one, so that
 * attribution is judged by what groups of pretraining documents do to a policy after fine-tuning and RL, and not only to a model
 * that was just pretrained.
 *
 * Asked are the same held-out documents of the whole corpus as by `retrain`: their solutions, or how a solution begins, which is
 * the choice of the format.
 */

import * as Effect from "effect/Effect"

import { Checkpoint } from "../schemas/checkpoint.ts"
import { Corpus } from "../schemas/corpus.ts"
import { RetrainingBank } from "../schemas/retrainings.ts"
import { AttributionInputError } from "../src/attribution/AttributionInputError.ts"
import { askable, askableDocuments, askedTexts, logProbsOf, tokensAsked } from "../src/attribution/retraining/asked-texts.ts"
import { writeGroups, writeRetraining, writeTargets } from "../src/attribution/retraining/bank-rows.ts"
import { corpusGroups, targetsOf } from "../src/attribution/retraining/corpus-groups.ts"
import { partitions } from "../src/attribution/retraining/groups.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { readCorpus } from "../src/training/corpus.ts"
import { loadPolicy, openingTokens } from "../src/training/policy.ts"

export const OutcomeParams = {
  partition: Param.oneOf(partitions, "steps", "what parts the documents of each source into groups: that of the change"),
  asked: Param.oneOf(
    askable,
    "solution",
    "of held-out documents: the solution; opening: that it begins in the document's format"
  ),
  targets: Param.integer(4, "held-out documents of each source that are asked about", { min: 1 })
}

export const outcome = Stage.make({
  name: "outcome",
  inputs: { corpus: Corpus, changed: Corpus, policy: Checkpoint },
  agreeOn: { tokenizer: ["corpus", "changed", "policy"] },
  params: OutcomeParams,
  output: RetrainingBank,
  numerics: ["engine"],
  check: ({ partition }, { corpus, changed, policy }) => {
    const from = policy.inputs["corpus"]
    if (from !== undefined && from.identity !== changed.identity)
      return { param: "changed", problem: "is not the corpus that the policy was trained on. Give that one." }
    if (changed.identity === corpus.identity || changed.stage !== "reweight") return null
    if (changed.inputs["corpus"]?.identity !== corpus.identity)
      return { param: "corpus", problem: "is not the corpus that reweight changed. Give that one." }
    const parted = changed.params["partition"]
    return parted === partition
      ? null
      : { param: "partition", problem: `is ${partition}, and the corpus was changed by ${String(parted)}. Take that.` }
  },
  resources: { cost: () => 1e6 },

  run: Effect.fn("outcome")(function* ({ inputs, params, output }) {
    const { model, tokenizer, tags } = yield* loadPolicy(inputs.policy)
    const corpus = readCorpus(inputs.corpus)
    const groups = corpusGroups(inputs.corpus, params.partition)
    const changed = corpusGroups(inputs.changed, params.partition)
    const weights = yield* groupWeightsOf(groups, changed)
    const openings = yield* openingTokens(tokenizer, tags, corpus)
    const targets = askableDocuments(corpus, targetsOf(inputs.corpus, params.targets), params.asked, openings)
    const texts = askedTexts(corpus, targets, params.asked, { openings, tagged: tags === "native" })
    yield* writeRetraining(output, groups, weights, yield* logProbsOf(model, texts), {
      documents: changed.training.length,
      tokens: [...inputs.changed.sources].reduce((sum, { tokens }) => sum + tokens, 0),
      updates: null,
      loss: null
    })
    yield* writeGroups(output, corpus, groups)
    const tokens = texts.map((text) => tokensAsked(text, model.spec.context))
    yield* writeTargets(output, corpus, groups, targets, params.asked, tokens)
  })
})

type Groups = ReturnType<typeof corpusGroups>

/** How often each group of a corpus is in a changed one, `[groups]`. Fails where that is no whole number. */
const groupWeightsOf = (whole: Groups, changed: Groups): Effect.Effect<ReadonlyArray<number>, AttributionInputError> => {
  const count = ({ names, of }: Groups, name: string) => {
    const group = names.indexOf(name)
    return of.reduce((sum, own) => sum + (own === group ? 1 : 0), 0)
  }
  const weights = whole.names.map((name) => count(changed, name) / count(whole, name))
  const broken = whole.names.find((_, group) => !Number.isInteger(weights[group]))
  if (broken === undefined && changed.names.every((name) => whole.names.includes(name))) return Effect.succeed(weights)
  return Effect.fail(
    new AttributionInputError({
      field: "changed",
      detail:
        `it is not the corpus with some groups left out or repeated${broken === undefined ? "" : ` (see group ${broken})`}. ` +
        "Make it by reweight, with the same partition."
    })
  )
}
