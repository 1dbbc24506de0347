/** Baseline: a document counts for the targets of its own group. What it scores is what knowing the partition is worth. */

import { ofPairs } from "./Method.ts"

export const sameGroup = ofPairs("same-group", (target, document) => (target.group === document.group ? 1 : 0))
