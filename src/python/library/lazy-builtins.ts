/** `map`, `filter`, `zip`, `enumerate`: iterators that take from other iterators when asked. Each is called as a type in Python. */
import { intArgument, take } from "../operations/arguments.ts"
import { call } from "../operations/calling.ts"
import { isTrue } from "../operations/comparisons.ts"
import type { Meter } from "../values/Budget.ts"
import { typeError, valueError } from "../values/exceptions.ts"
import { add } from "../values/integers.ts"
import { iterate, NativeIterator } from "../values/iteration.ts"
import { type Int, type Native, type PyIterator, PyTuple, type PyValue } from "../values/objects.ts"

const mapped = function* (meter: Meter, callee: PyValue, sources: ReadonlyArray<PyIterator>): Generator<PyValue> {
  for (;;) {
    const args = nextOfEach(sources)
    if (args.length < sources.length) return
    yield call(meter, callee, args)
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

const filtered = function* (meter: Meter, test: PyValue, source: PyIterator): Generator<PyValue> {
  for (let value = source.next(); value !== undefined; value = source.next()) {
    meter.step(1)
    if (isTrue(test === null ? value : call(meter, test, [value]))) yield value
  }
}

const zipped = function* (meter: Meter, sources: ReadonlyArray<PyIterator>, strict: boolean): Generator<PyValue> {
  if (sources.length === 0) return
  for (;;) {
    const values = nextOfEach(sources)
    if (values.length === sources.length) {
      meter.allocate(40 + 8 * values.length)
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

const numbered = function* (meter: Meter, source: PyIterator, start: Int): Generator<PyValue> {
  let index = start
  for (let value = source.next(); value !== undefined; value = source.next()) {
    meter.allocate(56)
    yield new PyTuple([index, value])
    index = add(meter, index, 1)
  }
}

export const lazyBuiltins: ReadonlyArray<readonly [string, Native]> = [
  [
    "map",
    (meter, args, keywords) => {
      take("map", [], keywords, [], 0)
      const [callee, ...sources] = args
      if (callee === undefined || sources.length === 0) throw typeError("map() must have at least two arguments.")
      return new NativeIterator(
        meter,
        mapped(
          meter,
          callee,
          sources.map((source) => iterate(meter, source))
        ),
        "map"
      )
    }
  ],
  [
    "filter",
    (meter, args, keywords) => {
      const [test, source] = take("filter", args, keywords, ["function", "iterable"], 2)
      return new NativeIterator(meter, filtered(meter, test!, iterate(meter, source!)), "filter")
    }
  ],
  [
    "zip",
    (meter, args, keywords) => {
      const [strict] = take("zip", [], keywords, ["strict"], 0, 0)
      const sources = args.map((source) => iterate(meter, source))
      return new NativeIterator(meter, zipped(meter, sources, strict !== undefined && isTrue(strict)), "zip")
    }
  ],
  [
    "enumerate",
    (meter, args, keywords) => {
      const [source, start] = take("enumerate", args, keywords, ["iterable", "start"], 1, 0)
      return new NativeIterator(
        meter,
        numbered(meter, iterate(meter, source!), start === undefined ? 0 : intArgument(start)),
        "enumerate"
      )
    }
  ]
]
