/** Methods of list; `index` and `count` are shared with tuple and range. */
import { intArgument, sizeArgument, take } from "../operations/arguments.ts"
import { sameOrEqual } from "../operations/comparisons.ts"
import { sortItems } from "../operations/sorting.ts"
import type { Meter } from "../values/Budget.ts"
import { indexError, valueError } from "../values/exceptions.ts"
import { each, toArray } from "../values/iteration.ts"
import { type Method, PyList, PyTuple, type PyValue } from "../values/objects.ts"
import { repr } from "../values/repr.ts"

const itemsOf = (self: PyValue): Array<PyValue> => (self instanceof PyList ? self.items : [])

const method = (
  name: string,
  names: ReadonlyArray<string>,
  required: number,
  run: (meter: Meter, self: PyList, values: Array<PyValue | undefined>) => PyValue
): readonly [string, Method] => [
  name,
  (meter, self, args, keywords) => run(meter, self as PyList, take(`list.${name}`, args, keywords, names, required))
]

/** `xs += values`, also `xs.extend(values)`: in place, from any iterable. */
export const extendList = (meter: Meter, list: PyList, values: PyValue): PyList => {
  if (values === list) for (const value of copyOf(meter, list)) list.items.push(value)
  else {
    for (const value of each(meter, values)) {
      meter.allocate(16)
      list.items.push(value)
    }
  }
  return list
}

const copyOf = (meter: Meter, list: PyList): Array<PyValue> => {
  meter.work(list.items.length)
  meter.allocate(8 * list.items.length + 56)
  return [...list.items]
}

const clampIndex = (value: PyValue | undefined, length: number, missing: number): number => {
  if (value === undefined) return missing
  const at = sizeArgument(value)
  return at < 0 ? Math.max(0, at + length) : Math.min(at, length)
}

const indexOf = (meter: Meter, items: ReadonlyArray<PyValue>, args: ReadonlyArray<PyValue | undefined>): number => {
  const [value, start, stop] = args
  meter.work(items.length)
  const from = clampIndex(start, items.length, 0)
  const to = clampIndex(stop, items.length, items.length)
  for (let i = from; i < to; i++) if (sameOrEqual(meter, items[i]!, value!)) return i
  return -1
}

const countOf = (meter: Meter, items: ReadonlyArray<PyValue>, value: PyValue): number => {
  meter.work(items.length)
  return items.filter((item) => sameOrEqual(meter, item, value)).length
}

export const listMethods: ReadonlyMap<string, Method> = new Map([
  [
    "append",
    (meter, self, args, keywords) => {
      take("list.append", args, keywords, ["object"], 1)
      meter.allocate(16)
      itemsOf(self).push(args[0]!)
      return null
    }
  ],
  method("extend", ["iterable"], 1, (meter, list, [values]) => {
    extendList(meter, list, values!)
    return null
  }),
  method("insert", ["index", "object"], 2, (meter, list, [index, value]) => {
    meter.allocate(16)
    meter.work(list.items.length / 4)
    list.items.splice(clampIndex(index!, list.items.length, 0), 0, value!)
    return null
  }),
  method("pop", ["index"], 0, (meter, list, [index]) => {
    const { items } = list
    const at = index === undefined ? -1 : sizeArgument(index)
    if (items.length === 0) throw indexError("pop from empty list")
    const from = at < 0 ? at + items.length : at
    if (from < 0 || from >= items.length) throw indexError("pop index out of range")
    if (from === items.length - 1) return items.pop()!
    meter.work(items.length / 4)
    return items.splice(from, 1)[0]!
  }),
  method("remove", ["value"], 1, (meter, list, [value]) => {
    const at = indexOf(meter, list.items, [value])
    if (at < 0) throw valueError("list.remove(x): x not in list")
    list.items.splice(at, 1)
    return null
  }),
  method("clear", [], 0, (_, list) => {
    list.items.length = 0
    return null
  }),
  method("copy", [], 0, (meter, list) => new PyList(copyOf(meter, list))),
  method("reverse", [], 0, (meter, list) => {
    meter.work(list.items.length)
    list.items.reverse()
    return null
  }),
  method("index", ["value", "start", "stop"], 1, (meter, list, args) => {
    const at = indexOf(meter, list.items, args)
    if (at < 0) throw valueError(`${repr(meter, args[0]!)} is not in list`)
    return at
  }),
  method("count", ["value"], 1, (meter, list, [value]) => countOf(meter, list.items, value!)),
  [
    "sort",
    (meter, self, args, keywords) => {
      take("sort", args, null, [], 0)
      const [key, reverse] = take("sort", [], keywords, ["key", "reverse"], 0, 0)
      if (reverse !== undefined) intArgument(reverse)
      const list = self as PyList
      list.items = sortItems(meter, list.items, key, reverse)
      return null
    }
  ]
])

const itemsOfSequence = (meter: Meter, self: PyValue): ReadonlyArray<PyValue> =>
  self instanceof PyTuple ? self.items : toArray(meter, self)

export const tupleMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  [
    "index",
    (meter, self, args, keywords) => {
      const values = take("tuple.index", args, keywords, ["value", "start", "stop"], 1)
      const at = indexOf(meter, itemsOfSequence(meter, self), values)
      if (at < 0)
        throw valueError(
          self instanceof PyTuple ? "tuple.index(x): x not in tuple" : `${repr(meter, values[0]!)} is not in range`
        )
      return self instanceof PyTuple ? at : at
    }
  ],
  [
    "count",
    (meter, self, args, keywords) => {
      take("tuple.count", args, keywords, ["value"], 1)
      return countOf(meter, itemsOfSequence(meter, self), args[0]!)
    }
  ]
])
