/** Results of queries as they are written: the box table, CSV, JSON, Arrow. */

import { rmSync } from "node:fs"

import * as Arrow from "apache-arrow"
import { Effect } from "effect"
import { afterAll, describe, expect, it } from "vitest"

import { Catalog } from "../../src/catalog/Catalog.ts"
import type { StreamFormat } from "../../src/catalog/Catalog.ts"
import { renderTable } from "../../src/catalog/output/box-table.ts"
import type { QueryResult, SqlValue } from "../../src/catalog/QueryResult.ts"
import { TYPES } from "./result-types.ts"
import { SampleStore, tables } from "./sample-store.ts"

const store = new SampleStore()
afterAll(() => rmSync(store.root, { recursive: true, force: true }))
const query = (sql: string) =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(Catalog.open(store.root, tables), (catalog) => catalog.query(sql))))

/** All bytes of a result in a format, as `pipeline sql` writes it. */
const written = async (sql: string, format: StreamFormat): Promise<Buffer> => {
  const pieces: Array<Buffer> = []
  const put = async (piece: string | Uint8Array) => {
    pieces.push(Buffer.from(piece))
    return true
  }
  await Effect.runPromise(
    Effect.scoped(Effect.flatMap(Catalog.open(store.root, tables), (catalog) => catalog.write(sql, format, put)))
  )
  return Buffer.concat(pieces)
}
const text = async (sql: string, format: StreamFormat) => (await written(sql, format)).toString("utf8")
const arrow = async (sql: string) => Arrow.tableFromIPC(await written(sql, "arrow"))

/** A result of one column. */
const column = (type: string, values: ReadonlyArray<SqlValue>): QueryResult => ({
  columns: [{ name: "x", type }],
  rows: values.map((value) => [value]),
  rowCount: values.length,
  uncounted: false,
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
    const sql = `select 'a,b' as "x,y", 'say "hi"' as q, 0.1::float as f, 0.1 + 0.2::double as d, 9007199254740993 as big,
        null as n, '' as e,
        [1, 2] as l, timestamp '2026-11-22 00:45:12.123' as t, date '2026-11-22' as day, time '01:02:03' as clock`
    expect(await text(sql, "csv")).toBe(
      '"x,y",q,f,d,big,n,e,l,t,day,clock\n' +
        '"a,b","say ""hi""",0.1,0.30000000000000004,9007199254740993,,"","[1,2]",2026-11-22 00:45:12.123,2026-11-22,01:02:03\n'
    )
    expect(await text("select 'a\tb' as x, 'c,d' as y, 1 as z", "tsv")).toBe('x\ty\tz\n"a\tb"\tc,d\t1\n')
  })
})

describe("json", () => {
  it("is an array of objects that parses, with repeated names told apart", async () => {
    const sql = `select 1 as a, 'two' as a, 0.1::float as f, 'nan'::double as nan, {'k': [1.5]} as s,
        true as b, '\\xAB'::blob as x`
    expect(JSON.parse(await text(sql, "json"))).toEqual([
      { a: 1, a_1: "two", f: 0.1, nan: null, s: { k: [1.5] }, b: true, x: "ab" }
    ])
    expect(await text("select 1 as a where false", "json")).toBe("[]\n")
    expect(await text("select 1 as a where false", "jsonl")).toBe("")
    expect(await text("select range as a from range(2)", "jsonl")).toBe('{"a":0}\n{"a":1}\n')
  })

  it.each([
    ["whole numbers of 64 bits", "5::bigint", "9007199254740993", "5", "9007199254740993"],
    ["sums", "5::hugeint", "123456789012345678901234567890::hugeint", "5", "123456789012345678901234567890"],
    ["unsigned ones", "5::ubigint", "18446744073709551615::ubigint", "5", "18446744073709551615"],
    ["wide decimals", "1::decimal(38,3)", "12345678901234567890.125::decimal(38,3)", "1.000", "12345678901234567890.125"],
    ["narrow decimals", "1::decimal(5,2)", "1.25::decimal(5,2)", "1.00", "1.25"],
    ["lists of whole numbers", "[5::bigint]", "[9007199254740993]", "[5]", "[9007199254740993]"],
    ["structs of them", "{'a': 5::bigint}", "{'a': 9007199254740993}", '{"a":5}', '{"a":9007199254740993}'],
    ["floats inside", "{'a': 0.1::float}", "{'a': 1::float}", '{"a":0.1}', '{"a":1}'],
    ["maps", "map {'k': 5::bigint}", "map {'k': 9007199254740993}", '{"k":5}', '{"k":9007199254740993}'],
    ["dates", "date '2026-01-02'", "date '9999-12-31'", '"2026-01-02"', '"9999-12-31"'],
    ["intervals", "interval '1 day'", "interval '-1 month 2 days'", '"1 day"', '"-1 month 2 days"']
  ])("has one type for a column of %s, whatever the values", async (_, small, large, first, second) => {
    const json = await text(`select ${small} as a union all select ${large} order by 1`, "json")
    expect(json).toContain(`{"a":${first}}`)
    expect(json).toContain(`{"a":${second}}`)
  })
})

const flat = (value: unknown): unknown =>
  value instanceof Arrow.Vector ? [...value].map(flat) : value instanceof Uint8Array ? Uint8Array.from(value) : value

describe("the type of a column", () => {
  it.each(TYPES)("%s is %s in Arrow, before and after nulls", async (sql, type, value) => {
    const table = await arrow(`select null as x union all select ${sql} union all select null union all select ${sql}`)
    const field = table.schema.fields[0]!
    expect(String(field.type)).toBe(type)
    const column = table.getChild("x")!
    expect([...column].map((item) => item === null)).toEqual([true, sql === "null", true, sql === "null"])
    if (value !== null) expect(flat(column.get(3))).toEqual(value)
  })

  it.each(TYPES)("%s is as precise in csv", async (sql, _, __, ___, csv) => {
    const [, line = ""] = (await text(`select ${sql} as x`, "csv")).split("\n")
    expect(line.startsWith('"') ? line.slice(1, -1).replaceAll('""', '"') : line).toBe(csv)
  })

  it("of time stamps in Arrow keeps every digit", async () => {
    const table = await arrow(
      `select timestamp '2026-01-02 03:04:05.123456' a, timestamptz '1969-12-31 23:59:59.999999+00' b,
        timestamp_ns '2026-01-02 03:04:05.123456789' c`
    )
    const values = (name: string) => (table.getChild(name)!.data[0]!.values as BigInt64Array)[0]
    expect([values("a"), values("b"), values("c")]).toEqual([1767323045123456n, -1n, 1767323045123456789n])
  })

  it("of decimals, structs, maps and intervals in Arrow holds the values", async () => {
    const table = await arrow(
      `select -1.10::decimal(5,2) d, {'a': 1, 'b': [null, 'y']} s, map {'k': 2, 'l': null} m,
        interval '1 month 2 days 3 seconds' i`
    )
    const digits = (table.getChild("d")!.data[0]!.values as Uint32Array).slice(0, 4)
    expect(new BigInt64Array(digits.buffer)).toEqual(BigInt64Array.of(-110n, -1n))
    expect(JSON.stringify(table.getChild("s")!.get(0))).toBe('{"a":1,"b":[null,"y"]}')
    expect(JSON.stringify(table.getChild("m")!.get(0))).toBe('{"k":2,"l":null}')
    const interval = table.getChild("i")!.data[0]!.values as Int32Array
    expect([interval[0], interval[1], new BigInt64Array(interval.slice(2, 4).buffer)[0]]).toEqual([1, 2, 3_000_000_000n])
  })
})

describe("arrow", () => {
  it("of no rows has the columns all the same", async () => {
    const table = await arrow("select 1::int as a, 'x' as b, 'a'::enum('a') as c where false")
    expect([table.numRows, ...table.schema.fields.map((field) => `${field.name} ${field.type}`)]).toEqual([
      0,
      "a Int32",
      "b Utf8",
      "c Dictionary<Int32, Utf8>"
    ])
  })

  it("of many rows is many batches, in order", async () => {
    const named = "('a' || n % 3)::enum('a0', 'a1', 'a2') as e"
    const table = await arrow(`select range as n, 'row ' || n as t, ${named} from range(200000)`)
    expect([table.numRows, table.batches.length > 2]).toEqual([200_000, true])
    for (const at of [0, 65_535, 65_536, 199_999])
      expect(table.get(at)!.toJSON()).toEqual({ n: BigInt(at), t: `row ${at}`, e: `a${at % 3}` })
  })

  it("refuses a sum that no 64 bits hold", async () => {
    await expect(arrow("select 123456789012345678901234567890::hugeint as s")).rejects.toThrow("::decimal(38,0)")
  })
})
