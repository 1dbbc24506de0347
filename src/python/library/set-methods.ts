/** Methods of set and frozenset. The named operations take any iterables, unlike the operators. */
import { take } from "../operations/arguments.ts"
import { isSubset } from "../operations/comparisons.ts"
import { combineSets } from "../operations/operators.ts"
import type { Meter } from "../values/Budget.ts"
import { setAdd, setHas, setOf } from "../values/dicts.ts"
import { raised } from "../values/exceptions.ts"
import { each } from "../values/iteration.ts"
import { keyOf } from "../values/keys.ts"
import { type Method, PySet, type PyValue } from "../values/objects.ts"

const setFrom = (meter: Meter, value: PyValue): PySet => (value instanceof PySet ? value : setOf(meter, each(meter, value)))

const method = (
  name: string,
  names: ReadonlyArray<string>,
  required: number,
  run: (meter: Meter, self: PySet, values: Array<PyValue | undefined>) => PyValue
): readonly [string, Method] => [
  name,
  (meter, self, args, keywords) => run(meter, self as PySet, take(`set.${name}`, args, keywords, names, required))
]

type Operator = "|" | "&" | "-" | "^"

const combineAll = (meter: Meter, operator: Operator, self: PySet, others: ReadonlyArray<PyValue>): PySet => {
  let result = copyOf(meter, self)
  for (const other of others) {
    const right = setFrom(meter, other)
    meter.work(4 * (result.members.size + right.members.size))
    result = combineSets(operator, result, right)
    meter.allocate(100 * result.members.size)
  }
  return result
}

const copyOf = (meter: Meter, set: PySet): PySet => {
  meter.work(set.members.size)
  meter.allocate(100 * set.members.size)
  const copy = new PySet(set.frozen)
  for (const [key, value] of set.members) copy.members.set(key, value)
  return copy
}

const combining = (name: string, operator: Operator): readonly [string, Method] => [
  name,
  (meter, self, args, keywords) => {
    if (keywords !== null || operator === "^") take(`set.${name}`, args, keywords, ["other"], 1)
    return combineAll(meter, operator, self as PySet, args)
  }
]

const updating = (name: string, operator: Operator): readonly [string, Method] => [
  name,
  (meter, self, args, keywords) => {
    if (keywords !== null || operator === "^") take(`set.${name}`, args, keywords, ["other"], 1)
    const set = self as PySet
    const result = combineAll(meter, operator, set, args)
    set.members.clear()
    for (const [key, value] of result.members) set.members.set(key, value)
    return null
  }
]

export const frozensetMethods: ReadonlyMap<string, Method> = new Map([
  combining("union", "|"),
  combining("intersection", "&"),
  combining("difference", "-"),
  combining("symmetric_difference", "^"),
  method("issubset", ["other"], 1, (meter, set, [other]) => isSubset(meter, set, setFrom(meter, other!))),
  method("issuperset", ["other"], 1, (meter, set, [other]) => isSubset(meter, setFrom(meter, other!), set)),
  method("isdisjoint", ["other"], 1, (meter, set, [other]) => {
    for (const value of each(meter, other!)) if (setHas(meter, set, value)) return false
    return true
  }),
  method("copy", [], 0, copyOf)
])

export const setMethods: ReadonlyMap<string, Method> = new Map([
  ...frozensetMethods,
  updating("update", "|"),
  updating("intersection_update", "&"),
  updating("difference_update", "-"),
  updating("symmetric_difference_update", "^"),
  method("add", ["object"], 1, (meter, set, [value]) => {
    setAdd(meter, set, value!)
    return null
  }),
  method("discard", ["object"], 1, (meter, set, [value]) => {
    set.members.delete(keyOf(meter, value!))
    return null
  }),
  method("remove", ["object"], 1, (meter, set, [value]) => {
    if (!set.members.delete(keyOf(meter, value!))) throw raised("KeyError", value!)
    return null
  }),
  method("pop", [], 0, (_, set) => {
    for (const [key, value] of set.members) {
      set.members.delete(key)
      return value
    }
    throw raised("KeyError", "pop from an empty set")
  }),
  method("clear", [], 0, (_, set) => {
    set.members.clear()
    return null
  })
])
