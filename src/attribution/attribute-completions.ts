/**
 * Which sources completions come from, by three methods, as the rows of an attribution.
 *
 * The classifier knows the style of each source; its shares are corrected by its confusion on held-out documents. The
 * infinity-gram posterior asks under which source a text would be likely, from counts in an index of the corpus, its
 * temperature calibrated on held-out documents. Overlap finds the longest passages that stand in the corpus word for word.
 */

import * as Effect from "effect/Effect"

import type { Attribution } from "../../schemas/attribution.ts"
import type { CorpusIndexed } from "../../schemas/corpus-index.ts"
import type { Corpus } from "../../schemas/corpus.ts"
import * as Param from "../dag/Param.ts"
import type { Progress } from "../dag/Progress.ts"
import type { Reader, Writer } from "../dag/Stage.ts"
import { maximumOf } from "../lists/large.ts"
import { tokenizerFromJson } from "../tokenizer/from-json.ts"
import type { Tokenizer } from "../tokenizer/Tokenizer.ts"
import { type CompletionBodies, documentBodies, select } from "./bodies.ts"
import { classify, labelShares, trainClassifier } from "./classifier.ts"
import { documentsIn } from "./corpus-index/CorpusIndex.ts"
import { readIndex } from "./corpus-index/stored.ts"
import { correctShares, mixtureWeights } from "./mixture-weights.ts"
import { overlap } from "./overlap.ts"
import { calibrateTemperature, posterior, sourceScores } from "./source-posterior.ts"

/** What the methods look at, and what is kept of them. */
export const MethodParams = {
  documentsPerSource: Param.integer(4000, "training documents of each source that the classifier learns from", { min: 10 }),
  minSpan: Param.integer(8, "shortest verbatim match that counts, in tokens", { min: 1 }),
  spans: Param.integer(3, "longest matches of a completion to keep", { min: 0 }),
  seed: Param.seed("seed of the classifier")
}

/** Writes an attribution of completions to the sources of `corpus`; an empty one where there are no completions. */
export const attributeCompletions = Effect.fnUntraced(function* (
  { corpus, index: indexed }: { readonly corpus: Reader<typeof Corpus>; readonly index: Reader<typeof CorpusIndexed> },
  completionsIn: (tokenizer: Tokenizer) => CompletionBodies,
  params: Param.Values<typeof MethodParams>,
  output: Writer<typeof Attribution>,
  progress: Progress
) {
  const tokenizer = tokenizerFromJson(corpus.tokenizer)
  const completions = completionsIn(tokenizer)
  if (completions.texts.length === 0) {
    yield* progress.note("there are no such completions, so there is nothing to attribute: all tables are empty")
    return
  }
  const documents = documentBodies(corpus, tokenizer, params.documentsPerSource)
  const { sources } = documents
  const trained = documents.trainedShares

  // A0: style.
  const classifier = trainClassifier({ ...select(documents, documents.training), classes: sources, seed: params.seed })
  const heldOut = select(documents, documents.heldOut)
  const classes = classifier.classes
  const named = classify(classifier, heldOut.tokens, heldOut.offsets).labels
  for (const row of confusionRows(heldOut.labels, named, { sources, classes }))
    yield* output.confusion.append({ method: "classifier", ...row })
  const { labels, probabilities } = classify(classifier, completions.tokens, completions.offsets)
  const observed = labelShares(labels, classes.length)
  const corrected = correctShares(observed, classifier.confusion)
  for (const [c, source] of classes.entries())
    yield* output.sourceShares.append({
      method: "classifier",
      source,
      observed: observed[c]!,
      corrected: corrected[c]!,
      trained: trained[c] ?? 0
    })
  yield* progress.report(1, 3, { accuracy: classifier.heldOutAccuracy })

  // A2: likelihood.
  const index = readIndex(indexed, tokenizer.size)
  const heldOutScores = heldOut.texts.map((text) => sourceScores(index, text))
  const temperature = calibrateTemperature(heldOutScores, heldOut.labels)
  const likeliest = heldOutScores.map((scores) => {
    const p = posterior(scores, { temperature })
    return p.indexOf(maximumOf(p))
  })
  for (const row of confusionRows(heldOut.labels, likeliest, { sources, classes: sources }))
    yield* output.confusion.append({ method: "infinity-gram", ...row })
  const scores = completions.texts.map((text) => sourceScores(index, text))
  const posteriors = scores.map((score) => posterior(score, { temperature }))
  const weights = mixtureWeights(scores, temperature)
  for (const [d, source] of sources.entries()) {
    const mean = posteriors.reduce((sum, p) => sum + p[d]!, 0) / posteriors.length
    yield* output.sourceShares.append({
      method: "infinity-gram",
      source,
      observed: mean,
      corrected: weights[d]!,
      trained: trained[d]!
    })
  }
  yield* progress.report(2, 3)

  // A1: word for word.
  const covered = new Float64Array(sources.length)
  for (const [i, text] of completions.texts.entries()) {
    const target = completions.rows[i]!
    const at = { target, problem: completions.problems[i]!, format: completions.formats[i]! }
    for (const [c, source] of classes.entries())
      yield* output.attributions.append({ method: "classifier", ...at, source, score: probabilities[i * classes.length + c]! })
    for (const [d, source] of sources.entries())
      yield* output.attributions.append({ method: "infinity-gram", ...at, source, score: posteriors[i]![d]! })
    const { spans, coverageBySource } = overlap(index, text, { minLength: params.minSpan })
    for (const [d, source] of sources.entries()) {
      covered[d]! += coverageBySource[d]! / completions.texts.length
      yield* output.attributions.append({ method: "overlap", ...at, source, score: coverageBySource[d]! })
    }
    for (const span of spans.toSorted((a, b) => a.unigramLogProb - b.unigramLogProb).slice(0, params.spans)) {
      const [holder] = documentsIn(index, span.range)
      yield* output.matchedSpans.append({
        target,
        start: span.start,
        length: span.end - span.start,
        document: holder!.document,
        source: sources[holder!.source]!,
        count: span.counts.reduce((sum, count) => sum + count, 0),
        text: tokenizer.decode(text.subarray(span.start, span.end))
      })
    }
  }
  for (const [d, source] of sources.entries())
    yield* output.sourceShares.append({
      method: "overlap",
      source,
      observed: covered[d]!,
      corrected: covered[d]!,
      trained: trained[d]!
    })
  yield* progress.report(3, 3)
})

/** A row of the table `confusion`, less its method. */
interface ConfusionRow {
  readonly actual: string
  readonly predicted: string
  /** Of the actual source's documents; 0 where there are none. */
  readonly share: number
  readonly documents: number
}

/**
 * A row for each source and each class that a method can name, from the documents' true sources (indices into `sources`) and the
 * classes named for them (indices into `classes`).
 *
 * @internal the tests count by hand
 */
export const confusionRows = (
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { sources, classes }: { readonly sources: ReadonlyArray<string>; readonly classes: ReadonlyArray<string> }
): ReadonlyArray<ConfusionRow> =>
  sources.flatMap((source, s) => {
    const named = Array.from(predicted).filter((_, document) => actual[document] === s)
    return classes.map((name, c) => ({
      actual: source,
      predicted: name,
      share: named.length === 0 ? 0 : named.filter((label) => label === c).length / named.length,
      documents: named.length
    }))
  })
