/**
 * Style: whose solutions does the target's look like? The classifier of ../classifier.ts, trained on the documents' solutions.
 *
 *   score(t, d) = p(source of d | solution of t)
 */

import * as Effect from "effect/Effect"

import { classify, trainClassifier } from "../classifier.ts"
import { bySource, labelled, type Method, thrown } from "./Method.ts"

export const classifier: Method = {
  name: "classifier",
  of: "corpus",
  scores: (of) =>
    Effect.try({
      try: () => {
        const { sources, ...documents } = labelled(of.documents)
        const trained = trainClassifier({ ...documents, classes: sources, seed: 0 })
        const targets = labelled(of.targets)
        const { probabilities } = classify(trained, targets.tokens, targets.offsets)
        const classes = trained.classes.length
        return bySource(of, sources, (target, source) => probabilities[target * classes + source]!)
      },
      catch: thrown
    })
}
