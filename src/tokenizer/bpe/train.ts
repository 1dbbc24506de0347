/**
 * Learns byte-level BPE merges (Sennrich et al. 2016, arXiv 1508.07909): again and again, the most frequent pair of neighbouring
 * tokens becomes a token.
 *
 * Equal counts are decided by the smaller pair of ids, and the alphabet is numbered as Hugging Face's trainer numbers it, so that
 * the same text gives the same vocabulary there and here, on every machine. Pair counts are updated only for the words that hold
 * the merged pair. The heap of pairs is corrected lazily: a pair whose count has fallen since it was queued goes back with its
 * true count.
 *
 * What is learnt depends on the multiset of pieces alone, never on the order of the texts.
 */

import { endOfTextToken, tagToken } from "../control-tokens.ts"
import type { Merge } from "./bpe-json.ts"
import { type BpeTokenizer, makeBpeTokenizer } from "./BpeTokenizer.ts"
import { alphabetIds, byteOfRank, characterOfByte } from "./byte-alphabet.ts"
import { detached, DIGITS_SINGLY, splitterOf } from "./pretokenize.ts"

/** What joins question and solution. */
export const bpeSeparator = "\n\n"

/** What vocabulary to learn. */
export interface BpeTraining {
  /** Ids in all: end of text, tags, 256 bytes, and merges for the rest. Fewer come out where the text has no more pairs. */
  readonly vocabularySize: number
  /** Names of formats that get a control token `<|name|>`. */
  readonly tags?: ReadonlyArray<string>
  /** A pair seen less often is not merged; default 2. */
  readonly minimumCount?: number
}

/** How often each piece of the pre-tokenizer was seen; what training needs of a corpus, however large. */
export type PieceCounts = ReadonlyMap<string, number>

/** Collects piece counts text by text, for corpora that arrive as a stream. */
export const pieceCounter = () => {
  const split = splitterOf(DIGITS_SINGLY)
  const counts = new Map<string, number>()
  const add = (text: string): void =>
    split(text, (start, end) => {
      const piece = text.slice(start, end)
      const count = counts.get(piece)
      if (count === undefined) counts.set(detached(piece), 1)
      else counts.set(piece, count + 1)
    })
  return { add, counts: counts as PieceCounts }
}

/**
 * A tokenizer trained on `texts` that are all in memory, as tests and benchmarks have them. Throws as `trainBpeFromCounts` does.
 * @internal
 */
export const trainBpe = (texts: Iterable<string>, options: BpeTraining): BpeTokenizer => {
  const counter = pieceCounter()
  for (const text of texts) counter.add(text)
  return trainBpeFromCounts(counter.counts, options)
}

/**
 * A tokenizer trained on the pieces that a `pieceCounter` has counted. Throws a RangeError for a vocabulary that cannot hold the
 * bytes and the control tokens.
 */
export const trainBpeFromCounts = (counts: PieceCounts, options: BpeTraining): BpeTokenizer => {
  const tags = options.tags ?? []
  const special = [endOfTextToken, ...tags.map(tagToken)]
  const smallest = special.length + 256
  if (!Number.isInteger(options.vocabularySize) || options.vocabularySize < smallest || options.vocabularySize > 2 ** 20)
    throw new RangeError(
      `A byte-level vocabulary of ${options.vocabularySize} tokens cannot be trained: ` +
        `with ${special.length} control tokens and 256 bytes it needs a whole number between ${smallest} and ${2 ** 20}.`
    )
  if (new Set(special).size !== special.length)
    throw new RangeError(`Each control token can be named once, and "endoftext" is taken; got ${tags.join(", ")}.`)
  const merges = learnMerges(counts, smallest, options.vocabularySize, options.minimumCount ?? 2)
  const tokens = [...special, ...byteOfRank.map((byte) => characterOfByte[byte]!)]
  for (const [left, right, joined] of merges) tokens[joined] = tokens[left]! + tokens[right]!
  return makeBpeTokenizer({
    tokens,
    control: special.map((_, id) => id),
    merges,
    pattern: DIGITS_SINGLY,
    endOfText: 0,
    tags: Object.fromEntries(tags.map((name, i) => [name, i + 1])),
    separator: bpeSeparator
  })
}

const PAIRS = 2 ** 24

/**
 * Merges in the order they are learnt, until ids reach `size` or no pair is seen `minimum` times. The alphabet ends below
 * `first`.
 */
const learnMerges = (counts: PieceCounts, first: number, size: number, minimum: number): Array<Merge> => {
  const idOfByte = alphabetIds(first - 256)
  const words: Array<Array<number>> = []
  const weights: Array<number> = []
  for (const [piece, count] of counts) {
    const bytes = Buffer.from(piece)
    if (bytes.length < 2) continue
    words.push(Array.from(bytes, (byte) => idOfByte[byte]!))
    weights.push(count)
  }

  const pairCounts = new Map<number, number>()
  const wordsOfPair = new Map<number, Array<number>>()
  const change = (pair: number, amount: number, word: number) => {
    pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + amount)
    if (amount < 0) return
    const holders = wordsOfPair.get(pair)
    if (holders === undefined) wordsOfPair.set(pair, [word])
    else if (holders.at(-1) !== word) holders.push(word)
  }
  for (const [w, word] of words.entries())
    for (let i = 0; i + 1 < word.length; i++) change(word[i]! * PAIRS + word[i + 1]!, weights[w]!, w)

  const queue = new PairQueue()
  for (const [pair, count] of pairCounts) queue.push(pair, count)

  const tokens = new Map<string, number>()
  const nameOf: Array<string> = []
  for (let byte = 0; byte < 256; byte++) {
    nameOf[idOfByte[byte]!] = String.fromCharCode(byte)
    tokens.set(String.fromCharCode(byte), idOfByte[byte]!)
  }

  const merges: Array<Merge> = []
  let nextId = first
  while (nextId < size) {
    const top = queue.pop()
    if (top === null) break
    const [pair, queued] = top
    const count = pairCounts.get(pair) ?? 0
    if (count !== queued) {
      if (count > 0) queue.push(pair, count)
      continue
    }
    if (count < minimum || count < 1) break

    // Two different pairs can spell the same token: the second merge then leads to the id that is there.
    const left = Math.floor(pair / PAIRS)
    const right = pair % PAIRS
    const name = nameOf[left]! + nameOf[right]!
    const known = tokens.get(name)
    const joined = known ?? nextId++
    tokens.set(name, joined)
    nameOf[joined] = name
    merges.push([left, right, joined])

    const grown = new Set<number>()
    for (const w of new Set(wordsOfPair.get(pair))) {
      joinInWord(words[w]!, left, right, joined, (changed, sign) => {
        change(changed, sign * weights[w]!, w)
        if (sign > 0) grown.add(changed)
      })
    }
    pairCounts.delete(pair)
    wordsOfPair.delete(pair)
    for (const changed of grown) {
      const count = pairCounts.get(changed) ?? 0
      if (count > 0) queue.push(changed, count)
    }
  }
  return merges
}

/** Replaces each `left right` of `word` by `joined`, in place, and tells which pairs that removed (-1) and made (+1). */
const joinInWord = (
  word: Array<number>,
  left: number,
  right: number,
  joined: number,
  changed: (pair: number, sign: 1 | -1) => void
): void => {
  let write = 0
  for (let read = 0; read < word.length; read++) {
    if (word[read] === left && read + 1 < word.length && word[read + 1] === right) {
      if (write > 0) {
        changed(word[write - 1]! * PAIRS + left, -1)
        changed(word[write - 1]! * PAIRS + joined, 1)
      }
      if (read + 2 < word.length) {
        changed(right * PAIRS + word[read + 2]!, -1)
        changed(joined * PAIRS + word[read + 2]!, 1)
      }
      word[write++] = joined
      read++
    } else {
      word[write++] = word[read]!
    }
  }
  word.length = write
}

/** A binary heap of (pair, count): largest count first, then the smaller pair. */
class PairQueue {
  private readonly pairs: Array<number> = []
  private readonly counts: Array<number> = []

  push(pair: number, count: number): void {
    let i = this.pairs.length
    this.pairs.push(pair)
    this.counts.push(count)
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!this.before(pair, count, parent)) break
      this.move(parent, i)
      i = parent
    }
    this.pairs[i] = pair
    this.counts[i] = count
  }

  pop(): readonly [pair: number, count: number] | null {
    if (this.pairs.length === 0) return null
    const top = [this.pairs[0]!, this.counts[0]!] as const
    const pair = this.pairs.pop()!
    const count = this.counts.pop()!
    const length = this.pairs.length
    if (length === 0) return top
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= length) break
      if (child + 1 < length && this.before(this.pairs[child + 1]!, this.counts[child + 1]!, child)) child++
      if (this.before(pair, count, child)) break
      this.move(child, i)
      i = child
    }
    this.pairs[i] = pair
    this.counts[i] = count
    return top
  }

  private before(pair: number, count: number, other: number): boolean {
    const otherCount = this.counts[other]!
    return count > otherCount || (count === otherCount && pair < this.pairs[other]!)
  }

  private move(from: number, to: number): void {
    this.pairs[to] = this.pairs[from]!
    this.counts[to] = this.counts[from]!
  }
}
