/** What a run says to the claims that its study binds: each judged on the nodes of its own study, all on one scoreboard. */

import * as Effect from "effect/Effect"

import type { Claim } from "./claims/Claim.ts"
import type { StudyClaims } from "./claims/study-claims.ts"
import { judge } from "./claims/verdict.ts"
import { verdictLine } from "./claims/words.ts"
import { partOf, type RunRecord } from "./data/RunRecord.ts"
import { readStudy, type StudyData } from "./data/study-data.ts"

/** The scoreboard of a run; `whole` is what was read of all of it, where that is at hand. */
export const judgeStudy = Effect.fnUntraced(function* (record: RunRecord, claims: ReadonlyArray<Claim>, whole?: StudyData) {
  // A study by itself and as a part of another binds the same claims.
  const once = [...new Map(claims.map((claim) => [`${claim.study ?? ""} ${claim.id}`, claim])).values()]
  const data = new Map<string | undefined, StudyData>(whole === undefined ? [] : [[undefined, whole]])
  for (const { study } of once)
    if (!data.has(study)) data.set(study, yield* readStudy(study === undefined ? record : partOf(record, study), ""))
  return judge(once, ({ study }) => data.get(study)!)
})

/** A line for each claim: `C4 supported: pass@1 and majority@k rise ...`. */
export const studyVerdicts = Effect.fnUntraced(function* (record: RunRecord, { claims }: StudyClaims) {
  return claims.length === 0 ? [] : (yield* judgeStudy(record, claims)).map(verdictLine)
})
