/** Baselines that ask nothing of text or model but labels and lengths. What they score a real method has to beat. */

import { ofPairs } from "./Method.ts"

/** A document counts for the targets of its own source, and for no other. */
export const sameSource = ofPairs("same-source", (target, document) => (target.source === document.source ? 1 : 0))

/** A document counts for the targets of its own group: what knowing the partition is worth. */
export const sameGroup = ofPairs("same-group", (target, document) => (target.group === document.group ? 1 : 0))

/** A document counts by its tokens, for every target alike: what more training is worth. */
export const length = ofPairs("length", (_, document) => document.tokens.length)
