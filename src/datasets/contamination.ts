/**
 * Is an evaluation set in the training data? The 13-gram test of GPT-3 (Brown et al. 2020, appendix C): a question is contaminated by a document when both
 * contain the same run of 13 words.
 *
 * Words are runs of letters or digits, lower case, accents and signs dropped, so that layout does not hide a copy. A question shorter than the run counts
 * as a whole: it is contaminated when all its words appear in the document in a row (and reported as `short`: two such sentences can agree by
 * chance). Memory is bounded by the evaluation side alone; documents pass by once, in any number. Grams are compared by a 52-bit hash and then by
 * their words, so that a reported overlap is never a collision.
 */

export interface EvaluationQuestion {
  readonly id: string
  readonly question: string
}

export interface TrainingDocument {
  readonly source: string
  readonly id: string
  readonly text: string
}

export interface ContaminationReport {
  /** Number of questions, and of those among them that are shorter than the run. */
  readonly questions: number
  readonly shortQuestions: number
  readonly sources: ReadonlyArray<SourceContamination>
}

export interface SourceContamination {
  readonly source: string
  readonly documents: number
  /** Documents that share a run with any question. */
  readonly documentsHit: number
  /** Distinct questions that share a run with any document of the source, and the share of all questions. */
  readonly questionsHit: number
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

/** Overlap of evaluation questions with training documents, per source in the order in which sources appear. */
export const contamination = async (
  questions: Iterable<EvaluationQuestion>,
  documents: AsyncIterable<TrainingDocument> | Iterable<TrainingDocument>,
  runLength = 13
): Promise<ContaminationReport> => {
  const index = indexQuestions(questions, runLength)
  const tallies = new Map<string, Tally>()
  for await (const document of documents) {
    let tally = tallies.get(document.source)
    if (tally === undefined) tallies.set(document.source, (tally = { documents: 0, documentsHit: 0, found: new Map() }))
    tally.documents++
    if (scan(document, index, tally)) tally.documentsHit++
  }
  return {
    questions: index.questions.length,
    shortQuestions: index.questions.filter((question) => question.short).length,
    sources: [...tallies].map(([source, tally]) => summary(source, tally, index))
  }
}

/** Words as they are compared: `It's 1,000 Cafés` is `it s 1 000 cafes`. */
export const comparedWords = (text: string): ReadonlyArray<string> =>
  isAscii(text)
    ? (text.toLowerCase().match(/[a-z0-9]+/g) ?? [])
    : (text
        .normalize("NFKD")
        .replace(/\p{M}+/gu, "")
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu) ?? [])

const isAscii = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

interface IndexedQuestion {
  readonly id: string
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
  /** A bit per low half of a run's hash: nearly every run of a document is dismissed here, without a look into a map. */
  readonly filter: Uint8Array
  /** Runs by their hash, per length: 13, and the lengths of shorter questions. */
  readonly runs: ReadonlyMap<number, ReadonlyMap<number, ReadonlyArray<Run>>>
}

interface Tally {
  documents: number
  documentsHit: number
  /** By question: first document and run, and all runs seen. */
  readonly found: Map<number, { readonly document: string; readonly run: string; readonly runs: Set<string> }>
}

const indexQuestions = (questions: Iterable<EvaluationQuestion>, runLength: number): Index => {
  const indexed: Array<IndexedQuestion> = []
  const runs = new Map<number, Map<number, Array<Run>>>()
  const filter = new Uint8Array(FILTER_BITS / 8)
  for (const { id, question } of questions) {
    const words = comparedWords(question)
    const length = Math.min(runLength, words.length)
    const number = indexed.length
    const distinct = new Set<string>()
    if (length > 0)
      forEachRun(words, length, (hash, start) => {
        const text = words.slice(start, start + length).join(" ")
        if (distinct.has(text)) return
        distinct.add(text)
        filter[filterByte(hash)]! |= 1 << (hash & 7)
        const ofLength = getOrMake(runs, length, () => new Map<number, Array<Run>>())
        const bucket = getOrMake(ofLength, hash, () => [])
        const known = bucket.find((run) => run.words === text)
        if (known === undefined) bucket.push({ words: text, questions: [number] })
        else known.questions.push(number)
      })
    indexed.push({ id, short: words.length < runLength, runs: distinct.size })
  }
  return { questions: indexed, filter, runs }
}

/** Notes every run of the document that a question has; true when there was one. */
const scan = (document: TrainingDocument, index: Index, tally: Tally): boolean => {
  const words = comparedWords(document.text)
  let hit = false
  for (const [length, runs] of index.runs)
    forEachRun(words, length, (hash, start) => {
      if ((index.filter[filterByte(hash)]! & (1 << (hash & 7))) === 0) return
      const bucket = runs.get(hash)
      if (bucket === undefined) return
      const text = words.slice(start, start + length).join(" ")
      for (const run of bucket) {
        if (run.words !== text) continue
        hit = true
        for (const question of run.questions)
          getOrMake(tally.found, question, () => ({ document: document.id, run: text, runs: new Set() })).runs.add(text)
      }
    })
  return hit
}

const summary = (source: string, tally: Tally, index: Index): SourceContamination => ({
  source,
  documents: tally.documents,
  documentsHit: tally.documentsHit,
  questionsHit: tally.found.size,
  share: index.questions.length === 0 ? 0 : tally.found.size / index.questions.length,
  hits: [...tally.found.keys()]
    .toSorted((a, b) => a - b)
    .map((number) => {
      const question = index.questions[number]!
      const { document, run, runs } = tally.found.get(number)!
      return { question: question.id, document, run, short: question.short, runsSeen: runs.size, runs: question.runs }
    })
})

const FILTER_BITS = 2 ** 24
const filterByte = (hash: number): number => (hash & (FILTER_BITS - 1)) >>> 3

const MULTIPLIER_LOW = 0x01000193
const MULTIPLIER_HIGH = 0x85ebca6b

/**
 * Calls `use` with the hash of each run of `length` words and the index of its first word. Two rolling polynomial hashes modulo 2^32 over the words' own
 * hashes; 52 bits of them make the number.
 */
const forEachRun = (words: ReadonlyArray<string>, length: number, use: (hash: number, start: number) => void): void => {
  if (words.length < length) return
  const hashes = new Int32Array(words.length)
  for (let i = 0; i < words.length; i++) hashes[i] = wordHash(words[i]!)
  let lowPower = 1
  let highPower = 1
  for (let i = 1; i < length; i++) {
    lowPower = Math.imul(lowPower, MULTIPLIER_LOW)
    highPower = Math.imul(highPower, MULTIPLIER_HIGH)
  }
  let low = 0
  let high = 0
  for (let end = 0; end < words.length; end++) {
    if (end >= length) {
      low = (low - Math.imul(hashes[end - length]!, lowPower)) | 0
      high = (high - Math.imul(hashes[end - length]!, highPower)) | 0
    }
    low = (Math.imul(low, MULTIPLIER_LOW) + hashes[end]!) | 0
    high = (Math.imul(high, MULTIPLIER_HIGH) + hashes[end]!) | 0
    if (end + 1 >= length) use((high >>> 12) * 2 ** 32 + (low >>> 0), end + 1 - length)
  }
}

/** FNV-1a over UTF-16 units. */
const wordHash = (word: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
  return hash | 0
}

const getOrMake = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}
