/**
 * The problem suites of the built-in grammar. A problem is made of the settings of its mixture and its number alone, so that it
 * can be made anew at any time.
 */

import type { SuiteProblem } from "../../schemas/corpus.ts"
import { maximumOf } from "../lists/large.ts"
import { type Difficulty, type GrammarOptions, generate } from "../problems/grammar.ts"
import { subSeed } from "../random/philox.ts"

/** What of a mixture's params decides its built-in problems. */
export interface GrammarSettings {
  readonly maximum: number
  readonly difficulty: Readonly<Record<string, number>>
  readonly distractors: number
  readonly seed: number
}

/** The grammar that a mixture's params describe, for training data. */
export const grammarOptions = (settings: Omit<GrammarSettings, "seed">): GrammarOptions => ({
  maximum: settings.maximum,
  steps: settings.difficulty as Partial<Record<Difficulty, number>>,
  distractors: settings.distractors,
  split: "train"
})

interface BuiltInSuite {
  /** Whether training may see its problems. */
  readonly training: boolean
  readonly change: (grammar: GrammarOptions) => Partial<GrammarOptions>
}

const DIFFICULTIES = [1, 2, 3, 4, 5, 6] as const

/** A difficulty this much rarer than the most frequent one is a trickle, and does not count as what a mixture is made of. */
const TRICKLE = 0.1

/**
 * The built-in suites, as changes to the pretraining grammar. `train` and `train-easy` are for RL prompts; the others hold values
 * or step sequences that training never saw; `harder` adds a step or two, `steps-1` to `steps-6` are of one difficulty.
 */
const BUILT_IN: Readonly<Record<string, BuiltInSuite>> = {
  train: { training: true, change: () => ({}) },
  "train-easy": { training: true, change: () => ({ steps: { 1: 1, 2: 1 } }) },
  "unseen-values": { training: false, change: () => ({ split: "unseen-values" }) },
  "unseen-template": { training: false, change: ({ steps }) => ({ split: "unseen-template", steps: { ...steps, 1: 0 } }) },
  harder: {
    training: false,
    change: ({ steps }) => {
      const most = maximumOf(Object.values(steps))
      const common = Object.entries(steps).filter(([, weight]) => weight >= TRICKLE * most)
      const hardest = maximumOf(common.map(([difficulty]) => Number(difficulty)))
      return { split: "unseen-values", steps: { [Math.min(6, hardest + 1)]: 1, [Math.min(6, hardest + 2)]: 1 } }
    }
  },
  ...Object.fromEntries(
    DIFFICULTIES.map((steps) => [
      `steps-${steps}`,
      { training: false, change: () => ({ split: "unseen-values" as const, steps: { [steps]: 1 } }) }
    ])
  )
}

/** Their names. */
export const builtInSuites: ReadonlyArray<string> = Object.keys(BUILT_IN)

/** The grammar of a built-in suite. */
export const suiteGrammar = (suite: string, grammar: GrammarOptions): GrammarOptions => ({
  ...grammar,
  ...BUILT_IN[suite]!.change(grammar)
})

/** Whether training may see the problems of a built-in suite. */
export const isForTraining = (suite: string): boolean => BUILT_IN[suite]!.training

/** Problem number `index` of a built-in suite. Throws `GrammarImpossible` where the settings leave nothing to draw. */
export const builtInProblem = (suite: string, settings: GrammarSettings, index: number): SuiteProblem => {
  const seed = subSeed(settings.seed, `suite/${suite}`)
  const options = suiteGrammar(suite, grammarOptions(settings))
  const { id, question, answer, steps, distractor } = generate(options, seed, index)
  return { suite, problem: id, question, answer: String(answer), steps, distractor }
}
