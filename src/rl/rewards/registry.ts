/** All rewards there are, and the parameter that names one. A new reward is one file in `pages/` and one line here. */

import * as Param from "../../dag/Param.ts"
import { formatNames } from "../../formats/registry.ts"
import { didYouMean } from "../../text/near.ts"
import { coin } from "./pages/coin.ts"
import { flip } from "./pages/flip.ts"
import { format } from "./pages/format.ts"
import { majority } from "./pages/majority.ts"
import { readable } from "./pages/readable.ts"
import { shuffled } from "./pages/shuffled.ts"
import { truth } from "./pages/truth.ts"
import { wrong } from "./pages/wrong.ts"
import type { Reward, RewardPage } from "./Reward.ts"

/**
 * Every reward.
 *
 * @internal the tests hold what all of them must keep
 */
export const rewards: ReadonlyArray<RewardPage> = [truth, shuffled, coin, wrong, readable, majority, format, flip]

const spellings = rewards.map(({ spelling }) => spelling).join(", ")

/** The reward that a text names, or why it names none, as a sentence. */
const rewardIn = (text: string): Reward | { readonly problem: string } => {
  const colon = text.indexOf(":")
  const [name, argument] = colon < 0 ? [text, null] : [text.slice(0, colon), text.slice(colon + 1)]
  const page = rewards.find((reward) => reward.name === name)
  if (page !== undefined) return page.of(argument)
  // `omi2` alone is a format that should be paid for.
  const known = [...rewards.map((reward) => reward.name), ...(formatNames.includes(text) ? [`format:${text}`] : [])]
  return { problem: `there is no reward "${name}".${didYouMean(name, known)} They are ${spellings}.` }
}

/** The reward of a value that the parameter has accepted. */
export const rewardNamed = (text: string): Reward => {
  const found = rewardIn(text)
  if ("problem" in found) throw new RangeError(found.problem)
  return found
}

/** A reward by its name. Two spellings of one reward (`coin:.5`, `coin`) are one value. */
const rewardParam = (fallback: string, description: string): Param.Param<string, true> => {
  const text = Param.string(fallback, description)
  return {
    ...text,
    expected: `one of ${spellings}`,
    accept: (value) => {
      const found = typeof value === "string" ? rewardIn(value) : { problem: "" }
      return "problem" in found ? undefined : found.text
    },
    objection: (value) => {
      const found = typeof value === "string" ? rewardIn(value) : null
      return found !== null && "problem" in found ? found.problem : null
    }
  }
}

export const RewardParams = {
  reward: rewardParam("truth", "what completions are paid for; their true grades are recorded whatever it is")
}
