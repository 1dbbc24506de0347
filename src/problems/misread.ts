/**
 * A systematic gap in a corpus: problems of certain kinds are solved as someone would who reads them wrongly, always in the same
 * way.
 *
 *   fewer        `has 5 fewer than` is taken for `has 5 more than`
 *   half         giving half away is ignored
 *   distractor   the sentence that no operation uses is counted in at the start
 *
 * TinyGSM was never checked for correctness while OpenMathInstruct was filtered by answer; this gives a code corpus such a
 * ceiling. Random wrong labels would not: greedy decoding and RL average them out. So which problems are misread is a property of
 * the question, of what it is about, and not a draw.
 */

import { generate, GrammarImpossible, type GrammarOptions } from "./grammar.ts"
import { valueOf, wholly } from "./operations.ts"
import type { Operand, Problem, Step } from "./Problem.ts"
import { items, names } from "./words.ts"

/** A kind of sentence that is read wrongly. */
export type BlindSpot = "fewer" | "half" | "distractor"

/** How much of a corpus is wrong, and in which way. */
export interface Gap {
  /** Share of all problems that come out wrong, 0 to 1. */
  readonly share: number
  readonly blindSpots: ReadonlyArray<BlindSpot>
}

/**
 * The problem as it is misread: same question, another trace and answer, with whole-number division as Python's `//` does it.
 * Null where no blind spot applies or the wrong way happens to give the right answer. Values may exceed the grammar's maximum:
 * only a format that writes no values keeps to the vocabulary then.
 */
export const misread = (problem: Problem, spots: ReadonlyArray<BlindSpot>): Problem | null => {
  const trace: Array<Step> = []
  const push = (step: Omit<Step, "value">): Operand => {
    trace.push({ ...step, value: wholly(valueOf(step.left), step.operator, valueOf(step.right)) })
    return { step: trace.length - 1, value: trace.at(-1)!.value }
  }
  const { aside, start } = problem
  let opening: Operand = { constant: start.count }
  if (spots.includes("distractor") && aside !== null)
    opening = push({ kind: "gain", left: opening, operator: "+", right: { constant: aside.count }, who: start.name })

  const results: Array<Operand> = []
  for (const step of problem.trace) {
    // A constant on the left is the opening quantity, except the number of boxes.
    const isOpening = "constant" in step.left && step.kind !== "box-contents"
    const left = isOpening ? opening : resolve(step.left, results)
    const right = resolve(step.right, results)
    if (step.kind === "half" && spots.includes("half")) results.push(left)
    else if (step.kind === "fewer" && spots.includes("fewer")) results.push(push({ ...step, left, right, operator: "+" }))
    else results.push(push({ ...step, left, right }))
  }
  const answer = valueOf(results.at(-1)!)
  return answer === problem.answer ? null : { ...problem, trace, answer }
}

const resolve = (operand: Operand, results: ReadonlyArray<Operand>): Operand =>
  "constant" in operand ? operand : results[operand.step]!

/**
 * The share of blind-spot problems to misread so that `gap.share` of all problems come out wrong. Measured on the first problems
 * of the grammar's own stream. Throws `GrammarImpossible` where the blind spots are too rare.
 */
export const gapRate = (grammar: GrammarOptions, gap: Gap): number => {
  if (!(gap.share >= 0 && gap.share <= 1))
    throw new GrammarImpossible({ option: "gap", reason: `the share ${gap.share} is not between 0 and 1.` })
  if (gap.share === 0) return 0
  let blind = 0
  for (let index = 0; index < sampleSize; index++) if (misread(generate(grammar, 0, index), gap.blindSpots) !== null) blind++
  const rate = (gap.share * sampleSize) / blind
  if (rate <= 1) return rate
  const found = (blind / sampleSize).toFixed(3)
  throw new GrammarImpossible({
    option: "gap",
    reason:
      `${gap.share} of the problems are to be misread, but only ${found} have a blind spot ` +
      `(${gap.blindSpots.join(", ")}). Lower the share, raise \`distractors\` or add a blind spot.`
  })
}

/** Problems on which the share of blind spots is measured: a standard error below 0.008. */
const sampleSize = 4000

/**
 * Whether a blind-spot problem is misread at this rate: true for the things at the head of the list of items, and for one item by
 * the owner's name. Items and names are uniform and independent of everything else, so that the share is met and a model can
 * learn the rule from two words.
 */
export const isMisread = (problem: Problem, rate: number): boolean => {
  const item = items.indexOf(problem.start.item)
  const name = names.indexOf(problem.start.name)
  return (item + name / names.length) / items.length < rate
}
