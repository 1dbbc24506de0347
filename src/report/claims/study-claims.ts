/**
 * Claims that a study brings in its own file: `export const claims: ReadonlyArray<Claim> = [...]` beside the study. Written
 * there, they are fixed before the study runs, and the reports of its runs judge them in addition to the paper's.
 *
 * A study's file may be plain JavaScript to us (types are stripped, not checked), so what it exports is looked at here.
 */

import { ownFrames } from "../../dag/own-frames.ts"
import type { Claim, Finding } from "./Claim.ts"

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
  if (/^C\d+$/.test(String(claim["id"]))) return `has the id ${String(claim["id"])}: C1, C2, ... are the claims of the paper.`
  if (typeof claim["findings"] !== "function") return "has no `findings`: it must be a function of what the report read."
  return null
}

/** A claim with what the run says to it, or why it could not be asked. */
export interface Judged {
  readonly claim: Claim
  readonly findings: ReadonlyArray<Finding>
  /** What went wrong inside a claim's own code; null as a rule. */
  readonly problem: string | null
}

/** Asks a study's claim. One that throws says so in its own place; the rest of the report stands. */
export const judge = (claim: Claim, data: Parameters<Claim["findings"]>[0]): Judged => {
  try {
    return { claim, findings: claim.findings(data), problem: null }
  } catch (cause) {
    const [place] = ownFrames(cause)
    const message = cause instanceof Error ? cause.message : String(cause)
    return { claim, findings: [], problem: place === undefined ? message : `${message} (${place})` }
  }
}
