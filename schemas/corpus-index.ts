/** What the stage index-corpus writes: where in a corpus any words in a row stand. */

import { Column } from "../src/store/schema/Column.ts"
import { Kind } from "../src/store/schema/Kind.ts"
import { Table } from "../src/store/schema/Table.ts"
import { TokenizerDocument } from "./corpus.ts"

const IndexedSources = Table.make("indexedSources", "A source whose training documents are indexed, a row each", {
  source: Column.utf8("source of the mixture"),
  documents: Column.int32("distinct documents"),
  tokens: Column.float64("tokens of their bodies: without prompts and control tokens")
})

const IndexedDocuments = Table.make("indexedDocuments", "A document that is indexed, a row each", {
  document: Column.int32("number of the document in the corpus"),
  source: Column.utf8("its source"),
  start: Column.int32("its first position in the text of its source; one more position than tokens belongs to it")
})

const SuffixArrays = Table.make(
  "suffixArrays",
  "Texts and suffix arrays of the sources, a row a few million positions",
  {
    source: Column.utf8("the source"),
    start: Column.int32("first position, and rank, of the row"),
    text: Column.largeBinary(
      "token + 1 by position, 0 behind each document; little-endian, of 2 bytes or, of large vocabularies, 4"
    ),
    suffixes: Column.largeBinary("positions in the order of what follows them, little-endian, of 4 bytes")
  },
  { rowsPerBatch: 1 }
)

export const CorpusIndexed = Kind.make("corpus-index", "Where in a corpus any words in a row stand", {
  tables: { indexedSources: IndexedSources, indexedDocuments: IndexedDocuments, suffixArrays: SuffixArrays },
  documents: { tokenizer: TokenizerDocument }
})
