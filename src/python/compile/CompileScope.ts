/** What compiling one function, comprehension or module needs to know: where names live, and how large the code is. */

import type { Scope } from "../syntax/ast.ts"
import type { BudgetAccount } from "../values/Budget.ts"
import { raised } from "../values/exceptions.ts"
import type { Run } from "./Run.ts"

/** Where a name is found at run time. */
export type Place =
  | { readonly kind: "local"; readonly slot: number }
  | { readonly kind: "outer"; readonly hops: number; readonly slot: number }
  | { readonly kind: "global"; readonly slot: number }

/** Deepest nesting of an expression or of blocks; each level is one frame of the host's stack at run time. */
const maxNesting = 400

export class CompileScope {
  readonly run: Run
  /** The names that the code binds, and through `parent` those of the code around it. */
  readonly names: Scope
  /** The line that the code compiled so far sets. */
  line = 0
  /** Nodes compiled for the block at hand. */
  private nodes = 0
  /** Deepest nesting so far: the host's frames one activation needs. */
  deepest = 0
  private depth = 0

  constructor(run: Run, names: Scope) {
    this.run = run
    this.names = names
  }

  get account(): BudgetAccount {
    return this.run.account
  }

  /**
   * The scope of code inside this code, with names of its own.
   * With `sharesFrames` it runs inside the activation of this code, as a comprehension does, and begins at the same depth.
   */
  inside(names: Scope, sharesFrames: boolean): CompileScope {
    names.parent = this.names
    const inner = new CompileScope(this.run, names)
    inner.line = this.line
    if (sharesFrames) inner.depth = inner.deepest = this.depth
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

  /**
   * What `compile` makes, and its price in steps: one, and one more per sixteen nodes.
   * The code around it does not pay for these nodes again.
   */
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
    let { names } = this
    let skip = false
    for (let hops = 0; names.kind !== "module"; hops++, names = names.parent!) {
      const declared = names.declared?.get(name)?.as
      if (declared === "global") break
      if (declared === "nonlocal") {
        skip = true
        continue
      }
      const slot = names.slots.get(name)
      if (slot !== undefined) return hops === 0 ? { kind: "local", slot } : { kind: "outer", hops, slot }
    }
    if (skip) throw this.missingNonlocal(name, line)
    return { kind: "global", slot: this.run.globalScope.bind(name) }
  }

  /** Throws SyntaxError where a name declared nonlocal is bound in no enclosing function. */
  checkNonlocals(): void {
    for (const [name, { as, line }] of this.names.declared ?? []) if (as === "nonlocal") this.place(name, line)
  }

  private missingNonlocal(name: string, line: number) {
    const error = raised("SyntaxError", `no binding for nonlocal '${name}' found`)
    error.exception.line = line
    return error
  }

  /** Frames a new activation of this code takes on top of its deepest nesting. */
  get frames(): number {
    return this.deepest + 6
  }
}
