/** Models and corpora that number their tokens differently, as far as the parameters of their mixtures tell. */

import { type Objection, type WiredInput, wiredWith } from "../dag/Stage.ts"

/** The inputs through which a model comes to its corpus, nearest first. */
const ALONG = ["policy", "base", "corpus"]

/** What decides a vocabulary whatever the documents are, as words. */
const vocabularyOf = (node: WiredInput): string | null => {
  const mixture = wiredWith(node, "tokenizer", ALONG)
  if (mixture === null) return null
  const { tokenizer, maximum } = mixture.params
  return tokenizer === "word"
    ? `the word-level tokenizer of numbers up to ${String(maximum)}`
    : `the tokenizer "${String(tokenizer)}"`
}

/**
 * Objects to a corpus whose tokenizer is certainly not the one that the model was trained with. What only the artifacts tell is
 * compared when they are there (`agreeOn`).
 */
export const tokenizerObjection = (model: WiredInput, corpus: WiredInput): Objection | null => {
  const [learnt, given] = [vocabularyOf(model), vocabularyOf(corpus)]
  if (learnt === null || given === null || learnt === given) return null
  return {
    param: "corpus",
    problem:
      `has ${given}, but the model was trained on a corpus with ${learnt}: a token's number means something else to it. ` +
      "Take that corpus."
  }
}
