/** Arrow columns into DuckDB vectors and back, for every type, against the rows that were written. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { DuckDBInstance, type DuckDBConnection, type JS } from "@duckdb/node-api"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

import type { FillOptions } from "../../src/catalog/duckdb/duckdb-vectors.ts"
import { filePart, type Source } from "../../src/catalog/duckdb/scan-sources.ts"
import { registerTableFunction } from "../../src/catalog/duckdb/table-function.ts"
import { draws } from "../../src/random/philox.ts"
import { TableWriter } from "../../src/store/arrow/TableWriter.ts"
import { Column } from "../../src/store/schema/Column.ts"
import { Table } from "../../src/store/schema/Table.ts"

// Batches that are no multiple of DuckDB's chunks of 2,048 rows.
const columns = {
  index: Column.int32(),
  small: Column.int8(),
  byte: Column.uint8(),
  count: Column.uint32(),
  big: Column.int64(),
  loss: Column.float32(),
  exact: Column.float64(),
  flag: Column.bool(),
  text: Column.utf8(),
  blob: Column.binary(),
  tensor: Column.largeBinary(),
  ints: Column.list(Column.int32()),
  floats: Column.list(Column.float32()),
  doubles: Column.list(Column.float64()),
  texts: Column.list(Column.utf8()),
  maybeNumber: Column.nullable(Column.float64()),
  maybeFlag: Column.nullable(Column.bool()),
  maybeText: Column.nullable(Column.utf8()),
  maybeInts: Column.nullable(Column.list(Column.int32())),
  maybeTexts: Column.nullable(Column.list(Column.utf8()))
}
const Everything = Table.make("everything", "", columns, { rowsPerBatch: 2500 })

const scratch = mkdtempSync(join(tmpdir(), "vectors-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const words = ["", "a", "twelve bytes", "thirteen byte", "naïve café über", "𝄞".repeat(40)]

const randomRows = (rows: number): ReadonlyArray<Table.Row<typeof Everything>> =>
  Array.from({ length: rows }, (_, index) => {
    const random = draws(11, "vectors", index)
    const orNull = <A>(value: A): A | null => (random.below(4) === 0 ? null : value)
    const texts = () => Array.from({ length: random.below(3) }, () => random.pick(words))
    const ints = () => Int32Array.from({ length: random.below(4) }, () => random.between(-1000, 1000))
    return {
      index,
      small: random.between(-128, 127),
      byte: random.below(256),
      count: random.below(2 ** 32),
      big: BigInt(random.between(-(2 ** 31), 2 ** 31 - 1)) * 2n ** 31n,
      loss: Math.fround(random.normal()),
      exact: random.normal(),
      flag: random.below(2) === 1,
      text: random.pick(words),
      blob: Uint8Array.from({ length: random.below(20) }, () => random.below(256)),
      tensor: Uint8Array.from({ length: random.below(20) }, () => random.below(256)),
      ints: ints(),
      floats: Float32Array.from({ length: random.below(3) }, () => random.normal()),
      doubles: Float64Array.from({ length: random.below(3) }, () => random.normal()),
      texts: texts(),
      maybeNumber: orNull(random.normal()),
      maybeFlag: orNull(random.below(2) === 1),
      maybeText: orNull(random.pick(words)),
      maybeInts: orNull(ints()),
      maybeTexts: orNull(texts())
    }
  })

const rows = randomRows(5201)
const file = join(scratch, "finished")
const names = Object.keys(columns)

beforeAll(() => {
  const writer = TableWriter.open(Everything, join(scratch, "parts"))
  for (const row of rows) writer.append(row)
  writer.finish(file)
})

const scanning = async (source: Source, options: FillOptions, use: (connection: DuckDBConnection) => Promise<void>) => {
  const instance = await DuckDBInstance.create(":memory:")
  const connection = await instance.connect()
  const closeScans = registerTableFunction(connection, new Map([[0, source]]), options)
  await use(connection)
  closeScans()
  connection.closeSync()
  instance.closeSync()
}

const source: Source = (() => {
  const columns = [
    ...names.map(
      (name) => ({ name, from: "data", type: Everything.columns[name as keyof typeof Everything.columns].type }) as const
    ),
    { name: "run", from: "constant", type: "VARCHAR" } as const
  ]
  const constants = new Map([["run", "a run with a long name"]])
  return { columns, parts: [filePart(file, rows.length, columns, constants, () => {})] }
})()

const plain = (value: unknown): unknown =>
  value instanceof Uint8Array || !ArrayBuffer.isView(value) ? value : Array.from(value as Int32Array)
const bytes = (value: JS): unknown => (value instanceof Uint8Array ? Uint8Array.from(value) : value)

describe.each([
  ["with string records made here", {}],
  ["with strings handed over one by one", { eachString: true }]
])("a scan %s", (_, options) => {
  it("gives every value of every type, across batches and chunks", async () => {
    await scanning(source, options, async (connection) => {
      const found = await (await connection.run("select * from store_scan(0)")).getRowsJS()
      expect(found.length).toBe(rows.length)
      for (const [i, row] of rows.entries()) {
        const expected = names.map((name) => plain(Reflect.get(row, name)))
        // Comparing as text first is much faster; equality is decided by toEqual.
        if (JSON.stringify(found[i]!.slice(0, -1).map(bytes), text) !== JSON.stringify(expected, text))
          expect(found[i]!.slice(0, -1).map(bytes)).toEqual(expected)
        expect(found[i]!.at(-1)).toBe("a run with a long name")
      }
    })
  })
})

const text = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}n` : value)

describe("strings in DuckDB's memory", () => {
  it("outlive their chunk, in sorts, groups and joins of a file with itself", async () => {
    await scanning(source, {}, async (connection) => {
      const sql = `select count(*), sum(length(a.text)), count(distinct a.text), max(b.maybeText)
        from (select * from store_scan(0) order by text desc) a join store_scan(0) b using (index)
        where a.text is not distinct from b.text`
      const lengths = rows.reduce((sum, row) => sum + [...row.text].length, 0)
      const expected = [[5201n, BigInt(lengths), 6n, "𝄞".repeat(40)]]
      for (let i = 0; i < 5; i++) expect(await (await connection.run(sql)).getRowsJS()).toEqual(expected)
    })
  })
})
