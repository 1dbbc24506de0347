/** The nearest of many lists of values: which it is, and how much is looked at for it. */

import { describe, expect, it } from "vitest"

import { nearestOf } from "../../src/lists/nearest.ts"

type Values = Readonly<Record<string, string | number>>

const chance = (seed: number) => () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31
const valuesOf = (values: Values) => new Map(Object.entries(values).map(([name, value]) => [name, String(value)]))
const differences = (a: Values, b: Values) =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]).length
const byComparingAll = (items: ReadonlyArray<Values>, wanted: Values) =>
  items.toSorted((a, b) => differences(a, wanted) - differences(b, wanted))[0] ?? null

describe("the nearest list", () => {
  it.each([
    ["of none is none", [], { a: 1 }],
    ["is one that is equal", [{ a: 1 }, { a: 2 }], { a: 2 }],
    ["is the first of those that are equally near", [{ a: 1 }, { a: 2 }], { a: 3 }],
    ["differs in a value that it lacks", [{ a: 1, b: 1 }, { b: 1 }], { b: 1 }],
    ["differs in a value that only it has", [{ a: 1, b: 2, c: 3 }, { a: 1 }], { a: 1, d: 4 }],
    ["may agree in nothing", [{ a: 1 }, { b: 1 }], { c: 1 }],
    ["of lists that all are alike is the first", [{ a: 1 }, { a: 1 }], { a: 9 }],
    [
      "is not the one that agrees in the first name alone",
      [
        { a: 1, b: 2, c: 2 },
        { a: 2, b: 1, c: 1 }
      ],
      { a: 1, b: 1, c: 1 }
    ],
    [
      "may be far down a way that begins badly",
      [
        { a: 1, b: 2, c: 2, d: 2 },
        { a: 2, b: 1, c: 1, d: 1 }
      ],
      { a: 1, b: 1, c: 1, d: 1 }
    ]
  ] as ReadonlyArray<readonly [string, ReadonlyArray<Values>, Values]>)("%s", (_, items, wanted) => {
    expect(nearestOf(items, valuesOf)(valuesOf(wanted))).toBe(byComparingAll(items, wanted))
  })

  it("is the one that comparing with all of them gives, for lists of all sorts", () => {
    const next = chance(3)
    for (let round = 0; round < 150; round++) {
      const names = Array.from({ length: 1 + Math.floor(next() * 6) }, (_, i) => `n${i}`)
      const made = (values: number) =>
        Object.fromEntries(names.flatMap((name) => (next() < 0.8 ? [[name, Math.floor(next() * values)] as const] : [])))
      const items = Array.from({ length: Math.floor(next() * 40) }, () => made(1 + Math.floor(next() * 5)))
      const nearest = nearestOf(items, valuesOf)
      for (let i = 0; i < 10; i++) {
        const wanted = made(6)
        expect(nearest(valuesOf(wanted)), JSON.stringify({ items, wanted })).toBe(byComparingAll(items, wanted))
      }
    }
  })
})

/** A study of `n` nodes that has run, and the same after a change. */
const sweeps: ReadonlyArray<readonly [string, (i: number, n: number) => Values, (i: number, n: number) => Values]> = [
  ["code", (i) => ({ code: "a", seed: i }), (i) => ({ code: "b", seed: i })],
  ["a param of all", (i) => ({ salt: 0, seed: i, step: i % 10 }), (i) => ({ salt: 1, seed: i, step: i % 10 })],
  ["the inputs", (i) => ({ input: `x${i}`, seed: i }), (i) => ({ input: `y${i}`, seed: i })],
  [
    "the inputs, and seeds are told by those alone",
    (i) => ({ input: `x${i}`, way: i % 2 }),
    (i) => ({ input: `y${i}`, way: i % 2 })
  ],
  ["the seeds", (i) => ({ seed: i, way: i % 3 }), (i, n) => ({ seed: n + i, way: i % 3 })],
  ["nothing", (i) => ({ seed: i, way: i % 3 }), (i) => ({ seed: i, way: i % 3 })],
  ["half of the seeds", (i) => ({ seed: i, way: i % 3 }), (i, n) => ({ seed: (n >> 1) + i, way: i % 3 })],
  ["which way each goes", (i) => ({ seed: i, way: i % 2 }), (i) => ({ seed: i, way: (i + 1) % 2 })],
  ["a param that is new", (i) => ({ seed: i }), (i) => ({ seed: i, width: 3 })],
  ["a param that is gone", (i) => ({ seed: i, width: 3 }), (i) => ({ seed: i })],
  ["two inputs", (i) => ({ a: `x${i}`, b: `y${i}`, seed: i }), (i) => ({ a: `v${i}`, b: `w${i}`, seed: i })],
  ["which input goes where", (i) => ({ a: `x${i}`, seed: i }), (i, n) => ({ a: `x${(i + 1) % n}`, seed: i })],
  ["everything", (i) => ({ seed: i, a: i % 7 }), (i) => ({ seed: -1 - i, a: 9 })]
]

it.each(sweeps)("looks in proportion to the number of nodes where what changed is %s", (_, before, after) => {
  const looks = (n: number) => {
    let count = 0
    const items = Array.from({ length: n }, (_, i) => before(i, n))
    const nearest = nearestOf(items, valuesOf, () => void count++)
    for (let i = 0; i < n; i++) nearest(valuesOf(after(i, n)))
    return count
  }
  expect(looks(4000)).toBeLessThan(2.5 * looks(2000))
})
