/** Which number from before RL named the winners: share, accuracy, first rewards, trainability, on the same policies. */

import type { StudyData } from "../data/study-data.ts"
import { type Html, html, nothing, table } from "../page/html.ts"
import { percentWithSpread } from "../page/numbers.ts"
import { type PredictorScores, predictorScores } from "../predictors/winner-predictors.ts"

/** Nothing where the study has no runs with a format forced: trainability is one of those compared. */
export const predictorsSection = (data: StudyData): Html => {
  const found = predictorScores(data)
  if (found === null) return nothing
  const { policies, seeds, scores } = found
  return html`<h3>What foretells the winner</h3>
    <p class="note">
      Of ${policies} policies (${seeds} ${seeds === 1 ? "seed" : "seeds"}) after RL for right answers, all that every predictor
      has a word about. Trainability is the gain in right completions per step of a short RL run with the format forced, started
      from the same policy. The mean is over seeds, its interval of 95 %. ${bestWords(found)}
    </p>
    ${table(
      [{ title: "predictor" }, { title: "winners named", right: true }, { title: "mean over seeds, %", right: true }],
      scores.map(({ predictor, right, share }) => [predictor, `${right} of ${policies}`, percentWithSpread(share)])
    )}`
}

/** The best of them, or that no one is. */
const bestWords = ({ scores }: PredictorScores): string => {
  const most = scores.reduce((best, { right }) => Math.max(best, right), 0)
  const best = scores.filter(({ right }) => right === most).map(({ predictor }) => predictor)
  return best.length === scores.length ? "They name the same number of winners." : `Most winners: ${best.join(", ")}.`
}
