/**
 * What can go wrong between rows in memory and Arrow files on disk. The writer and the reader are synchronous and throw
 * these; a caller in Effect code turns them into typed failures with `Effect.try`. Each names the table or file, the
 * place in it, and what to do.
 */

import * as Schema from "effect/Schema"

/** A row or column given to a `TableWriter` does not fit the table's definition. Nothing of it was stored. */
export class RowRejected extends Schema.TaggedError<RowRejected>()("RowRejected", {
  table: Schema.String,
  /** Number of the row in the table, from 0. */
  row: Schema.Int,
  column: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `Table ${this.table}, row ${this.row}, column ${this.column}: ${this.problem}.`
  }
}

/** A file is not an Arrow file, is cut short, or contradicts itself. */
export class ArrowFileCorrupt extends Schema.TaggedError<ArrowFileCorrupt>()("ArrowFileCorrupt", {
  file: Schema.String,
  problem: Schema.String
}) {
  /** What is wrong, as words after the name of the file. */
  get clause() {
    return `is not a sound Arrow file: ${this.problem}`
  }
  override get message() {
    return `${this.file} ${this.clause}. Delete it and run its stage again to make it anew.`
  }
}

/** A sound Arrow file holds something else than the table that was asked for. */
export class TableMismatch extends Schema.TaggedError<TableMismatch>()("TableMismatch", {
  file: Schema.String,
  table: Schema.String,
  column: Schema.String,
  problem: Schema.String
}) {
  /** What is wrong, as words after the name of the file. */
  get clause() {
    return `does not hold the table ${this.table}: column ${this.column} ${this.problem}`
  }
  override get message() {
    return `${this.file} ${this.clause}. It was written by another version of the table or is another table.`
  }
}

/** The directory of an interrupted attempt holds fewer rows than its checkpoint promised. */
export class CheckpointIncomplete extends Schema.TaggedError<CheckpointIncomplete>()("CheckpointIncomplete", {
  table: Schema.String,
  directory: Schema.String,
  rows: Schema.Int,
  found: Schema.Int
}) {
  override get message() {
    return (
      `The checkpoint of table ${this.table} in ${this.directory} should hold ${this.rows} rows and holds ${this.found}. ` +
      `Delete the directory to start the stage from its beginning.`
    )
  }
}
