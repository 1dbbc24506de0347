/** Every claim that a report judges, in the order of their numbers. What they rest on is in the paper, arXiv 2504.07912. */

import type { Claim } from "./Claim.ts"
import { expertIterationSlower, grpoLessStable, klKeepsBreadth, moreIsBetter, sharpening } from "./outcome-claims.ts"
import { concentration, imbalance, mostAccurate, scaleFlip } from "./winner-claims.ts"

export const claims: ReadonlyArray<Claim> = [
  concentration,
  mostAccurate,
  imbalance,
  sharpening,
  klKeepsBreadth,
  moreIsBetter,
  scaleFlip,
  grpoLessStable,
  expertIterationSlower
]
