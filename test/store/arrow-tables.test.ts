/** Tables written and read back, against apache-arrow; equal data in equal bytes, however it came. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import * as Arrow from "apache-arrow"
import { afterAll, describe, expect, expectTypeOf, it } from "vitest"

import { draws } from "../../src/random/philox.ts"
import { openTable } from "../../src/store/arrow/TableReader.ts"
import { TableWriter } from "../../src/store/arrow/TableWriter.ts"
import { Column } from "../../src/store/schema/Column.ts"
import { Table } from "../../src/store/schema/Table.ts"

const scratch = mkdtempSync(join(tmpdir(), "arrow-tables-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let counter = 0
const place = () => join(scratch, String(counter++))

const Everything = Table.make(
  "everything",
  "Every column type there is",
  {
    small: Column.int8("a small integer"),
    byte: Column.uint8(),
    step: Column.int32("a step"),
    count: Column.uint32(),
    big: Column.int64(),
    loss: Column.float32(),
    exact: Column.float64(),
    correct: Column.bool(),
    text: Column.utf8("some text"),
    blob: Column.binary(),
    tensor: Column.largeBinary(),
    tokens: Column.list(Column.int32(), "token ids"),
    logProbs: Column.list(Column.float32()),
    weights: Column.list(Column.float64()),
    tags: Column.list(Column.utf8()),
    maybeNumber: Column.nullable(Column.float64()),
    maybeFlag: Column.nullable(Column.bool()),
    maybeText: Column.nullable(Column.utf8()),
    maybeTokens: Column.nullable(Column.list(Column.int32())),
    maybeTags: Column.nullable(Column.list(Column.utf8()))
  },
  { rowsPerBatch: 16 }
)
type Everything = Table.Row<typeof Everything>

const words = ["", "ä", "twelve bytes", "thirteen byte", "𝄞 clef", "line\nbreak", "x".repeat(300), "naïve café"]

const randomRows = (rows: number, seed: number): ReadonlyArray<Everything> =>
  Array.from({ length: rows }, (_, i) => {
    const random = draws(seed, "arrow-tables", i)
    const tokens = () => Int32Array.from({ length: random.below(5) }, () => random.between(-(2 ** 31), 2 ** 31 - 1))
    const tags = () => Array.from({ length: random.below(4) }, () => random.pick(words))
    const orNull = <A>(value: A): A | null => (random.below(3) === 0 ? null : value)
    return {
      small: random.between(-128, 127),
      byte: random.below(256),
      step: random.between(-(2 ** 31), 2 ** 31 - 1),
      count: random.below(2 ** 32),
      big: BigInt(random.between(-(2 ** 31), 2 ** 31 - 1)) * 2n ** 32n,
      loss: random.pick([0, -1.5, Infinity, NaN, Math.fround(random.normal())]),
      exact: random.pick([-0, -Infinity, NaN, random.normal()]),
      correct: random.below(2) === 1,
      text: random.pick(words),
      blob: Uint8Array.from({ length: random.below(20) }, () => random.below(256)),
      tensor: Uint8Array.from({ length: random.below(40) }, () => random.below(256)),
      tokens: tokens(),
      logProbs: Float32Array.from({ length: random.below(6) }, () => random.normal()),
      weights: Float64Array.from({ length: random.below(3) }, () => random.normal()),
      tags: tags(),
      maybeNumber: orNull(random.normal()),
      maybeFlag: orNull(random.below(2) === 1),
      maybeText: orNull(random.pick(words)),
      maybeTokens: orNull(tokens()),
      maybeTags: orNull(tags())
    }
  })

const write = (rows: ReadonlyArray<Everything>, directory = place()) => {
  const writer = TableWriter.open(Everything, directory)
  for (const row of rows) writer.append(row)
  const file = join(directory, "finished")
  return { file, ...writer.finish(file) }
}

/** What apache-arrow says a value is, in the terms of our rows. */
const plain = (value: unknown): unknown => {
  if (value instanceof Arrow.Vector) return value.type instanceof Arrow.Utf8 ? [...value] : value.toArray()
  return value
}

describe("a written table", () => {
  it.each([0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 100])("of %i rows reads back equal, by us and by apache-arrow", (count) => {
    const rows = randomRows(count, count)
    const written = write(rows)
    expect(written.rows).toBe(count)
    expect(readFileSync(written.file).length).toBe(written.bytes)

    const reader = openTable(Everything, written.file)
    expect([...reader]).toEqual(rows)

    const arrow = Arrow.tableFromIPC(readFileSync(written.file))
    expect(arrow.numRows).toBe(count)
    const names = Object.keys(Everything.columns)
    expect(arrow.schema.fields.map((field) => field.name)).toEqual(names)
    for (let i = 0; i < count; i++)
      for (const name of names) {
        const expected: unknown = Reflect.get(rows[i]!, name)
        expect([name, plain(arrow.getChild(name)?.get(i))]).toEqual([name, expected])
      }
  })

  it("gives whole columns as typed arrays and views", () => {
    const rows = randomRows(40, 3)
    const reader = openTable(Everything, write(rows).file)
    expect(reader.column("step")).toEqual(Int32Array.from(rows, (row) => row.step))
    expect(reader.column("big")).toEqual(BigInt64Array.from(rows, (row) => row.big))
    expect(reader.column("correct")).toEqual(Uint8Array.from(rows, (row) => Number(row.correct)))
    const text = reader.column("text")
    expect(Array.from({ length: text.length }, (_, i) => text.at(i))).toEqual(rows.map((row) => row.text))
    const tokens = reader.column("tokens")
    expect(tokens.values).toEqual(Int32Array.from(rows.flatMap((row) => [...row.tokens])))
    expect(rows.map((_, i) => tokens.at(i))).toEqual(rows.map((row) => row.tokens))
    expect(tokens.at(5).buffer).toBe(tokens.values.buffer)
    const tags = reader.column("tags")
    expect(rows.map((_, i) => tags.at(i))).toEqual(rows.map((row) => row.tags))
    const number = reader.column("maybeNumber")
    expect(rows.map((_, i) => number.at(i))).toEqual(rows.map((row) => row.maybeNumber))
    expect(rows.map((_, i) => number.valid(i))).toEqual(rows.map((row) => row.maybeNumber !== null))
    expect(number.values).toEqual(Float64Array.from(rows, (row) => row.maybeNumber ?? 0))
    expect(number.nullCount).toBe(rows.filter((row) => row.maybeNumber === null).length)
  })

  it("gives lists of numbers row by row from disk, in any order and more than once", () => {
    const rows = randomRows(100, 4)
    const reader = openTable(Everything, write(rows).file)
    const { lengths, read } = reader.lists("tokens")
    expect(lengths).toEqual(Int32Array.from(rows, (row) => row.tokens.length))
    const random = draws(1, "arrow-tables/lists", 0)
    const wanted = [...Array.from({ length: 200 }, () => random.below(100)), ...rows.map((_, i) => i)]
    expect(read(wanted)).toEqual(wanted.map((i) => rows[i]!.tokens))
    expect(reader.lists("weights").read([7])).toEqual([rows[7]!.weights])
    expect(() => read([100])).toThrow(RangeError)
    expect(openTable(Everything, write([]).file).lists("tokens").read([])).toEqual([])
  })

  it("reads only the columns that were asked for", () => {
    const rows = randomRows(20, 4)
    const reader = openTable(Everything, write(rows).file, { columns: ["step", "text"] })
    expect(reader.row(17)).toEqual({ step: rows[17]!.step, text: rows[17]!.text })
    // @ts-expect-error a column that was not asked for
    expect(() => reader.column("loss")).toThrow("column loss was not asked for")
  })

  it("gives large values one by one, from the batch that holds each", () => {
    const Tensors = Table.make("tensors", "", { name: Column.utf8(), data: Column.largeBinary() }, { rowsPerBatch: 1 })
    const directory = place()
    const writer = TableWriter.open(Tensors, directory)
    for (let i = 0; i < 5; i++) writer.append({ name: `t${i}`, data: new Uint8Array(1000).fill(i) })
    const file = join(directory, "finished")
    writer.finish(file)
    const { data, name } = { data: openTable(Tensors, file).column("data"), name: openTable(Tensors, file).column("name") }
    expect([3, 0, 4].map((i) => [name.at(i), data.at(i)])).toEqual([3, 0, 4].map((i) => [`t${i}`, new Uint8Array(1000).fill(i)]))
    expect(() => data.at(5)).toThrow("row 5 of a column of 5 rows")
    // Another file in its place is noticed.
    writeFileSync(file, "something else")
    expect(() => data.at(1)).toThrow("and has 14 now")
  })

  it("has the types of its definition", () => {
    const Rollouts = Table.make("rollouts", "", {
      step: Column.int32(),
      text: Column.utf8(),
      logProbs: Column.list(Column.float32()),
      reward: Column.nullable(Column.float32())
    })
    expectTypeOf<Table.Row<typeof Rollouts>>().toEqualTypeOf<{
      readonly step: number
      readonly text: string
      readonly logProbs: Float32Array
      readonly reward: number | null
    }>()
    expectTypeOf<Table.Input<typeof Rollouts>["logProbs"]>().toEqualTypeOf<Float32Array | ReadonlyArray<number>>()
  })
})

describe("equal data gives equal bytes", () => {
  const rows = randomRows(75, 9)
  const expected = write(rows).sha256

  const asColumns = (part: ReadonlyArray<Everything>): Table.BulkInput<typeof Everything> => ({
    small: Int8Array.from(part, (row) => row.small),
    byte: part.map((row) => row.byte),
    step: Int32Array.from(part, (row) => row.step),
    count: Uint32Array.from(part, (row) => row.count),
    big: part.map((row) => row.big),
    loss: Float32Array.from(part, (row) => row.loss),
    exact: Float64Array.from(part, (row) => row.exact),
    correct: Uint8Array.from(part, (row) => Number(row.correct)),
    text: part.map((row) => row.text),
    blob: part.map((row) => row.blob),
    tensor: part.map((row) => row.tensor),
    // Offsets that do not start at 0, and values before and after them.
    tokens: {
      offsets: Int32Array.from([2, ...part.map((_, i) => 2 + part.slice(0, i + 1).reduce((n, row) => n + row.tokens.length, 0))]),
      values: Int32Array.from([-1, -1, ...part.flatMap((row) => [...row.tokens]), -1])
    },
    logProbs: part.map((row) => [...row.logProbs]),
    weights: part.map((row) => row.weights),
    tags: part.map((row) => row.tags),
    // Something else than 0 under the nulls.
    maybeNumber: {
      values: Float64Array.from(part, (row) => row.maybeNumber ?? 99),
      valid: Uint8Array.from(part, (row) => Number(row.maybeNumber !== null))
    },
    maybeFlag: part.map((row) => row.maybeFlag),
    maybeText: part.map((row) => row.maybeText),
    maybeTokens: part.map((row) => row.maybeTokens),
    maybeTags: part.map((row) => row.maybeTags)
  })

  it.each([1, 5, 16, 17, 75])("when it comes as columns of %i rows", (size) => {
    const directory = place()
    const writer = TableWriter.open(Everything, directory)
    for (let i = 0; i < rows.length; i += size) writer.appendColumns(asColumns(rows.slice(i, i + size)))
    expect(writer.finish(join(directory, "finished")).sha256).toBe(expected)
  })

  it.each([0, 3, 16, 20, 32, 63, 75])("when it is resumed after %i rows, from a writer that went further", (at) => {
    const directory = place()
    const first = TableWriter.open(Everything, directory)
    for (const row of rows.slice(0, at)) first.append(row)
    first.checkpoint()
    // What happened after the checkpoint is lost, in part or as a whole, but was the same up to where it got.
    for (const row of rows.slice(at, at + 25)) first.append(row)
    if (at % 2 === 1) first.checkpoint()

    const second = TableWriter.resume(Everything, directory, at)
    expect(second.rows).toBe(at)
    for (const row of rows.slice(at)) second.append(row)
    expect(second.finish(join(directory, "finished")).sha256).toBe(expected)
  })

  it("whatever bits a NaN has", () => {
    const Losses = Table.make("losses", "", { loss: Column.float32(), exact: Column.float64() })
    const digest = (low: number, high: bigint) => {
      const directory = place()
      const writer = TableWriter.open(Losses, directory)
      writer.appendColumns({
        loss: new Float32Array(Uint32Array.of(low).buffer),
        exact: new Float64Array(BigUint64Array.of(high).buffer)
      })
      return writer.finish(join(directory, "finished")).sha256
    }
    expect(digest(0xffc00001, 0xfff8000000000123n)).toBe(digest(0x7fc00000, 0x7ff8000000000000n))
  })

  it("to this digest, for this table, on every machine", () => {
    const Pinned = Table.make("pinned", "A table whose bytes are known", { step: Column.int32("step"), text: Column.utf8() })
    const directory = place()
    const writer = TableWriter.open(Pinned, directory)
    writer.append({ step: 1, text: "one" })
    writer.append({ step: 2, text: "zwei" })
    expect(writer.finish(join(directory, "finished"))).toEqual({
      rows: 2,
      bytes: 714,
      sha256: "58e41a5d793dd376326509685e0fd8e012994119b76c3aa831ac64189e3eb2d6"
    })
  })
})
