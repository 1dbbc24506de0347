/** Where the evaluator and CPython part: output, type of error, message and line. */

import { evaluate } from "../../src/python/evaluate.ts"
import { type Observed, runCPython } from "./cpython.ts"

export interface Difference {
  readonly source: string
  readonly ours: string
  readonly theirs: string
}

/** One program's outcome as text to compare. */
const shown = ({ output, error }: Observed): string =>
  output + (error === null ? "" : `${error[0]}: ${error[1]}${error[2] === null ? "" : ` (line ${error[2]})`}`)

const observe = (source: string): Observed => {
  const outcome = evaluate(source, { budget: { steps: 100_000 } })
  if (outcome.ok) return { output: outcome.output, error: null }
  const { kind, message, line } = outcome.error
  return { output: outcome.output, error: [kind, message, line] }
}

/**
 * Programs that the two take differently.
 * Those that use up a budget of ours are only counted: CPython, which has no budget, might never end.
 */
export const differences = (programs: ReadonlyArray<string>) => {
  const mine = programs.map((source) => ({ source, observed: observe(source) }))
  const within = mine.filter(({ observed }) => observed.error?.[0] !== "BudgetExceeded")
  const theirs = runCPython(within.map(({ source }) => source))
  const found = within.flatMap(({ source, observed }, i): Array<Difference> => {
    const [ours, other] = [shown(observed), shown(theirs[i]!)]
    return ours === other ? [] : [{ source, ours, theirs: other }]
  })
  return { found, overBudget: programs.length - within.length }
}
