/** The texts that attribution compares: bodies of documents and completions, without prompts, control tokens and end of text. */

import type { Corpus } from "../../schemas/corpus.ts"
import type { Evaluation } from "../../schemas/evaluation.ts"
import type { Ending } from "../../schemas/grade.ts"
import type { RlRun } from "../../schemas/rl-run.ts"
import type { Reader } from "../dag/Stage.ts"
import type { ListsOnDisk } from "../store/arrow/TableReader.ts"
import type { BytesView } from "../store/schema/ColumnView.ts"
import type { Tokenizer } from "../tokenizer/Tokenizer.ts"
import { buildCorpusIndex, type CorpusIndex } from "./corpus-index/CorpusIndex.ts"

/** Texts with their sources, as token sequences and flat. */
export interface LabelledTexts {
  readonly texts: ReadonlyArray<Int32Array>
  /** The same, one after another. */
  readonly tokens: Int32Array
  readonly offsets: Int32Array
  /** Index of each text's source. */
  readonly labels: Uint8Array
}

/** Documents of a corpus that attribution looks at. */
export interface DocumentBodies {
  readonly sources: ReadonlyArray<string>
  readonly texts: ReadonlyArray<Int32Array>
  readonly labels: Uint8Array
  /** Number of each document in the corpus. */
  readonly numbers: ReadonlyArray<number>
  /** Indices into `texts`. */
  readonly training: ReadonlyArray<number>
  readonly heldOut: ReadonlyArray<number>
  /** Share of the training tokens of each source. */
  readonly trainedShares: ReadonlyArray<number>
}

/** The first `perSource` distinct training documents of each source, or all, and all held-out ones. */
export const documentBodies = (
  corpus: Reader<typeof Corpus>,
  tokenizer: Tokenizer,
  perSource = Number.POSITIVE_INFINITY
): DocumentBodies => {
  const sources: Array<string> = []
  const trainedShares: Array<number> = []
  for (let i = 0; i < corpus.sources.rows; i++) {
    const { source, share } = corpus.sources.row(i)
    sources.push(source)
    trainedShares.push(share)
  }
  const table = corpus.documents
  const columns = {
    source: table.column("source"),
    heldOut: table.column("heldOut"),
    repetition: table.column("repetition"),
    promptTokens: table.column("promptTokens"),
    tokens: table.lists("tokens")
  }
  const drop = controlTokens(tokenizer)
  const taken = new Map<string, number>()
  const labels: Array<number> = []
  const numbers: Array<number> = []
  const training: Array<number> = []
  const heldOut: Array<number> = []
  for (let i = 0; i < table.rows; i++) {
    const source = columns.source.at(i)
    const isHeldOut = columns.heldOut[i] === 1
    if (!isHeldOut) {
      if (columns.repetition[i] !== 0 || (taken.get(source) ?? 0) >= perSource) continue
      taken.set(source, (taken.get(source) ?? 0) + 1)
    }
    ;(isHeldOut ? heldOut : training).push(numbers.length)
    labels.push(sources.indexOf(source))
    numbers.push(i)
  }
  const texts = columns.tokens
    .read(numbers)
    .map((tokens, i) => tokens.subarray(columns.promptTokens[numbers[i]!]).filter((token) => !drop.has(token)))
  return { sources, texts, labels: Uint8Array.from(labels), numbers, training, heldOut, trainedShares }
}

/** Some of the documents, flat. */
export const select = (documents: DocumentBodies, which: ReadonlyArray<number>): LabelledTexts =>
  flat(
    which.map((i) => documents.texts[i]!),
    Uint8Array.from(which, (i) => documents.labels[i]!)
  )

/** The index of the training documents. */
export const indexOf = (documents: DocumentBodies, tokenizer: Tokenizer): Promise<CorpusIndex> =>
  buildCorpusIndex({
    ...select(documents, documents.training),
    numbers: documents.training.map((i) => documents.numbers[i]!),
    sourceNames: documents.sources,
    vocabulary: tokenizer.size
  })

/** Texts with the index of each one's source, one after another. */
export const flat = (texts: ReadonlyArray<Int32Array>, labels: Uint8Array): LabelledTexts => {
  const offsets = new Int32Array(texts.length + 1)
  texts.forEach((text, i) => (offsets[i + 1] = offsets[i]! + text.length))
  const tokens = new Int32Array(offsets[texts.length]!)
  texts.forEach((text, i) => tokens.set(text, offsets[i]!))
  return { texts, tokens, offsets, labels }
}

/** Completions of an evaluation or of RL, in the order of their rows. */
export interface CompletionBodies extends Omit<LabelledTexts, "labels"> {
  /** Row of the table of completions, problem and format of each. */
  readonly rows: ReadonlyArray<number>
  readonly problems: ReadonlyArray<string>
  readonly formats: ReadonlyArray<string>
}

/** How a problem ends that was not asked: it has no completion that could resemble anything. */
const NOT_ASKED: Ending = "no room"

/** The first `completions` completions of one decoding. */
export const completionBodies = (
  { scores }: Pick<Reader<typeof Evaluation>, "scores">,
  tokenizer: Tokenizer,
  options: { readonly decoding: string; readonly completions: number }
): CompletionBodies => {
  const [decoding, ending] = [scores.column("decoding"), scores.column("ending")]
  const rows: Array<number> = []
  for (let i = 0; i < scores.rows && rows.length < options.completions; i++)
    if (decoding.at(i) === options.decoding && ending.at(i) !== NOT_ASKED) rows.push(i)
  return bodiesOf(scores, rows, tokenizer)
}

/** Rollouts that were rewarded, or all: `completions` of them at most, evenly spaced from the first to the last. */
export const rolloutBodies = (
  { rollouts }: Pick<Reader<typeof RlRun>, "rollouts">,
  tokenizer: Tokenizer,
  options: { readonly among: "rewarded" | "all"; readonly completions: number }
): CompletionBodies => {
  const reward = rollouts.column("reward")
  const eligible: Array<number> = []
  for (let i = 0; i < rollouts.rows; i++) if (options.among === "all" || reward[i]! > 0) eligible.push(i)
  const most = Math.min(options.completions, eligible.length)
  const rows = Array.from({ length: most }, (_, i) => eligible[Math.floor((i * eligible.length) / most)]!)
  return bodiesOf(rollouts, rows, tokenizer)
}

/** What tables of completions have in common. */
interface Completions {
  readonly column: (name: "problem" | "format") => BytesView<string>
  readonly lists: (name: "tokens") => ListsOnDisk<Int32Array>
}

const bodiesOf = (table: Completions, rows: ReadonlyArray<number>, tokenizer: Tokenizer): CompletionBodies => {
  const [problem, format] = [table.column("problem"), table.column("format")]
  const drop = controlTokens(tokenizer)
  const bodies = table
    .lists("tokens")
    .read(rows)
    .map((tokens) => tokens.filter((token) => !drop.has(token)))
  const { texts, tokens, offsets } = flat(bodies, new Uint8Array(0))
  return { texts, tokens, offsets, rows, problems: rows.map((i) => problem.at(i)), formats: rows.map((i) => format.at(i)) }
}

const controlTokens = (tokenizer: Tokenizer): ReadonlySet<number> =>
  new Set([tokenizer.endOfText, ...Object.values(tokenizer.tags)])
