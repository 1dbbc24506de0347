/**
 * Expressions to closures: each node becomes one function of the frame, with the common case of small ints written out.
 *
 * The compiler's modules import each other in a circle, as the grammar nests: a lambda is an expression that holds a body.
 *
 * Invariant: `BudgetAccount.line` is the line of the node being evaluated.
 * A node on another line than the code around it sets it and puts it back.
 */

import { getAttribute } from "../operations/attributes.ts"
import { compare, isTrue } from "../operations/comparisons.ts"
import { formatValue } from "../operations/format-value.ts"
import { each } from "../operations/iteration.ts"
import { binary, unary } from "../operations/operators.ts"
import { getItem } from "../operations/subscripts.ts"
import type { BinaryOperator, Expr, FStringPart } from "../syntax/ast.ts"
import { dictSet, setOf } from "../values/dicts.ts"
import { raised, typeError } from "../values/exceptions.ts"
import { Frame } from "../values/Frame.ts"
import { PyDict, PyList, PySlice, PyTuple, type PyValue, typeName } from "../values/objects.ts"
import { Refusal } from "../values/Refusal.ts"
import { ascii, repr, str } from "../values/repr.ts"
import { compileCall } from "./compile-calls.ts"
import { compileComprehension } from "./compile-comprehensions.ts"
import { compileFunction } from "./compile-functions.ts"
import { loadName, storeNameOutsideComprehensions } from "./compile-names.ts"
import type { CompileScope } from "./CompileScope.ts"

/** Compiled code of an expression: its value in a frame. */
export type Eval = (frame: Frame) => PyValue

/** One expression, of any kind. */
export const compileExpression = (scope: CompileScope, expression: Expr): Eval => {
  scope.descend(expression.line)
  const { line } = scope
  scope.line = expression.line
  const run = compileNode(scope, expression)
  scope.line = line
  scope.ascend()
  if (expression.line === line || expression.kind === "Constant") return run
  const { account } = scope
  return (frame) => {
    const before = account.line
    account.line = expression.line
    const value = run(frame)
    account.line = before
    return value
  }
}

const compileNode = (scope: CompileScope, expression: Expr): Eval => {
  switch (expression.kind) {
    case "Constant": {
      const { value } = expression
      return () => value
    }
    case "Name":
      return loadName(scope, expression.name, expression.line)
    case "Binary":
      return compileBinary(scope, expression.operator, expression.left, expression.right)
    case "Call":
      return compileCall(scope, expression.callee, expression.args)
    case "Compare":
      return compileComparison(scope, expression)
    case "Unary":
      return compileUnary(scope, expression.operator, expression.operand)
    case "Logical":
      return compileLogical(scope, expression.operator, expression.operands)
    case "Conditional": {
      const test = compileExpression(scope, expression.test)
      const whenTrue = compileExpression(scope, expression.whenTrue)
      const otherwise = compileExpression(scope, expression.otherwise)
      return (frame) => (isTrue(test(frame)) ? whenTrue(frame) : otherwise(frame))
    }
    case "FString":
      return compileFString(scope, expression.parts)
    case "List": {
      const items = compileItems(scope, expression.items)
      return (frame) => new PyList(items(frame))
    }
    case "Tuple": {
      const items = compileItems(scope, expression.items)
      return (frame) => new PyTuple(items(frame))
    }
    case "Set": {
      const items = compileItems(scope, expression.items)
      const { account } = scope
      return (frame) => setOf(account, items(frame))
    }
    case "Dict":
      return compileDict(scope, expression.entries)
    case "Attribute": {
      const object = compileExpression(scope, expression.object)
      const { name } = expression
      return (frame) => getAttribute(object(frame), name)
    }
    case "Subscript": {
      const object = compileExpression(scope, expression.object)
      const index = compileExpression(scope, expression.index)
      const { account } = scope
      return (frame) => getItem(account, object(frame), index(frame))
    }
    case "Slice":
      return compileSlice(scope, expression)
    case "Lambda":
      return compileFunction(scope, expression.function)
    case "Comprehension":
      return compileComprehension(scope, expression)
    case "Named": {
      const value = compileExpression(scope, expression.value)
      const store = storeNameOutsideComprehensions(scope, expression.name, expression.line)
      return (frame) => {
        const result = value(frame)
        store(frame, result)
        return result
      }
    }
    case "Starred": {
      const error = raised("SyntaxError", "can't use starred expression here")
      error.exception.line = expression.line
      throw error
    }
    case "Yield":
      throw new Refusal("Unsupported", "'yield' is outside this evaluator's Python", expression.line)
  }
}

const compileBinary = (scope: CompileScope, operator: BinaryOperator, leftSide: Expr, rightSide: Expr): Eval => {
  const left = compileExpression(scope, leftSide)
  const right = compileExpression(scope, rightSide)
  const { account } = scope
  switch (operator) {
    case "+":
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        if (typeof a === "number" && typeof b === "number") {
          const sum = a + b
          if (Number.isSafeInteger(sum)) return sum
        }
        return binary(account, "+", a, b)
      }
    case "-":
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        if (typeof a === "number" && typeof b === "number") {
          const difference = a - b
          if (Number.isSafeInteger(difference)) return difference
        }
        return binary(account, "-", a, b)
      }
    case "*":
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        if (typeof a === "number" && typeof b === "number") {
          const product = a * b
          if (Number.isSafeInteger(product)) return product + 0
        }
        return binary(account, "*", a, b)
      }
    default:
      return (frame) => binary(account, operator, left(frame), right(frame))
  }
}

const compileUnary = (scope: CompileScope, operator: "-" | "+" | "~" | "not", operand: Expr): Eval => {
  const value = compileExpression(scope, operand)
  if (operator === "not") return (frame) => !isTrue(value(frame))
  const { account } = scope
  return (frame) => unary(account, operator, value(frame))
}

const compileLogical = (scope: CompileScope, operator: "and" | "or", operands: ReadonlyArray<Expr>): Eval => {
  const values = operands.map((operand) => compileExpression(scope, operand))
  const last = values.length - 1
  const stop = operator === "or"
  return (frame) => {
    for (let i = 0; i < last; i++) {
      const value = values[i]!(frame)
      if (isTrue(value) === stop) return value
    }
    return values[last]!(frame)
  }
}

const compileComparison = (scope: CompileScope, { first, rest }: Extract<Expr, { kind: "Compare" }>): Eval => {
  const left = compileExpression(scope, first)
  const links = rest.map(({ operator, operand }) => ({ operator, operand: compileExpression(scope, operand) }))
  const { account } = scope
  if (links.length === 1) {
    const { operator, operand: right } = links[0]!
    return (frame) => compare(account, operator, left(frame), right(frame))
  }
  return (frame) => {
    let a = left(frame)
    for (const { operator, operand } of links) {
      const b = operand(frame)
      if (!compare(account, operator, a, b)) return false
      a = b
    }
    return true
  }
}

/** The items of a display, with `*xs` spread. */
const compileItems = (scope: CompileScope, expressions: ReadonlyArray<Expr>): ((frame: Frame) => Array<PyValue>) => {
  const { account } = scope
  const starred = expressions.map((expression) => expression.kind === "Starred")
  const values = expressions.map((expression) =>
    compileExpression(scope, expression.kind === "Starred" ? expression.value : expression)
  )
  const size = 56 + 8 * values.length
  if (!starred.includes(true)) {
    return (frame) => {
      account.allocate(size)
      const items: Array<PyValue> = []
      for (let i = 0; i < values.length; i++) items.push(values[i]!(frame))
      return items
    }
  }
  return (frame) => {
    account.allocate(size)
    const items: Array<PyValue> = []
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!(frame)
      if (starred[i]) for (const item of spread(scope, value)) items.push(item)
      else items.push(value)
    }
    return items
  }
}

/** The values of `*xs`, charged one by one. */
export const spread = function* (scope: CompileScope, value: PyValue): Generator<PyValue> {
  for (const item of each(scope.account, value, `Value after * must be an iterable, not ${typeName(value)}`)) {
    scope.account.allocate(16)
    yield item
  }
}

const compileDict = (scope: CompileScope, entries: ReadonlyArray<readonly [Expr | null, Expr]>): Eval => {
  const { account } = scope
  const pairs = entries.map(
    ([key, value]) => [key === null ? null : compileExpression(scope, key), compileExpression(scope, value)] as const
  )
  return (frame) => {
    account.allocate(64)
    const dict = new PyDict()
    for (const [key, value] of pairs) {
      if (key !== null) dictSet(account, dict, key(frame), value(frame))
      else {
        const other = value(frame)
        if (!(other instanceof PyDict)) throw typeError(`'${typeName(other)}' object is not a mapping`)
        for (const entry of other.entries.values()) dictSet(account, dict, entry.key, entry.value)
      }
    }
    return dict
  }
}

const compileSlice = (scope: CompileScope, { lower, upper, step }: Extract<Expr, { kind: "Slice" }>): Eval => {
  const part = (expression: Expr | null): Eval => (expression === null ? () => null : compileExpression(scope, expression))
  const [from, to, by] = [part(lower), part(upper), part(step)]
  return (frame) => new PySlice(from(frame), to(frame), by(frame))
}

const compileFString = (scope: CompileScope, parts: ReadonlyArray<FStringPart>): Eval => {
  const { account } = scope
  const pieces = parts.map((part): ((frame: Frame) => string) => {
    if (part.kind === "text") return () => part.text
    const value = compileExpression(scope, part.value)
    const spec = part.spec === null ? null : compileFString(scope, part.spec)
    const convert = part.conversion === "r" ? repr : part.conversion === "a" ? ascii : part.conversion === "s" ? str : null
    return (frame) => {
      const plain = value(frame)
      const converted = convert === null ? plain : convert(account, plain)
      if (spec !== null) return formatValue(account, converted, spec(frame) as string)
      return formatValue(account, converted, "")
    }
  })
  return (frame) => {
    let text = ""
    account.allocate(49)
    for (const piece of pieces) {
      const part = piece(frame)
      account.allocate(part.length)
      text += part
    }
    return text
  }
}
