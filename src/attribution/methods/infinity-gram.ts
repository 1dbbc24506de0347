/**
 * Likelihood: under which source's infinity-gram would the target's solution be likely? See ../source-posterior.ts. Of the
 * documents every tenth is left out of the counts, and calibrates the temperature.
 *
 *   score(t, d) = posterior(source of d | solution of t), sources as likely before
 */

import * as Effect from "effect/Effect"

import { maximumOf } from "../../lists/large.ts"
import { buildCorpusIndex } from "../corpus-index/CorpusIndex.ts"
import { calibrateTemperature, posterior, sourceScores } from "../source-posterior.ts"
import { bySource, labelled, type Method, thrown } from "./Method.ts"

/** One in so many documents is left out. */
const LEFT_OUT = 10

export const infinityGram: Method = {
  name: "infinity-gram",
  of: "corpus",
  scores: (of) =>
    Effect.tryPromise({
      try: async () => {
        const isLeftOut = (document: number) => document % LEFT_OUT === LEFT_OUT - 1
        const { sources, ...counted } = labelled(of.documents.filter((_, document) => !isLeftOut(document)))
        const known = new Set(sources)
        const leftOut = labelled(
          of.documents.filter(({ source }, document) => isLeftOut(document) && known.has(source)),
          sources
        )
        const targets = labelled(of.targets)
        const vocabulary = 1 + maximumOf([counted, leftOut, targets].map(({ tokens }) => maximumOf(tokens, 0)))
        const index = await buildCorpusIndex({ ...counted, sourceNames: sources, vocabulary })
        const scoresOf = ({ texts }: typeof targets) => texts.map((text) => sourceScores(index, text))
        const temperature = leftOut.texts.length === 0 ? 1 : calibrateTemperature(scoresOf(leftOut), leftOut.labels)
        const posteriors = scoresOf(targets).map((scores) => posterior(scores, { temperature }))
        return bySource(of, sources, (target, source) => posteriors[target]![source]!)
      },
      catch: thrown
    })
}
