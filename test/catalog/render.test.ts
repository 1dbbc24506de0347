/** Results of queries as they are written: the box table, CSV, JSON, Arrow. */

import { rmSync } from "node:fs"

import * as Arrow from "apache-arrow"
import { Effect } from "effect"
import { afterAll, describe, expect, it } from "vitest"

import { Catalog } from "../../src/catalog/Catalog.ts"
import { renderArrow } from "../../src/catalog/output/render-arrow.ts"
import { csv, json, renderTable, type RowFormat } from "../../src/catalog/output/render-text.ts"
import type { QueryResult, SqlValue } from "../../src/catalog/QueryResult.ts"
import { SampleStore, tables } from "./sample-store.ts"

const store = new SampleStore()
afterAll(() => rmSync(store.root, { recursive: true, force: true }))
const query = (sql: string) =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(Catalog.open(store.root, tables), (catalog) => catalog.query(sql))))

/** A whole result in a row format, as `pipeline sql` writes it. */
const renderRows = (format: RowFormat, { columns, rows }: QueryResult): string =>
  format.head(columns) + rows.map((row, i) => format.row(columns, row, i === 0)).join("") + format.tail(rows.length)

/** A result of one column. */
const column = (type: string, values: ReadonlyArray<SqlValue>): QueryResult => ({
  columns: [{ name: "x", type }],
  rows: values.map((value) => [value]),
  rowCount: values.length,
  warnings: []
})

const mixed = `select * from (values
    ('xs', 0.1::float, 12, 'plain', null::double),
    ('a much longer name', 1e-7::float, 123456, 'line' || chr(10) || 'break', 2.0),
    ('数学', 'nan'::float, -1, 'esc ' || chr(27) || '[2J', 1234.56789)
  ) t(scale, share, steps, text, score)`

/** The lines of a box table between its head and its foot. */
const rowsOf = (table: string): ReadonlyArray<string> =>
  table
    .split("\n")
    .filter((line) => line.startsWith("│"))
    .slice(1)

describe("the box table", () => {
  it("aligns numbers to the right and text to the left, and shows sensible digits", async () => {
    expect(renderTable(await query(mixed))).toBe(
      `┌────────────────────┬───────┬────────┬───────────────┬─────────┐
│ scale              │ share │  steps │ text          │   score │
├────────────────────┼───────┼────────┼───────────────┼─────────┤
│ xs                 │   0.1 │     12 │ plain         │    null │
│ a much longer name │  1e-7 │ 123456 │ line\\nbreak   │       2 │
│ 数学               │   NaN │     -1 │ esc \\u001b[2J │ 1234.57 │
└────────────────────┴───────┴────────┴───────────────┴─────────┘
3 rows
`
    )
  })

  it("cuts text, never numbers, to the width of the terminal", async () => {
    expect(renderTable(await query(mixed), { width: 56 })).toBe(
      `┌───────────┬───────┬────────┬───────────────┬─────────┐
│ scale     │ share │  steps │ text          │   score │
├───────────┼───────┼────────┼───────────────┼─────────┤
│ xs        │   0.1 │     12 │ plain         │    null │
│ a much l… │  1e-7 │ 123456 │ line\\nbreak   │       2 │
│ 数学      │   NaN │     -1 │ esc \\u001b[2J │ 1234.57 │
└───────────┴───────┴────────┴───────────────┴─────────┘
3 rows
`
    )
  })

  it("counts rows and columns that it does not show", async () => {
    const many = renderTable(await query("select range as n from range(1500)"), { maxRows: 2 })
    expect(many.split("\n").slice(3)).toEqual(["│ 0 │", "│ 1 │", "└───┘", "1,500 rows, first 2 shown", ""])
    const wide = await query("select 123456789 a, 123456789 b, 123456789 c")
    expect(renderTable(wide, { width: 30 })).toContain("1 row, 2 of 3 columns shown")
  })

  it("measures what a terminal shows", () => {
    // A wide character takes two columns, a combining mark none.
    expect(rowsOf(renderTable(column("VARCHAR", ["abcd", "数学", "e\u0301"])))).toEqual([
      "│ abcd │",
      "│ 数学 │",
      "│ e\u0301    │"
    ])
  })

  it("cuts a text to what fits before the ellipsis", () => {
    const rows = rowsOf(renderTable(column("VARCHAR", ["abcdefgh", "数学数学", "abcde"]), { width: 9 }))
    expect(rows).toEqual(["│ abcd… │", "│ 数学… │", "│ abcde │"])
  })

  it("prints numbers for readers", () => {
    const values = [0, -0, 7, 0.5, 1 / 3, 123456.789, 1e15, 12345678901234, 1e-5, Infinity, Number.NaN]
    const printed = rowsOf(renderTable(column("DOUBLE", values))).map((row) => row.replaceAll(/[│ ]/g, ""))
    expect(printed).toEqual(["0", "0", "7", "0.5", "0.333333", "123457", "1e+15", "12345678901234", "1e-5", "inf", "NaN"])
  })
})

describe("csv", () => {
  it("quotes what needs it and keeps every digit", async () => {
    const result = await query(
      `select 'a,b' as "x,y", 'say "hi"' as q, 0.1::float as f, 0.1 + 0.2::double as d, 9007199254740993 as big,
        null as n, '' as e,
        [1, 2] as l, timestamp '2026-11-22 00:45:12.123' as t, date '2026-11-22' as day, time '01:02:03' as clock`
    )
    expect(renderRows(csv, result)).toBe(
      '"x,y",q,f,d,big,n,e,l,t,day,clock\n' +
        '"a,b","say ""hi""",0.1,0.30000000000000004,9007199254740993,,"","[1,2]",2026-11-22 00:45:12.123,2026-11-22,01:02:03\n'
    )
  })
})

describe("json", () => {
  it("is an array of objects that parses, with repeated names told apart", async () => {
    const result = await query(
      `select 1 as a, 'two' as a, 0.1::float as f, 'nan'::double as nan, 9007199254740993 as big, {'k': [1.5]} as s,
        true as b, '\\xAB'::blob as x`
    )
    const text = renderRows(json, result)
    expect(JSON.parse(text)).toEqual([
      { a: 1, a_1: "two", f: 0.1, nan: null, big: "9007199254740993", s: { k: [1.5] }, b: true, x: "ab" }
    ])
    expect(renderRows(json, await query("select 1 as a where false"))).toBe("[]\n")
  })
})

describe("arrow", () => {
  it("keeps types and values", async () => {
    const result = await query(
      `select i::int as i, sum(i) as total, i / 2 as half, 'row ' || i as text, [i, null]::int[] as list, i % 2 = 0 as even,
          nullif(i, 1)::bigint as maybe, timestamp '2026-11-22 00:45:12.123' as t, {'a': i} as s
        from range(3) r(i) group by i order by i`
    )
    const table = Arrow.tableFromIPC(renderArrow(result))
    expect(table.schema.fields.map((field) => `${field.name} ${field.type}`)).toEqual([
      "i Int32",
      "total Int64",
      "half Float64",
      "text Utf8",
      "list List<Int32>",
      "even Bool",
      "maybe Int64",
      "t Timestamp<MILLISECOND>",
      "s Utf8"
    ])
    expect(table.numRows).toBe(3)
    expect([...table.getChild("total")!]).toEqual([0n, 1n, 2n])
    expect([...table.getChild("maybe")!]).toEqual([0n, null, 2n])
    expect([...table.getChild("half")!]).toEqual([0, 0.5, 1])
    expect([...table.getChild("list")!.get(2)!]).toEqual([2, null])
    expect(table.getChild("t")!.get(0)).toBe(Date.UTC(2026, 10, 22, 0, 45, 12, 123))
    expect([...table.getChild("s")!]).toEqual(['{"a":0}', '{"a":1}', '{"a":2}'])
  })

  it("of no rows has the columns all the same", async () => {
    const table = Arrow.tableFromIPC(renderArrow(await query("select 1::int as a, 'x' as b where false")))
    expect([table.numRows, ...table.schema.fields.map((field) => `${field.name} ${field.type}`)]).toEqual([
      0,
      "a Int32",
      "b Utf8"
    ])
  })
})
