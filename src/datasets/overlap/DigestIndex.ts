/**
 * Texts that were met before, by the first 64 bits of their SHA-256, each with a number: an open-addressing table in typed
 * arrays, 16 bytes an entry at most half full, where a Map of strings would take a hundred. Among 14 million texts,
 * OpenMathInstruct-2, the probability of any collision is 5e-6.
 */

import { hash } from "node:crypto"

/** A map from texts to numbers >= 0 that keeps no text. */
export class DigestIndex {
  private slots = 1 << 12
  /** High and low word of a digest, in turn. */
  private words = new Uint32Array(2 * this.slots)
  /** The number of an entry plus 1; 0 where the slot is empty. */
  private numbers = new Float64Array(this.slots)
  private used = 0

  /** Distinct texts so far. */
  get size(): number {
    return this.used
  }

  /** Remembers a text with a number >= 0 unless it is there; the number that it was remembered with before, or null. */
  add(text: string, number: number): number | null {
    return this.addDigest(textDigest(text), number)
  }

  /** The same for a digest of `textDigest`. */
  addDigest(digest: string, number: number): number | null {
    const high = Number.parseInt(digest.slice(0, 8), 16)
    const low = Number.parseInt(digest.slice(8, 16), 16)
    const slot = this.find(high, low)
    const known = this.numbers[slot]!
    if (known !== 0) return known - 1
    this.put(slot, high, low, number + 1)
    if (++this.used > this.slots / 2) this.grow()
    return null
  }

  has(digest: string): boolean {
    return this.numberOf(digest) !== null
  }

  /** The number that a digest is remembered with, or null. */
  numberOf(digest: string): number | null {
    const slot = this.find(Number.parseInt(digest.slice(0, 8), 16), Number.parseInt(digest.slice(8, 16), 16))
    const known = this.numbers[slot]!
    return known === 0 ? null : known - 1
  }

  /** Remembers all that `other` does; `numbered` gives each its number from the one it has here so far, or null. */
  merge(other: DigestIndex, numbered: (known: number | null) => number): void {
    for (const [i, number] of other.numbers.entries()) {
      if (number === 0) continue
      const high = other.words[2 * i]!
      const low = other.words[2 * i + 1]!
      const slot = this.find(high, low)
      const known = this.numbers[slot]!
      this.put(slot, high, low, numbered(known === 0 ? null : known - 1) + 1)
      if (known === 0 && ++this.used > this.slots / 2) this.grow()
    }
  }

  /** The slot of a digest, or the empty one where it belongs. */
  private find(high: number, low: number): number {
    let slot = low & (this.slots - 1)
    while (this.numbers[slot] !== 0 && (this.words[2 * slot] !== high || this.words[2 * slot + 1] !== low))
      slot = (slot + 1) & (this.slots - 1)
    return slot
  }

  private put(slot: number, high: number, low: number, number: number): void {
    this.words[2 * slot] = high
    this.words[2 * slot + 1] = low
    this.numbers[slot] = number
  }

  private grow(): void {
    const { words, numbers } = this
    this.slots *= 2
    this.words = new Uint32Array(2 * this.slots)
    this.numbers = new Float64Array(this.slots)
    for (const [i, number] of numbers.entries())
      if (number !== 0) {
        const high = words[2 * i]!
        const low = words[2 * i + 1]!
        this.put(this.find(high, low), high, low, number)
      }
  }
}

/** The first 16 hexadecimal digits of the SHA-256 of a text. */
export const textDigest = (text: string): string => hash("sha256", text, "hex").slice(0, 16)
