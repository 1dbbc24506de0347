/**
 * Claims that a study binds in its own file: `export const claims: ReadonlyArray<Claim> = [...]` beside the study. Written
 * there, they are fixed before the study runs; `pipeline plan` prints them, and the reports of its runs judge these and no
 * others.
 *
 * A study's file may be plain JavaScript to us (types are stripped, not checked), so what it exports is looked at here.
 */

import { didYouMean } from "../../text/near.ts"
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
const MEMBERS: ReadonlyArray<keyof Claim> = [...TEXTS, "control", "study", "seeds", "values", "file", "evidence"]

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
  const misspelt = misspeltMember(claim, MEMBERS)
  if (misspelt !== null) return misspelt
  if (typeof claim["evidence"] !== "function") return "has no `evidence`: it must be a function of what the report read."
  return null
}

/** The first member that has nearly the name of one that may be left out, in words; null where there is none. */
export const misspeltMember = (given: Readonly<Record<string, unknown>>, known: ReadonlyArray<string>): string | null => {
  for (const name of Object.keys(given)) {
    const near = known.includes(name) ? "" : didYouMean(name, known)
    if (near !== "") return `has a member "${name}", which says nothing.${near}`
  }
  return null
}
