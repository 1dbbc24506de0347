/** Functions written in the program: compiled code together with the frame it was defined in. */

import type { Frame } from "./Frame.ts"
import { functionType, PyObject, type PyType, type PyValue } from "./objects.ts"

/** How arguments reach a parameter, as in `def f(positional, /, either, *rest, keyword, **keywords)`. */
export type ParameterKind = "positional" | "either" | "keyword" | "rest" | "keywords"

/** What is known of a function once it is compiled. Parameter `i` lives in slot `i` of its frame. */
export interface Code {
  readonly name: string
  readonly parameters: ReadonlyArray<{ readonly name: string; readonly kind: ParameterKind }>
  /** Number of parameters that take positional arguments; they come first. */
  readonly positional: number
  /** Whether there are no `*args`, `**kwargs` or keyword-only parameters. */
  readonly simple: boolean
  /** The slot of each name; parameters first. */
  readonly names: ReadonlyMap<string, number>
  /** Frames of the host's stack that one activation needs, at most. */
  readonly frames: number
  /** Runs the body in a frame whose parameters are set. */
  readonly run: (frame: Frame) => PyValue
}

/** What `def` and `lambda` make. */
export class PyFunction extends PyObject {
  readonly code: Code
  readonly closure: Frame
  /** Default of each parameter; `undefined` where there is none. */
  readonly defaults: ReadonlyArray<PyValue | undefined>
  constructor(code: Code, closure: Frame, defaults: ReadonlyArray<PyValue | undefined>) {
    super()
    this.code = code
    this.closure = closure
    this.defaults = defaults
  }
  get type(): PyType {
    return functionType
  }
}
