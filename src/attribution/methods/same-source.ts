/** Baseline: a document counts for the targets of its own source, and for no other. It asks nothing of text or model. */

import { ofPairs } from "./Method.ts"

export const sameSource = ofPairs("same-source", (target, document) => (target.source === document.source ? 1 : 0))
