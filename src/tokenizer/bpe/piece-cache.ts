/**
 * Remembers the tokens of pieces, found by the place of a piece in its text: for a piece that is known, no substring is made and
 * no object visited.
 *
 * A direct-mapped table of slots into one pool of integers; an entry is `[length, tokens, characters..., tokens...]` in a row,
 * since encoding is bound by memory accesses. A slot holds the last piece that hashed to it. When the pool is full it starts
 * anew: memory is bounded, and frequent pieces are back after a few documents. A hit is by the characters, so that equal hashes
 * never mix pieces up.
 */

const SLOTS = 2 ** 17
/** 16 MB. */
const POOL = 2 ** 22
/** Longer pieces are rare, and mostly met once. */
const LONGEST = 48

/** A list of tokens that grows. */
export interface TokenBuffer {
  tokens: Int32Array
  length: number
}

/** Appends the tokens of `text.slice(start, end)` to a buffer. */
export type AppendPiece = (text: string, start: number, end: number, to: TokenBuffer) => void

/** Looks pieces up before it computes them. */
export const withCache = (compute: (piece: string) => Int32Array): AppendPiece => {
  const slots = new Int32Array(SLOTS)
  const pool = new Int32Array(POOL)
  // Offset 0 means that a slot is empty.
  let used = 1

  const remember = (slot: number, piece: string, tokens: Int32Array): void => {
    const size = 2 + piece.length + tokens.length
    if (used + size > POOL) {
      slots.fill(0)
      used = 1
    }
    slots[slot] = used
    pool[used] = piece.length
    pool[used + 1] = tokens.length
    for (let i = 0; i < piece.length; i++) pool[used + 2 + i] = piece.charCodeAt(i)
    pool.set(tokens, used + 2 + piece.length)
    used += size
  }

  return (text, start, end, to) => {
    const length = end - start
    let slot = -1
    if (length <= LONGEST) {
      let hash = 0x811c9dc5
      for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
      slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
      const entry = slots[slot]!
      if (entry !== 0 && pool[entry] === length) {
        const characters = entry + 2
        let i = 0
        while (i < length && pool[characters + i] === text.charCodeAt(start + i)) i++
        if (i === length) {
          const count = pool[entry + 1]!
          reserve(to, count)
          for (let j = 0; j < count; j++) to.tokens[to.length++] = pool[characters + length + j]!
          return
        }
      }
    }
    const piece = text.slice(start, end)
    const computed = compute(piece)
    if (slot >= 0) remember(slot, piece, computed)
    reserve(to, computed.length)
    to.tokens.set(computed, to.length)
    to.length += computed.length
  }
}

const reserve = (to: TokenBuffer, count: number): void => {
  if (to.length + count <= to.tokens.length) return
  const larger = new Int32Array(2 * to.tokens.length + count)
  larger.set(to.tokens)
  to.tokens = larger
}
