/** `def` and `lambda`: the body compiled once, a function object made each time the definition is reached. */

import type { FunctionNode } from "../syntax/ast.ts"
import { type Code, PyFunction } from "../values/PyFunction.ts"
import { compileExpression, type Eval } from "./compile-expressions.ts"
import { compileGenerator } from "./compile-generators.ts"
import { compileBlock } from "./compile-statements.ts"
import type { CompileScope } from "./CompileScope.ts"

/** The function object of a `def` or `lambda`; its defaults are evaluated when the definition is reached. */
export const compileFunction = (scope: CompileScope, node: FunctionNode): Eval => {
  const defaults = node.parameters.map(({ fallback }) => (fallback === null ? null : compileExpression(scope, fallback)))
  const code = compileCode(scope, node)
  const { account } = scope
  const none = defaults.every((fallback) => fallback === null)
  return (frame) => {
    account.allocate(136)
    return new PyFunction(code, frame, none ? [] : defaults.map((fallback) => fallback?.(frame)))
  }
}

const compileCode = (scope: CompileScope, node: FunctionNode): Code => {
  const inside = scope.inside(node.scope, false)
  inside.checkNonlocals()
  const run = node.scope.yielding === null ? compileBody(inside, node) : compileGenerator(inside, node)
  const positional = node.parameters.filter(({ kind }) => kind === "positional" || kind === "either").length
  return {
    name: node.name,
    parameters: node.parameters,
    positional,
    simple: positional === node.parameters.length,
    // The map itself, not its size: inner functions may still bind names in it, and all have done so by the first call.
    // No getter either: with one, V8 would make a hidden class each time.
    names: node.scope.slots,
    frames: inside.frames,
    run
  }
}

const compileBody = (scope: CompileScope, { body }: FunctionNode): Eval => {
  const run = compileBlock(scope, body)
  return (frame) => {
    run(frame)
    return frame.result
  }
}
