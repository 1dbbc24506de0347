/**
 * Is an evaluation set in the training data? The 13-gram test of GPT-3 (Brown et al. 2020, appendix C): a question is
 * contaminated by a document when both contain the same run of 13 words (word-runs.ts says what a word is).
 *
 * A question shorter than the run counts as a whole: it is contaminated when all its words appear in the document in a row (and
 * reported as `short`: two such sentences can agree by chance). Memory is bounded by the evaluation side alone; documents pass by
 * once, in any number. Runs are compared by their hash and then by their words, so that a reported overlap is never a collision.
 */

import { comparedWords, forEachRun, RunFilter, wordHashes } from "./word-runs.ts"

export interface EvaluationQuestion {
  /** The set it belongs to: `gsm8k:test`, or a suite of a mixture. */
  readonly set: string
  readonly id: string
  readonly question: string
}

export interface TrainingDocument {
  readonly source: string
  readonly id: string
  readonly text: string
}

/** One source against one set of questions. */
export interface Overlap {
  readonly source: string
  readonly documents: number
  readonly set: string
  /** Number of questions, and of those among them that are shorter than the run. */
  readonly questions: number
  readonly shortQuestions: number
  /** Documents that share a run with any question of the set. */
  readonly documentsHit: number
  /** Distinct questions that share a run with any document of the source, and the share of all questions. */
  readonly questionsHit: number
  /** Those of them whose every run occurs in the source. */
  readonly wholeQuestions: number
  readonly share: number
  /** Per question hit, in the order of the questions: its first document and the run shared with it. */
  readonly hits: ReadonlyArray<ContaminationHit>
}

export interface ContaminationHit {
  readonly question: string
  readonly document: string
  readonly run: string
  readonly short: boolean
  /** Distinct runs of the question that occurred in documents of the source, and how many the question has. */
  readonly runsSeen: number
  readonly runs: number
}

export interface ContaminationScan {
  /** Notes what a document shares with questions; the sets of these questions, none for nearly all documents. */
  readonly add: (document: TrainingDocument) => ReadonlySet<string>
  /** The sets of questions that a text shares a run with; nothing is noted. */
  readonly touches: (text: string) => ReadonlySet<string>
  /** Every source so far against every set, in the order in which they appeared. */
  readonly report: () => ReadonlyArray<Overlap>
}

/** How much of an evaluation set may be in training data: shares of its questions, from 0 to 1. */
export interface OverlapTolerance {
  /** Questions that share a run of words with a document. */
  readonly part: number
  /** Questions whose every run does. */
  readonly whole: number
}

/**
 * What passes as chance. Sets that were made apart have turns of phrase in common (GSM8K's two halves: 3 questions of 1,319), but
 * no question.
 */
export const OVERLAP_BY_CHANCE: OverlapTolerance = { part: 0.01, whole: 0 }

/** Whether scores on the set would say less than they seem to. */
export const isTooMuch = ({ share, wholeQuestions, questions }: Omit<Overlap, "hits">, most: OverlapTolerance): boolean =>
  share > most.part || wholeQuestions > most.whole * questions

interface Tally {
  documents: number
  readonly documentsHit: Map<string, number>
  /** By question: first document and run, and all runs seen. */
  readonly found: Map<number, { readonly document: string; readonly run: string; readonly runs: Set<string> }>
}

const NONE: ReadonlySet<string> = new Set()

/** Prepares to compare documents with these questions. */
export const contaminationScan = (questions: Iterable<EvaluationQuestion>, runLength = 13): ContaminationScan => {
  const index = indexQuestions(questions, runLength)
  const tallies = new Map<string, Tally>()
  return {
    add: (document) => {
      const tally = getOrMake(tallies, document.source, () => ({ documents: 0, documentsHit: new Map(), found: new Map() }))
      tally.documents++
      const sets = scan(document.text, index, (question, run) =>
        getOrMake(tally.found, question, () => ({ document: document.id, run, runs: new Set() })).runs.add(run)
      )
      for (const set of sets) tally.documentsHit.set(set, (tally.documentsHit.get(set) ?? 0) + 1)
      return sets
    },
    touches: (text) => scan(text, index, () => {}),
    report: () => [...tallies].flatMap(([source, tally]) => [...index.sets].map((set) => overlap(source, tally, set, index)))
  }
}

interface IndexedQuestion {
  readonly id: string
  readonly set: string
  readonly short: boolean
  readonly runs: number
}

/** A run of words of a question, and every question that contains it. */
interface Run {
  readonly words: string
  readonly questions: Array<number>
}

interface Index {
  readonly questions: ReadonlyArray<IndexedQuestion>
  readonly sets: ReadonlySet<string>
  readonly filter: RunFilter
  /** Runs by their hash, per length: 13, and the lengths of shorter questions. */
  readonly runs: ReadonlyMap<number, ReadonlyMap<number, ReadonlyArray<Run>>>
}

const indexQuestions = (questions: Iterable<EvaluationQuestion>, runLength: number): Index => {
  const indexed: Array<IndexedQuestion> = []
  const runs = new Map<number, Map<number, Array<Run>>>()
  const filter = new RunFilter()
  for (const { set, id, question } of questions) {
    const words = comparedWords(question)
    const length = Math.min(runLength, words.length)
    const number = indexed.length
    const distinct = new Set<string>()
    if (length > 0)
      forEachRun(wordHashes(question), length, null, (hash, start) => {
        const text = words.slice(start, start + length).join(" ")
        if (distinct.has(text)) return
        distinct.add(text)
        filter.add(hash)
        const ofLength = getOrMake(runs, length, () => new Map<number, Array<Run>>())
        const bucket = getOrMake(ofLength, hash, () => [])
        const known = bucket.find((run) => run.words === text)
        if (known === undefined) bucket.push({ words: text, questions: [number] })
        else known.questions.push(number)
      })
    indexed.push({ id, set, short: words.length < runLength, runs: distinct.size })
  }
  return { questions: indexed, sets: new Set(indexed.map(({ set }) => set)), filter, runs }
}

/** Tells `found` every run of the text that a question has; the sets of these questions. */
const scan = (text: string, index: Index, found: (question: number, run: string) => void): ReadonlySet<string> => {
  const hashes = wordHashes(text)
  let words: ReadonlyArray<string> | null = null
  let sets: Set<string> | null = null
  for (const [length, runs] of index.runs)
    forEachRun(hashes, length, index.filter, (hash, start) => {
      const bucket = runs.get(hash)
      if (bucket === undefined) return
      words ??= comparedWords(text)
      const spelt = words.slice(start, start + length).join(" ")
      for (const run of bucket) {
        if (run.words !== spelt) continue
        sets ??= new Set()
        for (const question of run.questions) {
          sets.add(index.questions[question]!.set)
          found(question, run.words)
        }
      }
    })
  return sets ?? NONE
}

const overlap = (source: string, tally: Tally, set: string, index: Index): Overlap => {
  const questions = index.questions.filter((question) => question.set === set)
  const hits = [...tally.found]
    .filter(([number]) => index.questions[number]!.set === set)
    .toSorted(([a], [b]) => a - b)
    .map(([number, { document, run, runs }]) => {
      const question = index.questions[number]!
      return { question: question.id, document, run, short: question.short, runsSeen: runs.size, runs: question.runs }
    })
  return {
    source,
    documents: tally.documents,
    set,
    questions: questions.length,
    shortQuestions: questions.filter(({ short }) => short).length,
    documentsHit: tally.documentsHit.get(set) ?? 0,
    questionsHit: hits.length,
    wholeQuestions: hits.filter(({ runsSeen, runs }) => runsSeen === runs).length,
    share: questions.length === 0 ? 0 : hits.length / questions.length,
    hits
  }
}

const getOrMake = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}
