/**
 * Change a corpus by its groups: leave some out, repeat some, or keep a random half of them. A corpus like any other comes out,
 * so that every later stage can be run on it: what a source does to a policy after RL is seen by leaving it out before all of it.
 *
 * Held-out documents, tokenizer and problem suites stay as they are, so that models trained on either corpus are asked the same.
 * Documents keep their order and get new numbers. The manifest (`sources`, `lengths`) is counted anew; what was found in the
 * sources when they were mixed (`contamination`, `overlaps`, `sharedDocuments`, `rejections`) is passed on.
 */

import * as Effect from "effect/Effect"

import { Corpus } from "../schemas/corpus.ts"
import { Manifest, passOnFindings } from "../src/attribution/retraining/changed-corpus.ts"
import { corpusGroups } from "../src/attribution/retraining/corpus-groups.ts"
import { groupWeights } from "../src/attribution/retraining/design.ts"
import { partitions } from "../src/attribution/retraining/groups.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { didYouMean } from "../src/text/near.ts"

/** More of one group than that is another mixture. */
const MOST_REPEATS = 100

export const ReweightParams = {
  partition: Param.oneOf(partitions, "source", "what parts the documents of each source into groups"),
  weights: Param.checked(
    Param.factors({}, "how often the documents of a group are used, by its name: 0 leaves it out; those not named have 1"),
    (weights) => {
      const wrong = Object.entries(weights).find(([, weight]) => !Number.isInteger(weight) || weight > MOST_REPEATS)
      return wrong === undefined ? null : `${wrong[0]} is ${wrong[1]}: a document is used 0 to ${MOST_REPEATS} times, whole.`
    }
  ),
  half: Param.nullable(Param.seed("seed of a random half of the groups to keep; null: all"), null)
}

export const reweight = Stage.make({
  name: "reweight",
  inputs: { corpus: Corpus },
  passesOn: { tokenizer: "corpus" },
  params: ReweightParams,
  output: Corpus,
  resources: { cost: () => 1e6 },

  run: Effect.fn("reweight")(function* ({ inputs, params, output, progress }) {
    const { corpus } = inputs
    const { names, training, of } = corpusGroups(corpus, params.partition)
    const unknown = Object.keys(params.weights).find((name) => !names.includes(name))
    if (unknown !== undefined)
      return yield* new Param.ParamInvalid({
        owner: "reweight",
        param: "weights",
        problem:
          `the corpus has no group "${unknown}" by ${params.partition}.${didYouMean(unknown, names)} ` +
          `It has ${names.join(", ")}.`
      })
    const [half] =
      params.half === null ? [] : groupWeights({ design: "halves", groups: names.length, subsets: 1, seed: params.half })
    const weights = names.map((name, group) => (half?.[group] ?? 1) * (params.weights[name] ?? 1))
    const times = new Uint8Array(corpus.documents.rows).fill(1)
    for (const [i, document] of training.entries()) times[document] = weights[of[i]!]!
    if (training.every((document) => times[document] === 0))
      return yield* new Param.ParamInvalid({
        owner: "reweight",
        param: "weights",
        problem: "leaves no document to train on. Give a group some weight."
      })

    const manifest = new Manifest([...corpus.sources].map(({ source }) => source))
    for (const row of corpus.documents) {
      const weight = times[row.document]!
      for (let copy = 0; copy < weight; copy++) {
        const made = { ...row, document: output.documents.rows(), repetition: row.repetition * weight + copy }
        yield* output.documents.append(made)
        manifest.count(made)
      }
    }
    yield* manifest.write([...corpus.sources], corpus, output)
    yield* passOnFindings(corpus, output)
    const left = names.filter((_, group) => weights[group] === 0)
    if (left.length > 0) yield* progress.note(`left out by ${params.partition}: ${left.join(", ")}`)
    yield* progress.report(1, 1, { documents: output.documents.rows(), tokens: manifest.tokens })
  })
})
