/** Nothing over data of unbounded size goes onto the stack: each is given more than a call could take. */

import { describe, expect, it } from "vitest"

import { renderTable } from "../../src/catalog/output/box-table.ts"
import { textTable } from "../../src/cli/printing/text-table.ts"
import { columns } from "../../src/cli/usage.ts"
import { graphOf } from "../../src/dag/graph.ts"
import * as Study from "../../src/dag/Study.ts"
import { append, maximumOf, minimumOf } from "../../src/lists/large.ts"
import { evaluate } from "../../src/python/evaluate.ts"
import { nearest } from "../../src/text/near.ts"
import { place } from "../cli/command-line.ts"

/** More than any call takes as arguments. */
const MANY = 300_000
const numbers = Array.from({ length: MANY }, (_, i) => i)

describe("lists of any length", () => {
  it("have ends and can be joined, where a call would overflow the stack", () => {
    expect(() => Math.max(...numbers)).toThrow(RangeError)
    expect(maximumOf(numbers)).toBe(MANY - 1)
    expect(minimumOf(numbers)).toBe(0)
    const list = [-1]
    append(list, numbers)
    expect(list).toHaveLength(MANY + 1)
  })

  it("have the ends that Math.max and Math.min have", () => {
    for (const few of [[], [1], [2, -3], [NaN, 1], [1, NaN], [0, -0], [-0, 0], [Infinity, -Infinity]]) {
      expect(maximumOf(few)).toBe(Math.max(...few))
      expect(minimumOf(few)).toBe(Math.min(...few))
    }
    expect(maximumOf([-5], 0)).toBe(0)
    expect(maximumOf(Float32Array.of(1, 2))).toBe(2)
  })
})

describe("what people see of large data", () => {
  it("a table of so many rows, and one whose cell has so many words, which is cut and broken into lines", () => {
    expect(
      textTable(
        ["n"],
        numbers.map((n) => [String(n)])
      ).split("\n")
    ).toHaveLength(MANY + 1)
    const words = Array.from({ length: MANY }, () => "word").join(" ")
    const lines = textTable([], [["a", words]], { width: 60 }).split("\n")
    expect([lines.length > 50, lines.length < 200]).toEqual([true, true])
    expect(columns(numbers.map((n) => [String(n), "x"])).split("\n")).toHaveLength(MANY)
  })

  it("a query's result of so many rows, shown whole", () => {
    const result = {
      columns: [{ name: "n", type: "INTEGER" }],
      rows: numbers.map((n) => [n]),
      rowCount: MANY,
      uncounted: false,
      warnings: []
    }
    expect(renderTable(result, { maxRows: MANY }).split("\n").length).toBeGreaterThan(MANY)
  })

  it("sql --rows of as many", async () => {
    const at = place()
    await at.here(["run", "chain", "--no-report"])
    const { code, out, err } = await at.here(["sql", "select range as n from range(130000)", "--rows", "130000"])
    expect({ code, err }).toEqual({ code: 0, err: "" })
    expect(out).toContain("129999")
  })

  it("near names among so many", () => {
    expect(
      nearest(
        "n299999x",
        numbers.map((n) => `n${n}`)
      )[0]
    ).toBe("n299999")
  })
})

describe("what studies and programs make", () => {
  it("a study may return so many things, as deep as it likes, and even itself", () => {
    const nothing = Study.make("many", "", {}, () => numbers.map(() => ({})))
    expect(graphOf(nothing.nodes({})).nodes).toEqual([])
    let deep: unknown = []
    for (let i = 0; i < MANY; i++) deep = [deep]
    expect(Study.make("deep", "", {}, () => deep).nodes({})).toEqual([])
    const circle: Array<unknown> = []
    circle.push(circle)
    expect(Study.make("circle", "", {}, () => circle).nodes({})).toEqual([])
  })

  it("a program that a model wrote may take a hypotenuse of many", () => {
    const outcome = evaluate("import math\ndef f():\n    return math.hypot(*([3.0] * 2500))\n", { entry: "f" })
    expect(outcome).toMatchObject({ ok: true, str: "150.0" })
  })
})
