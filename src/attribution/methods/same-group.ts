/** Baseline: a document counts for the targets of its own group. What it scores is what knowing the partition is worth. */

import { eachPair, type Method } from "./Method.ts"

export const sameGroup: Method = {
  name: "same-group",
  scores: (of) => eachPair(of, (target, document) => (target.group === document.group ? 1 : 0))
}
