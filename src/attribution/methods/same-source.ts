/** Baseline: a document counts for the targets of its own source, and for no other. It asks nothing of text or model. */

import { eachPair, type Method } from "./Method.ts"

export const sameSource: Method = {
  name: "same-source",
  scores: (of) => eachPair(of, (target, document) => (target.source === document.source ? 1 : 0))
}
