/** What compiling one function, comprehension or module needs to know: where names live, and how large the code is. */
import type { Scope } from "../syntax/ast.ts"
import type { Meter } from "../values/Budget.ts"
import { type PyException, raised } from "../values/exceptions.ts"
import { Frame, type PyValue } from "../values/objects.ts"

/** Where a name is found at run time. */
export type Place =
  | { readonly kind: "local"; readonly slot: number }
  | { readonly kind: "outer"; readonly hops: number; readonly slot: number }
  | { readonly kind: "global"; readonly slot: number }

/** Deepest nesting of an expression or of blocks; each level is one frame of the host's stack at run time. */
const maxNesting = 400

/** The state shared by all code of one run. */
export class Run {
  readonly meter: Meter
  readonly builtins: ReadonlyMap<string, PyValue>
  readonly globalScope: Scope
  readonly globals = new Frame([], null)
  /** The exception being handled, for a bare `raise`. */
  handled: PyException | null = null

  constructor(meter: Meter, builtins: ReadonlyMap<string, PyValue>, globalScope: Scope) {
    this.meter = meter
    this.builtins = builtins
    this.globalScope = globalScope
  }
}

export class Context {
  readonly run: Run
  readonly scope: Scope
  /** The line that the code compiled so far sets. */
  line = 0
  /** Nodes compiled for the block at hand. */
  private nodes = 0
  /** Deepest nesting so far: the host's frames one activation needs. */
  deepest = 0
  private depth = 0

  constructor(run: Run, scope: Scope) {
    this.run = run
    this.scope = scope
  }

  get meter(): Meter {
    return this.run.meter
  }

  /** The context of a scope inside this one, at the same depth of nesting. */
  inside(scope: Scope, shared: boolean): Context {
    scope.parent = this.scope
    const inner = new Context(this.run, scope)
    inner.line = this.line
    if (shared) inner.depth = inner.deepest = this.depth
    return inner
  }

  descend(line: number): void {
    this.nodes++
    if (++this.depth > this.deepest) {
      this.deepest = this.depth
      if (this.depth > maxNesting) {
        const error = raised("RecursionError", "maximum recursion depth exceeded during compilation")
        error.exception.line = line
        throw error
      }
    }
  }

  ascend(): void {
    this.depth--
  }

  /** What `compile` makes, and its price in steps: one, and one more per sixteen nodes. The code around it does not pay for these nodes again. */
  priced<A>(compile: () => A): readonly [made: A, cost: number] {
    const { nodes } = this
    this.nodes = 0
    const made = compile()
    const cost = 1 + (this.nodes >> 4)
    this.nodes = nodes
    return [made, cost]
  }

  /** Resolves a name by Python's rules: declared global or nonlocal, own, enclosing function, module, built-in. */
  place(name: string, line: number): Place {
    let scope: Scope = this.scope
    let skip = false
    for (let hops = 0; scope.kind !== "module"; hops++, scope = scope.parent!) {
      const declared = scope.declared?.get(name)?.as
      if (declared === "global") break
      if (declared === "nonlocal") {
        skip = true
        continue
      }
      const slot = scope.slots.get(name)
      if (slot !== undefined) return hops === 0 ? { kind: "local", slot } : { kind: "outer", hops, slot }
    }
    if (skip) throw this.missingNonlocal(name, line)
    return { kind: "global", slot: this.run.globalScope.bind(name) }
  }

  /** Throws SyntaxError where a name declared nonlocal is bound in no enclosing function. */
  checkNonlocals(): void {
    for (const [name, { as, line }] of this.scope.declared ?? []) if (as === "nonlocal") this.place(name, line)
  }

  private missingNonlocal(name: string, line: number) {
    const error = raised("SyntaxError", `no binding for nonlocal '${name}' found`)
    error.exception.line = line
    return error
  }

  /** Frames a new activation of this scope takes on top of its deepest nesting. */
  get frames(): number {
    return this.deepest + 6
  }
}

export const outerFrame = (frame: Frame, hops: number): Frame => {
  let outer = frame
  for (let i = 0; i < hops; i++) outer = outer.parent!
  return outer
}

export const emptySlots = (count: number): Array<PyValue | undefined> => {
  const slots: Array<PyValue | undefined> = []
  for (let i = 0; i < count; i++) slots.push(undefined)
  return slots
}
