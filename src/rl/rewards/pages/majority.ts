/**
 * `majority`: 1 for the answer that most of the group give (TTRL, arXiv 2504.16084). The vote is that of majority@k, and so is
 * its rule for ties: the winner would be drawn among the tied, and what is paid is the expectation, 1 / (number tied). The
 * reference answer plays no part.
 */

import { voteShares } from "../../../evaluation/metrics/majority.ts"
import { votesOf } from "../../../evaluation/metrics/votes.ts"
import { plain } from "../Reward.ts"

export const majority = plain("majority", {
  readsAnswers: true,
  // Nobody is right here: a vote that knew the reference would not be the group's own.
  pay: ({ completions, problem }) =>
    voteShares(
      votesOf(
        completions.map(({ answer }) => ({ answer, correct: false })),
        problem.answer
      )
    )
})
