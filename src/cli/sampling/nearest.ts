/**
 * The training documents that a completion repeats: its rarest passages that stand in one word for word, found as the stage
 * `attribute` finds them, in the same documents.
 */

import type { CorpusIndexed } from "../../../schemas/corpus-index.ts"
import { type CorpusIndex, documentsIn } from "../../attribution/corpus-index/CorpusIndex.ts"
import { readIndex } from "../../attribution/corpus-index/stored.ts"
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
  readonly minSpan: number
  readonly spans: number
}

/** Finds the documents of completions, rarest passage first. The index is read at the first call. */
export const documentFinder = (
  indexed: Reader<typeof CorpusIndexed>,
  tokenizer: Tokenizer,
  { minSpan, spans: most }: AttributionSettings
): ((completion: Int32Array) => ReadonlyArray<Document>) => {
  const control = new Set([tokenizer.endOfText, ...Object.values(tokenizer.tags)])
  let made: CorpusIndex | undefined
  return (completion) => {
    const index = (made ??= readIndex(indexed, tokenizer.size))
    const body = completion.filter((token) => !control.has(token))
    const { spans } = overlap(index, body, { minLength: minSpan })
    const rarest = spans.toSorted((a, b) => a.unigramLogProb - b.unigramLogProb).slice(0, Math.max(1, most))
    return rarest.map(({ start, end, range, counts }) => {
      const [holder] = documentsIn(index, range)
      return {
        document: holder!.document,
        source: index.sourceNames[holder!.source]!,
        start,
        length: end - start,
        count: counts.reduce((sum, count) => sum + count, 0),
        text: tokenizer.decode(body.subarray(start, end))
      }
    })
  }
}
