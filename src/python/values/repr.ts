/** `repr` and `str` of every value, as Python prints them. */

import type { BudgetAccount } from "./Budget.ts"
import { PyException } from "./exceptions.ts"
import { floatRepr } from "./floats.ts"
import { toDecimal } from "./integers.ts"
import {
  PyBoundMethod,
  PyBuiltin,
  PyDict,
  PyDictView,
  PyEllipsis,
  PyExtension,
  PyFloat,
  PyList,
  PyModule,
  type PyObject,
  PyRange,
  PySet,
  PySlice,
  PyTuple,
  PyType,
  type PyValue
} from "./objects.ts"
import { PyFunction } from "./PyFunction.ts"

/** `str(value)`. */
export const str = (account: BudgetAccount, value: PyValue): string => {
  if (typeof value === "string") return value
  if (value instanceof PyException) return exceptionText(account, value)
  if (value instanceof PyExtension) return value.str()
  return repr(account, value)
}

/** `repr(value)`. */
export const repr = (account: BudgetAccount, value: PyValue): string => {
  if (typeof value === "number") return String(value)
  if (value instanceof PyFloat) return floatRepr(value.value)
  return new Printer(account).print(value)
}

/** What `str(error)` gives: nothing, the one argument, or the tuple of arguments. A KeyError shows its key by `repr`. */
export const exceptionText = (account: BudgetAccount, { args, exceptionType }: PyException): string => {
  if (args.length === 0) return ""
  if (args.length > 1) return repr(account, new PyTuple(args))
  return exceptionType.name === "KeyError" ? repr(account, args[0]!) : str(account, args[0]!)
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" }
const unprintable = /[\\\p{C}\p{Zl}\p{Zp}]|[^\S ]/gu

/** A string in quotes: single ones unless only those occur inside. */
export const quoted = (text: string): string => {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = text.replaceAll(unprintable, escaped)
  return quote + (quote === "'" ? body.replaceAll("'", "\\'") : body) + quote
}

const escaped = (character: string): string => escapes[character] ?? codeEscape(character.codePointAt(0)!)

const codeEscape = (point: number): string => {
  const hex = point.toString(16)
  if (point < 0x100) return `\\x${hex.padStart(2, "0")}`
  return point < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`
}

/** `ascii(value)`: repr with everything outside ASCII escaped. */
export const ascii = (account: BudgetAccount, value: PyValue): string => {
  const text = repr(account, value)
  account.step(text.length)
  account.allocate(text.length)
  return text.replaceAll(/\P{ASCII}/gu, (character) => codeEscape(character.codePointAt(0)!))
}

/** One `repr`, which knows the containers it is inside of, so that a list within itself prints as `[...]`. */
class Printer {
  private readonly account: BudgetAccount
  private readonly active = new Set<PyObject>()

  constructor(account: BudgetAccount) {
    this.account = account
  }

  print(value: PyValue): string {
    switch (typeof value) {
      case "number":
      case "bigint":
        return toDecimal(this.account, value)
      case "boolean":
        return value ? "True" : "False"
      case "string": {
        this.account.work(value.length)
        this.account.allocate(value.length)
        return quoted(value)
      }
      default:
        return value === null ? "None" : this.object(value)
    }
  }

  private object(value: PyObject): string {
    if (value instanceof PyFloat) {
      this.account.step(3)
      return floatRepr(value.value)
    }
    if (value instanceof PyList) return this.nested(value, "[...]", () => `[${this.all(value.items)}]`)
    if (value instanceof PyTuple)
      return this.nested(value, "(...)", () => `(${this.all(value.items)}${value.items.length === 1 ? "," : ""})`)
    if (value instanceof PyDict) return this.nested(value, "{...}", () => `{${this.dict(value)}}`)
    if (value instanceof PySet) return this.nested(value, `${value.type.name}(...)`, () => this.set(value))
    if (value instanceof PyDictView) return this.nested(value, "...", () => `${value.type.name}([${this.view(value)}])`)
    if (value instanceof PyException) return `${value.exceptionType.name}(${this.all(value.args)})`
    if (value instanceof PyExtension) return value.repr()
    if (value instanceof PyRange) {
      const bounds = `${value.start}, ${value.stop}`
      return value.step === 1 ? `range(${bounds})` : `range(${bounds}, ${value.step})`
    }
    if (value instanceof PySlice)
      return `slice(${this.print(value.lower)}, ${this.print(value.upper)}, ${this.print(value.step)})`
    return plainObject(value)
  }

  private nested(value: PyObject, inside: string, print: () => string): string {
    if (this.active.has(value)) return inside
    this.active.add(value)
    this.account.enter(5)
    this.account.step(1)
    const text = print()
    this.account.leave(5)
    this.active.delete(value)
    this.account.allocate(text.length)
    return text
  }

  private all(items: Iterable<PyValue>): string {
    const parts: Array<string> = []
    for (const item of items) {
      parts.push(this.print(item))
      if ((parts.length & 1) === 0) this.account.step(1)
    }
    return parts.join(", ")
  }

  private dict(dict: PyDict): string {
    const parts: Array<string> = []
    for (const { key, value } of dict.entries.values()) {
      parts.push(`${this.print(key)}: ${this.print(value)}`)
      this.account.step(1)
    }
    return parts.join(", ")
  }

  private set(set: PySet): string {
    if (set.members.size === 0) return `${set.type.name}()`
    const inside = `{${this.all(set.values())}}`
    return set.frozen ? `frozenset(${inside})` : inside
  }

  private view({ dict, of }: PyDictView): string {
    const items = [...dict.entries.values()]
    if (of === "items") return this.all(items.map(({ key, value }) => new PyTuple([key, value])))
    return this.all(items.map((entry) => (of === "keys" ? entry.key : entry.value)))
  }
}

/** Where CPython prints an address, which no two runs agree on, this prints none. */
const plainObject = (value: PyObject): string => {
  if (value instanceof PyType) return `<class '${value.name}'>`
  if (value instanceof PyFunction) return `<function ${value.code.name}>`
  if (value instanceof PyBuiltin) return `<built-in function ${value.name}>`
  if (value instanceof PyBoundMethod) return `<built-in method ${value.name}>`
  if (value instanceof PyModule) return `<module '${value.name}'>`
  if (value instanceof PyEllipsis) return "Ellipsis"
  return `<${value.type.name} object>`
}
