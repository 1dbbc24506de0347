/** Results that differ from earlier ones of the same key are noticed and told. */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { Effect } from "effect"
import { expect, it } from "vitest"

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

it("names the first row and column in which two results of one key differ", () =>
  inStore(
    Effect.gen(function* () {
      const first = yield* artifact([
        { x: 1, words: "a" },
        { x: 2, words: "b" }
      ])
      const other = yield* artifact([
        { x: 1, words: "a" },
        { x: 2, words: "c" }
      ])
      const longer = yield* artifact([
        { x: 1, words: "a" },
        { x: 2, words: "b" },
        { x: 3, words: "d" }
      ])
      expect(yield* firstDifference(Small, first, other)).toBe("table numbers, row 1, column words")
      expect(yield* firstDifference(Small, first, longer)).toBe("table numbers, which has 2 rows and then 3")
    })
  ))

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
