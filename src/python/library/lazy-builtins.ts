/** `map`, `filter`, `zip`, `enumerate`: iterators that take from other iterators when asked. */

import { call } from "../operations/calling.ts"
import { isTrue } from "../operations/comparisons.ts"
import { iterate, NativeIterator } from "../operations/iteration.ts"
import type { BudgetAccount } from "../values/Budget.ts"
import { typeError, valueError } from "../values/exceptions.ts"
import { add } from "../values/integers.ts"
import { type Int, type Native, type PyIterator, PyTuple, type PyValue } from "../values/objects.ts"
import { intArgument, bindArguments } from "./arguments.ts"

const mapped = function* (account: BudgetAccount, callee: PyValue, sources: ReadonlyArray<PyIterator>): Generator<PyValue> {
  for (;;) {
    const args = nextOfEach(sources)
    if (args.length < sources.length) return
    yield call(account, callee, args)
  }
}

/** One value from each; shorter where one has ended. */
const nextOfEach = (sources: ReadonlyArray<PyIterator>): Array<PyValue> => {
  const values: Array<PyValue> = []
  for (const source of sources) {
    const value = source.next()
    if (value === undefined) break
    values.push(value)
  }
  return values
}

const filtered = function* (account: BudgetAccount, test: PyValue, source: PyIterator): Generator<PyValue> {
  for (let value = source.next(); value !== undefined; value = source.next()) {
    account.step(1)
    if (isTrue(test === null ? value : call(account, test, [value]))) yield value
  }
}

const zipped = function* (account: BudgetAccount, sources: ReadonlyArray<PyIterator>, strict: boolean): Generator<PyValue> {
  if (sources.length === 0) return
  for (;;) {
    const values = nextOfEach(sources)
    if (values.length === sources.length) {
      account.allocate(40 + 8 * values.length)
      yield new PyTuple(values)
      continue
    }
    if (strict) checkEnds(sources, values.length)
    return
  }
}

/** Under `strict`, all must end together: `ended` is the first that gave nothing. */
const checkEnds = (sources: ReadonlyArray<PyIterator>, ended: number): void => {
  const range = (count: number) => (count === 1 ? "argument 1" : `arguments 1-${count}`)
  if (ended > 0) throw valueError(`zip() argument ${ended + 1} is shorter than ${range(ended)}`)
  for (const [i, source] of sources.entries()) {
    if (i > 0 && source.next() !== undefined) throw valueError(`zip() argument ${i + 1} is longer than ${range(i)}`)
  }
}

const numbered = function* (account: BudgetAccount, source: PyIterator, start: Int): Generator<PyValue> {
  let index = start
  for (let value = source.next(); value !== undefined; value = source.next()) {
    account.allocate(56)
    yield new PyTuple([index, value])
    index = add(account, index, 1)
  }
}

/** Name and function of each. */
export const lazyBuiltins: ReadonlyArray<readonly [string, Native]> = [
  [
    "map",
    (account, args, keywords) => {
      bindArguments("map", [], keywords, [], 0)
      const [callee, ...sources] = args
      if (callee === undefined || sources.length === 0) throw typeError("map() must have at least two arguments.")
      return new NativeIterator(
        account,
        mapped(
          account,
          callee,
          sources.map((source) => iterate(account, source))
        ),
        "map"
      )
    }
  ],
  [
    "filter",
    (account, args, keywords) => {
      const [test, source] = bindArguments("filter", args, keywords, ["function", "iterable"], 2)
      return new NativeIterator(account, filtered(account, test!, iterate(account, source!)), "filter")
    }
  ],
  [
    "zip",
    (account, args, keywords) => {
      const [strict] = bindArguments("zip", [], keywords, ["strict"], 0, 0)
      const sources = args.map((source) => iterate(account, source))
      return new NativeIterator(account, zipped(account, sources, strict !== undefined && isTrue(strict)), "zip")
    }
  ],
  [
    "enumerate",
    (account, args, keywords) => {
      const [source, start] = bindArguments("enumerate", args, keywords, ["iterable", "start"], 1, 0)
      return new NativeIterator(
        account,
        numbered(account, iterate(account, source!), start === undefined ? 0 : intArgument(start)),
        "enumerate"
      )
    }
  ]
]
