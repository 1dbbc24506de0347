/**
 * Claims that a study binds in its own file: `export const claims: ReadonlyArray<Claim> = [...]` beside the study. Written
 * there, they are fixed before the study runs; `pipeline plan` prints them, and the reports of its runs judge these and no
 * others.
 *
 * A study's file may be plain JavaScript to us (types are stripped, not checked), so what it exports is looked at here.
 */

import type { Claim } from "./Claim.ts"

export interface StudyClaims {
  readonly claims: ReadonlyArray<Claim>
  /**
   * The study's file. Its code, and that of all that it imports, enters the name of a report: a changed claim is judged again.
   */
  readonly file: string
}

/** What is wrong with the claims that a study's file exports, in a sentence; null where nothing is. */
export const claimsProblem = (exported: unknown): string | null => {
  if (exported === undefined) return null
  if (!Array.isArray(exported)) return "its `claims` must be a list of claims."
  const ids = new Set<unknown>()
  for (const [i, claim] of exported.entries()) {
    const problem = claimProblem(claim)
    if (problem !== null) return `claim ${i + 1} of its \`claims\` ${problem}`
    if (ids.has(claim.id)) return `two of its claims have the id "${claim.id}".`
    ids.add(claim.id)
  }
  return null
}

const TEXTS = ["id", "statement", "criterion", "needs"] as const

const claimProblem = (claim: Readonly<Record<string, unknown>> | null): string | null => {
  if (typeof claim !== "object" || claim === null) return "is not a claim: see src/report/claims/Claim.ts."
  for (const name of TEXTS) {
    const text = claim[name]
    if (typeof text !== "string" || text.trim() === "") return `has no \`${name}\`: it must be a text.`
  }
  const seeds = claim["seeds"]
  if (!Number.isInteger(seeds) || Number(seeds) < 2)
    return "has no `seeds`: the fewest it may be judged with, a whole number from 2: one seed shows no spread."
  const { control, values } = claim
  if (control !== undefined && (typeof control !== "string" || control.trim() === ""))
    return "has a `control` that is no text: what its control is, and what is asked of it."
  if (
    values !== undefined &&
    !(typeof values === "object" && values !== null && Object.values(values).every((least) => Number.isInteger(least)))
  )
    return "has `values` that are no record of a whole number for each setting."
  if (typeof claim["evidence"] !== "function") return "has no `evidence`: it must be a function of what the report read."
  return null
}
