/** Stable sorting with `key` and `reverse`, as `list.sort` and `sorted` share it. Only `<` is asked, as in Python. */

import type { BudgetAccount } from "../values/Budget.ts"
import type { PyValue } from "../values/objects.ts"
import { call } from "./calling.ts"
import { isTrue, ordered } from "./comparisons.ts"

interface Keyed {
  readonly item: PyValue
  readonly key: PyValue
}

type Less = (a: Keyed, b: Keyed) => boolean

/** The items in order; equal ones keep their order, with `reverse` too. */
export const sortItems = (
  account: BudgetAccount,
  items: ReadonlyArray<PyValue>,
  key: PyValue | undefined,
  reverse: PyValue | undefined
): Array<PyValue> => {
  account.work(items.length * Math.ceil(Math.log2(items.length + 1)))
  account.allocate(8 * items.length + 56)
  const keyed = items.map((item) => ({ item, key: key === undefined || key === null ? item : call(account, key, [item]) }))
  const less: Less = (a, b) => ordered(account, "<", a.key, b.key)
  // Reversed before and after, as CPython does it: so equal items keep their order.
  const backwards = reverse !== undefined && isTrue(reverse)
  const sorted = sort(backwards ? keyed.toReversed() : keyed, less).map(({ item }) => item)
  return backwards ? sorted.toReversed() : sorted
}

/**
 * Below this size CPython sorts by binary insertion.
 * The order of the operands of each comparison is CPython's too: it shows in the error where two have no order.
 */
const small = 64

const sort = (items: ReadonlyArray<Keyed>, less: Less): ReadonlyArray<Keyed> =>
  items.length < small ? binaryInsertion([...items], less) : items.toSorted((a, b) => (less(a, b) ? -1 : less(b, a) ? 1 : 0))

/** Takes the run that the items begin with, then puts each of the others in its place. */
const binaryInsertion = (items: Array<Keyed>, less: Less): ReadonlyArray<Keyed> => {
  const sorted = firstRun(items, less)
  for (let i = sorted.length; i < items.length; i++) {
    let left = 0
    let right = sorted.length
    while (left < right) {
      const middle = (left + right) >> 1
      if (less(items[i]!, sorted[middle]!)) right = middle
      else left = middle + 1
    }
    sorted.splice(left, 0, items[i]!)
  }
  return sorted
}

/** The longest beginning that never descends, or that strictly descends, turned round. */
const firstRun = (items: ReadonlyArray<Keyed>, less: Less): Array<Keyed> => {
  if (items.length < 2) return [...items]
  const descending = less(items[1]!, items[0]!)
  let end = 2
  while (end < items.length && less(items[end]!, items[end - 1]!) === descending) end++
  return descending ? items.slice(0, end).toReversed() : items.slice(0, end)
}
