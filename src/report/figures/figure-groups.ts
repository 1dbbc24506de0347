/** All figures of a report, in the order of its page. */

import type { JudgedClaim } from "../claims/verdict.ts"
import type { StudyData } from "../data/study-data.ts"
import type { Figure } from "../draw/Figure.ts"
import { attributionFigures } from "./attribution-figures.ts"
import { claimFigures } from "./claim-figures.ts"
import { evaluationFigures } from "./evaluation-figures.ts"
import { rlFigures } from "./rl-figures.ts"
import { trainingFigures } from "./training-figures.ts"

export interface FigureGroup {
  readonly id: string
  readonly title: string
  readonly figures: ReadonlyArray<Figure>
}

/** One that a run has nothing for is there too, and says so. */
export const figureGroups = (data: StudyData, judged: ReadonlyArray<JudgedClaim>): ReadonlyArray<FigureGroup> => [
  ...(judged.length === 0 ? [] : [{ id: "claims-by-seed", title: "Claims, seed by seed", figures: claimFigures(judged) }]),
  { id: "reinforcement", title: "Reinforcement learning", figures: rlFigures(data) },
  { id: "evaluation", title: "Before and after", figures: evaluationFigures(data) },
  { id: "attribution", title: "What the outputs come from", figures: attributionFigures(data) },
  { id: "pretraining", title: "Pretraining", figures: trainingFigures(data) }
]
