import { getAttribute } from "../operations/attributes.ts"
import { compare, isTrue } from "../operations/comparisons.ts"
import { formatValue } from "../operations/format-value.ts"
import { binary, unary } from "../operations/operators.ts"
import { getItem } from "../operations/subscripts.ts"
/**
 * Expressions to closures: each node becomes one function of the frame, with the common case of small ints written out.
 *
 * The compiler's modules import each other in a circle, as the grammar nests: a lambda is an expression that holds statements.
 *
 * Invariant: `Meter.line` is the line of the node being evaluated. A node on another line than the code around it sets it and puts it back.
 */
import type { BinaryOperator, Expr, FStringPart } from "../syntax/ast.ts"
import { Refusal } from "../values/Budget.ts"
import { dictSet, setOf } from "../values/dicts.ts"
import { raised, typeError } from "../values/exceptions.ts"
import { each } from "../values/iteration.ts"
import { Frame, PyDict, PyList, PySlice, PyTuple, type PyValue, typeName } from "../values/objects.ts"
import { ascii, repr, str } from "../values/repr.ts"
import { compileCall } from "./compile-calls.ts"
import { compileComprehension } from "./compile-comprehensions.ts"
import { compileLambda } from "./compile-functions.ts"
import { storeName } from "./compile-targets.ts"
import { type Context, outerFrame } from "./CompileScope.ts"

export type Eval = (frame: Frame) => PyValue

export const compileExpression = (context: Context, expression: Expr): Eval => {
  context.descend(expression.line)
  const { line } = context
  context.line = expression.line
  const run = compileNode(context, expression)
  context.line = line
  context.ascend()
  if (expression.line === line || expression.kind === "Constant") return run
  const { meter } = context
  return (frame) => {
    const before = meter.line
    meter.line = expression.line
    const value = run(frame)
    meter.line = before
    return value
  }
}

const compileNode = (context: Context, expression: Expr): Eval => {
  switch (expression.kind) {
    case "Constant": {
      const { value } = expression
      return () => value
    }
    case "Name":
      return compileName(context, expression.name, expression.line)
    case "Binary":
      return compileBinary(context, expression.operator, expression.left, expression.right)
    case "Call":
      return compileCall(context, expression.callee, expression.args)
    case "Compare":
      return compileComparison(context, expression)
    case "Unary":
      return compileUnary(context, expression.operator, expression.operand)
    case "Logical":
      return compileLogical(context, expression.operator, expression.operands)
    case "Conditional": {
      const test = compileExpression(context, expression.test)
      const whenTrue = compileExpression(context, expression.whenTrue)
      const otherwise = compileExpression(context, expression.otherwise)
      return (frame) => (isTrue(test(frame)) ? whenTrue(frame) : otherwise(frame))
    }
    case "FString":
      return compileFString(context, expression.parts)
    case "List": {
      const items = compileItems(context, expression.items)
      return (frame) => new PyList(items(frame))
    }
    case "Tuple": {
      const items = compileItems(context, expression.items)
      return (frame) => new PyTuple(items(frame))
    }
    case "Set": {
      const items = compileItems(context, expression.items)
      const { meter } = context
      return (frame) => setOf(meter, items(frame))
    }
    case "Dict":
      return compileDict(context, expression.entries)
    case "Attribute": {
      const object = compileExpression(context, expression.object)
      const { meter } = context
      const { name } = expression
      return (frame) => getAttribute(meter, object(frame), name)
    }
    case "Subscript": {
      const object = compileExpression(context, expression.object)
      const index = compileExpression(context, expression.index)
      const { meter } = context
      return (frame) => getItem(meter, object(frame), index(frame))
    }
    case "Slice":
      return compileSlice(context, expression)
    case "Lambda":
      return compileLambda(context, expression.function)
    case "Comprehension":
      return compileComprehension(context, expression)
    case "Named": {
      const value = compileExpression(context, expression.value)
      const store = storeName(outsideComprehensions(context), expression.name, expression.line)
      const hops = comprehensionsAround(context)
      return (frame) => {
        const result = value(frame)
        store(outerFrame(frame, hops), result)
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

/** `name := value` in a comprehension binds in the function around it. */
const outsideComprehensions = (context: Context): Context => {
  let { scope } = context
  while (scope.kind === "comprehension") scope = scope.parent!
  if (scope === context.scope) return context
  const parent = scope.parent
  const outer = context.inside(scope, false)
  scope.parent = parent
  return outer
}

const comprehensionsAround = (context: Context): number => {
  let hops = 0
  for (let { scope } = context; scope.kind === "comprehension"; scope = scope.parent!) hops++
  return hops
}

const compileName = (context: Context, name: string, line: number): Eval => {
  const place = context.place(name, line)
  const { slot } = place
  if (place.kind === "local") {
    return (frame) => {
      const value = frame.slots[slot]
      if (value === undefined) throw unassigned(name)
      return value
    }
  }
  if (place.kind === "outer") {
    const { hops } = place
    return (frame) => {
      const value = outerFrame(frame, hops).slots[slot]
      if (value !== undefined) return value
      throw raised(
        "NameError",
        `cannot access free variable '${name}' where it is not associated with a value in enclosing scope`
      )
    }
  }
  const { globals, builtins } = context.run
  const builtin = builtins.get(name)
  return () => {
    const value = globals.slots[slot] ?? (globals.slots[slot] === null ? null : builtin)
    if (value === undefined) throw raised("NameError", `name '${name}' is not defined`)
    return value
  }
}

export const unassigned = (name: string) =>
  raised("UnboundLocalError", `cannot access local variable '${name}' where it is not associated with a value`)

const compileBinary = (context: Context, operator: BinaryOperator, leftSide: Expr, rightSide: Expr): Eval => {
  const left = compileExpression(context, leftSide)
  const right = compileExpression(context, rightSide)
  const { meter } = context
  switch (operator) {
    case "+":
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        if (typeof a === "number" && typeof b === "number") {
          const sum = a + b
          if (Number.isSafeInteger(sum)) return sum
        }
        return binary(meter, "+", a, b)
      }
    case "-":
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        if (typeof a === "number" && typeof b === "number") {
          const difference = a - b
          if (Number.isSafeInteger(difference)) return difference
        }
        return binary(meter, "-", a, b)
      }
    case "*":
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        if (typeof a === "number" && typeof b === "number") {
          const product = a * b
          if (Number.isSafeInteger(product)) return product + 0
        }
        return binary(meter, "*", a, b)
      }
    default:
      return (frame) => binary(meter, operator, left(frame), right(frame))
  }
}

const compileUnary = (context: Context, operator: "-" | "+" | "~" | "not", operand: Expr): Eval => {
  const value = compileExpression(context, operand)
  if (operator === "not") return (frame) => !isTrue(value(frame))
  const { meter } = context
  return (frame) => unary(meter, operator, value(frame))
}

const compileLogical = (context: Context, operator: "and" | "or", operands: ReadonlyArray<Expr>): Eval => {
  const values = operands.map((operand) => compileExpression(context, operand))
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

const compileComparison = (context: Context, { first, rest }: Extract<Expr, { kind: "Compare" }>): Eval => {
  const left = compileExpression(context, first)
  const links = rest.map(({ operator, operand }) => ({ operator, operand: compileExpression(context, operand) }))
  const { meter } = context
  if (links.length === 1) {
    const { operator, operand: right } = links[0]!
    return (frame) => compare(meter, operator, left(frame), right(frame))
  }
  return (frame) => {
    let a = left(frame)
    for (const { operator, operand } of links) {
      const b = operand(frame)
      if (!compare(meter, operator, a, b)) return false
      a = b
    }
    return true
  }
}

/** The items of a display, with `*xs` spread. */
export const compileItems = (context: Context, expressions: ReadonlyArray<Expr>): ((frame: Frame) => Array<PyValue>) => {
  const { meter } = context
  const starred = expressions.map((expression) => expression.kind === "Starred")
  const values = expressions.map((expression) =>
    compileExpression(context, expression.kind === "Starred" ? expression.value : expression)
  )
  const size = 56 + 8 * values.length
  if (!starred.includes(true)) {
    return (frame) => {
      meter.allocate(size)
      const items: Array<PyValue> = []
      for (let i = 0; i < values.length; i++) items.push(values[i]!(frame))
      return items
    }
  }
  return (frame) => {
    meter.allocate(size)
    const items: Array<PyValue> = []
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!(frame)
      if (starred[i]) for (const item of spread(context, value)) items.push(item)
      else items.push(value)
    }
    return items
  }
}

/** The values of `*xs`, charged one by one. */
export const spread = function* (context: Context, value: PyValue): Generator<PyValue> {
  for (const item of each(context.meter, value, `Value after * must be an iterable, not ${typeName(value)}`)) {
    context.meter.allocate(16)
    yield item
  }
}

const compileDict = (context: Context, entries: ReadonlyArray<readonly [Expr | null, Expr]>): Eval => {
  const { meter } = context
  const pairs = entries.map(
    ([key, value]) => [key === null ? null : compileExpression(context, key), compileExpression(context, value)] as const
  )
  return (frame) => {
    meter.allocate(64)
    const dict = new PyDict()
    for (const [key, value] of pairs) {
      if (key !== null) dictSet(meter, dict, key(frame), value(frame))
      else {
        const other = value(frame)
        if (!(other instanceof PyDict)) throw typeError(`'${typeName(other)}' object is not a mapping`)
        for (const entry of other.entries.values()) dictSet(meter, dict, entry.key, entry.value)
      }
    }
    return dict
  }
}

const compileSlice = (context: Context, { lower, upper, step }: Extract<Expr, { kind: "Slice" }>): Eval => {
  const part = (expression: Expr | null): Eval => (expression === null ? () => null : compileExpression(context, expression))
  const [from, to, by] = [part(lower), part(upper), part(step)]
  return (frame) => new PySlice(from(frame), to(frame), by(frame))
}

const compileFString = (context: Context, parts: ReadonlyArray<FStringPart>): Eval => {
  const { meter } = context
  const pieces = parts.map((part): ((frame: Frame) => string) => {
    if (part.kind === "text") return () => part.text
    const value = compileExpression(context, part.value)
    const spec = part.spec === null ? null : compileFString(context, part.spec)
    const convert = part.conversion === "r" ? repr : part.conversion === "a" ? ascii : part.conversion === "s" ? str : null
    return (frame) => {
      const plain = value(frame)
      const converted = convert === null ? plain : convert(meter, plain)
      if (spec !== null) return formatValue(meter, converted, spec(frame) as string)
      return formatValue(meter, converted, "")
    }
  })
  return (frame) => {
    let text = ""
    meter.allocate(49)
    for (const piece of pieces) {
      const part = piece(frame)
      meter.allocate(part.length)
      text += part
    }
    return text
  }
}
