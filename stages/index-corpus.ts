/**
 * Index the training documents of a corpus, so that any words in a row are found and counted in all of them, source by source.
 * Built once and read by whatever asks where words come from.
 */

import * as Effect from "effect/Effect"

import { CorpusIndexed } from "../schemas/corpus-index.ts"
import { Corpus } from "../schemas/corpus.ts"
import { documentBodies, indexOf } from "../src/attribution/bodies.ts"
import { writeIndex } from "../src/attribution/corpus-index/stored.ts"
import * as Stage from "../src/dag/Stage.ts"
import { tokenizerFromJson } from "../src/tokenizer/from-json.ts"

export const IndexCorpusParams = {}

export const indexCorpus = Stage.make({
  name: "index-corpus",
  inputs: { corpus: Corpus },
  passesOn: { tokenizer: "corpus" },
  params: IndexCorpusParams,
  output: CorpusIndexed,
  resources: { cost: () => 1e8 },

  run: Effect.fn("index-corpus")(function* ({ inputs: { corpus }, output, progress }) {
    const tokenizer = tokenizerFromJson(corpus.tokenizer)
    const index = yield* Effect.promise(() => indexOf(documentBodies(corpus, tokenizer), tokenizer))
    yield* writeIndex(index, output)
    yield* output.tokenizer.write(corpus.tokenizer)
    const documents = index.sources.reduce((sum, of) => sum + of.documents.length, 0)
    yield* progress.report(1, 1, { documents, positions: index.sources.reduce((sum, { text }) => sum + text.length, 0) })
  })
})
