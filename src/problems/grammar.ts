/**
 * The built-in word problems: a chain of K binary operations over one running quantity, told in short sentences.
 *
 * One invariant: a problem is a pure function of (options, seed, index), and every number in it, every intermediate value and the
 * answer is an integer in 0..maximum (divisions are exact). Draws that break a rule are thrown away whole and drawn again from
 * the same stream, so that what is kept is uniform over what is allowed. Difficulty is K and nothing else; the range of the
 * numbers is an option.
 */

import * as Schema from "effect/Schema"

import { type Draws, draws } from "../random/philox.ts"
import { type Clause, amountRange, clauses, type Family, fill, opening, openQuestion, type Range, startRange } from "./clauses.ts"
import { exactly, valueOf } from "./operations.ts"
import type { Operand, Problem, Quantity, Split, Step } from "./Problem.ts"
import { grammarVersion, shortHash, splitOf } from "./split.ts"
import { items, names } from "./words.ts"

/** What problems are drawn from. */
export interface GrammarOptions {
  /** Every number is in 0..maximum; from 10 to 9999. It decides how much arithmetic there is to learn. */
  readonly maximum: number
  /** Relative frequency of each number of operations, 1 to 6: `{ 1: 1, 2: 1, 4: 0.025 }`. */
  readonly steps: Readonly<Partial<Record<Difficulty, number>>>
  /** Probability of a sentence that no operation uses. */
  readonly distractors: number
  /** Which split to draw from; `any` takes what comes, for measuring the shares. */
  readonly split: Split | "any"
  /** Clauses to use; all of them where absent. */
  readonly families?: ReadonlyArray<Family>
}
/** A number of operations. */
export type Difficulty = 1 | 2 | 3 | 4 | 5 | 6

/** Options that describe no problem, or none that a reasonable number of draws could find. */
export class GrammarImpossible extends Schema.TaggedError<GrammarImpossible>()("GrammarImpossible", {
  option: Schema.String,
  reason: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return `The word-problem grammar cannot use \`${this.option}\`: ${this.reason}`
  }
}

/** Whole problems thrown away before we say that there is none: about a second. */
const maximumDraws = 20_000

/** Problem number `index` of the stream (options, seed). Throws `GrammarImpossible` where the options leave nothing to draw. */
export const generate = (options: GrammarOptions, seed: number, index: number): Problem => {
  const { weights, difficulties } = checkOptions(options)
  const random = draws(seed, "problem", index)
  const difficulty = random.weighted(difficulties, weights)
  for (let attempt = 0; attempt < maximumDraws; attempt++) {
    const story = tell(options, difficulty, random)
    if (story === null) continue
    const split = splitOf(story.template, story.trace)
    if (options.split !== "any" && split !== options.split) continue
    const id = `${grammarVersion}/${options.split}/${seed}/${index}-${shortHash(story.question)}`
    return { id, ...story, steps: difficulty, split }
  }
  throw new GrammarImpossible({
    option: options.families === undefined ? "maximum" : "families",
    reason:
      `${maximumDraws} draws gave no problem of ${difficulty} operations in split ${options.split}. ` +
      "Allow more clauses, larger numbers or another split."
  })
}

/** The difficulties that can be drawn, with their weights. Throws `GrammarImpossible` naming the option that is wrong. */
const checkOptions = (options: GrammarOptions): { difficulties: Array<number>; weights: Array<number> } => {
  const fail = (option: string, reason: string): never => {
    throw new GrammarImpossible({ option, reason })
  }
  if (!Number.isInteger(options.maximum) || options.maximum < 10 || options.maximum > 9999)
    fail("maximum", `${options.maximum} is not an integer from 10 to 9999.`)
  if (!(options.distractors >= 0 && options.distractors <= 1))
    fail("distractors", `${options.distractors} is not a probability between 0 and 1.`)
  for (const family of options.families ?? [])
    if (!clauses.some((clause) => clause.family === family))
      fail("families", `there is no clause "${family}". The clauses are ${clauses.map((clause) => clause.family).join(", ")}.`)
  const difficulties: Array<number> = []
  const weights: Array<number> = []
  for (const [name, weight] of Object.entries(options.steps)) {
    const difficulty = Number(name)
    if (!Number.isInteger(difficulty) || difficulty < 1 || difficulty > 6)
      fail("steps", `"${name}" is not a number of operations; they go from 1 to 6.`)
    if (!(weight >= 0 && weight < Infinity))
      fail("steps", `the weight of ${name} is ${weight}, and weights are finite and not negative.`)
    // One-step problems have no held-out templates: their weight does not count there.
    if (weight === 0 || (options.split === "unseen-template" && difficulty === 1)) continue
    difficulties.push(difficulty)
    weights.push(weight)
  }
  if (difficulties.length === 0)
    fail(
      "steps",
      options.split === "unseen-template" ? "held-out templates start at 2 operations." : "no difficulty has a positive weight."
    )
  return { difficulties, weights }
}

type Story = Omit<Problem, "id" | "steps" | "split">

/** One draw of a whole story, or null where a rule is broken. */
const tell = (options: GrammarOptions, difficulty: number, random: Draws): Story | null => {
  const { maximum } = options
  const [owner, helper, other] = random.sample(names, 3) as [string, string, string]
  const [item, otherItem] = random.sample(items, 2) as [string, string]
  const start: Quantity = { name: owner, item, count: random.between(...startRange(maximum)) }
  const places = { owner, helper, other, item }

  // Filled in when the story stands: most draws break a rule before that.
  const sentences: Array<readonly [template: string, places: Readonly<Record<string, string | number>>]> = [
    [opening, { ...start }]
  ]
  const trace: Array<Step> = []
  const told: Array<string> = []
  let running: Operand = { constant: start.count }
  let question = openQuestion
  while (trace.length < difficulty) {
    const clause = drawClause(options.families, difficulty - trace.length, random)
    if (clause === null) return null
    const b = drawNumber(clause.b, maximum, random)
    const c = drawNumber(clause.c, maximum, random)
    if (!carryOut(clause, { running, b, c }, { owner, other, maximum }, trace)) return null
    sentences.push([random.pick(clause.wordings), { ...places, b, c }])
    told.push(clause.family)
    running = { step: trace.length - 1, value: trace.at(-1)!.value }
    question = clause.question ?? question
  }

  let aside: Quantity | null = null
  if (random.uniform() < options.distractors) {
    const bystander = random.pick(names.filter((name) => name !== owner && name !== helper && name !== other))
    aside = { name: bystander, item: otherItem, count: random.between(...startRange(maximum)) }
    sentences.splice(random.between(1, sentences.length), 0, [opening, { ...aside }])
    told.push("distractor")
  }
  return {
    question: [...sentences, [question, places] as const].map(([template, values]) => fill(template, values)).join(" "),
    answer: trace.at(-1)!.value,
    trace,
    template: told.join(">"),
    distractor: aside !== null,
    aside,
    start
  }
}

/** A clause that fits into `left` operations; one that closes the story must use them all. Null where none fits. */
const drawClause = (allowed: ReadonlyArray<Family> | undefined, left: number, random: Draws): Clause | null => {
  const fitting = clauses.filter(
    ({ family, operations, question }) =>
      (allowed === undefined || allowed.includes(family)) &&
      (question === null ? operations.length <= left : operations.length === left)
  )
  if (fitting.length === 0) return null
  return random.weighted(
    fitting,
    fitting.map((clause) => clause.weight)
  )
}

const drawNumber = (range: Range | null, maximum: number, random: Draws): number => {
  if (range === null) return 0
  const [low, high] = range === "amount" ? amountRange(maximum) : range
  return random.between(low, high)
}

/** Appends the operations of a clause to the trace; false where a value leaves 0..maximum or a division is not exact. */
const carryOut = (
  clause: Clause,
  numbers: { readonly running: Operand; readonly b: number; readonly c: number },
  story: { readonly owner: string; readonly other: string; readonly maximum: number },
  trace: Array<Step>
): boolean => {
  for (const operation of clause.operations) {
    const operand = (source: typeof operation.left): Operand => {
      if (source === "running") return numbers.running
      if (source === "previous") return { step: trace.length - 1, value: trace.at(-1)!.value }
      return { constant: source === "b" ? numbers.b : numbers.c }
    }
    const left = operand(operation.left)
    const right = operand(operation.right)
    const value = exactly(valueOf(left), operation.operator, valueOf(right))
    if (!(value >= 0 && value <= story.maximum)) return false
    trace.push({ kind: operation.kind, left, operator: operation.operator, right, value, who: story[operation.who] })
  }
  return true
}
