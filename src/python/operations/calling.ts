/** Calling: functions of the program, built-ins, methods and types, with Python's binding of arguments and its complaints. */

import type { BudgetAccount } from "../values/Budget.ts"
import { typeError } from "../values/exceptions.ts"
import { Frame } from "../values/Frame.ts"
import { type Keywords, PyBoundMethod, PyBuiltin, PyDict, PyTuple, PyType, type PyValue, typeName } from "../values/objects.ts"
import { type Code, PyFunction } from "../values/PyFunction.ts"

/** Steps that calling a built-in function, method or type costs, its work aside. */
export const nativeCallSteps = 3

/** `callee(*args, **keywords)`; the call owns `args`. */
export const call = (
  account: BudgetAccount,
  callee: PyValue,
  args: Array<PyValue>,
  keywords: Keywords | null = null
): PyValue => {
  if (callee instanceof PyFunction) {
    account.step(1)
    return callFunction(account, callee, args, keywords)
  }
  account.step(nativeCallSteps)
  if (callee instanceof PyBuiltin) return callee.call(account, args, keywords)
  if (callee instanceof PyBoundMethod) return callee.method(account, callee.self, args, keywords)
  if (callee instanceof PyType && callee.construct !== null) return callee.construct(account, args, keywords)
  throw typeError(
    callee instanceof PyType ? `cannot create '${callee.name}' instances` : `'${typeName(callee)}' object is not callable`
  )
}

const callFunction = (account: BudgetAccount, callee: PyFunction, args: Array<PyValue>, keywords: Keywords | null): PyValue => {
  const { code } = callee
  const slots: Array<PyValue | undefined> =
    code.simple && keywords === null && args.length === code.positional ? args : bind(account, callee, args, keywords)
  for (let missing = code.names.size - slots.length; missing > 0; missing--) slots.push(undefined)
  const { line } = account
  account.enter(code.frames)
  const value = code.run(new Frame(slots, callee.closure))
  account.leave(code.frames)
  account.line = line
  return value
}

/** The frame's first slots: one per parameter. */
const bind = (
  account: BudgetAccount,
  { code, defaults }: PyFunction,
  args: ReadonlyArray<PyValue>,
  keywords: Keywords | null
): Array<PyValue | undefined> => {
  const slots: Array<PyValue | undefined> = []
  let extra: PyDict | null = null
  for (const [i, { kind }] of code.parameters.entries()) {
    if (kind === "rest") slots.push(new PyTuple(args.slice(code.positional)))
    else if (kind === "keywords") slots.push((extra = new PyDict()))
    else slots.push(i < code.positional ? args[i] : undefined)
  }
  if (keywords !== null) bindKeywords(account, code, slots, keywords, extra)
  const rest = code.parameters.some(({ kind }) => kind === "rest")
  if (args.length > code.positional && !rest) throw tooMany(code, defaults, args.length, slots)
  fillDefaults(code, defaults, slots)
  return slots
}

const bindKeywords = (
  account: BudgetAccount,
  code: Code,
  slots: Array<PyValue | undefined>,
  keywords: Keywords,
  extra: PyDict | null
): void => {
  for (const [name, value] of keywords) {
    const i = code.parameters.findIndex(
      (parameter) => parameter.name === name && (parameter.kind === "either" || parameter.kind === "keyword")
    )
    if (i >= 0) {
      if (slots[i] !== undefined) throw typeError(`${code.name}() got multiple values for argument '${name}'`)
      slots[i] = value
    } else if (extra !== null) {
      account.allocate(100)
      extra.entries.set(name, { key: name, value })
    } else if (code.parameters.some((parameter) => parameter.name === name && parameter.kind === "positional"))
      throw typeError(`${code.name}() got some positional-only arguments passed as keyword arguments: '${name}'`)
    else throw typeError(`${code.name}() got an unexpected keyword argument '${name}'`)
  }
}

const fillDefaults = (code: Code, defaults: ReadonlyArray<PyValue | undefined>, slots: Array<PyValue | undefined>): void => {
  const missing: Array<number> = []
  for (let i = 0; i < slots.length; i++) {
    if (slots[i] === undefined && (slots[i] = defaults[i]) === undefined) missing.push(i)
  }
  if (missing.length === 0) return
  const positional = missing.filter((i) => i < code.positional)
  const chosen = positional.length > 0 ? positional : missing
  const kind = positional.length > 0 ? "positional" : "keyword-only"
  const names = chosen.map((i) => `'${code.parameters[i]!.name}'`)
  throw typeError(
    `${code.name}() missing ${names.length} required ${kind} argument${names.length === 1 ? "" : "s"}: ${listed(names)}`
  )
}

/** `a`, `a and b`, `a, b, and c`. */
const listed = (names: ReadonlyArray<string>): string =>
  names.length <= 2 ? names.join(" and ") : `${names.slice(0, -1).join(", ")}, and ${names.at(-1)}`

const tooMany = (
  code: Code,
  defaults: ReadonlyArray<PyValue | undefined>,
  given: number,
  slots: ReadonlyArray<PyValue | undefined>
) => {
  const most = code.positional
  const optional = defaults.slice(0, most).filter((value) => value !== undefined).length
  const takes = optional > 0 ? `from ${most - optional} to ${most}` : String(most)
  const plural = optional > 0 || most !== 1 ? "s" : ""
  const keywordOnly = code.parameters.filter(({ kind }, i) => kind === "keyword" && slots[i] !== undefined).length
  const also =
    keywordOnly > 0
      ? ` positional argument${given === 1 ? "" : "s"} (and ${keywordOnly} keyword-only argument${keywordOnly === 1 ? "" : "s"})`
      : ""
  const verb = given === 1 && also === "" ? "was" : "were"
  return typeError(`${code.name}() takes ${takes} positional argument${plural} but ${given}${also} ${verb} given`)
}
