/** Documents as columns of the corpus, and their counts. */

import type { PlacedDocument } from "./mixture.ts"

/** A batch as columns of `documents`; `first` is the number of its first document in the corpus. */
export const documentColumns = (source: string, documents: ReadonlyArray<PlacedDocument>, first: number) => {
  const offsets = new Int32Array(documents.length + 1)
  documents.forEach(({ tokens }, i) => (offsets[i + 1] = offsets[i]! + tokens.length))
  const values = new Int32Array(offsets[documents.length]!)
  documents.forEach(({ tokens }, i) => values.set(tokens, offsets[i]))
  return {
    document: Int32Array.from(documents, (_, i) => first + i),
    source: documents.map(() => source),
    format: documents.map(({ format }) => format),
    subStyle: documents.map(({ subStyle }) => subStyle),
    problem: documents.map(({ problem }) => problem),
    steps: Int32Array.from(documents, ({ steps }) => steps),
    template: documents.map(({ template }) => template),
    topic: documents.map(({ topic }) => topic),
    heldOut: documents.map(({ heldOut }) => heldOut),
    repetition: Int32Array.from(documents, ({ repetition }) => repetition),
    flawed: documents.map(({ flawed }) => flawed),
    promptTokens: Int32Array.from(documents, ({ promptTokens }) => promptTokens),
    tokens: { offsets, values },
    text: documents.map(({ text }) => text),
    contentDigest: documents.map(({ digest }) => digest)
  }
}

/** The exact counts that the manifest states of a source. */
export const emptyCounts = () => ({ documents: 0, distinctDocuments: 0, tokens: 0, heldOutDocuments: 0, heldOutTokens: 0 })

/** Adds a batch to the counts of its source. */
export const tally = (count: ReturnType<typeof emptyCounts>, documents: ReadonlyArray<PlacedDocument>): void => {
  for (const { heldOut, repetition, tokens } of documents)
    if (heldOut) {
      count.heldOutDocuments++
      count.heldOutTokens += tokens.length
    } else {
      count.documents++
      count.tokens += tokens.length
      if (repetition === 0) count.distinctDocuments++
    }
}
