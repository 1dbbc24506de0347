/** An index between memory and an artifact: 4 bytes a token for its suffix array and 2 for its text (4 of large vocabularies). */

import * as Effect from "effect/Effect"

import type { CorpusIndexed } from "../../../schemas/corpus-index.ts"
import type { Reader, Writer } from "../../dag/Stage.ts"
import { beginsOf, type CorpusIndex, emptyText, SHORT, type SourceIndex } from "./CorpusIndex.ts"
import type { Symbols } from "./suffix-array.ts"

/** Positions of a row: 24 MiB. */
const POSITIONS = 2 ** 22

/** Writes the tables of an index. */
export const writeIndex = Effect.fnUntraced(function* (index: CorpusIndex, output: Writer<typeof CorpusIndexed>) {
  for (const [s, { text, suffixes, starts, documents }] of index.sources.entries()) {
    const source = index.sourceNames[s]!
    yield* output.indexedSources.append({ source, documents: documents.length, tokens: text.length - documents.length })
    for (const [d, document] of documents.entries())
      yield* output.indexedDocuments.append({ document, source, start: starts[d]! })
    for (let start = 0; start < text.length; start += POSITIONS) {
      const symbols = text.subarray(start, start + POSITIONS)
      yield* output.suffixArrays.append({
        source,
        start,
        text: bytesOf(symbols),
        suffixes: bytesOf(suffixes.subarray(start, start + POSITIONS))
      })
    }
  }
})

/** A copy: what threads share is not taken everywhere. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Symbols): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength).slice()

/** Reads an index whole. `vocabulary`: of its tokenizer. */
export const readIndex = (
  { indexedSources, indexedDocuments, suffixArrays }: Reader<typeof CorpusIndexed>,
  vocabulary: number
): CorpusIndex => {
  const symbols = vocabulary + 1
  const sourceNames = [...indexedSources].map(({ source }) => source)
  const documents = Map.groupBy(indexedDocuments, ({ source }) => source)
  const rows = Map.groupBy([...suffixArrays], ({ source }) => source)
  const sources = [...indexedSources].map(({ source, documents: count, tokens }): SourceIndex => {
    const own = documents.get(source) ?? []
    const text = emptyText(tokens + count, symbols)
    const suffixes = new Int32Array(text.length)
    for (const { start, ...row } of rows.get(source) ?? []) {
      // A copy is aligned, which bytes in a file need not be.
      const words = row.text.slice().buffer
      text.set(symbols <= SHORT ? new Uint16Array(words) : new Int32Array(words), start)
      suffixes.set(new Int32Array(row.suffixes.slice().buffer), start)
    }
    return {
      text,
      suffixes,
      begins: beginsOf(text, symbols),
      starts: Int32Array.from([...own.map(({ start }) => start), text.length]),
      documents: Int32Array.from(own, ({ document }) => document)
    }
  })
  return { sourceNames, sources, symbols }
}
