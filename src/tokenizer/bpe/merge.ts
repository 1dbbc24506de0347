/**
 * The merge loop of byte pair encoding: while a piece has a pair in the table, join the pair learnt first, leftmost first.
 *
 * A linked list over the piece's bytes and a binary heap of candidate pairs, so that a piece of n bytes costs O(n log n): web
 * text has lines of a megabyte without a space. A heap entry is one number, `rank * 2^28 + position`, whose order is the order of
 * merging. Entries are never removed early; one is stale when the pair at its position no longer has its rank.
 */

const POSITIONS = 2 ** 28
const PAIRS = 2 ** 24

/** Merges by pair of ids: rank (order of learning) and the id of the joined token. */
export interface MergeTable {
  /** `left * 2^24 + right` to `rank * 2^24 + joined`. */
  readonly merges: ReadonlyMap<number, number>
  /** Id of each byte's own token. */
  readonly idOfByte: Int32Array
}

/** From merges in the order they were learnt. Of a pair that is listed twice the last counts, as in Hugging Face's tokenizers. */
export const mergeTable = (
  merges: Iterable<readonly [left: number, right: number, joined: number]>,
  idOfByte: Int32Array
): MergeTable => {
  const table = new Map<number, number>()
  let rank = 0
  for (const [left, right, joined] of merges) {
    table.set(left * PAIRS + right, rank * PAIRS + joined)
    rank++
  }
  return { merges: table, idOfByte }
}

/** The tokens of one piece, given as its UTF-8 bytes (the first `length` of `bytes`). */
export const mergePiece = (bytes: Uint8Array, length: number, table: MergeTable): Int32Array => {
  const ids = new Int32Array(length)
  for (let i = 0; i < length; i++) ids[i] = table.idOfByte[bytes[i]!]!
  if (length < 2) return ids

  const next = new Int32Array(length)
  const previous = new Int32Array(length)
  for (let i = 0; i < length; i++) {
    next[i] = i + 1
    previous[i] = i - 1
  }

  const heap: Array<number> = []
  const mergeAt = (position: number): number | undefined => {
    const right = next[position]!
    return right < length ? table.merges.get(ids[position]! * PAIRS + ids[right]!) : undefined
  }
  const offer = (position: number) => {
    const merge = mergeAt(position)
    if (merge !== undefined) push(heap, Math.floor(merge / PAIRS) * POSITIONS + position)
  }
  for (let i = 0; i + 1 < length; i++) offer(i)

  let count = length
  while (heap.length > 0) {
    const entry = pop(heap)
    const position = entry % POSITIONS
    if (ids[position] === -1) continue
    const merge = mergeAt(position)
    if (merge === undefined || Math.floor(merge / PAIRS) !== Math.floor(entry / POSITIONS)) continue
    const right = next[position]!
    ids[position] = merge % PAIRS
    ids[right] = -1
    next[position] = next[right]!
    if (next[right]! < length) previous[next[right]!] = position
    count--
    if (previous[position]! >= 0) offer(previous[position]!)
    offer(position)
  }

  const tokens = new Int32Array(count)
  for (let position = 0, i = 0; position < length; position = next[position]!) tokens[i++] = ids[position]!
  return tokens
}

const push = (heap: Array<number>, entry: number): void => {
  let i = heap.length
  heap.push(entry)
  while (i > 0) {
    const parent = (i - 1) >> 1
    if (heap[parent]! <= entry) break
    heap[i] = heap[parent]!
    i = parent
  }
  heap[i] = entry
}

const pop = (heap: Array<number>): number => {
  const top = heap[0]!
  const last = heap.pop()!
  const length = heap.length
  if (length === 0) return top
  let i = 0
  for (;;) {
    let child = 2 * i + 1
    if (child >= length) break
    if (child + 1 < length && heap[child + 1]! < heap[child]!) child++
    if (heap[child]! >= last) break
    heap[i] = heap[child]!
    i = child
  }
  heap[i] = last
  return top
}
