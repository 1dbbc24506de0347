/** Methods of dict, and `dict.fromkeys`. */

import { each, toArray } from "../operations/iteration.ts"
import type { BudgetAccount } from "../values/Budget.ts"
import { dictDelete, dictGet, dictSet } from "../values/dicts.ts"
import { raised, valueError } from "../values/exceptions.ts"
import { dictType, type Keywords, type Method, PyBuiltin, PyDict, PyDictView, PyTuple, type PyValue } from "../values/objects.ts"
import { bindArguments } from "./arguments.ts"

const method = (
  name: string,
  names: ReadonlyArray<string>,
  required: number,
  run: (account: BudgetAccount, self: PyDict, values: Array<PyValue | undefined>) => PyValue
): readonly [string, Method] => [
  name,
  (account, self, args, keywords) => run(account, self as PyDict, bindArguments(`dict.${name}`, args, keywords, names, required))
]

const view = (of: "keys" | "values" | "items") => method(of, [], 0, (_, dict) => new PyDictView(dict, of))

const copyInto = (account: BudgetAccount, target: PyDict, source: PyDict): PyDict => {
  for (const { key, value } of source.entries.values()) dictSet(account, target, key, value)
  account.work(4 * source.entries.size)
  return target
}

/** `d.update(source, **keywords)`, also `dict(source, **keywords)`: from a dict or from pairs. */
export const updateDict = (
  account: BudgetAccount,
  dict: PyDict,
  source: PyValue | undefined,
  keywords: Keywords | null
): PyDict => {
  if (source instanceof PyDict) copyInto(account, dict, source)
  else if (source !== undefined) {
    let index = 0
    for (const pair of each(account, source)) {
      const items = toArray(account, pair, `cannot convert dictionary update sequence element #${index} to a sequence`)
      if (items.length !== 2)
        throw valueError(`dictionary update sequence element #${index} has length ${items.length}; 2 is required`)
      dictSet(account, dict, items[0]!, items[1]!)
      index++
    }
  }
  if (keywords !== null) for (const [name, value] of keywords) dictSet(account, dict, name, value)
  return dict
}

/** By name. */
export const dictMethods: ReadonlyMap<string, Method> = new Map([
  view("keys"),
  view("values"),
  view("items"),
  method("get", ["key", "default"], 1, (account, dict, [key, fallback]) => dictGet(account, dict, key!) ?? fallback ?? null),
  method("pop", ["key", "default"], 1, (account, dict, [key, fallback]) => {
    // An empty dict does not hash the key: CPython gives the fallback for an unhashable one too.
    const value = dict.entries.size === 0 ? undefined : dictGet(account, dict, key!)
    if (value === undefined) {
      if (fallback === undefined) throw raised("KeyError", key!)
      return fallback
    }
    dictDelete(account, dict, key!)
    return value
  }),
  method("popitem", [], 0, (account, dict) => {
    const last = [...dict.entries.values()].at(-1)
    account.work(dict.entries.size)
    if (last === undefined) throw raised("KeyError", "popitem(): dictionary is empty")
    dictDelete(account, dict, last.key)
    return new PyTuple([last.key, last.value])
  }),
  method("setdefault", ["key", "default"], 1, (account, dict, [key, fallback]) => {
    const value = dictGet(account, dict, key!)
    if (value !== undefined) return value
    dictSet(account, dict, key!, fallback ?? null)
    return fallback ?? null
  }),
  method("clear", [], 0, (_, dict) => {
    dict.entries.clear()
    return null
  }),
  method("copy", [], 0, (account, dict) => copyInto(account, new PyDict(), dict)),
  [
    "update",
    (account, self, args, keywords) => {
      const [source] = bindArguments("update", args, null, ["iterable"], 0)
      updateDict(account, self as PyDict, source, keywords)
      return null
    }
  ]
])

dictType.members.set(
  "fromkeys",
  new PyBuiltin("fromkeys", (account, args, keywords) => {
    const [keys, value] = bindArguments("fromkeys", args, keywords, ["iterable", "value"], 1)
    const dict = new PyDict()
    for (const key of each(account, keys!)) dictSet(account, dict, key, value ?? null)
    return dict
  })
)
