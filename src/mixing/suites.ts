/** Problem suites that a corpus carries: from the built-in grammar by name, or from a dataset as `name:split`. */
import { Effect, Schema } from "effect"

import { type GrammarOptions, generate } from "../problems/grammar.ts"
import { stream } from "../random/philox.ts"
import { didYouMean } from "../text/near.ts"
import { datasetName, grammarOptions, type MixtureSettings, readRows } from "./sources.ts"

export class SuiteUnknown extends Schema.TaggedError<SuiteUnknown>()("SuiteUnknown", {
  suite: Schema.String,
  near: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return `There is no problem suite "${this.suite}".${this.near} Built in: ${Object.keys(BUILT_IN).join(", ")}; from a dataset: gsm8k:test.`
  }
}

/**
 * The built-in suites, as changes to the pretraining grammar. `train` and `train-easy` are for RL prompts; the others hold values or step
 * sequences that training never saw, and `harder` adds a step or two.
 */
const BUILT_IN: Readonly<Record<string, (grammar: GrammarOptions) => Partial<GrammarOptions>>> = {
  train: () => ({}),
  "train-easy": () => ({ steps: { 1: 1, 2: 1 } }),
  "unseen-values": () => ({ split: "unseen-values" }),
  "unseen-template": ({ steps }) => ({ split: "unseen-template", steps: { ...steps, 1: 0 } }),
  harder: ({ steps }) => {
    const common = Object.entries(steps).filter(([, weight]) => weight >= 0.1)
    const hardest = Math.max(...common.map(([difficulty]) => Number(difficulty)))
    return { split: "unseen-values", steps: { [Math.min(6, hardest + 1)]: 1, [Math.min(6, hardest + 2)]: 1 } }
  }
}

export const suiteProblems = Effect.fnUntraced(function* (suite: string, settings: MixtureSettings) {
  if (datasetName(suite) !== null) {
    const { rows } = yield* readRows(suite, "evaluation", settings.maxBadRows)
    return rows.flatMap(({ id, question, answer }) =>
      answer === null ? [] : [{ problem: id, question, answer, steps: 0, distractor: false }]
    )
  }
  const change = BUILT_IN[suite]
  if (change === undefined) return yield* new SuiteUnknown({ suite, near: didYouMean(suite, Object.keys(BUILT_IN)) })
  const grammar = grammarOptions(settings)
  const options = { ...grammar, ...change(grammar) }
  const seed = (stream(`suite/${suite}`) ^ settings.seed) >>> 0
  return yield* Effect.try({
    try: () =>
      Array.from({ length: settings.suiteSize }, (_, index) => {
        const problem = generate(options, seed, index)
        return {
          problem: problem.id,
          question: problem.question,
          answer: String(problem.answer),
          steps: problem.steps,
          distractor: problem.distractor
        }
      }),
    catch: (cause) => cause
  })
})
