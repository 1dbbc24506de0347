/**
 * `shuffled`: what truth would pay, permuted inside the group. Rewards have the same mean and the same spread in every group, and
 * say nothing of the completions: the control of every claim about what a reward teaches.
 */

import { orderOf, plain, truthOf } from "../Reward.ts"

export const shuffled = plain("shuffled", {
  readsAnswers: true,
  pay: (group) => Array.from(orderOf(group, "shuffled"), (from) => truthOf(group.completions[from]!))
})
