/** A corpus artifact as token sequences on disk, and the loss of a model on its held-out documents. */

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { Corpus, SuiteProblem } from "../../schemas/corpus.ts"
import type { Reader } from "../dag/Stage.ts"
import type { Model } from "../engine/Engine.ts"
import { batchOf, type Sequences } from "./packing.ts"

/** A corpus for training: its tokens on disk, the rest in memory. */
export interface CorpusSequences extends Sequences {
  /** Documents to train on, and those kept out. */
  readonly training: Int32Array
  readonly heldOut: Int32Array
  /** Source and format of each document. */
  readonly source: (document: number) => string
  readonly format: (document: number) => string
  /** For each format with solutions, the token that most of its solutions begin with: what forces it. */
  readonly firstTokens: ReadonlyMap<string, number>
  /** Problems by suite. */
  readonly problems: ReadonlyArray<SuiteProblem>
}

/** Documents whose tokens are read together. */
const READ_AT_ONCE = 4096

/** Reads everything but the tokens, which stay on disk: a few bytes a document, however many tokens it has. */
export const readCorpus = (corpus: Reader<typeof Corpus>): CorpusSequences => {
  const { documents, problems } = corpus
  const { lengths, read } = documents.lists("tokens")
  const promptTokens = documents.column("promptTokens")
  const heldOut = documents.column("heldOut")
  const source = documents.column("source")
  const format = documents.column("format")
  const indices = { training: [] as Array<number>, heldOut: [] as Array<number> }
  const firsts = new Map<string, Map<number, number>>()
  const prompted: Array<number> = []
  for (let i = 0; i < documents.rows; i++) {
    indices[heldOut[i] === 1 ? "heldOut" : "training"].push(i)
    if (promptTokens[i]! > 0) prompted.push(i)
  }
  for (let from = 0; from < prompted.length; from += READ_AT_ONCE) {
    const some = prompted.slice(from, from + READ_AT_ONCE)
    for (const [i, tokens] of read(some).entries()) {
      const name = format.at(some[i]!)
      const first = tokens[promptTokens[some[i]!]!]!
      const counts = firsts.get(name) ?? new Map<number, number>()
      counts.set(first, (counts.get(first) ?? 0) + 1)
      firsts.set(name, counts)
    }
  }
  const mostCommon = (counts: ReadonlyMap<number, number>) => [...counts].toSorted((a, b) => b[1] - a[1] || a[0] - b[0])[0]![0]
  return {
    lengths,
    read,
    promptTokens,
    training: Int32Array.from(indices.training),
    heldOut: Int32Array.from(indices.heldOut),
    source: (document) => source.at(document),
    format: (document) => format.at(document),
    firstTokens: new Map(
      [...firsts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, counts]) => [name, mostCommon(counts)])
    ),
    problems: [...problems]
  }
}

/** The corpus carries no suite of the name asked for. */
export class SuiteMissing extends Schema.TaggedError<SuiteMissing>()("SuiteMissing", {
  suite: Schema.String,
  known: Schema.Array(Schema.String)
}) {
  readonly badInput = true
  override get message() {
    return (
      `The corpus carries no problem suite "${this.suite}"; it has ${this.known.join(", ")}. ` +
      "Add it to mix.suites, or name another."
    )
  }
}

/** The problems of one suite. */
export const suiteOf = (
  corpus: Pick<CorpusSequences, "problems">,
  suite: string
): Effect.Effect<ReadonlyArray<SuiteProblem>, SuiteMissing> => {
  const found = corpus.problems.filter((problem) => problem.suite === suite)
  if (found.length > 0) return Effect.succeed(found)
  return Effect.fail(new SuiteMissing({ suite, known: [...new Set(corpus.problems.map((problem) => problem.suite))] }))
}

/** Documents of each source that a validation loss is taken over. */
const HELD_OUT_DOCUMENTS = 64

/** What a validation loss is taken over: the first held-out documents of each source. */
export const validationDocuments = (corpus: Pick<CorpusSequences, "heldOut" | "source">): ReadonlyMap<string, Int32Array> =>
  new Map(
    [...Map.groupBy(corpus.heldOut, (document) => corpus.source(document))].map(([source, documents]) => [
      source,
      Int32Array.from(documents.slice(0, HELD_OUT_DOCUMENTS))
    ])
  )

/** Mean cross-entropy per target in nats on held-out documents, source by source, prompts included. */
export const heldOutLosses = Effect.fnUntraced(function* (model: Model, corpus: CorpusSequences) {
  const { context } = model.spec
  const rows: Array<{ source: string; loss: number; targets: number; documents: number; cut: number }> = []
  for (const [source, documents] of validationDocuments(corpus)) {
    const batch = batchOf(corpus, documents, context, 1)
    const { logProbs } = yield* model.score(batch)
    let sum = 0
    let targets = 0
    batch.weights.forEach((weight, t) => {
      if (weight === 0) return
      sum -= logProbs[t]!
      targets++
    })
    const cut = documents.filter((document) => corpus.lengths[document]! > context).length
    rows.push({ source, loss: sum / Math.max(1, targets), targets, documents: documents.length, cut })
  }
  return rows
})

const hasPrompt = (corpus: Sequences, document: number): boolean => (corpus.promptTokens[document] ?? 0) > 0

/** The same documents with the control token of their format before the solution; plain text stays as it is. */
export const withTags = (corpus: CorpusSequences, tags: Readonly<Record<string, number>>): CorpusSequences => {
  const tagOf = (document: number) => (hasPrompt(corpus, document) ? tags[corpus.format(document)] : undefined)
  const read = (documents: Int32Array) =>
    corpus.read(documents).map((tokens, i) => {
      const tag = tagOf(documents[i]!)
      if (tag === undefined) return tokens
      const prompt = corpus.promptTokens[documents[i]!]!
      return Int32Array.from([...tokens.subarray(0, prompt), tag, ...tokens.subarray(prompt)])
    })
  return { ...corpus, lengths: corpus.lengths.map((length, i) => (tagOf(i) === undefined ? length : length + 1)), read }
}
