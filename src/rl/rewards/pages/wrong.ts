/** `wrong`: 1 for an answer that can be read and is wrong. */

import { plain } from "../Reward.ts"

export const wrong = plain("wrong", {
  readsAnswers: true,
  pay: ({ completions }) => completions.map(({ answer, right }) => (answer !== null && !right ? 1 : 0))
})
