/** How many completions of a run were cut so far, as a part of mid-stage checkpoints: a resumed run counts on. */

import * as Effect from "effect/Effect"

import type { Ending } from "../../../schemas/grade.ts"
import type { Part } from "../../dag/Checkpoints.ts"
import type { Cut } from "../../evaluation/prompt-room.ts"

export const cutSoFar = () => {
  let counts: Cut = { completions: 0, maxNewTokens: 0, context: 0 }
  const part: Part<never> = {
    save: Effect.sync(() => ({ counts: Float64Array.of(counts.completions, counts.maxNewTokens, counts.context) })),
    restore: (saved) =>
      Effect.sync(() => {
        const [completions, maxNewTokens, context] = saved["counts"] as Float64Array
        counts = { completions: completions!, maxNewTokens: maxNewTokens!, context: context! }
      })
  }
  return {
    part,
    get counts(): Cut {
      return counts
    },
    add: (endings: ReadonlyArray<Ending>): void => {
      const many = (ending: Ending) => endings.filter((one) => one === ending).length
      counts = {
        completions: counts.completions + endings.length,
        maxNewTokens: counts.maxNewTokens + many("maxNewTokens"),
        context: counts.context + many("context")
      }
    }
  }
}
