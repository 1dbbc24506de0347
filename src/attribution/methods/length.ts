/** Baseline: a document counts by its tokens, for every target alike. What it scores is what more training is worth. */

import { eachPair, type Method } from "./Method.ts"

export const length: Method = {
  name: "length",
  scores: (of) => eachPair(of, (_, document) => document.tokens.length)
}
