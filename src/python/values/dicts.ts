/** Dicts and sets by value: what the rest of the evaluator reads and writes them with. */
import type { Meter } from "./Budget.ts"
import { keyOf } from "./keys.ts"
import { PyDict, PySet, PyTuple, type PyValue } from "./objects.ts"

/** Bytes charged per entry: near CPython's for a dict that has grown. */
const entrySize = 100

export const dictGet = (meter: Meter, dict: PyDict, key: PyValue): PyValue | undefined =>
  dict.entries.get(keyOf(meter, key))?.value

export const dictSet = (meter: Meter, dict: PyDict, key: PyValue, value: PyValue): void => {
  const hash = keyOf(meter, key)
  const entry = dict.entries.get(hash)
  if (entry !== undefined) entry.value = value
  else {
    meter.allocate(entrySize)
    dict.entries.set(hash, { key, value })
  }
}

/** Whether the key was there. */
export const dictDelete = (meter: Meter, dict: PyDict, key: PyValue): boolean => dict.entries.delete(keyOf(meter, key))

export const dictOf = (meter: Meter, entries: Iterable<readonly [PyValue, PyValue]>): PyDict => {
  const dict = new PyDict()
  for (const [key, value] of entries) dictSet(meter, dict, key, value)
  return dict
}

export const dictItems = function* (dict: PyDict): Generator<PyTuple> {
  for (const { key, value } of dict.entries.values()) yield new PyTuple([key, value])
}

export const setAdd = (meter: Meter, set: PySet, value: PyValue): void => {
  const key = keyOf(meter, value)
  if (set.members.has(key)) return
  meter.allocate(entrySize)
  set.members.set(key, value)
}

export const setHas = (meter: Meter, set: PySet, value: PyValue): boolean => set.members.has(keyOf(meter, value))

export const setOf = (meter: Meter, values: Iterable<PyValue>, frozen = false): PySet => {
  const set = new PySet(frozen)
  for (const value of values) setAdd(meter, set, value)
  return set
}
