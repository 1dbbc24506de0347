/** `flip:P`: what truth would pay, turned round with probability P, each completion by itself: a verifier that errs. */

import { probabilityIn } from "../probability.ts"
import { drawsOf, type RewardPage, truthOf } from "../Reward.ts"

export const flip: RewardPage = {
  name: "flip",
  spelling: '"flip:P"',
  of: (argument) => {
    const chance = argument === null ? { problem: "none is given" } : probabilityIn(argument)
    if (typeof chance === "object")
      return { problem: `"flip:P" takes the probability of a flip, as in "flip:0.3": ${chance.problem}.` }
    return {
      text: `flip:${chance}`,
      readsAnswers: true,
      format: null,
      pay: (group) =>
        group.completions.map((completion, sample) => {
          const truth = truthOf(completion)
          return drawsOf(group, sample, "flip").uniform() < chance ? 1 - truth : truth
        })
    }
  }
}
