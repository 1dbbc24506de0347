/**
 * What a method of attribution is: a function of targets and documents that gives each pair a number, higher for documents that
 * are said to make the target likelier. One page a method in this folder, one line in `registry.ts`. Judged by `../retraining`.
 */

/** A document, or a held-out one as a target. */
export interface AttributedText {
  /** Prompt and solution, end of text included. */
  readonly tokens: Int32Array
  readonly source: string
  /** Its group in the partition that is judged. */
  readonly group: string
}

/** What is attributed to what. */
export interface Attributed {
  readonly targets: ReadonlyArray<AttributedText>
  /** Those trained on. */
  readonly documents: ReadonlyArray<AttributedText>
}

export interface Method {
  /** In tables: lower case letters and hyphens. */
  readonly name: string
  /** Row-major `[targets, documents]`. */
  readonly scores: (of: Attributed) => Float64Array
}

/** The matrix of one number a pair. */
export const eachPair = (
  { targets, documents }: Attributed,
  score: (target: AttributedText, document: AttributedText) => number
): Float64Array => {
  const scores = new Float64Array(targets.length * documents.length)
  let at = 0
  for (const target of targets) for (const document of documents) scores[at++] = score(target, document)
  return scores
}
