/** Baseline: a document counts by its tokens, for every target alike. What it scores is what more training is worth. */

import { ofPairs } from "./Method.ts"

export const length = ofPairs("length", (_, document) => document.tokens.length)
