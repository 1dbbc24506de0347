/**
 * Runs a program in the restricted Python of this folder: deterministic, counted, and without any way to the host.
 *
 * It knows Python's arithmetic, strings, containers, functions, generators, comprehensions and exceptions.
 * It has no classes, no `with`, no `async`; of modules only `math`, a little `datetime` and names for annotations.
 * Everything ends in an Outcome: nothing is thrown.
 *
 * A program goes down through the rooms: `syntax` reads it into a tree, `compile` makes the tree into closures. These call
 * `operations` (what operators and statements do) and `library` (built-ins, methods, modules) on `values`.
 */

import { compileExpression } from "./compile/compile-expressions.ts"
import { compileBlock } from "./compile/compile-statements.ts"
import { CompileScope } from "./compile/CompileScope.ts"
import { Run } from "./compile/Run.ts"
import { caught } from "./compile/unwinding.ts"
// oxlint-disable-next-line import/no-unassigned-import -- attaches the methods to the types
import "./library/methods.ts"
import { builtins } from "./library/builtins.ts"
import { call } from "./operations/calling.ts"
import { type Module, Scope } from "./syntax/ast.ts"
import { parse } from "./syntax/statements.ts"
import { type Budget, defaultBudget, BudgetAccount } from "./values/Budget.ts"
import { PyRaise, raised } from "./values/exceptions.ts"
import { PyFloat, type PyValue } from "./values/objects.ts"
import { Refusal } from "./values/Refusal.ts"
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
  /**
   * Call this function without arguments after the module has run; its result is the value.
   * Where it is absent, the value is that of the last line, if that is an expression.
   */
  readonly entry?: string
  /** Programs that ran in the same session before, in order: names stay, and what one raises stops it and nothing else. */
  readonly before?: ReadonlyArray<string>
  readonly budget?: Partial<Budget>
}

/**
 * Runs `source`. Never throws for anything a program does; equal arguments give equal outcomes on every machine.
 *
 * @public Production asks through `evaluateCached`.
 */
export const evaluate = (source: string, options: Options = {}): Outcome => {
  const account = new BudgetAccount({ ...defaultBudget, ...options.budget })
  const end = () => ({ output: account.printed.join(""), steps: account.steps })
  try {
    const value = execute(account, source, options)
    return { ok: true, value, repr: repr(account, value), str: str(account, value), ...end() }
  } catch (thrown) {
    return { ok: false, error: failure(thrown, account), ...end() }
  }
}

const execute = (account: BudgetAccount, source: string, { entry, before = [] }: Options): PyValue => {
  const names = new Scope("module")
  const run = new Run(account, builtins, names)
  for (const earlier of before) runEarlier(run, earlier)
  const value = runModule(run, source)
  if (entry === undefined) return value
  const slot = names.slots.get(entry)
  const callee = slot === undefined ? undefined : run.globals.slots[slot]
  if (callee === undefined) {
    account.line = 0
    throw raised("NameError", `name '${entry}' is not defined`)
  }
  return call(account, callee, [])
}

const runModule = (run: Run, source: string): PyValue =>
  compileModule(new CompileScope(run, run.globalScope), parse(source, run.globalScope))()

/** As a cell of a notebook: what stops it is forgotten, unless it has used up what there is. */
const runEarlier = (run: Run, source: string): void => {
  const { account } = run
  try {
    runModule(run, source)
  } catch (thrown) {
    if (!(thrown instanceof Refusal && thrown.kind === "Unsupported")) caught(account, thrown)
    account.depth = account.frames = 0
    run.handled = null
  }
}

/** Runs the body; gives the value of its last statement where that is an expression, else None. */
const compileModule = (scope: CompileScope, { body }: Module): (() => PyValue) => {
  const { run, account } = scope
  const last = body.at(-1)
  const isExpression = last?.kind === "Expression"
  const block = compileBlock(scope, isExpression ? body.slice(0, -1) : body)
  scope.line = last?.line ?? 0
  const [result, cost] = scope.priced(() => (isExpression ? compileExpression(scope, last.value) : null))
  return () => {
    account.enter(scope.frames)
    block(run.globals)
    account.line = last?.line ?? 0
    account.step(cost)
    const value = result === null ? null : result(run.globals)
    account.leave(scope.frames)
    return value
  }
}

/**
 * What stopped the program.
 * A fault of the evaluator itself shows as InternalError: it must not stop a training run, nor pass for an answer.
 */
const failure = (thrown: unknown, account: BudgetAccount): Failure => {
  try {
    const { exception } = caught(account, thrown)
    account.depth = account.frames = 0
    const message = exceptionText(account, exception)
    return { kind: exception.exceptionType.name, message, line: exception.line || null }
  } catch (thrown) {
    if (thrown instanceof Refusal)
      return { kind: thrown.kind, message: thrown.message, line: thrown.line ?? (account.line || null) }
    return { kind: "InternalError", message: `a fault of this evaluator: ${String(thrown)}`, line: account.line || null }
  }
}

/**
 * The answer as canonical decimal text: `17`, `-3`, `0.5`. A float that is an integer loses its `.0`.
 * Null where there is none: the run failed, or the value is a bool, None, a string, a container, NaN or infinity.
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

/** Whether a text is Python, as far as its grammar goes: also what this evaluator leaves out. */
export const isPython = (source: string): boolean => {
  try {
    parse(source)
    return true
  } catch (thrown) {
    return !(thrown instanceof PyRaise)
  }
}

/** An outcome, by its source. `entry`: what was called; null where the program did not stand alone, whose key is all of it. */
interface Known {
  readonly entry: string | undefined | null
  readonly outcome: Outcome
}

/** Two generations: what the older one knows and nobody asks for goes with it. */
const generationSize = 2048
let recent = new Map<string, Known>()
let older = new Map<string, Known>()

/** `evaluate`, remembering the last few thousand outcomes by source and options: RL groups repeat programs. */
export const evaluateCached = (source: string, options: Options = {}): Outcome => {
  const { before = [], budget } = options
  const isAlone = before.length === 0 && budget === undefined
  const entry = isAlone ? options.entry : null
  const key = isAlone ? source : JSON.stringify([source, options.entry ?? null, before, budget ?? null])
  const young = recent.get(key)
  if (young !== undefined && young.entry === entry) return young.outcome
  const old = older.get(key)
  const known = old !== undefined && old.entry === entry ? old : { entry, outcome: evaluate(source, options) }
  if (recent.size >= generationSize) [older, recent] = [recent, new Map()]
  recent.set(key, known)
  return known.outcome
}
