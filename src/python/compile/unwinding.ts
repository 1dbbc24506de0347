/** What a JavaScript throw means to a program: a Python exception it may catch, or the end of the run. */

import { type BudgetAccount, TooDeep } from "../values/Budget.ts"
import { PyRaise, raised } from "../values/exceptions.ts"

/**
 * The Python exception in `thrown`, with its line set.
 * Rethrows what no program may catch: budgets, refusals, faults of this evaluator.
 * A host stack that overflows in spite of the frame count is a depth budget used up.
 */
export const caught = (account: BudgetAccount, thrown: unknown): PyRaise => {
  const error = toRaise(account, thrown)
  error.exception.line ??= account.line
  // Unwinding takes the host some microseconds.
  account.step(20)
  return error
}

const toRaise = (account: BudgetAccount, thrown: unknown): PyRaise => {
  if (thrown instanceof PyRaise) return thrown
  if (thrown instanceof TooDeep) return raised("RecursionError", "maximum recursion depth exceeded")
  if (thrown instanceof RangeError && /call stack/i.test(thrown.message)) throw account.exceeded("depth", "depth of nested calls")
  throw thrown
}
