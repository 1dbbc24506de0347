/** One run of a program: what all of its compiled code shares. */

import type { Scope } from "../syntax/ast.ts"
import type { BudgetAccount } from "../values/Budget.ts"
import type { PyException } from "../values/exceptions.ts"
import { Frame } from "../values/Frame.ts"
import type { PyValue } from "../values/objects.ts"

export class Run {
  readonly account: BudgetAccount
  readonly builtins: ReadonlyMap<string, PyValue>
  /** The names of the module, each with its slot in `globals`. */
  readonly globalScope: Scope
  readonly globals = new Frame([], null)
  /** The exception being handled, for a bare `raise`. */
  handled: PyException | null = null

  constructor(account: BudgetAccount, builtins: ReadonlyMap<string, PyValue>, globalScope: Scope) {
    this.account = account
    this.builtins = builtins
    this.globalScope = globalScope
  }
}
