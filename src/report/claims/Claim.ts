/**
 * A claim as a test: what is claimed, what would count, fixed before the run, and what each seed of the run says to it.
 *
 * The unit of replication is the seed: everything was repeated with it, from the mixture to RL. Arms that share a seed (two
 * algorithms on one base) are repeated measures of it and count once, as their mean. A claim may have several parts; all of them
 * must be shown. Verdicts are in verdict.ts.
 *
 * A study binds its claims in its own file, `export const claims = [...]`, with the margin and the least number of seeds; its
 * reports judge these and no others. Those of the paper are functions of such choices, in the pages beside this one. See
 * docs/extending.md.
 */

import type { StudyData } from "../data/study-data.ts"

/** What is concluded from the mean over seeds, or from the number of seeds in which something happened. */
export type Test =
  /**
   * The mean effect lies above the margin, or below it. Less than `worth` beyond the margin is none to speak of: the claim is
   * refuted where an effect of that size is excluded; without it, where any is.
   */
  | { readonly kind: "above" | "below"; readonly margin: number; readonly worth?: number }
  /** The mean effect lies between -margin and margin: a test of equivalence, for "stays" and "equal". */
  | { readonly kind: "within"; readonly margin: number }
  /** It happened (1, else 0) in more seeds than chance would have it. */
  | { readonly kind: "most"; readonly chance: number }
  /**
   * It happened in at least this share of the seeds: a plain count that cannot show a claim by itself, and refutes it where it
   * happened in so few that the true share must be smaller.
   */
  | { readonly kind: "count"; readonly least: number }

/** The smallest difference of shares that is worth the name: what rises or falls by less hardly does. */
export const WORTH = 0.02

/** The mean rises, or falls: by anything above 0, and not by less than what is worth the name. */
export const RISES = { kind: "above", margin: 0, worth: WORTH } as const satisfies Test
export const FALLS = { kind: "below", margin: 0, worth: WORTH } as const satisfies Test

/** What one seed says. */
export interface Observation {
  readonly seed: number
  readonly value: number
  /** Standard error that the seed's own problems leave; 0 where none is known. */
  readonly error: number
  /** Ids of the nodes it was read from: evaluations, RL runs, comparisons. */
  readonly nodes: ReadonlyArray<string>
}

/** Rows of the store that numbers were computed from: those of a table, among its columns, that fulfil a condition in SQL. */
export interface Rows {
  readonly table: "evaluations" | "formatShares" | "updates" | "coverages"
  readonly where: string
}

export interface Part {
  /** What is measured, as in "pass@64, after RL minus before". */
  readonly measure: string
  /** How its values are shown: a share as it is, a difference of shares, an entropy, so many of the seeds. */
  readonly unit: "percent" | "points" | "nats" | "seeds"
  readonly test: Test
  readonly observations: ReadonlyArray<Observation>
  /** What it was computed from, for the query that prints it; none: what evaluations say as a whole and by format. */
  readonly rows?: ReadonlyArray<Rows>
  /** Seeds that say nothing to it, each with why. */
  readonly leftOut: ReadonlyArray<string>
  /** Seeds in which neither side of a count happened: no evidence, but seeds that were run. */
  readonly tied?: number
  /**
   * What a control must bear out (controls.ts) must be shown like the rest, and refutes nothing; what is only told takes no part
   * in the verdict.
   */
  readonly role?: "control" | "told"
}

export interface Claim {
  /** `C1`; unique in a study. */
  readonly id: string
  /** What is claimed, in a sentence. */
  readonly statement: string
  /** What would count, in numbers, fixed before the run. */
  readonly criterion: string
  /** What its control is and what is asked of it, in a sentence or two; left out where it has none. */
  readonly control?: string
  /** What a run must have for the claim to be judged: ends the sentence "Needs ...". */
  readonly needs: string
  /** Name of the study whose nodes it is about, where several are run as one; none: of the whole run. */
  readonly study?: string
  /** Fewest seeds that it may be judged with. */
  readonly seeds: number
  /** Of settings whose values it lists, how many of those it cannot do without; else it is judged on those that are there. */
  readonly values?: Readonly<Record<string, number>>
  /** The study's file, for what is said of the claim itself; known where the study was loaded from one. */
  readonly file?: string
  /** What the run says; a part without observations is one that it says nothing to. Pure. */
  readonly evidence: (data: StudyData) => Evidence
}

/** Parts, all of which must be shown; or why the claim does not apply to what was found. */
export type Evidence = { readonly parts: ReadonlyArray<Part> } | { readonly notApplicable: string }

/** The claims of a study that is run as a part of another: about its own nodes alone. */
export const ofStudy = (study: string, claims: ReadonlyArray<Claim>): ReadonlyArray<Claim> =>
  claims.map((claim) => ({ ...claim, study }))
