/** `truth`: 1 for a right answer. What `rl.truncated` lets a completion that was cut count as is decided before. */

import { plain, truthOf } from "../Reward.ts"

export const truth = plain("truth", { readsAnswers: true, pay: ({ completions }) => completions.map(truthOf) })
