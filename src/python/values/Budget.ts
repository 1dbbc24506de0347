/**
 * What one run of a program may use, and the account of what it has used so far.
 *
 * Everything is counted, nothing is timed: the same program ends in the same way on any machine under any load.
 * `memory` counts bytes allocated in total (sizes near those of CPython), which bounds what can be alive at once.
 * Invariant: an operation whose cost depends on its operands charges for it before it does it.
 */

import { Refusal } from "./Refusal.ts"

/** Upper limits. The first one that a run would pass ends it. */
export interface Budget {
  /**
   * Blocks entered, calls, loop turns. A block costs a step more for every sixteen nodes of its statements.
   * Work inside a built-in costs a step for every sixteen items, arithmetic on large integers more by their sizes.
   * A step takes a tenth of a microsecond, and never more than about a third.
   */
  readonly steps: number
  /** Bytes of Python objects allocated over the whole run. */
  readonly memory: number
  /** UTF-16 code units that `print` may write. */
  readonly output: number
  /** Size of the largest integer, in bits. */
  readonly integerBits: number
  /** Nested calls of functions, nested iterators, and nested containers in one `repr`, `==` or `hash`. */
  readonly depth: number
}

/** Room for every program of GSM-Hard; see docs/answers.md. */
export const defaultBudget: Budget = {
  steps: 3_000_000,
  memory: 16 * 2 ** 20,
  output: 64 * 2 ** 10,
  integerBits: 65_536,
  depth: 200
}

/** Thrown through the evaluator when nested calls pass `depth`; becomes Python's RecursionError, which a program may catch. */
export class TooDeep extends Error {}

/** JavaScript frames that all nested calls and expressions may take together, far inside the default 984 KiB stack. */
const stackFrames = 4_000

/** The running account of one run: what it has used of its budget, which line it is at, and what it has printed. */
export class BudgetAccount {
  readonly budget: Budget
  steps = 0
  bytes = 0
  depth = 0
  frames = 0
  /** The line of the statement (or of the part of it) being executed. */
  line = 0
  readonly printed: Array<string> = []
  private printedLength = 0

  constructor(budget: Budget) {
    this.budget = budget
  }

  step(cost: number): void {
    this.steps += cost
    if (this.steps > this.budget.steps) {
      this.steps = this.budget.steps
      throw this.exceeded("steps", `${this.budget.steps} steps`)
    }
  }

  /** Charges for handling `items` items inside one built-in operation. */
  work(items: number): void {
    if (items >= 16) this.step(Math.floor(items / 16))
  }

  /** Charges for going once over `units` of text or memory, as a comparison of strings does. */
  scan(units: number): void {
    if (units >= 1024) this.step(Math.floor(units / 1024))
  }

  allocate(bytes: number): void {
    this.bytes += bytes
    if (this.bytes > this.budget.memory) throw this.exceeded("memory", `${this.budget.memory} bytes of memory`)
  }

  /** Enters one level that needs about `frames` frames of the host's stack. Left by `leave`, or by whoever catches. */
  enter(frames: number): void {
    this.depth++
    this.frames += frames
    if (this.depth > this.budget.depth || this.frames > stackFrames) throw new TooDeep()
  }

  leave(frames: number): void {
    this.depth--
    this.frames -= frames
  }

  /** What `print` writes. */
  write(text: string): void {
    this.printedLength += text.length
    if (this.printedLength > this.budget.output) throw this.exceeded("output", `${this.budget.output} characters of output`)
    this.printed.push(text)
  }

  /** The refusal for a resource that is used up; `limit` says the amount in words. */
  exceeded(resource: keyof Budget, limit: string): Refusal {
    return new Refusal("BudgetExceeded", `the program used more than its ${limit} (budget: ${resource})`, this.line || null)
  }
}
