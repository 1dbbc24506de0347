/**
 * Groups of documents that attribution asks about: the named ways to part a corpus. A group is a set of documents that a mixture
 * can leave out or repeat as a whole, so that what it does to a model can be measured by training again without it.
 *
 * `source` alone is too coarse a question: the format of a text answers it. The others part each source further, by what its
 * generator knows about a document. Every document is in exactly one group of a partition. Where a source has no such property
 * (plain text, a dataset) all of it is one group.
 */

/** Ways to part a corpus, the coarsest first. */
export const partitions = ["source", "flaws", "steps", "clauses", "topics"] as const
export type Partition = (typeof partitions)[number]

/** What the group of a document follows from: columns of `documents`. */
export interface Grouped {
  readonly source: string
  readonly steps: number
  readonly template: string
  readonly topic: string
  readonly flawed: boolean
}

/** The property that parts a source; empty: the whole source is one group. */
const PART: Readonly<Record<Partition, (document: Grouped) => string>> = {
  source: () => "",
  /** Solved rightly, or wrongly on purpose (`mix.gap`). */
  flaws: ({ flawed }) => (flawed ? "flawed" : ""),
  /** Operations needed. */
  steps: ({ steps }) => (steps === 0 ? "" : String(steps)),
  /** What happens first in the problem: `gain`, `half`. */
  clauses: ({ template }) => template.split(">").find((clause) => clause !== "distractor") ?? "",
  /** The thing that is counted: `apples`. */
  topics: ({ topic }) => topic
}

/** Name of the one group of a partition that a document is in: `omi1`, `omi1/2`, `omi1/apples`. */
export const groupOf = (partition: Partition, document: Grouped): string => {
  const part = PART[partition](document)
  return part === "" ? document.source : `${document.source}/${part}`
}
