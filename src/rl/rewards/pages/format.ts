/** `format:NAME`: 1 for a completion in that format, whatever it answers and however it ends. */

import { formatNames } from "../../../formats/registry.ts"
import { didYouMean } from "../../../text/near.ts"
import type { RewardPage } from "../Reward.ts"

export const format: RewardPage = {
  name: "format",
  spelling: '"format:NAME"',
  of: (wanted) => {
    if (wanted === null || !formatNames.includes(wanted)) {
      const found = wanted === null ? "" : ` There is no format "${wanted}".${didYouMean(wanted, formatNames)}`
      return { problem: `"format:NAME" takes the name of a format.${found} The formats are ${formatNames.join(", ")}.` }
    }
    return {
      text: `format:${wanted}`,
      readsAnswers: false,
      format: wanted,
      pay: ({ completions }) => completions.map(({ grades }) => (grades.corrected.format === wanted ? 1 : 0))
    }
  }
}
