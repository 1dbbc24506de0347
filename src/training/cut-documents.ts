/**
 * Documents that are longer than the context: training sees their beginnings alone. They are counted source by source, said, and
 * refused where they are too many, since a model that never sees an end never learns to end.
 */

import type { Checkpoint } from "../../schemas/checkpoint.ts"
import * as Param from "../dag/Param.ts"
import type { Objection } from "../dag/Stage.ts"
import { maximumOf } from "../lists/large.ts"
import type { Table } from "../store/schema/Table.ts"
import { percentWords } from "../text/percent.ts"
import { type CorpusSequences, validationDocuments } from "./corpus.ts"

/** How many documents may be cut: a parameter of every stage that trains on documents. */
export const longDocumentsParam = Param.number(
  0.5,
  "share of the documents that may be longer than the context, and are cut there, before the stage refuses",
  { min: 0, max: 1 }
)

type CutRow = Table.Input<(typeof Checkpoint)["tables"]["cutDocuments"]>

/** A row a source of the documents that are trained on. */
export const cutRows = (
  corpus: Pick<CorpusSequences, "lengths" | "source">,
  documents: Int32Array,
  context: number
): ReadonlyArray<CutRow> => {
  // Counters alone: a corpus may have more documents than there is room for lists of them.
  const rows = new Map<string, { -readonly [K in keyof CutRow]: CutRow[K] }>()
  for (const document of documents) {
    const source = corpus.source(document)
    const length = corpus.lengths[document]!
    const row = rows.get(source) ?? { source, documents: 0, cut: 0, tokens: 0, lostTokens: 0, longest: 0, context }
    row.documents++
    row.cut += length > context ? 1 : 0
    row.tokens += length
    row.lostTokens += Math.max(0, length - context)
    row.longest = Math.max(row.longest, length)
    rows.set(source, row)
  }
  return [...rows.values()]
}

/** Objects to more documents cut than `share` of them, and to none that is seen to its end. */
export const cutObjection = (rows: ReadonlyArray<CutRow>, share: number): Objection | null => {
  const { documents, cut, longest, context } = together(rows)
  if (cut === 0 || (cut <= share * documents && cut < documents)) return null
  return {
    param: "maxLongDocuments",
    problem:
      `allows ${percentWords(share)} of the documents to be longer than the context, and ${cut} of ${documents} ` +
      `(${percentWords(cut / documents)}) are: the context is ${context} tokens, the longest document ${longest} ` +
      `(${sourceWords(rows)}). Take a longer context (pretrain.context)${cut < documents ? " or allow more" : ""}.`
  }
}

/** What is to be said of documents that were cut; nothing where none was. */
export const cutDocumentWords = (rows: ReadonlyArray<CutRow>): ReadonlyArray<string> => {
  const { documents, cut, lostTokens, tokens, context } = together(rows)
  if (cut === 0) return []
  return [
    `${cut} of ${documents} documents are longer than the context of ${context} tokens and are cut ` +
      `(${sourceWords(rows)}): ${percentWords(lostTokens / tokens)} of the tokens are never seen`
  ]
}

/** What is to be said of the documents of a validation loss; nothing where each is seen to its end. */
export const cutValidationWords = (
  corpus: Pick<CorpusSequences, "lengths" | "source" | "heldOut">,
  context: number
): ReadonlyArray<string> => {
  const rows = [...validationDocuments(corpus).values()].flatMap((documents) => cutRows(corpus, documents, context))
  const { documents, cut } = together(rows)
  if (cut === 0) return []
  return [
    `${cut} of ${documents} held-out documents are longer than the context of ${context} tokens (${sourceWords(rows)}): ` +
      "validation losses are of their beginnings"
  ]
}

const sourceWords = (rows: ReadonlyArray<CutRow>): string =>
  rows
    .filter(({ cut }) => cut > 0)
    .map(({ source, cut, documents }) => `${source} ${cut} of ${documents}`)
    .join(", ")

const together = (rows: ReadonlyArray<CutRow>) => ({
  documents: sum(rows.map(({ documents }) => documents)),
  cut: sum(rows.map(({ cut }) => cut)),
  tokens: sum(rows.map(({ tokens }) => tokens)),
  lostTokens: sum(rows.map(({ lostTokens }) => lostTokens)),
  longest: maximumOf(
    rows.map(({ longest }) => longest),
    0
  ),
  context: rows[0]?.context ?? 0
})

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)
