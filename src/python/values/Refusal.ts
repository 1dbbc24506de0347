/** The end of a run that the program itself cannot catch: out of budget, or outside this evaluator's Python. */

export class Refusal extends Error {
  readonly kind: "BudgetExceeded" | "Unsupported"
  /** Line of the program; null where there is none. */
  readonly line: number | null
  constructor(kind: "BudgetExceeded" | "Unsupported", message: string, line: number | null) {
    super(message)
    this.kind = kind
    this.line = line
  }
}
