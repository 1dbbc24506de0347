/** The model that is asked, with what the store knows of it: what it has to choose from, problems, an attribution's corpus. */

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { Attribution } from "../../../schemas/attribution.ts"
import { Checkpoint } from "../../../schemas/checkpoint.ts"
import { CorpusIndexed } from "../../../schemas/corpus-index.ts"
import { Corpus } from "../../../schemas/corpus.ts"
import { openArtifact } from "../../dag/running/input-artifact.ts"
import type { Reader } from "../../dag/Stage.ts"
import { append } from "../../lists/large.ts"
import { type ActionRecord, Store } from "../../store/objects/Store.ts"
import { Kind } from "../../store/schema/Kind.ts"
import { errorText } from "../../text/error-text.ts"
import { tokenizerFromJson } from "../../tokenizer/from-json.ts"
import type { Tokenizer } from "../../tokenizer/Tokenizer.ts"
import { readCorpus } from "../../training/corpus.ts"
import { openingTokens } from "../../training/policy.ts"
import { NotFound } from "../usage.ts"
import { type Document, documentFinder } from "./nearest.ts"
import type { Choices } from "./settings.ts"

/** A model of the store, ready to be asked but for the engine. */
export interface Subject {
  readonly label: string
  readonly artifact: string
  readonly checkpoint: Reader<typeof Checkpoint>
  readonly tokenizer: Tokenizer
  readonly choices: Choices
  /** The token that begins a completion in each format. */
  readonly openings: ReadonlyMap<string, number>
  /** The right answer to a question of the model's corpus; null where it is none. */
  readonly answerTo: (question: string) => string | null
  /** A question of that corpus, as one of those that the model was made for. */
  readonly example: string | null
  /** Documents that a completion repeats; null: the store holds no attribution to the corpus of this model. */
  readonly documentsOf: ((completion: Int32Array) => ReadonlyArray<Document>) | null
  /** What could not be read, and is gone without: sentences. */
  readonly remarks: ReadonlyArray<string>
}

/** An artifact as its kind declares it: whoever opens it has looked at what its manifest says. */
const opened = <K extends Kind.Any>(kind: K, artifact: string) =>
  Effect.map(openArtifact(kind, artifact), (reader) => reader as Reader<K>)

/** Opens the model that an action has made. Fails with `NotFound` where it has made something else. */
export const openSubject = Effect.fnUntraced(function* (action: ActionRecord, label: string) {
  const artifact = action.output.digest
  if (!Kind.isA(action.output.kind, Checkpoint)) {
    const problem = `"${label}" is no model but of kind ${action.output.kind}. Name a node of pretrain, sft, rl or imported.`
    return yield* new NotFound({ problem })
  }
  const remarks: Array<string> = []
  const checkpoint = yield* opened(Checkpoint, artifact)
  const tokenizer = tokenizerFromJson(checkpoint.tokenizer)
  const corpora = (yield* lineageOf(artifact)).flatMap(({ output }) => (Kind.isA(output.kind, Corpus) ? [output.digest] : []))
  const corpus = corpora[0] === undefined ? null : yield* orWithout(remarks, opened(Corpus, corpora[0]))
  const known = corpus === null ? null : readCorpus(corpus)
  const openings: ReadonlyMap<string, number> =
    known === null ? new Map() : yield* openingTokens(tokenizer, checkpoint.prompting.tags, known)
  const attribution = yield* attributionTo(artifact, [...new Set(corpora)])
  const attributed = attribution === null ? null : yield* orWithout(remarks, opened(CorpusIndexed, attribution.index))
  const answers = new Map(known?.problems.toReversed().map(({ question, answer }) => [question, answer]))
  const subject: Subject = {
    label,
    artifact,
    checkpoint,
    tokenizer,
    choices: {
      formats: known === null ? null : [...openings.keys()],
      steps: [...new Set(checkpoint.snapshots.column("step"))].toSorted((a, b) => a - b)
    },
    openings,
    answerTo: (question) => answers.get(question) ?? null,
    example: known?.problems[0]?.question ?? null,
    documentsOf: attributed === null ? null : documentFinder(attributed, tokenizer, attribution!.settings),
    remarks
  }
  return subject
})

/** What a damaged or missing part would have given is gone without, and it is said which. */
const orWithout = <A, E, R>(remarks: Array<string>, part: Effect.Effect<A, E, R>): Effect.Effect<A | null, never, R> =>
  part.pipe(
    Effect.catch((cause) =>
      Effect.sync(() => {
        remarks.push(errorText(cause))
        return null
      })
    )
  )

/** Everything that an artifact was made from, step by step back, the nearest first. */
const lineageOf = Effect.fnUntraced(function* (artifact: string) {
  const store = yield* Store
  const seen = new Set([artifact])
  const lineage: Array<ActionRecord> = []
  for (let last = yield* store.makersOf(artifact); last.length > 0;) {
    const inputs = last.flatMap((action) => Object.values(action.inputs)).filter((input) => !seen.has(input))
    const makers: Array<ActionRecord> = []
    for (const input of new Set(inputs)) {
      seen.add(input)
      append(makers, yield* store.makersOf(input))
    }
    append(lineage, makers)
    last = makers
  }
  return lineage
})

/** What of an attribution's parameters says which passages count. */
const AttributionSettings = Schema.Struct({
  minSpan: Schema.Int,
  spans: Schema.Int
})

/**
 * The attribution that says how documents are found, and in which index: one to a corpus that the model was made from, the
 * model's own before those of its relatives, then the newest; null where there is none.
 */
const attributionTo = Effect.fnUntraced(function* (artifact: string, corpora: ReadonlyArray<string>) {
  const store = yield* Store
  const found: Array<{ action: ActionRecord; corpus: string; index: string; own: boolean }> = []
  for (const action of yield* store.actions) {
    const { corpus, index, scores } = action.inputs
    if (!Kind.isA(action.output.kind, Attribution) || index === undefined) continue
    if (corpus === undefined || !corpora.includes(corpus)) continue
    const evaluations = scores === undefined ? [] : yield* store.makersOf(scores)
    found.push({ action, corpus, index, own: evaluations.some(({ inputs }) => inputs["policy"] === artifact) })
  }
  const [first] = found.toSorted(
    (a, b) =>
      Number(b.own) - Number(a.own) ||
      corpora.indexOf(a.corpus) - corpora.indexOf(b.corpus) ||
      (a.action.finishedAt > b.action.finishedAt ? -1 : 1)
  )
  if (first === undefined) return null
  const settings = Schema.decodeUnknownResult(AttributionSettings)(first.action.params)
  return settings._tag === "Failure" ? null : { index: first.index, settings: settings.success }
})
