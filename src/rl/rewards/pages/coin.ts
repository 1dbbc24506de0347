/** `coin`, `coin:P`: 1 with probability P, one half unless said otherwise, whatever the completion says. */

import { probabilityIn } from "../probability.ts"
import { drawsOf, type RewardPage } from "../Reward.ts"

const FAIR = 0.5

export const coin: RewardPage = {
  name: "coin",
  spelling: '"coin" or "coin:P"',
  of: (argument) => {
    const chance = argument === null ? FAIR : probabilityIn(argument)
    if (typeof chance === "object")
      return { problem: `"coin:P" takes the probability of being paid, as in "coin:0.3": ${chance.problem}.` }
    return {
      text: chance === FAIR ? "coin" : `coin:${chance}`,
      readsAnswers: false,
      format: null,
      pay: (group) => group.completions.map((_, sample) => (drawsOf(group, sample, "coin").uniform() < chance ? 1 : 0))
    }
  }
}
