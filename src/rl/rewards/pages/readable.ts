/** `readable`: 1 for any answer that can be read, right or wrong. */

import { plain } from "../Reward.ts"

export const readable = plain("readable", {
  readsAnswers: true,
  pay: ({ completions }) => completions.map(({ answer }) => (answer === null ? 0 : 1))
})
