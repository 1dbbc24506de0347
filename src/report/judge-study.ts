/** What a run says to the claims that its study's own file makes, for whoever shows them without drawing a report. */

import * as Effect from "effect/Effect"

import { verdictOf } from "./claims/Claim.ts"
import { judge, type StudyClaims } from "./claims/study-claims.ts"
import type { RunRecord } from "./data/RunRecord.ts"
import { readStudy } from "./data/study-data.ts"

/** A line for each claim: `KL1 holds: A strong KL penalty ...`. */
export const studyVerdicts = Effect.fnUntraced(function* (record: RunRecord, { claims }: StudyClaims) {
  if (claims.length === 0) return []
  const data = yield* readStudy(record, "")
  return claims.map((claim) => {
    const { findings, problem } = judge(claim, data)
    const verdict = problem === null ? verdictOf(findings) : `could not be judged, its own code failed: ${problem}`
    return problem === null ? `${claim.id} ${verdict}: ${claim.statement}` : `${claim.id} ${verdict}`
  })
})
