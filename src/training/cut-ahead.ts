/**
 * Which documents fine-tuning will take and cut, before there is a model: a corpus and a context tell. Found here it costs
 * nothing; found by the stage it costs a pretraining.
 */

import * as Effect from "effect/Effect"

import type { Corpus } from "../../schemas/corpus.ts"
import * as Param from "../dag/Param.ts"
import { type OpenInput, type WiredInput, wiredWith } from "../dag/Stage.ts"
import { formatNames } from "../formats/registry.ts"
import { cutDocumentWords, cutObjection, cutRows } from "./cut-documents.ts"
import { chooseDocuments } from "./format-mixture.ts"

/** A corpus of more documents is left to the stage: whoever plans and runs has other things to do. */
const MOST_DOCUMENTS = 2_000_000

/** What fine-tuning takes: its params. */
export interface FineTuning {
  readonly documents: number
  readonly formats: Readonly<Record<string, number>> | null
  readonly seed: number
  readonly tags: "native" | "none"
  readonly maxLongDocuments: number
}

/** Fails with what the stage will refuse, by the name of its parameter; else what it will say. */
export const cutOfCorpus = Effect.fnUntraced(function* (
  params: FineTuning,
  base: WiredInput,
  open: OpenInput<{ readonly base: any; readonly corpus: typeof Corpus }>
) {
  const context = wiredWith(base, "context", ["base", "policy"])?.params["context"]
  const documents = typeof context === "number" ? yield* open("corpus", "documents") : null
  if (typeof context !== "number" || documents === null || documents.rows > MOST_DOCUMENTS) return []
  const promptTokens = documents.column("promptTokens")
  const heldOut = documents.column("heldOut")
  const [sources, formats] = [documents.column("source"), documents.column("format")]
  const corpus = {
    training: Int32Array.from({ length: documents.rows }, (_, i) => i).filter((i) => heldOut[i] === 0),
    promptTokens,
    source: (document: number) => sources.at(document),
    format: (document: number) => formats.at(document)
  }
  const chosen = yield* chooseDocuments(corpus, params)
  const tagged = (i: number) => params.tags === "native" && promptTokens[i]! > 0 && formatNames.includes(corpus.format(i))
  const lengths = documents.lists("tokens").lengths.slice()
  for (const document of chosen) if (tagged(document)) lengths[document]!++
  const rows = cutRows({ ...corpus, lengths }, chosen, context)
  const objection = cutObjection(rows, params.maxLongDocuments)
  return objection === null ? cutDocumentWords(rows) : yield* new Param.ParamInvalid({ owner: "sft", ...objection })
})
