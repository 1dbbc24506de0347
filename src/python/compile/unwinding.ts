import { type Meter, TooDeep } from "../values/Budget.ts"
/** What a JavaScript throw means to a program: a Python exception it may catch, or the end of the run. */
import { PyRaise, raised } from "../values/exceptions.ts"

/**
 * The Python exception in `thrown`, with its line set. Rethrows what no program may catch: budgets, refusals, faults of this evaluator.
 * A host stack that overflows in spite of the frame count is a depth budget used up.
 */
export const caught = (meter: Meter, thrown: unknown): PyRaise => {
  const error = toRaise(meter, thrown)
  error.exception.line ??= meter.line
  // Unwinding takes the host some microseconds.
  meter.step(20)
  return error
}

const toRaise = (meter: Meter, thrown: unknown): PyRaise => {
  if (thrown instanceof PyRaise) return thrown
  if (thrown instanceof TooDeep) return raised("RecursionError", "maximum recursion depth exceeded")
  if (thrown instanceof RangeError && /call stack/i.test(thrown.message)) throw meter.exceeded("depth", "depth of nested calls")
  throw thrown
}
