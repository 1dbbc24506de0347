/**
 * Python's exceptions: the hierarchy, the object a program catches, and the JavaScript carrier that unwinds the evaluator.
 *
 * An exception gets its line from whoever catches it: `BudgetAccount.line` does not move while a throw unwinds.
 */

import { type PyValue, objectType, PyObject, PyType } from "./objects.ts"

/** Name and parent of every exception type a program can name. */
const hierarchy: ReadonlyArray<readonly [string, string]> = [
  ["Exception", "BaseException"],
  ["GeneratorExit", "BaseException"],
  ["KeyboardInterrupt", "BaseException"],
  ["SystemExit", "BaseException"],
  ["ArithmeticError", "Exception"],
  ["FloatingPointError", "ArithmeticError"],
  ["OverflowError", "ArithmeticError"],
  ["ZeroDivisionError", "ArithmeticError"],
  ["AssertionError", "Exception"],
  ["AttributeError", "Exception"],
  ["EOFError", "Exception"],
  ["ImportError", "Exception"],
  ["ModuleNotFoundError", "ImportError"],
  ["LookupError", "Exception"],
  ["IndexError", "LookupError"],
  ["KeyError", "LookupError"],
  ["MemoryError", "Exception"],
  ["NameError", "Exception"],
  ["UnboundLocalError", "NameError"],
  ["OSError", "Exception"],
  ["FileNotFoundError", "OSError"],
  ["PermissionError", "OSError"],
  ["TimeoutError", "OSError"],
  ["RuntimeError", "Exception"],
  ["NotImplementedError", "RuntimeError"],
  ["RecursionError", "RuntimeError"],
  ["StopIteration", "Exception"],
  ["SyntaxError", "Exception"],
  ["IndentationError", "SyntaxError"],
  ["TabError", "IndentationError"],
  ["TypeError", "Exception"],
  ["ValueError", "Exception"],
  ["UnicodeError", "ValueError"],
  ["Warning", "Exception"],
  ["UserWarning", "Warning"],
  ["DeprecationWarning", "Warning"]
]

export const baseExceptionType = new PyType("BaseException", objectType)

/** Every exception type, by name. */
export const exceptionTypes: ReadonlyMap<string, PyType> = hierarchy.reduce(
  (types, [name, parent]) => types.set(name, new PyType(name, types.get(parent)!)),
  new Map([["BaseException", baseExceptionType]])
)

/** An exception as a program sees it: its type and its arguments. */
export class PyException extends PyObject {
  readonly exceptionType: PyType
  readonly args: ReadonlyArray<PyValue>
  line: number | null = null
  constructor(type: PyType, args: ReadonlyArray<PyValue>) {
    super()
    this.exceptionType = type
    this.args = args
  }
  get type(): PyType {
    return this.exceptionType
  }
}

/**
 * A Python exception on its way up.
 * Not an Error: that would record a host stack, which nobody reads and which takes longer than the rest of a raise.
 */
export class PyRaise {
  readonly exception: PyException
  constructor(exception: PyException) {
    this.exception = exception
  }
}

/** A PyRaise of the named built-in type. */
export const raised = (type: string, ...args: ReadonlyArray<PyValue>): PyRaise =>
  new PyRaise(new PyException(exceptionTypes.get(type)!, args))

/** A PyRaise of TypeError; the next four likewise. */
export const typeError = (message: string): PyRaise => raised("TypeError", message)
export const valueError = (message: string): PyRaise => raised("ValueError", message)
export const indexError = (message: string): PyRaise => raised("IndexError", message)
export const zeroDivision = (message: string): PyRaise => raised("ZeroDivisionError", message)
export const overflow = (message: string): PyRaise => raised("OverflowError", message)

/** A syntax error, found before anything runs. */
export const syntaxError = (message: string, line: number, type = "SyntaxError"): PyRaise => {
  const error = raised(type, message)
  error.exception.line = line
  return error
}
