/**
 * What the models of a bank are asked: the log-probability of texts, of what comes after their prompts.
 *
 *   solution  of the held-out solution; where a control token names its format, given that token
 *   opening   of the token that begins a solution in its format: the choice of the format, which RL moves. Its log odds rise with
 *             it, so that any ranking by the one is a ranking by the other.
 */

import * as Effect from "effect/Effect"

import type { Model } from "../../engine/Engine.ts"
import { type Tokens, textBatches } from "../gradients/batches.ts"

/** What of a held-out document is asked for. */
export const askable = ["solution", "opening"] as const
export type Askable = (typeof askable)[number]

/** What of a corpus is looked at here, by the numbers of its documents. */
export interface Documents {
  readonly read: (documents: Int32Array) => ReadonlyArray<Int32Array>
  readonly lengths: Int32Array
  readonly promptTokens: ArrayLike<number>
  readonly source: (document: number) => string
  readonly format: (document: number) => string
}

/** Tokens that begin a solution, by its format. `tagged`: control tokens, which stand before it; else its first token. */
export interface Beginnings {
  readonly openings: ReadonlyMap<string, number>
  readonly tagged: boolean
}

/** How a solution of a document begins, by its format; undefined: it is plain text. */
const openingOf = (corpus: Documents, document: number, openings: ReadonlyMap<string, number>): number | undefined =>
  (corpus.promptTokens[document] ?? 0) === 0 ? undefined : openings.get(corpus.format(document))

/** The documents that can be asked: plain text has no opening. */
export const askableDocuments = (
  corpus: Documents,
  documents: Int32Array,
  asked: Askable,
  openings: ReadonlyMap<string, number>
): Int32Array =>
  asked === "solution" ? documents : documents.filter((document) => openingOf(corpus, document, openings) !== undefined)

/** The texts of documents for a model whose completions begin so. */
export const askedTexts = (
  corpus: Documents,
  documents: Int32Array,
  asked: Askable,
  { openings, tagged }: Beginnings
): ReadonlyArray<Tokens> =>
  corpus.read(documents).map((tokens, i) => {
    const document = documents[i]!
    const promptTokens = corpus.promptTokens[document]!
    const opening = openingOf(corpus, document, openings)
    if (opening === undefined || (asked === "solution" && !tagged)) return { tokens, promptTokens }
    const opened = [...tokens.subarray(0, promptTokens), opening]
    return asked === "opening"
      ? { tokens: Int32Array.from(opened), promptTokens }
      : { tokens: Int32Array.from([...opened, ...tokens.subarray(promptTokens)]), promptTokens: promptTokens + 1 }
  })

/** Log-probability of each text after its prompt in nats, `[texts]`; of a plain text all but its first token. */
export const logProbsOf = Effect.fnUntraced(function* (model: Model, texts: ReadonlyArray<Tokens>) {
  const sums = new Float64Array(texts.length)
  for (const batch of textBatches(texts, texts.keys(), { context: model.spec.context, promptWeight: 0 })) {
    const { logProbs } = yield* model.score(batch)
    for (const [i, text] of batch.texts.entries())
      for (let t = batch.offsets[i]!; t < batch.offsets[i + 1]!; t++) if (batch.weights[t]! > 0) sums[text]! += logProbs[t]!
  }
  return sums
})

/** How many tokens of a text `logProbsOf` adds up, cut at a context. */
export const tokensAsked = ({ tokens, promptTokens }: Tokens, context: number): number =>
  Math.max(0, Math.min(context, tokens.length) - Math.max(1, promptTokens))
