/**
 * A claim as a test on a run: a criterion in numbers, the comparisons of the run that speak to it, and a verdict.
 *
 * A claim is a plain value. Those of the paper stand in registry.ts and are judged in every report; a study brings its own by
 * exporting `claims` from its file in pipelines/, see docs/extending.md. Which cells of a run can be compared is in
 * cell-groups.ts, when a difference is large enough to tell in comparisons.ts.
 *
 * A verdict is about this run: its mixtures, scales and number of seeds. A claim that needs what the run does not have is not
 * judged, and says what it needs.
 */

import type { StudyData } from "../data/study-data.ts"

/** One comparison within the run. */
export interface Finding {
  /** The cells compared, as in `xs ppo`; empty where the run has no others. */
  readonly where: string
  /** What was compared, in a line: the numbers of both sides. */
  readonly numbers: string
  /** Whether the comparison is as the claim says; null where the numbers are too uncertain to tell. */
  readonly holds: boolean | null
}

export interface Claim {
  /** `C1`; unique in a report. */
  readonly id: string
  /** What is claimed, in a sentence. */
  readonly statement: string
  /** What would count as its holding, in numbers, fixed before the run. */
  readonly criterion: string
  /** What a run must have for the claim to be judged: ends the sentence "Needs ...". */
  readonly needs: string
  /** The comparisons of the run that speak to it; none where the run has nothing of the kind. Pure. */
  readonly findings: (data: StudyData) => ReadonlyArray<Finding>
}

export type Verdict = "holds" | "does not hold" | "holds in part" | "cannot be judged"

/** Of the comparisons that can tell. */
export const verdictOf = (findings: ReadonlyArray<Finding>): Verdict => {
  const holding = findings.filter(({ holds }) => holds === true).length
  const failing = findings.filter(({ holds }) => holds === false).length
  if (holding + failing === 0) return "cannot be judged"
  return failing === 0 ? "holds" : holding === 0 ? "does not hold" : "holds in part"
}
