/** Asking a tiny untrained model: what happens while its completions are graded and matched with documents. */

import { Effect, Exit, Fiber } from "effect"
import { expect, it } from "vitest"

import { ask } from "../../../src/cli/sampling/ask.ts"
import { DEFAULTS } from "../../../src/cli/sampling/settings.ts"
import { Engine } from "../../../src/engine/Engine.ts"
import { wordTokenizer } from "../../../src/tokenizer/word/WordTokenizer.ts"
import { run } from "../../rl/engine-rollouts.ts"

it("stops between two documents that are looked for, and not behind the last", async () => {
  const tokenizer = wordTokenizer({ maximum: 20 })
  const n = 200
  const first = Promise.withResolvers<void>()
  let looked = 0
  const { exit, heard } = await run(
    Effect.gen(function* () {
      const engine = yield* Engine
      const size = { width: 32, layers: 1, heads: 2, hidden: 48, context: 32, tied: true, valueHead: false }
      const model = yield* engine.createModel({ ...size, vocabularySize: tokenizer.size }, { seed: 1 })
      const asking = yield* Effect.forkChild(
        ask({
          model,
          tokenizer,
          question: "Sam has 3 buns .",
          gold: null,
          forced: [],
          settings: { ...DEFAULTS, n, maxTokens: 4 },
          documentsOf: () => {
            looked++
            first.resolve()
            for (const until = performance.now() + 10; performance.now() < until;);
            return []
          }
        })
      )
      // As a key or a signal comes: by the event loop, once the first has been looked for.
      yield* Effect.promise(async () => {
        await first.promise
        await new Promise((resolve) => setTimeout(resolve, 1))
      })
      const heard = looked
      yield* Fiber.interrupt(asking)
      return { exit: yield* Fiber.await(asking), heard }
    })
  )
  expect(Exit.isFailure(exit)).toBe(true)
  expect(heard).toBeLessThan(n / 2)
  expect(looked).toBeLessThan(n)
})
