/**
 * A vocabulary learnt from one dataset alone: what its texts are as long in as anywhere, before there is a mixture with a
 * vocabulary of its own.
 */

import { isDatasetError } from "../datasets/errors.ts"
import type { RootOptions } from "../datasets/locate/locate.ts"
import { openDataset } from "../datasets/read/load.ts"
import type { DatasetName } from "../datasets/registry.ts"
import { pieceCounter, trainBpeFromCounts } from "../tokenizer/bpe/train.ts"
import type { Tokenizer } from "../tokenizer/Tokenizer.ts"
import { DEFAULT_VOCABULARY, TRAINING_DOCUMENTS } from "./corpus-tokenizer.ts"

/** Learnt from the first rows that can be read, as a mixture learns its own; null where there is none. */
export const sampleVocabulary = async ({ dataset, split }: DatasetName, roots: RootOptions): Promise<Tokenizer | null> => {
  const counter = pieceCounter()
  const limit = TRAINING_DOCUMENTS
  const open = openDataset(dataset, split, { ...roots, purpose: "evaluation", maxBadRows: { share: 1 }, partial: true, limit })
  try {
    for await (const { rows } of open.batches())
      for (const { question, solution } of rows) {
        counter.add(question)
        counter.add(solution)
      }
  } catch (error) {
    // What is wrong with the files is said by whoever reads them to their end.
    if (!isDatasetError(error)) throw error
  }
  return open.report.rows === 0 ? null : trainBpeFromCounts(counter.counts, { vocabularySize: DEFAULT_VOCABULARY, tags: [] })
}
