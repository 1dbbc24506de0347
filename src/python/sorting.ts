/** Stable sorting with `key` and `reverse`, as `list.sort` and `sorted` share it. */
import { call } from "./calls.ts"
import { isTrue, ordered } from "./comparisons.ts"
import type { Meter } from "./Meter.ts"
import type { PyValue } from "./objects.ts"

/** The items in order; equal ones keep their order, with `reverse` too. */
export const sortItems = (
  meter: Meter,
  items: ReadonlyArray<PyValue>,
  key: PyValue | undefined,
  reverse: PyValue | undefined
): Array<PyValue> => {
  meter.work(items.length * Math.ceil(Math.log2(items.length + 1)))
  meter.allocate(8 * items.length + 56)
  const keyed = items.map((item) => ({
    item,
    key: key === undefined || key === null ? item : call(meter, key, [item])
  }))
  const direction = reverse !== undefined && isTrue(reverse) ? -1 : 1
  const order = (a: PyValue, b: PyValue): number => (ordered(meter, "<", a, b) ? -1 : ordered(meter, "<", b, a) ? 1 : 0)
  return keyed.toSorted((a, b) => direction * order(a.key, b.key)).map(({ item }) => item)
}
