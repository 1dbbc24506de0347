/**
 * What the sources before this one in a mixture hold: a bit for each source beside the digest of a document, so that equal
 * documents of different sources are found in 64 bytes a document at most.
 */

import { DigestIndex } from "../datasets/overlap/DigestIndex.ts"

/** Sources in the order of the mixture, with their distinct documents. */
export class EarlierSources {
  private readonly known: Array<string> = []
  private readonly index = new DigestIndex()

  /** In the order in which they were added. */
  get names(): ReadonlyArray<string> {
    return this.known
  }

  /** Adds a source with its distinct documents. */
  add(source: string, documents: DigestIndex): void {
    // A number is exact up to 2^53, so this would be wrong from the 53rd source on; there are not so many to name.
    const bit = 2 ** this.known.push(source) / 2
    this.index.merge(documents, (sources) => (sources ?? 0) + bit)
  }

  /** The sources that hold a document of this digest, by their places in `names`. */
  with(digest: string): ReadonlyArray<number> {
    const sources = this.index.numberOf(digest) ?? 0
    return sources === 0 ? NONE : this.known.flatMap((_, i) => (Math.floor(sources / 2 ** i) % 2 === 1 ? [i] : NONE))
  }
}

const NONE: ReadonlyArray<number> = []
