/** Results that differ from earlier ones of the same key are noticed and told. */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { TableWriter } from "../../src/store/arrow/TableWriter.ts"
import { manifestJson, Store } from "../../src/store/objects/Store.ts"
import { Column } from "../../src/store/schema/Column.ts"
import { Kind } from "../../src/store/schema/Kind.ts"
import { Table } from "../../src/store/schema/Table.ts"
import { firstDifference } from "../../src/store/upkeep/difference.ts"

const Numbers = Table.make("numbers", "Numbers", { x: Column.int32("a number"), words: Column.utf8("a word") })
const Small = Kind.make("small", "A table", { tables: { numbers: Numbers } })

const inStore = <A, E>(body: Effect.Effect<A, E, Store>) => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "observations-"))
  return Effect.runPromise(Effect.provide(body, Store.layer(root))).finally(() =>
    fs.rmSync(root, { recursive: true, force: true })
  )
}

const artifact = Effect.fnUntraced(function* (rows: ReadonlyArray<{ x: number; words: string }>) {
  const store = yield* Store
  const folder = fs.mkdtempSync(path.join(store.root, "made-"))
  const writer = TableWriter.open(Numbers, folder)
  for (const row of rows) writer.append(row)
  const { rows: count, bytes, sha256 } = writer.finish(path.join(folder, "done"))
  yield* store.keepFile(path.join(folder, "done"), sha256)
  return yield* store.keepBytes(manifestJson(Small, { numbers: { file: sha256, rows: count, bytes } }, {}))
})

describe("the first difference of two results of one key", () => {
  const two = [
    { x: 1, words: "a" },
    { x: 2, words: "b" }
  ]
  it.each([
    ["a text", [two[0]!, { x: 2, words: "c" }], { where: "table numbers, row 1, column words", first: '"b"', second: '"c"' }],
    ["a number", [{ x: 7, words: "a" }, two[1]!], { where: "table numbers, row 0, column x", first: "1", second: "7" }],
    [
      "the first of several",
      [
        { x: 1, words: "z" },
        { x: 9, words: "c" }
      ],
      { where: "table numbers, row 0, column words", first: '"a"', second: '"z"' }
    ],
    ["a row more", [...two, { x: 3, words: "d" }], { where: "the length of table numbers", first: "2 rows", second: "3 rows" }],
    ["a row less", [two[0]!], { where: "the length of table numbers", first: "2 rows", second: "1 rows" }],
    [
      "a long text",
      [two[0]!, { x: 2, words: `b${"-".repeat(500)}` }],
      { where: "table numbers, row 1, column words, character 1", first: '"b"', second: `"b${"-".repeat(59)}"…` }
    ]
  ] as const)("is named with both values where it is %s", (_, rows, difference) =>
    inStore(
      Effect.gen(function* () {
        const store = yield* Store
        const [first, other] = [yield* artifact(two), yield* artifact([...rows])]
        expect(yield* firstDifference(Small, { store, artifact: first }, { store, artifact: other })).toEqual(difference)
      })
    )
  )
})

it("remembers every digest that a key ever gave, each once", () =>
  inStore(
    Effect.gen(function* () {
      const store = yield* Store
      const [key, a, b] = ["0", "a", "b"].map((digit) => digit.repeat(64)) as [string, string, string]
      expect(yield* store.observe(key, a)).toEqual([])
      expect(yield* store.observe(key, a)).toEqual([])
      expect(yield* store.observe(key, b)).toEqual([a])
      expect(yield* store.observe(key, a)).toEqual([b])
    })
  ))
