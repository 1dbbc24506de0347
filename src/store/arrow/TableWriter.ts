/**
 * Writes a table to one canonical Arrow IPC file, in bounded memory.
 *
 * Rows gather in builders; each full batch goes to a part file `<table>.<n>.<digest>.arrow` in the writer's directory, and
 * `finish` copies the parts into the final file. Equal data gives equal bytes: rows or columns, in one go or resumed, however
 * they were split. A part is only read again while its contents are what its name says: hours may lie between.
 *
 * Part n always holds a prefix of the rows of batch n, since a checkpoint writes the batch as far as it got and the full batch
 * later replaces it. So any earlier checkpoint can be resumed: the rows that came after it are dropped.
 *
 * Not for concurrent use: a directory has one writer.
 */

import { readdirSync } from "node:fs"
import { basename, join } from "node:path"

import { discard, moveInPlace, remove, syncFile } from "../disk/calls.ts"
import { sha256OfFile } from "../disk/file-digest.ts"
import { makeFolder } from "../disk/make-folder.ts"
import type { ColumnData } from "../schema/ColumnData.ts"
import type * as Table from "../schema/Table.ts"
import { ArrowFile } from "./ArrowFile.ts"
import { writeArrowFile, type WrittenFile } from "./ArrowFileWriter.ts"
import { buildColumn } from "./builders/build-column.ts"
import type { ColumnBuilder } from "./builders/ColumnBuilder.ts"
import { ArrowFileCorrupt, CheckpointIncomplete, RowRejected } from "./TableErrors.ts"
import { openTable } from "./TableReader.ts"

export interface FinishedTable extends WrittenFile {
  readonly rows: number
}

/** A table that is being written; see the head of this file. */
export class TableWriter<T extends Table.Any> {
  readonly table: T
  readonly directory: string
  private readonly builders: ReadonlyArray<readonly [name: string, builder: ColumnBuilder]>
  /** Full batches on disk. */
  private parts = 0
  /** Where each part is. */
  private readonly files = new Map<number, string>()
  /** Rows in the builders. */
  private pending = 0
  /** Rows of the last part that a checkpoint wrote, so that nothing is written twice. */
  private checkpointed = 0
  /** Parts that the disk may not have yet. Waiting for it at every batch would cost more than the batch. */
  private readonly unsynced = new Set<string>()

  private constructor(table: T, directory: string) {
    this.table = table
    this.directory = directory
    this.builders = Object.entries(table.columns).map(([name, column]) => [name, buildColumn(column)])
  }

  /** A new, empty table. Parts left in the directory by an earlier attempt are removed. */
  static open<T extends Table.Any>(table: T, directory: string): TableWriter<T> {
    makeFolder(directory)
    const writer = new TableWriter(table, directory)
    writer.removePartsFrom(0)
    return writer
  }

  /**
   * Goes on from a checkpoint that was made when the table had `rows` rows; rows after it are dropped. Throws
   * `CheckpointIncomplete` when the directory holds fewer, `ArrowFileCorrupt` when a part cannot be read.
   */
  static resume<T extends Table.Any>(table: T, directory: string, rows: number): TableWriter<T> {
    makeFolder(directory)
    const writer = new TableWriter(table, directory)
    const incomplete = (found: number) => new CheckpointIncomplete({ table: table.name, directory, rows, found })
    const full = Math.floor(rows / table.rowsPerBatch)
    writer.findParts()
    for (let n = 0; n < full; n++) {
      const found = writer.files.has(n) ? writer.inPart(n, (arrow) => arrow.rows) : 0
      if (found !== table.rowsPerBatch) throw incomplete(n * table.rowsPerBatch + found)
    }
    writer.parts = full
    const rest = rows - full * table.rowsPerBatch
    if (rest > 0) {
      const found = writer.files.has(full) ? writer.loadPart(full, rest) : 0
      if (found < rest) throw incomplete(full * table.rowsPerBatch + found)
      writer.pending = rest
      writer.checkpointed = rest
    }
    writer.removePartsFrom(rest > 0 ? full + 1 : full)
    return writer
  }

  /** Rows so far. */
  get rows(): number {
    return this.parts * this.table.rowsPerBatch + this.pending
  }

  /** The rows that the disk has, in order: of one that goes on from a checkpoint, all at first. */
  *storedRows(): Generator<Readonly<Record<string, unknown>>> {
    let left = this.parts * this.table.rowsPerBatch + this.checkpointed
    for (let n = 0; left > 0; n++)
      for (const row of openTable(this.table, this.files.get(n)!)) {
        if (left-- === 0) return
        yield row
      }
  }

  /** Adds a row. Throws `RowRejected`, and then has stored nothing of it. */
  append(row: Table.Input<T>): void {
    const values: Readonly<Record<string, unknown>> = row
    for (const [name, builder] of this.builders) {
      const value = values[name]
      const problem = value === undefined ? "is missing" : builder.problem(value)
      if (problem !== undefined) throw this.rejected(this.rows, name, problem)
    }
    this.refuseUnknown(values)
    for (const [name, builder] of this.builders) builder.push(values[name])
    this.pending++
    if (this.pending === this.table.rowsPerBatch) this.spill()
  }

  /**
   * Adds many rows as columns of equal length: typed arrays, arrays of values, or `{ offsets, values }` for lists of numbers.
   * Throws `RowRejected`, and then has stored nothing of them.
   */
  appendColumns(columns: Table.BulkInput<T>): void {
    const inputs: Readonly<Record<string, unknown>> = columns
    let length: number | undefined
    let first = ""
    for (const [name, builder] of this.builders) {
      const input = inputs[name]
      if (input === undefined) throw this.rejected(this.rows, name, "is missing")
      const rows = builder.columnLength(input)
      if (rows === undefined) throw this.rejected(this.rows, name, `is not a whole column of ${this.table.columns[name]!.type}`)
      if (length !== undefined && rows !== length)
        throw this.rejected(this.rows, name, `has ${rows} rows, where column ${first} has ${length}`)
      if (length === undefined) first = name
      length = rows
      const found = builder.columnProblem(input)
      if (found !== undefined) throw this.rejected(this.rows + found.row, name, found.problem)
    }
    this.refuseUnknown(inputs)
    for (let from = 0, to = 0; from < (length ?? 0); from = to) {
      to = Math.min(length ?? 0, from + this.table.rowsPerBatch - this.pending)
      for (const [name, builder] of this.builders) builder.pushColumn(inputs[name], from, to)
      this.pending += to - from
      if (this.pending === this.table.rowsPerBatch) this.spill()
    }
  }

  /** Makes every row so far durable in the directory. */
  checkpoint(): void {
    if (this.pending > this.checkpointed) {
      this.writePart(this.parts)
      this.checkpointed = this.pending
    }
    for (const file of this.unsynced) syncFile(file)
    syncFile(this.directory)
    this.unsynced.clear()
  }

  /** Writes the table's one file, durably. The parts stay: the directory belongs to the attempt. */
  finish(file: string): FinishedTable {
    const written = writeArrowFile(this.table, file, true, (write) => {
      for (let n = 0; n < this.parts; n++) write(this.inPart(n, (arrow) => this.columnsOf(arrow)))
      if (this.pending > 0) write(this.pendingColumns())
    })
    return { rows: this.rows, ...written }
  }

  private rejected(row: number, column: string, problem: string): RowRejected {
    return new RowRejected({ table: this.table.name, row, column, problem })
  }

  private refuseUnknown(values: Readonly<Record<string, unknown>>): void {
    for (const name of Object.keys(values))
      if (!Object.hasOwn(this.table.columns, name)) throw this.rejected(this.rows, name, "is not a column of the table")
  }

  /** Number and digest in the name of a part; no digest in that of one which is being written. */
  private partName(name: string): { readonly n: number; readonly digest: string | undefined } | null {
    const [, n, digest] = new RegExp(`^${this.table.name}\\.(\\d+)\\.(?:([0-9a-f]{64})\\.arrow|partial)$`).exec(name) ?? []
    return n === undefined ? null : { n: Number(n), digest }
  }

  private removePartsFrom(first: number): void {
    for (const name of readdirSync(this.directory)) {
      const part = this.partName(name)
      if (part !== null && (part.n >= first || part.digest === undefined)) remove(join(this.directory, name))
    }
  }

  /** The parts that an earlier attempt left. Of two with one number, the first was to go: the longer one holds its rows too. */
  private findParts(): void {
    for (const name of readdirSync(this.directory)) {
      const part = this.partName(name)
      if (part?.digest === undefined) continue
      const other = this.files.get(part.n)
      this.files.set(part.n, join(this.directory, name))
      if (other === undefined) continue
      const before = this.inFile(other, (arrow) => arrow.rows)
      if (before > this.inPart(part.n, (arrow) => arrow.rows)) this.files.set(part.n, other)
    }
  }

  private pendingColumns(): ReadonlyArray<ColumnData> {
    return this.builders.map(([, builder]) => builder.data())
  }

  private writePart(n: number): void {
    const partial = join(this.directory, `${this.table.name}.${n}.partial`)
    const { sha256 } = writeArrowFile(this.table, partial, false, (write) => write(this.pendingColumns()))
    const file = join(this.directory, `${this.table.name}.${n}.${sha256}.arrow`)
    moveInPlace(partial, file)
    const before = this.files.get(n)
    this.files.set(n, file)
    this.unsynced.add(file)
    if (before === undefined || before === file) return
    this.unsynced.delete(before)
    discard(before)
  }

  private spill(): void {
    this.writePart(this.parts)
    for (const [, builder] of this.builders) builder.clear()
    this.parts++
    this.pending = 0
    this.checkpointed = 0
  }

  private inPart<A>(n: number, use: (arrow: ArrowFile) => A): A {
    return this.inFile(this.files.get(n)!, use)
  }

  private inFile<A>(file: string, use: (arrow: ArrowFile) => A): A {
    if (sha256OfFile(file) !== this.partName(basename(file))?.digest)
      throw new ArrowFileCorrupt({ file, problem: "it does not have the contents its name says" })
    const arrow = new ArrowFile(file)
    try {
      return use(arrow)
    } finally {
      arrow.close()
    }
  }

  private columnsOf(arrow: ArrowFile): ReadonlyArray<ColumnData> {
    const [batch] = arrow.batches
    if (batch === undefined) throw arrow.corrupt("it holds no batch")
    return arrow.fields.map((field) => arrow.readColumn(batch, field))
  }

  /** Loads the first `rows` rows of a part into the builders; returns how many the part holds. */
  private loadPart(n: number, rows: number): number {
    return this.inPart(n, (arrow) => {
      if (arrow.rows >= rows) for (const [i, data] of this.columnsOf(arrow).entries()) this.builders[i]![1].load(data, rows)
      return arrow.rows
    })
  }
}
