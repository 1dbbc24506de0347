/**
 * Which documents of a source are trained on. Never the first ones, which are held out, nor one that says what a held-out one of
 * any source says. Where the mixture is told so, not one that was there before, in this source or in an earlier one, and not one
 * that contains an evaluation question.
 *
 * A decision is made once a document, in the order of the source. It is kept as a bit, so that a source can be passed through
 * again and again. It depends on earlier documents of the source alone, so that a larger mixture begins with the documents of a
 * smaller one. Only where copies across sources are dropped does it depend on the other sources.
 */

import { DigestIndex } from "../datasets/overlap/DigestIndex.ts"
import type { EarlierSources } from "./EarlierSources.ts"

/** What the mixture asks for, and what is known of its other sources. */
export interface SelectionRules {
  /** `drop`: an equal document is used once. */
  readonly duplicates: "drop" | "keep"
  /** `drop`: a document equal to one of an earlier source is left to that source. */
  readonly acrossSources: "drop" | "keep"
  /** The held-out documents of all sources. */
  readonly heldOut: Pick<DigestIndex, "has">
  readonly earlier: Pick<EarlierSources, "names" | "with">
  /** Whether a document is left out for what it says. */
  readonly contaminated: (text: string) => boolean
  /** Told once of each document that is neither held out nor, under `drop`, a copy. */
  readonly note: (problem: string, text: string) => void
}

/** Numbers of documents that were looked at and why they were left out. */
export interface SelectionCounts {
  /** Equal to an earlier document of the source. */
  duplicates: number
  /** Distinct documents equal to one of an earlier source. */
  acrossSources: number
  /** Equal to a held-out document of any source: never trained on. */
  heldOutCopies: number
  contaminated: number
}

/** The decisions on the documents of one source. */
export class Selection {
  readonly counts: SelectionCounts = { duplicates: 0, acrossSources: 0, heldOutCopies: 0, contaminated: 0 }
  /** For each earlier source: distinct documents equal to one of it. */
  readonly equal: Array<number>
  /** Distinct documents that were looked at, held-out ones aside. */
  readonly seen = new DigestIndex()
  private readonly rules: SelectionRules
  /** Documents decided on: all below this index. */
  private decided = 0
  /** One bit a document, 1 = left out. */
  private leftOut = new Uint8Array(1 << 12)

  constructor(rules: SelectionRules) {
    this.rules = rules
    this.equal = rules.earlier.names.map(() => 0)
  }

  /** The same rules from the start, for a pass that only measures: nothing is noted. */
  measuring(): Selection {
    return new Selection({ ...this.rules, note: () => {} })
  }

  /** Takes document `index` as held out. */
  holdOut(index: number): void {
    this.decided = Math.max(this.decided, index + 1)
  }

  /** Whether document `index` is trained on. First asked in the order of the indices, later in any. */
  admits(index: number, problem: string, text: string, digest: string): boolean {
    if (index < this.decided) return (this.leftOut[index >>> 3]! & (1 << (index & 7))) === 0
    this.decided = index + 1
    if (!this.leaveOut(index, problem, text, digest)) return true
    if (index >>> 3 >= this.leftOut.length) {
      const larger = new Uint8Array(2 * (index >>> 3))
      larger.set(this.leftOut)
      this.leftOut = larger
    }
    this.leftOut[index >>> 3]! |= 1 << (index & 7)
    return false
  }

  private leaveOut(index: number, problem: string, text: string, digest: string): boolean {
    if (this.rules.heldOut.has(digest)) {
      this.counts.heldOutCopies++
      return true
    }
    const repeated = this.seen.addDigest(digest, index) !== null
    if (repeated) {
      this.counts.duplicates++
      if (this.rules.duplicates === "drop") return true
    }
    const sources = this.rules.earlier.with(digest)
    if (sources.length > 0) {
      if (!repeated) {
        this.counts.acrossSources++
        for (const source of sources) this.equal[source]!++
      }
      if (this.rules.acrossSources === "drop") return true
    }
    this.rules.note(problem, text)
    if (!this.rules.contaminated(text)) return false
    this.counts.contaminated++
    return true
  }
}
