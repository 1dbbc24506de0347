/**
 * The training documents that a completion repeats: its rarest passages that stand in one word for word, found as the stage
 * `attribute` finds them, in the same documents.
 */

import type { Corpus } from "../../../schemas/corpus.ts"
import { documentBodies, select } from "../../attribution/bodies.ts"
import { buildCorpusIndex, documentAt } from "../../attribution/CorpusIndex.ts"
import { overlap } from "../../attribution/overlap.ts"
import type { Reader } from "../../dag/Stage.ts"
import type { Tokenizer } from "../../tokenizer/Tokenizer.ts"

/** A passage of a completion, and a document that holds it. */
export interface Document {
  /** Its number in the corpus. */
  readonly document: number
  readonly source: string
  /** First token of the passage in the completion without control tokens. */
  readonly start: number
  /** Tokens of the passage. */
  readonly length: number
  /** How often it stands in the documents. */
  readonly count: number
  readonly text: string
}

/** What the parameters of `attribute` say. */
interface AttributionSettings {
  readonly documentsPerSource: number
  readonly minSpan: number
  readonly spans: number
}

/** Finds the documents of completions, rarest passage first. The index is built at the first call: it takes seconds. */
export const documentFinder = (
  corpus: Reader<typeof Corpus>,
  tokenizer: Tokenizer,
  { documentsPerSource, minSpan, spans: most }: AttributionSettings
): ((completion: Int32Array) => ReadonlyArray<Document>) => {
  const control = new Set([tokenizer.endOfText, ...Object.values(tokenizer.tags)])
  let made: ReturnType<typeof indexOf> | undefined
  return (completion) => {
    const { index, documents } = (made ??= indexOf(corpus, tokenizer, documentsPerSource))
    const body = completion.filter((token) => !control.has(token))
    const { spans } = overlap(index, body, { minLength: minSpan })
    const rarest = spans.toSorted((a, b) => a.unigramLogProb - b.unigramLogProb).slice(0, Math.max(1, most))
    return rarest.map(({ start, end, range, counts }) => {
      const document = documents.training[documentAt(index, index.suffixes[range.low]!)]!
      return {
        document: documents.numbers[document]!,
        source: documents.sources[documents.labels[document]!]!,
        start,
        length: end - start,
        count: counts.reduce((sum, count) => sum + count, 0),
        text: tokenizer.decode(body.subarray(start, end))
      }
    })
  }
}

const indexOf = (corpus: Reader<typeof Corpus>, tokenizer: Tokenizer, documentsPerSource: number) => {
  const documents = documentBodies(corpus, tokenizer, documentsPerSource)
  const training = select(documents, documents.training)
  const index = buildCorpusIndex({
    ...training,
    sources: training.labels,
    sourceNames: documents.sources,
    vocabulary: tokenizer.size
  })
  return { index, documents }
}
