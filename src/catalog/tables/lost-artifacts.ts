/**
 * Artifacts that a query asked for and that are not there. A store whose runs were tidied away has many of them, so they are told
 * of in one line: how many, of which runs, and what to make of it.
 */

import { plural } from "../../text/plural.ts"

export interface Lost {
  readonly run: string
  /** Of the artifact, or of a file of it. */
  readonly digest: string
  /** What is wrong with it, as words after its name. */
  readonly problem: string
}

const MOST_RUNS = 3

/** `run a`, `runs a, b and c`, `runs a, b, c and 4 more`. */
const runWords = (lost: ReadonlyArray<Lost>): string => {
  const runs = [...new Set(lost.map(({ run }) => run))]
  const shown = runs.slice(0, MOST_RUNS)
  const more = runs.length - shown.length
  const last = more > 0 ? `${more} more` : shown.length > 1 ? shown.pop()! : undefined
  return `run${runs.length === 1 ? "" : "s"} ${shown.join(", ")}${last === undefined ? "" : ` and ${last}`}`
}

const counted = (lost: ReadonlyArray<Lost>): { readonly count: number; readonly words: string } => {
  const count = new Set(lost.map(({ digest }) => digest)).size
  return { count, words: `${plural(count, "artifact")} of ${runWords(lost)}` }
}

/** A line for what is gone, and one for what is damaged. */
export const lostLines = (all: ReadonlyArray<Lost>): ReadonlyArray<string> => {
  const gone = all.filter(({ problem }) => problem === "is missing")
  const damaged = all.filter(({ problem }) => problem !== "is missing")
  const lines: Array<string> = []
  if (gone.length > 0) {
    const { count, words } = counted(gone)
    lines.push(
      `Left out: the rows of ${words}, which ${count === 1 ? "is" : "are"} no longer in the store. ` +
        'gc removes what no kept run needs; "pipeline verify" tells of anything else.'
    )
  }
  if (damaged.length > 0) {
    const { words } = counted(damaged)
    const { digest, problem } = damaged[0]!
    lines.push(
      `Left out: the rows of ${words}: object ${digest.slice(0, 12)} ${problem}. ` +
        '"pipeline verify" names each; with --repair they can be computed again.'
    )
  }
  return lines
}
