/** Rows and files that are refused: wrong values, truncated, foreign and corrupted files. */

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import * as Arrow from "apache-arrow"
import { Schema } from "effect"
import { afterAll, describe, expect, it } from "vitest"

import { draws } from "../../src/random/philox.ts"
import { ArrowFileCorrupt, CheckpointIncomplete, RowRejected } from "../../src/store/arrow/TableErrors.ts"
import { openTable } from "../../src/store/arrow/TableReader.ts"
import { TableWriter } from "../../src/store/arrow/TableWriter.ts"
import { Column } from "../../src/store/schema/Column.ts"
import { Table } from "../../src/store/schema/Table.ts"

const scratch = mkdtempSync(join(tmpdir(), "arrow-damage-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let counter = 0
const place = () => join(scratch, String(counter++))

const Samples = Table.make(
  "samples",
  "",
  {
    step: Column.int32(),
    byte: Column.uint8(),
    big: Column.int64(),
    loss: Column.float32(),
    flag: Column.bool(),
    text: Column.utf8(),
    blob: Column.binary(),
    tokens: Column.list(Column.int32()),
    tags: Column.list(Column.utf8()),
    maybe: Column.nullable(Column.utf8())
  },
  { rowsPerBatch: 8 }
)
const good: Table.Input<typeof Samples> = {
  step: 1,
  byte: 2,
  big: 3n,
  loss: 0.5,
  flag: true,
  text: "some text",
  blob: Uint8Array.of(1, 2),
  tokens: [1, 2, 3],
  tags: ["ä", "b"],
  maybe: null
}

const finished = (rows: number) => {
  const directory = place()
  const writer = TableWriter.open(Samples, directory)
  for (let i = 0; i < rows; i++) writer.append({ ...good, step: i, text: "é".repeat(i), maybe: i % 2 === 0 ? null : "there" })
  const file = join(directory, "finished")
  writer.finish(file)
  return file
}

const readEverything = (file: string) => {
  const reader = openTable(Samples, file)
  for (const row of reader) row.tags.join()
  for (const name of Object.keys(Samples.columns)) {
    const column = reader.column(name as Table.ColumnName<typeof Samples>)
    if (typeof column.at === "function") for (let i = 0; i < column.length; i++) column.at(i)
  }
}

describe("a row that does not fit is refused, by table, row and column", () => {
  const refusals: ReadonlyArray<readonly [string, object, string]> = [
    ["a missing field", { step: undefined }, "column step: is missing"],
    ["an unknown field", { sTep: 1 }, "column sTep: is not a column of the table"],
    ["a fraction for an integer", { step: 1.5 }, "column step: 1.5 is not an integer"],
    ["NaN for an integer", { step: Number.NaN }, "column step: NaN is not an integer"],
    ["an integer out of range", { step: 2 ** 31 }, "column step: 2147483648 does not fit int32"],
    ["a negative for an unsigned", { byte: -1 }, "column byte: -1 does not fit uint8"],
    ["a number for a bigint", { big: 3 }, "column big: 3 is not a bigint"],
    ["a bigint out of range", { big: 2n ** 63n }, "column big: 9223372036854775808 does not fit int64"],
    ["a double beyond float32", { loss: 1e39 }, "column loss: 1e+39 does not fit float32"],
    ["text for a number", { loss: "0.5" }, 'column loss: "0.5" is not a number'],
    ["a number for a boolean", { flag: 1 }, "column flag: 1 is not a boolean"],
    ["null where there are no nulls", { text: null }, "column text: null is not a string"],
    ["half a character", { text: "\ud83d" }, "holds a lone surrogate"],
    ["an array for bytes", { blob: [1] }, "column blob: an array is not a Uint8Array"],
    ["a wrong item", { tokens: [1, 2.5] }, "column tokens: item 1: 2.5 is not an integer"],
    ["a wrong item among texts", { tags: ["a", null] }, "column tags: item 1: null is not a string"],
    ["no list", { tokens: 5 }, "column tokens: 5 is not a list"],
    ["a wrong value for a nullable", { maybe: 5 }, "column maybe: 5 is not a string"]
  ]

  it.each(refusals)("%s", (_, change, problem) => {
    const writer = TableWriter.open(Samples, place())
    writer.append(good)
    const row = { ...good, ...change }
    expect(() => writer.append(row)).toThrow(RowRejected)
    expect(() => writer.append(row)).toThrow(`Table samples, row 1`)
    expect(() => writer.append(row)).toThrow(problem)
    expect(writer.rows).toBe(1)
  })

  it("agrees with the schema of the column", () => {
    const accepts = (name: string, value: unknown) => Schema.is(Samples.columns[name as "step"].schema)(value)
    expect(accepts("step", 2 ** 31 - 1)).toBe(true)
    for (const [_, change] of refusals.filter(([what]) => !/missing|unknown|half|float32|list|item/.test(what)))
      for (const [name, value] of Object.entries(change)) expect([name, accepts(name, value)]).toEqual([name, false])
  })

  it("and so are columns, which then leave the table as it was", () => {
    const Pairs = Table.make("pairs", "", { step: Column.int32(), tokens: Column.list(Column.int32()) })
    const writer = TableWriter.open(Pairs, place())
    const offsets = Int32Array.of(0, 1, 2)
    const values = Int32Array.of(1, 2)
    writer.appendColumns({ step: Int32Array.of(1, 2), tokens: { offsets, values } })
    const refuse = (columns: object, problem: string) => {
      expect(() => writer.appendColumns({ step: Int32Array.of(1, 2), tokens: { offsets, values }, ...columns })).toThrow(problem)
      expect(writer.rows).toBe(2)
    }
    refuse({ step: Int32Array.of(1) }, "row 2, column tokens: has 2 rows, where column step has 1")
    refuse({ step: [1, "x"] }, 'row 3, column step: "x" is not a number')
    refuse({ tokens: { offsets: Int32Array.of(0, 2, 1), values } }, "row 3, column tokens: offsets go from 2 to 1 in 2 values")
    refuse({ tokens: { offsets: Int32Array.of(0, 1, 3), values } }, "row 3, column tokens: offsets go from 1 to 3 in 2 values")
    refuse({ tokens: { offsets, values: Float32Array.of(1, 2) } }, "column tokens: values are a Float32Array")
    refuse({ tokens: "no" }, "column tokens: is not a whole column of list<int32>")
    refuse({ extra: [] }, "column extra: is not a column of the table")
  })
})

describe("a table's definition", () => {
  it("refuses names that SQL could not tell apart or already has", () => {
    expect(() => Table.make("runs", "", { a: Column.bool() })).toThrow("the SQL catalog has a table of this name")
    expect(() => Table.make("t", "", { study: Column.utf8() })).toThrow('column "study" is added by the SQL views')
    expect(() => Table.make("t", "", { logProb: Column.bool(), logprob: Column.bool() })).toThrow("are one name in SQL")
    expect(() => Table.make("t", "", { log_prob: Column.bool() })).toThrow("is not camelCase")
    expect(() => Table.make("t", "", {})).toThrow("needs a column")
    expect(() => Table.make("t", "", { loss: Column.float32() }, { metrics: true })).toThrow("int32 column named step")
  })
})

describe("a damaged file", () => {
  it("cut anywhere is refused, with its name", () => {
    const file = finished(11)
    const whole = readFileSync(file)
    readEverything(file)
    for (let size = 0; size < whole.length; size += 29) {
      truncateSync(file, size)
      expect(() => readEverything(file)).toThrow(ArrowFileCorrupt)
      expect(() => readEverything(file)).toThrow(file)
      writeFileSync(file, whole)
    }
  })

  it("with wrong bytes anywhere is refused or read, and never anything else", () => {
    const file = finished(11)
    const whole = readFileSync(file)
    let refused = 0
    for (let i = 0; i < 500; i++) {
      const random = draws(5, "arrow-damage", i)
      const bytes = Buffer.from(whole)
      for (let k = random.below(3); k >= 0; k--) bytes[random.below(bytes.length)] = random.below(256)
      writeFileSync(file, bytes)
      try {
        readEverything(file)
      } catch (cause) {
        refused++
        expect(["ArrowFileCorrupt", "TableMismatch"]).toContain(Reflect.get(Object(cause), "_tag"))
      }
    }
    expect(refused).toBeGreaterThan(100)
  })

  it("says what is wrong with it", () => {
    const file = place()
    const problem = (contents: Uint8Array | string) => {
      writeFileSync(file, contents)
      try {
        openTable(Samples, file)
      } catch (cause) {
        return cause instanceof ArrowFileCorrupt ? cause.problem : cause
      }
      return "nothing"
    }
    expect(problem("")).toBe("it has 0 bytes, too few for an Arrow file")
    expect(problem("some other file, of no format at all")).toBe("it does not start as an Arrow file")
    const whole = readFileSync(finished(3))
    expect(problem(whole.subarray(0, -8))).toBe("it does not end as an Arrow file: it was cut short or is something else")
    expect(() => openTable(Samples, join(scratch, "nowhere"))).toThrow("nowhere is not a sound Arrow file: it does not exist")
  })

  it("with offsets, sizes or text that make no sense is refused before use", () => {
    const file = finished(3)
    const whole = readFileSync(file)
    // The text column is "", "é", "éé": offsets 0, 0, 2, 6.
    const offsets = whole.indexOf(Buffer.from(Int32Array.of(0, 0, 2, 6).buffer))
    expect(offsets).toBeGreaterThan(0)
    const damage = (at: number, value: number, width: 1 | 4) => {
      const bytes = Buffer.from(whole)
      if (width === 4) bytes.writeInt32LE(value, at)
      else bytes[at] = value
      writeFileSync(file, bytes)
      return () => openTable(Samples, file).column("text")
    }
    expect(damage(offsets + 8, 1000, 4)).toThrow("column text has offsets that go from 0 to 1000 at row 2")
    expect(damage(offsets + 12, 1, 4)).toThrow("column text has offsets that go from 2 to 1 at row 3")
    expect(damage(offsets + 8, 1, 4)).toThrow("column text has an offset inside a character at row 2")
    expect(damage(offsets + 16, 0xff, 1)).toThrow("column text holds text that is not UTF-8")
  })
})

describe("a sound file of something else", () => {
  const write = (table: Arrow.Table, codec = "file" as const) => {
    const file = place()
    writeFileSync(file, Arrow.tableToIPC(table, codec))
    return file
  }
  const Numbers = Table.make("numbers", "", { a: Column.int32(), b: Column.nullable(Column.utf8()) })
  const column = (name: string, type: Arrow.DataType, values: ReadonlyArray<unknown>) => ({
    [name]: Arrow.vectorFromArray(values, type)
  })

  it("is refused, naming the first column that differs", () => {
    const b = column("b", new Arrow.Utf8(), ["x", null])
    const cases: ReadonlyArray<readonly [Record<string, Arrow.Vector>, string]> = [
      [{ ...b }, "column a is missing"],
      [{ ...column("a", new Arrow.Float64(), [1, 2]), ...b }, "column a is float64 and should be int32"],
      [{ ...b, ...column("a", new Arrow.Int32(), [1, 2]) }, "column a may be null and should not"],
      [{ ...column("a", new Arrow.DateDay(), [1, 2]), ...b }, "column a has an Arrow type that no table here uses"],
      [{ ...column("a", new Arrow.Dictionary(new Arrow.Utf8(), new Arrow.Int32(), 1), ["x"]) }, "it has dictionaries"]
    ]
    for (const [vectors, problem] of cases) expect(() => openTable(Numbers, write(new Arrow.Table(vectors)))).toThrow(problem)
  })

  it("is read when it is the same table from another writer, whatever its batches", () => {
    const Loose = Table.make("loose", "", { a: Column.nullable(Column.int32()), b: Column.nullable(Column.utf8()) })
    const part = (values: ReadonlyArray<number | null>, texts: ReadonlyArray<string | null>) =>
      new Arrow.Table({ ...column("a", new Arrow.Int32(), values), ...column("b", new Arrow.Utf8(), texts) })
    const file = write(part([1, null], ["x", null]).concat(part([3], ["zz"])))
    expect([...openTable(Loose, file)]).toEqual([
      { a: 1, b: "x" },
      { a: null, b: null },
      { a: 3, b: "zz" }
    ])
  })
})

describe("a checkpoint", () => {
  it("of which parts are gone or damaged cannot be resumed", () => {
    const directory = place()
    const writer = TableWriter.open(Samples, directory)
    for (let i = 0; i < 20; i++) writer.append(good)
    writer.checkpoint()
    expect(() => TableWriter.resume(Samples, directory, 21)).toThrow("should hold 21 rows and holds 20")
    expect(() => TableWriter.resume(Samples, directory, 40)).toThrow(CheckpointIncomplete)
    const part = join(
      directory,
      readdirSync(directory).find((name) => name.startsWith("samples.1."))!
    )
    const bytes = readFileSync(part)
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1 << (at % 8)
      writeFileSync(part, changed)
      expect(() => TableWriter.resume(Samples, directory, 20), `byte ${at}`).toThrow(ArrowFileCorrupt)
    }
    truncateSync(part, 200)
    expect(() => TableWriter.resume(Samples, directory, 20)).toThrow(ArrowFileCorrupt)
    rmSync(part)
    expect(() => TableWriter.resume(Samples, directory, 20)).toThrow("should hold 20 rows and holds 8")
  })

  it("of which a part was damaged since it was written is not made a table of", () => {
    const directory = place()
    const writer = TableWriter.open(Samples, directory)
    for (let i = 0; i < 20; i++) writer.append(good)
    const part = join(
      directory,
      readdirSync(directory).find((name) => name.startsWith("samples.0."))!
    )
    const bytes = readFileSync(part)
    bytes[bytes.length >> 1]! ^= 4
    writeFileSync(part, bytes)
    expect(() => writer.finish(join(directory, "finished"))).toThrow("does not have the contents its name says")
  })

  it("with two files of one part, as a kill between two steps leaves them, goes on from the longer", () => {
    const directory = place()
    const writer = TableWriter.open(Samples, directory)
    for (let i = 0; i < 3; i++) writer.append(good)
    writer.checkpoint()
    const [first = ""] = readdirSync(directory)
    const bytes = readFileSync(join(directory, first))
    for (let i = 0; i < 3; i++) writer.append(good)
    writer.checkpoint()
    writeFileSync(join(directory, first), bytes)
    expect(readdirSync(directory)).toHaveLength(2)
    for (const rows of [3, 6]) {
      const copy = place()
      cpSync(directory, copy, { recursive: true })
      const resumed = TableWriter.resume(Samples, copy, rows)
      for (let i = rows; i < 12; i++) resumed.append(good)
      const whole = TableWriter.open(Samples, place())
      for (let i = 0; i < 12; i++) whole.append(good)
      expect(resumed.finish(join(copy, "finished")).sha256).toBe(whole.finish(place()).sha256)
    }
  })

  it("is forgotten by a new table in the same directory", () => {
    const directory = place()
    const first = TableWriter.open(Samples, directory)
    for (let i = 0; i < 10; i++) first.append(good)
    first.checkpoint()
    expect(TableWriter.open(Samples, directory).finish(join(directory, "finished")).rows).toBe(0)
  })
})
