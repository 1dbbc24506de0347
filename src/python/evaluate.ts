import { compileExpression } from "./compile/compile-expressions.ts"
import { compileBlock } from "./compile/compile-statements.ts"
import { Context, Run } from "./compile/CompileScope.ts"
// oxlint-disable-next-line import/no-unassigned-import -- attaches the methods to the types
import "./library/methods.ts"
import { caught } from "./compile/unwinding.ts"
import { builtins } from "./library/builtins.ts"
import { call } from "./operations/calling.ts"
/**
 * Runs a program in the restricted Python of this folder: deterministic, counted, and without any way to the host.
 *
 * The whole of Python's arithmetic, strings, containers, functions, comprehensions and exceptions; no classes, no `with`, no `async`, and of
 * modules only `math`, a little `datetime` and names for annotations. Everything ends in an Outcome: nothing is thrown.
 */
import type { Module } from "./syntax/ast.ts"
import { parse } from "./syntax/statements.ts"
import { type Budget, defaultBudget, Meter, Refusal } from "./values/Budget.ts"
import { raised } from "./values/exceptions.ts"
import { PyFloat, type PyValue } from "./values/objects.ts"
import { exceptionText, repr, str } from "./values/repr.ts"

export type { Budget } from "./values/Budget.ts"
export type { PyValue } from "./values/objects.ts"

export type Outcome =
  | {
      readonly ok: true
      readonly value: PyValue
      /** Python's `repr` and `str` of the value. */
      readonly repr: string
      readonly str: string
      /** What the program printed. */
      readonly output: string
      readonly steps: number
    }
  | { readonly ok: false; readonly error: Failure; readonly output: string; readonly steps: number }

export interface Failure {
  /** Name of Python's exception type, `BudgetExceeded`, `Unsupported` for what this evaluator leaves out, `InternalError`. */
  readonly kind: string
  readonly message: string
  /** Innermost line that was running; null where none was. */
  readonly line: number | null
}

export interface Options {
  /** Call this function without arguments after the module has run; its result is the value. Absent: the last line's, if it is an expression. */
  readonly entry?: string
  readonly budget?: Partial<Budget>
}

/** Runs `source`. Never throws for anything a program does; equal arguments give equal outcomes on every machine. */
export const evaluate = (source: string, options: Options = {}): Outcome => {
  const meter = new Meter({ ...defaultBudget, ...options.budget })
  const end = () => ({ output: meter.printed.join(""), steps: meter.steps })
  try {
    const value = execute(meter, source, options.entry)
    return { ok: true, value, repr: repr(meter, value), str: str(meter, value), ...end() }
  } catch (thrown) {
    return { ok: false, error: failure(thrown, meter), ...end() }
  }
}

const execute = (meter: Meter, source: string, entry: string | undefined): PyValue => {
  const module = parse(source)
  const run = new Run(meter, builtins, module.scope)
  const context = new Context(run, module.scope)
  const value = compileModule(context, module)()
  if (entry === undefined) return value
  const slot = module.scope.slots.get(entry)
  const callee = slot === undefined ? undefined : run.globals.slots[slot]
  if (callee === undefined) {
    meter.line = 0
    throw raised("NameError", `name '${entry}' is not defined`)
  }
  return call(meter, callee, [])
}

/** Runs the body; gives the value of its last statement where that is an expression, else None. */
const compileModule = (context: Context, { body }: Module): (() => PyValue) => {
  const { run, meter } = context
  const last = body.at(-1)
  const isExpression = last?.kind === "Expression"
  const block = compileBlock(context, isExpression ? body.slice(0, -1) : body)
  context.line = last?.line ?? 0
  const [result, cost] = context.priced(() => (isExpression ? compileExpression(context, last.value) : null))
  return () => {
    meter.enter(context.frames)
    block(run.globals)
    meter.line = last?.line ?? 0
    meter.step(cost)
    const value = result === null ? null : result(run.globals)
    meter.leave(context.frames)
    return value
  }
}

/** What stopped the program. A fault of the evaluator itself shows as InternalError: it must not stop a training run, nor pass for an answer. */
const failure = (thrown: unknown, meter: Meter): Failure => {
  try {
    const { exception } = caught(meter, thrown)
    meter.depth = meter.frames = 0
    const message = exceptionText(meter, exception)
    return { kind: exception.exceptionType.name, message, line: exception.line || null }
  } catch (thrown) {
    if (thrown instanceof Refusal)
      return { kind: thrown.kind, message: thrown.message, line: thrown.line ?? (meter.line || null) }
    return { kind: "InternalError", message: `a fault of this evaluator: ${String(thrown)}`, line: meter.line || null }
  }
}

/**
 * The answer as canonical decimal text (`17`, `-3`, `0.5`), or null where there is none: the run failed, or the value is a bool, None, a
 * string or a container. A float that is an integer loses its `.0`; NaN and infinity are no answers.
 */
export const numericAnswer = (outcome: Outcome): string | null => {
  if (!outcome.ok) return null
  const { value } = outcome
  if (typeof value === "number" || typeof value === "bigint") return outcome.str
  if (!(value instanceof PyFloat) || !Number.isFinite(value.value)) return null
  return decimalText(value.value)
}

/** The shortest decimal of a float, without an exponent. */
const decimalText = (x: number): string => {
  if (x === 0) return "0"
  if (Number.isInteger(x)) return BigInt(x).toString()
  const [mantissa, exponent] = x.toExponential().split("e") as [string, string]
  if (Number(exponent) >= -6) return String(x)
  const digits = mantissa.replace(/[-.]/g, "")
  return `${x < 0 ? "-" : ""}0.${"0".repeat(-Number(exponent) - 1)}${digits}`
}

const cacheSize = 4096
const cache = new Map<string, Outcome>()

/** `evaluate`, remembering the last few thousand outcomes by source and options: RL groups repeat programs. */
export const evaluateCached = (source: string, options: Options = {}): Outcome => {
  const key = JSON.stringify([source, options.entry ?? null, options.budget ?? null])
  const known = cache.get(key)
  cache.delete(key)
  const outcome = known ?? evaluate(source, options)
  cache.set(key, outcome)
  if (cache.size > cacheSize) cache.delete(cache.keys().next().value!)
  return outcome
}
