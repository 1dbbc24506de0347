/** Whether a model was trained on the corpus that its outputs are to be attributed to. */

import { lineageOf, type Objection, type WiredInput } from "../dag/Stage.ts"
import { canonicalJson } from "../store/objects/digest.ts"

/**
 * Objects to a corpus that is none of those that the model of these scores was made from: its outputs resemble what it has never
 * seen by chance alone. Nothing is known of a model that was made from no corpus at all.
 */
export const strangeCorpusObjection = (scores: WiredInput, corpus: WiredInput): Objection | null => {
  // Of the corpus of an evaluation the model knows the questions only.
  const model = scores.inputs["policy"] ?? scores
  const seen = lineageOf(model).filter(({ kind }) => kind === corpus.kind)
  if (seen.length === 0 || seen.some(({ identity }) => identity === corpus.identity)) return null
  const [own] = seen as [WiredInput, ...Array<WiredInput>]
  return {
    param: "corpus",
    problem:
      `is none that the model of these scores was trained on: ${differenceOf(own, corpus)}. ` +
      "Take the corpus of its pretraining or fine-tuning."
  }
}

/** Objects to an index of another corpus than the one given. */
export const otherIndexObjection = (index: WiredInput, corpus: WiredInput): Objection | null => {
  const of = index.inputs["corpus"]
  return of === undefined || of.identity === corpus.identity
    ? null
    : { param: "index", problem: `is of another corpus than the one given: ${differenceOf(of, corpus)}. Index that one.` }
}

/** How the corpus of the model differs from the one that was given, as words. */
const differenceOf = (own: WiredInput, given: WiredInput): string => {
  if (own.stage !== given.stage) return `that one is made by ${own.stage}, this one by ${given.stage}`
  const text = ({ params }: WiredInput, name: string) => (name in params ? canonicalJson(params[name]) : "not set")
  const names = Object.keys({ ...own.params, ...given.params }).filter((name) => text(own, name) !== text(given, name))
  if (names.length === 0) return "the two are made from other inputs"
  return names.map((name) => `that one has ${own.stage}.${name} ${text(own, name)}, this one ${text(given, name)}`).join("; ")
}
