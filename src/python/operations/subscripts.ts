/** `x[i]`, `x[a:b:c]`, their assignment and deletion. */

import type { BudgetAccount } from "../values/Budget.ts"
import { characterAt, characters, textLength, textSlice } from "../values/code-points.ts"
import { dictDelete, dictGet, dictSet } from "../values/dicts.ts"
import { indexError, raised, typeError, valueError } from "../values/exceptions.ts"
import { toIndex, asInt } from "../values/integers.ts"
import { type Int, PyDict, PyList, PyRange, PySlice, PyTuple, PyType, type PyValue, typeName } from "../values/objects.ts"
import { toArray } from "./iteration.ts"

/** `object[index]`. */
export const getItem = (account: BudgetAccount, object: PyValue, index: PyValue): PyValue => {
  if (object instanceof PyList || object instanceof PyTuple) {
    const { items } = object
    if (index instanceof PySlice) return sliceItems(account, object, index)
    return items[position(object.type.name, items.length, index)]!
  }
  if (object instanceof PyDict) {
    const value = dictGet(account, object, index)
    if (value === undefined) throw raised("KeyError", index)
    return value
  }
  if (typeof object === "string") {
    if (index instanceof PySlice) return sliceText(account, object, index)
    account.work(object.length)
    const length = textLength(object)
    return characterAt(object, position("string", length, index))
  }
  if (object instanceof PyRange) return rangeItem(object, index)
  if (object instanceof PyType) throw typeError(`type '${object.name}' is not subscriptable`)
  throw typeError(`'${typeName(object)}' object is not subscriptable`)
}

/** Index into `length` items, counted from the end when negative. */
const position = (kind: string, length: number, index: PyValue, use = "index"): number => {
  const int = asInt(index)
  if (int === null) {
    const noun = kind === "string" ? "string indices must be integers, not" : `${kind} indices must be integers or slices, not`
    throw typeError(kind === "string" ? `${noun} '${typeName(index)}'` : `${noun} ${typeName(index)}`)
  }
  const at = toIndex(int)
  const from = at < 0 ? at + length : at
  if (from < 0 || from >= length) throw indexError(`${kind} ${use} out of range`)
  return from
}

export interface Span {
  readonly start: number
  readonly stop: number
  readonly step: number
  readonly length: number
}

const bound = (value: PyValue): Int | null => {
  if (value === null) return null
  const int = asInt(value)
  if (int === null) throw typeError("slice indices must be integers or None or have an __index__ method")
  return int
}

/** A slice over `length` items, clamped as `slice.indices` does. */
const spanOf = (slice: PySlice, length: number): Span => {
  const step = bound(slice.step) ?? 1
  if (step === 0) throw valueError("slice step cannot be zero")
  const forward = step > 0
  const [low, high] = forward ? [0, length] : [-1, length - 1]
  const clamp = (value: Int | null, missing: number): number => {
    if (value === null) return missing
    if (value < 0) return Number(value) + length < low ? low : Number(value) + length
    return value > high ? high : Number(value)
  }
  const start = clamp(bound(slice.lower), forward ? low : high)
  const stop = clamp(bound(slice.upper), forward ? high : low)
  const stride = Number(step)
  const count = forward ? Math.ceil((stop - start) / stride) : Math.ceil((start - stop) / -stride)
  return { start, stop, step: stride, length: Math.max(0, count) }
}

const pick = <A>(items: ReadonlyArray<A>, { start, step, length }: Span): Array<A> => {
  const picked: Array<A> = []
  for (let i = 0, at = start; i < length; i++, at += step) picked.push(items[at]!)
  return picked
}

const sliceItems = (account: BudgetAccount, object: PyList | PyTuple, slice: PySlice): PyValue => {
  const span = spanOf(slice, object.items.length)
  account.work(span.length)
  account.allocate(8 * span.length + 56)
  const items = span.step === 1 ? object.items.slice(span.start, span.start + span.length) : pick(object.items, span)
  return object instanceof PyList ? new PyList(items) : new PyTuple(items)
}

const sliceText = (account: BudgetAccount, text: string, slice: PySlice): string => {
  account.work(text.length)
  const span = spanOf(slice, textLength(text))
  account.allocate(span.length + 49)
  if (span.step === 1) return textSlice(text, span.start, span.start + span.length)
  account.work(4 * text.length)
  return pick(characters(text), span).join("")
}

const rangeItem = (range: PyRange, index: PyValue): PyValue => {
  const { start, step } = range
  if (typeof range.length !== "number" || typeof start !== "number" || typeof step !== "number")
    throw raised("OverflowError", "Python int too large to convert to C ssize_t")
  if (!(index instanceof PySlice)) return start + step * position("range object", range.length, index)
  const span = spanOf(index, range.length)
  return new PyRange(start + step * span.start, start + step * span.stop, step * span.step, span.length)
}

/** `object[index] = value`. */
export const setItem = (account: BudgetAccount, object: PyValue, index: PyValue, value: PyValue): void => {
  if (object instanceof PyDict) dictSet(account, object, index, value)
  else if (object instanceof PyList) {
    if (index instanceof PySlice) setSlice(account, object, index, value)
    else object.items[position("list", object.items.length, index, "assignment index")] = value
  } else throw typeError(`'${typeName(object)}' object does not support item assignment`)
}

const setSlice = (account: BudgetAccount, list: PyList, slice: PySlice, value: PyValue): void => {
  const extended = slice.step !== null && asInt(slice.step) !== 1
  const items = toArray(account, value, extended ? "must assign iterable to extended slice" : "can only assign an iterable")
  const span = spanOf(slice, list.items.length)
  account.work(list.items.length)
  if (!extended) {
    list.items = [...list.items.slice(0, span.start), ...items, ...list.items.slice(Math.max(span.start, span.stop))]
    return
  }
  if (items.length !== span.length)
    throw valueError(`attempt to assign sequence of size ${items.length} to extended slice of size ${span.length}`)
  for (const [i, item] of items.entries()) list.items[span.start + i * span.step] = item
}

const isSequence = (value: PyValue): boolean => typeof value === "string" || value instanceof PyTuple || value instanceof PyRange

/** `del object[index]`. */
export const deleteItem = (account: BudgetAccount, object: PyValue, index: PyValue): void => {
  if (object instanceof PyDict) {
    if (!dictDelete(account, object, index)) throw raised("KeyError", index)
  } else if (object instanceof PyList) {
    account.work(object.items.length)
    if (index instanceof PySlice) {
      account.step(2)
      const { start, step, length } = spanOf(index, object.items.length)
      const gone = new Set(Array.from({ length }, (_, i) => start + i * step))
      object.items = object.items.filter((_, i) => !gone.has(i))
    } else object.items.splice(position("list", object.items.length, index, "assignment index"), 1)
  } else
    throw typeError(
      `'${typeName(object)}' object ${isSequence(object) && asInt(index) !== null ? "doesn't" : "does not"} support item deletion`
    )
}
