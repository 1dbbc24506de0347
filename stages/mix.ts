/**
 * Mix datasets into a pretraining corpus.
 *
 * Documents are question, separator, solution, end of text; plain text has no question. Every document keeps its source, format, sub-style
 * and row; the manifest (`sources`) states exact token counts. The corpus also carries the tokenizer and the problem suites that RL and
 * evaluation draw on, so that nothing downstream reads outside the store.
 */
import { Effect } from "effect"

import { Corpus } from "../schemas/corpus.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import type { SourceDocument } from "../src/mixing/DocumentSource.ts"
import { documentsOf, type PlacedDocument } from "../src/mixing/mixture.ts"
import { openSources, sourceExternals } from "../src/mixing/sources.ts"
import { suiteProblems } from "../src/mixing/suites.ts"
import { corpusTokenizer } from "../src/mixing/tokenizer.ts"
import { sha256 } from "../src/store/digest.ts"
import { encodeDocument } from "../src/tokenizer/document.ts"

export const MixParams = {
  sources: Param.weights(
    { tinygsm: 1, omi1: 1, omi2: 1, calc: 1 },
    "formats of the built-in grammar, calc, or datasets, with their weights"
  ),
  mixing: Param.oneOf(
    ["compute-matched", "repeats"],
    "compute-matched",
    "exact shares of a fixed total, or whole repetitions as in the paper"
  ),
  tokens: Param.number(4e6, "training tokens (compute-matched), or tokens of one repetition of the built-in sources (repeats)", {
    min: 1000
  }),
  maximum: Param.integer(30, "largest number in built-in problems: how much arithmetic there is to learn", {
    min: 10,
    max: 9999
  }),
  difficulty: Param.weights({ 1: 1, 2: 1, 3: 1 }, "relative frequency of each number of operations, 1 to 6"),
  distractors: Param.number(0, "probability of an irrelevant sentence", { min: 0, max: 1 }),
  gap: Param.number(0, "share of built-in TinyGSM programs that are systematically wrong", { min: 0, max: 1 }),
  heldOut: Param.integer(200, "documents of each source kept out of training", { min: 0 }),
  tokenizer: Param.oneOf(["word", "bpe"], "word", "word level (built-in data) or byte-level BPE trained on the mixture"),
  vocabulary: Param.integer(4096, "tokens of a BPE vocabulary", { min: 300, max: 65536 }),
  suites: Param.names(
    ["train", "train-easy", "unseen-values", "unseen-template", "harder"],
    "problem suites to carry for RL and evaluation"
  ),
  suiteSize: Param.integer(1000, "problems of each built-in suite", { min: 1 }),
  maxBadRows: Param.integer(0, "rows of a dataset that may be unusable before the stage fails", { min: 0 }),
  seed: Param.integer(0, "seed", { min: 0 })
}

export const mix = Stage.make({
  name: "mix",
  inputs: {},
  params: MixParams,
  output: Corpus,
  externals: sourceExternals,
  resources: { cost: ({ tokens }) => tokens },

  run: Effect.fn("mix")(function* ({ params, output, progress }) {
    const sources = yield* openSources(params)
    const tokenizer = corpusTokenizer(sources, params)
    const options = { mode: params.mixing, tokens: params.tokens, weights: params.sources, heldOut: params.heldOut }
    const statistics = new Map(
      sources.map((source) => [source.name, { documents: 0, distinct: 0, tokens: 0, heldOutDocuments: 0, heldOutTokens: 0 }])
    )

    let document = 0
    for (const [done, source] of sources.entries()) {
      const count = statistics.get(source.name)!
      const encode = ({ question, solution }: SourceDocument) => encodeDocument(tokenizer, question, solution)
      for (const placed of documentsOf(source, options, encode)) {
        const { tokens, promptTokens } = placed
        const text = documentText(placed, tokenizer.separator)
        yield* output.documents.append({
          document: document++,
          source: source.name,
          format: placed.format,
          subStyle: placed.subStyle,
          problem: placed.problem,
          steps: placed.steps,
          heldOut: placed.heldOut,
          repetition: placed.repetition,
          flawed: placed.flawed,
          promptTokens,
          tokens,
          text,
          contentDigest: sha256(text).slice(0, 16)
        })
        if (placed.heldOut) {
          count.heldOutDocuments++
          count.heldOutTokens += tokens.length
        } else {
          count.documents++
          count.tokens += tokens.length
          if (placed.repetition === 0) count.distinct++
        }
        if (document % 1000 === 0) yield* progress.report(done, sources.length, { documents: document })
      }
    }

    const total = [...statistics.values()].reduce((sum, { tokens }) => sum + tokens, 0)
    for (const source of sources) {
      const count = statistics.get(source.name)!
      yield* output.sources.append({
        source: source.name,
        weight: params.sources[source.name]!,
        documents: count.documents,
        distinctDocuments: count.distinct,
        tokens: count.tokens,
        share: count.tokens / total,
        heldOutDocuments: count.heldOutDocuments,
        heldOutTokens: count.heldOutTokens,
        rejected: source.rejected
      })
    }
    for (const suite of params.suites)
      for (const problem of yield* suiteProblems(suite, params)) yield* output.problems.append({ suite, ...problem })
    yield* output.tokenizer.write(tokenizer.json)
    yield* progress.report(sources.length, sources.length, { documents: document, tokens: total })
  })
})

const documentText = ({ question, solution }: PlacedDocument, separator: string): string =>
  question === "" ? solution : question + separator + solution
