/** Iteration: one small object per loop, whose `next` gives a value or `undefined` at the end. */

import type { BudgetAccount } from "../values/Budget.ts"
import { characters } from "../values/code-points.ts"
import { PyRaise, raised, typeError, valueError } from "../values/exceptions.ts"
import {
  type Int,
  PyDict,
  PyDictView,
  PyIterator,
  PyList,
  PyRange,
  PySet,
  PyTuple,
  PyType,
  type PyValue,
  typeName
} from "../values/objects.ts"

const types = new Map<string, PyType>()
const iteratorType = (name: string): PyType => {
  const known = types.get(name)
  if (known !== undefined) return known
  const type = new PyType(name)
  types.set(name, type)
  return type
}

/** Over a list that may grow or shrink meanwhile. */
class ListIterator extends PyIterator {
  private list: PyList | null
  private at = 0
  constructor(list: PyList) {
    super()
    this.list = list
  }
  get type(): PyType {
    return iteratorType("list_iterator")
  }
  next(): PyValue | undefined {
    if (this.list === null) return undefined
    const value = this.list.items[this.at++]
    if (value === undefined) this.list = null
    return value
  }
}

class ArrayIterator extends PyIterator {
  private readonly items: ReadonlyArray<PyValue>
  private readonly name: string
  private at = 0
  constructor(items: ReadonlyArray<PyValue>, name: string) {
    super()
    this.items = items
    this.name = name
  }
  get type(): PyType {
    return iteratorType(this.name)
  }
  next(): PyValue | undefined {
    return this.items[this.at++]
  }
}

class RangeIterator extends PyIterator {
  private current: number
  private left: number
  private readonly step: number
  constructor(start: number, step: number, length: number) {
    super()
    this.current = start
    this.step = step
    this.left = length
  }
  get type(): PyType {
    return iteratorType("range_iterator")
  }
  next(): PyValue | undefined {
    if (this.left === 0) return undefined
    this.left--
    const value = this.current
    this.current += this.step
    return value
  }
}

/** From a JavaScript iterator: dicts, sets, generator expressions and the lazy built-ins. */
export class NativeIterator extends PyIterator {
  private readonly account: BudgetAccount
  private readonly source: Iterator<PyValue>
  private readonly name: string
  private running = false
  constructor(account: BudgetAccount, source: Iterator<PyValue>, name: string) {
    super()
    this.account = account
    this.source = source
    this.name = name
  }
  get type(): PyType {
    return iteratorType(this.name)
  }
  next(): PyValue | undefined {
    if (this.running) throw valueError(`${this.name} already executing`)
    this.running = true
    // Iterators over iterators nest as calls do, without any call of the program's own.
    this.account.enter(stackFrames)
    this.account.step(1)
    try {
      const { done, value } = this.source.next()
      this.account.leave(stackFrames)
      return done === true ? undefined : value
    } catch (thrown) {
      throw this.name === "generator" ? notStopIteration(thrown) : thrown
    } finally {
      this.running = false
    }
  }
}

/** Frames of the host's stack between one such iterator and the next. */
const stackFrames = 6

/** A StopIteration that escapes from a generator would end its loop silently: Python makes it a RuntimeError (PEP 479). */
export const notStopIteration = (thrown: unknown): unknown =>
  thrown instanceof PyRaise && thrown.exception.exceptionType.name === "StopIteration"
    ? raised("RuntimeError", "generator raised StopIteration")
    : thrown

const guarded = function* (size: () => number, values: Iterable<PyValue>, what: string): Generator<PyValue> {
  const before = size()
  for (const value of values) {
    yield value
    if (size() !== before) throw raised("RuntimeError", `${what} changed size during iteration`)
  }
}

const dictValues = function* (dict: PyDict, of: "keys" | "values" | "items"): Generator<PyValue> {
  for (const { key, value } of dict.entries.values())
    yield of === "keys" ? key : of === "values" ? value : new PyTuple([key, value])
}

const big = function* (start: Int, step: Int, length: Int): Generator<PyValue> {
  for (let i = 0n; i < length; i++) {
    const value = BigInt(start) + i * BigInt(step)
    yield BigInt.asIntN(53, value) === value ? Number(value) : value
  }
}

/** `iter(value)`. Throws TypeError where the value cannot be iterated; `message` replaces the usual wording. */
export const iterate = (account: BudgetAccount, value: PyValue, message?: string): PyIterator => {
  if (value instanceof PyList) return new ListIterator(value)
  if (value instanceof PyRange) return rangeIterator(account, value)
  if (value instanceof PyTuple) return new ArrayIterator(value.items, "tuple_iterator")
  if (value instanceof PyIterator) return value
  if (typeof value === "string") {
    account.work(value.length)
    return new ArrayIterator(characters(value), value.length > 0 ? "str_ascii_iterator" : "str_iterator")
  }
  if (value instanceof PyDict) return viewIterator(account, value, "keys")
  if (value instanceof PyDictView) return viewIterator(account, value.dict, value.of)
  if (value instanceof PySet)
    return new NativeIterator(
      account,
      guarded(() => value.members.size, value.values(), "Set"),
      "set_iterator"
    )
  throw typeError(message ?? `'${typeName(value)}' object is not iterable`)
}

const rangeIterator = (account: BudgetAccount, { start, step, length }: PyRange): PyIterator => {
  if (typeof start === "number" && typeof step === "number" && typeof length === "number") {
    if (Number.isSafeInteger(start + step * length)) return new RangeIterator(start, step, length)
  }
  return new NativeIterator(account, big(start, step, length), "longrange_iterator")
}

const viewIterator = (account: BudgetAccount, dict: PyDict, of: "keys" | "values" | "items"): PyIterator => {
  const name = { keys: "dict_keyiterator", values: "dict_valueiterator", items: "dict_itemiterator" }[of]
  return new NativeIterator(
    account,
    guarded(() => dict.entries.size, dictValues(dict, of), "dictionary"),
    name
  )
}

/** All values, in an array of the caller's own. Charged by item. */
export const toArray = (account: BudgetAccount, value: PyValue, message?: string): Array<PyValue> => {
  if (value instanceof PyList || value instanceof PyTuple) {
    account.work(value.items.length)
    account.allocate(8 * value.items.length)
    return [...value.items]
  }
  if (value instanceof PyRange) {
    account.step(Math.floor(Number(value.length) / 16))
    account.allocate(8 * Number(value.length))
  }
  const iterator = iterate(account, value, message)
  const items: Array<PyValue> = []
  for (let item = iterator.next(); item !== undefined; item = iterator.next()) {
    if ((items.length & 3) === 3) {
      account.step(1)
      account.allocate(4 * 16)
    }
    items.push(item)
  }
  return items
}

/** Steps through a value without collecting it; one step is charged per four items. */
export const each = function* (account: BudgetAccount, value: PyValue, message?: string): Generator<PyValue> {
  const iterator = iterate(account, value, message)
  let count = 0
  for (let item = iterator.next(); item !== undefined; item = iterator.next()) {
    if ((++count & 3) === 0) account.step(1)
    yield item
  }
}
