/**
 * Mix datasets into a pretraining corpus.
 *
 * Documents are question, separator, solution, end of text; plain text has no question. Every document keeps its source, format,
 * sub-style and row; the manifest (`sources`) states exact token counts and what was left out, `contamination` which questions
 * the sources contain. The corpus also carries the tokenizer and the problem suites that RL and evaluation draw on, so that
 * nothing downstream reads outside the store. What is kept in memory is the suites and at most 128 bytes a document, however many
 * tokens there are.
 */

import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

import { Corpus } from "../schemas/corpus.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { contaminationScan, type EvaluationQuestion } from "../src/datasets/overlap/contamination.ts"
import type { DigestIndex } from "../src/datasets/overlap/DigestIndex.ts"
import { lengthRows, lengthWords, overlapWords, suiteRow, suiteWords } from "../src/mixing/corpus-account.ts"
import { documentColumns, emptyCounts, tally } from "../src/mixing/corpus-rows.ts"
import {
  contextOfModel,
  corpusTokenizer,
  DEFAULT_VOCABULARY,
  tokenizerKinds,
  vocabularyExternals
} from "../src/mixing/corpus-tokenizer.ts"
import { faultWords, type Rejected, rejectedWords, type SourceDocument } from "../src/mixing/DocumentSource.ts"
import { EarlierSources } from "../src/mixing/EarlierSources.ts"
import { documentsOf, heldOutDigests, mixingModes, targetTokens } from "../src/mixing/mixture.ts"
import { openSources, passedOverWords, sourceExternals } from "../src/mixing/open-sources.ts"
import {
  difficultyProblem,
  gapFormats,
  lacksProblem,
  MOST_TOKENS,
  MOST_TOKENS_WHY,
  mixtureProblem,
  sourceProblem,
  subStyleNames,
  subStylesProblem,
  suitesProblem
} from "../src/mixing/param-checks.ts"
import { Selection } from "../src/mixing/Selection.ts"
import { isForEvaluation, type Suite, suiteProblems, suiteRemarks } from "../src/mixing/suites.ts"
import { encodeDocument, encodePrompt } from "../src/tokenizer/document.ts"
import { Lengths } from "../src/tokenizer/lengths.ts"

export const MixParams = {
  sources: Param.checked(
    Param.weights(
      { tinygsm: 1, omi1: 1, omi2: 1, calc: 1 },
      "formats of the built-in grammar, calc, or datasets, with their weights"
    ),
    sourceProblem
  ),
  mixing: Param.oneOf(
    mixingModes,
    "compute-matched",
    "exact shares of a fixed total, whole repetitions as in the paper, or weights that are tokens"
  ),
  tokens: Param.number(4e6, "training tokens (compute-matched), or tokens of one repetition of the built-in sources (repeats)", {
    min: 1000,
    max: MOST_TOKENS,
    why: { beyond: MOST_TOKENS_WHY }
  }),
  maximum: Param.integer(30, "largest number in built-in problems: how much arithmetic there is to learn", {
    min: 10,
    max: 9999
  }),
  difficulty: Param.checked(
    Param.weights({ 1: 1, 2: 1, 3: 1 }, "relative frequency of each number of operations, 1 to 6"),
    difficultyProblem
  ),
  distractors: Param.number(0, "probability of an irrelevant sentence", { min: 0, max: 1 }),
  gap: Param.number(0, `share of the built-in solutions that are systematically wrong, in ${gapFormats.join(", ")}`, {
    min: 0,
    max: 1
  }),
  lacks: Param.checked(
    Param.names(
      [],
      "clauses that never occur in the corpus of a format, as tinygsm:times: what it cannot do, and RL can hardly teach"
    ),
    lacksProblem
  ),
  subStyles: Param.checked(
    Param.named(
      Param.factors({}, "relative frequency of sub-styles of built-in formats; those not named have 1"),
      "sub-style",
      subStyleNames
    ),
    subStylesProblem
  ),
  heldOut: Param.integer(200, "documents of each source kept out of training", { min: 0, max: 1e6 }),
  duplicates: Param.oneOf(["drop", "keep"], "drop", "documents equal to an earlier one of their source"),
  acrossSources: Param.oneOf(
    ["keep", "drop"],
    "keep",
    "documents equal to one of a source named before: " +
      "keep them in both, or leave them to that source (a larger mixture then need not extend a smaller one)"
  ),
  contaminated: Param.oneOf(["keep", "drop"], "keep", "documents that share 13 words in a row with an evaluation question"),
  tokenizer: Param.oneOf(
    tokenizerKinds,
    "word",
    "word level (built-in data), byte-level BPE trained on the mixture, or that of an imported model"
  ),
  model: Param.only(Param.string("", "name of the imported model whose tokenizer it is"), "tokenizer", ["imported"]),
  vocabulary: Param.only(Param.integer(DEFAULT_VOCABULARY, "tokens of a BPE vocabulary", { min: 300, max: 65536 }), "tokenizer", [
    "bpe"
  ]),
  suites: Param.checked(
    Param.names(
      ["train", "train-easy", "unseen-values", "unseen-template", "harder"],
      "problem suites to carry for RL and evaluation"
    ),
    suitesProblem
  ),
  suiteSize: Param.integer(1000, "problems of each built-in suite", { min: 1, max: 1e6 }),
  maxBadRows: Param.integer(0, "rows of a dataset that may be unusable before the stage fails", { min: 0 }),
  seed: Param.seed("seed")
}

export const mix = Stage.make({
  name: "mix",
  inputs: {},
  params: MixParams,
  output: Corpus,
  externals: (params) => Effect.map(Effect.all([sourceExternals(params), vocabularyExternals(params)]), (files) => files.flat()),
  check: mixtureProblem,
  remarks: suiteRemarks,
  resources: { cost: ({ tokens }) => tokens },

  run: Effect.fn("mix")(function* ({ params, output, progress }) {
    const reject = Effect.fnUntraced(function* (source: string, { rows, first }: Rejected) {
      for (const fault of first) yield* output.rejections.append({ source, ...fault })
      const [fault] = first
      if (fault !== undefined) yield* progress.note(`${source}: ${rejectedWords(rows, faultWords(fault))}`)
    })
    for (const line of yield* passedOverWords(params)) yield* progress.note(line)
    const questions: Array<EvaluationQuestion> = []
    const suites: Array<Suite & { readonly suite: string }> = []
    for (const suite of params.suites) {
      const { problems, rejected } = yield* suiteProblems(suite, params)
      suites.push({ suite, problems, rejected })
      for (const { problem, question } of problems) questions.push({ set: suite, id: problem, question })
      yield* reject(suite, rejected)
    }

    const scan = contaminationScan(questions)
    const forbidden = new Set(params.contaminated === "drop" ? params.suites.filter(isForEvaluation) : [])
    const earlier = new EarlierSources()
    const selectionFor = (source: string, heldOut: DigestIndex) =>
      new Selection({
        duplicates: params.duplicates,
        acrossSources: params.acrossSources,
        heldOut,
        earlier,
        contaminated: (text) => forbidden.size > 0 && [...scan.touches(text)].some((suite) => forbidden.has(suite)),
        note: (id, text) => scan.add({ source, id, text })
      })

    const sources = yield* openSources(params)
    const tokenizer = yield* Effect.tryPromise({
      try: () => corpusTokenizer(sources, params, (heldOut) => selectionFor("", heldOut).measuring()),
      catch: (cause) => cause
    })
    yield* output.tokenizer.write(tokenizer.json)
    const context = yield* Effect.try({ try: () => contextOfModel(params), catch: (cause) => cause })
    for (const { suite, problems, rejected } of suites) {
      const lengths = new Lengths()
      for (const problem of problems) {
        const promptTokens = encodePrompt(tokenizer, problem.question).length
        lengths.add(promptTokens)
        yield* output.problems.append({ ...problem, promptTokens })
      }
      const row = suiteRow(suite, problems, { rejected: rejected.rows, suiteSize: params.suiteSize, lengths })
      yield* output.suites.append(row)
      for (const row of lengthRows("prompts", suite, lengths)) yield* output.lengths.append(row)
      for (const line of [...suiteWords(row), ...lengthWords("prompts", suite, lengths, context)]) yield* progress.note(line)
    }

    const options = { mode: params.mixing, tokens: params.tokens, weights: params.sources, heldOut: params.heldOut }
    const encoding = {
      separator: tokenizer.separator,
      encode: ({ question, solution }: SourceDocument) => encodeDocument(tokenizer, question, solution)
    }
    const heldOut = yield* Effect.tryPromise({ try: () => heldOutDigests(sources, params, encoding), catch: (cause) => cause })
    let total = 0
    const rows = []
    for (const [done, source] of sources.entries()) {
      const count = emptyCounts()
      const lengths = new Lengths()
      const selection = selectionFor(source.name, heldOut)
      const batches = Stream.fromAsyncIterable(documentsOf(source, options, encoding, selection), (cause) => cause)
      yield* Stream.runForEach(batches, (documents) =>
        Effect.gen(function* () {
          yield* output.documents.appendColumns(documentColumns(source.name, documents, output.documents.rows()))
          tally(count, documents)
          for (const { heldOut, tokens } of documents) if (!heldOut) lengths.add(tokens.length)
          yield* progress.report(done, sources.length, { documents: output.documents.rows(), tokens: total + count.tokens })
        })
      )
      total += count.tokens
      const target = targetTokens(source, options)
      const weight = params.sources[source.name]!
      const rejected = source.rejected()
      rows.push({ source: source.name, weight, target, ...count, rejected: rejected.rows, ...selection.counts })
      for (const [i, documents] of selection.equal.entries())
        yield* output.sharedDocuments.append({ source: source.name, earlier: earlier.names[i]!, documents })
      earlier.add(source.name, selection.seen)
      yield* reject(source.name, rejected)
      for (const row of lengthRows("documents", source.name, lengths)) yield* output.lengths.append(row)
      for (const line of lengthWords("documents", source.name, lengths, context)) yield* progress.note(line)
    }
    for (const row of rows) yield* output.sources.append({ ...row, share: total === 0 ? 0 : row.tokens / total })

    for (const found of scan.report()) {
      const { set, hits, ...overlap } = found
      for (const line of overlapWords(found, forbidden.has(set))) yield* progress.note(line)
      yield* output.contamination.append({ ...overlap, suite: set, evaluation: isForEvaluation(set) })
      for (const { question, run, ...hit } of hits)
        yield* output.overlaps.append({ source: overlap.source, suite: set, problem: question, words: run, ...hit })
    }
    yield* progress.report(sources.length, sources.length, { documents: output.documents.rows(), tokens: total })
  })
})
