/**
 * Reads a table back from its Arrow file: whole columns as typed arrays and views, or rows for convenience.
 *
 * Opening reads and checks the layout only; a column is read when it is first asked for, and a `largeBinary` column
 * value by value. No descriptor stays open between calls, and rows are read batch by batch, so that a file larger than
 * memory can be walked through.
 */

import type * as Column from "../schema/Column.ts"
import type { ColumnData, NumberArray } from "../schema/ColumnData.ts"
import type { ListView } from "../schema/ColumnView.ts"
import type * as Table from "../schema/Table.ts"
import type { ArrowField } from "./arrow-fields.ts"
import { ArrowFile, type ArrowBatch } from "./ArrowFile.ts"
import { TableMismatch } from "./TableErrors.ts"
import { viewOfColumn, viewOfBytesOnDisk, rowFinder, valueAt } from "./view-of-column.ts"

export interface OpenOptions<Names extends string> {
  /** Read these columns at once, and give no others. */
  readonly columns?: ReadonlyArray<Names>
}

/** Columns of number lists. */
type ListColumn<T extends Table.Any> = {
  [Name in Table.ColumnName<T>]: Column.View<T["columns"][Name]> extends ListView<NumberArray> ? Name : never
}[Table.ColumnName<T>]
type ItemsOf<T extends Table.Any, Name extends Table.ColumnName<T>> =
  Column.View<T["columns"][Name]> extends ListView<infer Items> ? Items : never

/** Lists of numbers of which only the lengths are in memory. */
export interface ListsOnDisk<out Items> {
  /** Items of each row. */
  readonly lengths: Int32Array
  /** The items of some rows, in the order asked for. */
  readonly read: (rows: ArrayLike<number>) => ReadonlyArray<Items>
}

/** A table in a file, of which the columns `Names` can be read. */
export class TableReader<T extends Table.Any, Names extends Table.ColumnName<T> = Table.ColumnName<T>> implements Iterable<
  Pick<Table.Row<T>, Names>
> {
  readonly table: T
  readonly file: string
  readonly rows: number
  private readonly fields: ReadonlyMap<string, ArrowField>
  private readonly batches: ReadonlyArray<ArrowBatch>
  /** Closed between calls. */
  private readonly arrow: ArrowFile
  private readonly views = new Map<string, unknown>()
  /** The batch that rows are being read from. */
  private current:
    | { readonly index: number; readonly first: number; readonly columns: ReadonlyMap<string, ColumnData> }
    | undefined

  constructor(table: T, arrow: ArrowFile, names: ReadonlyArray<string>) {
    this.table = table
    this.file = arrow.file
    this.rows = arrow.rows
    this.batches = arrow.batches
    this.arrow = arrow
    const wanted = new Set(names)
    this.fields = new Map(arrow.fields.filter((field) => wanted.has(field.name)).map((field) => [field.name, field]))
  }

  /** The whole column. Throws `ArrowFileCorrupt` when the file's offsets, sizes or text make no sense. */
  column<Name extends Names>(name: Name): Column.View<T["columns"][Name]> {
    if (!this.views.has(name)) {
      this.views.set(
        name,
        this.withFile(() => this.view(name))
      )
    }
    // `viewOfColumn` builds what the column's definition says, which is the definition of `View`.
    return this.views.get(name) as Column.View<T["columns"][Name]>
  }

  /**
   * A column of number lists whose items stay on disk: in memory are four bytes a row. Throws
   * `ArrowFileCorrupt` as `column` does.
   */
  lists<Name extends ListColumn<T> & Names>(name: Name): ListsOnDisk<ItemsOf<T, Name>> {
    const field = this.field(name)
    const offsets = this.withFile(() => this.batches.map((batch) => this.arrow.readOffsets(batch, field)))
    const { find } = rowFinder(this.batches.map(({ rows }) => ({ length: rows })))
    const lengths = new Int32Array(this.rows)
    let row = 0
    for (const own of offsets) for (let i = 1; i < own.length; i++) lengths[row++] = Number(own[i]) - Number(own[i - 1])
    const readAll = (rows: ArrayLike<number>) => {
      const lists: Array<NumberArray> = []
      while (lists.length < rows.length) {
        const [, at, batch] = find(rows[lists.length]!)
        const own = offsets[batch]!
        // Rows that follow one another are read at once.
        let end = at + 1
        for (let i = lists.length + 1; i < rows.length && end + 1 < own.length && rows[i] === rows[i - 1]! + 1; i++) end++
        const from = Number(own[at])
        const items = this.arrow.readItems(this.batches[batch]!, field, from, Number(own[end]))
        for (let row = at; row < end; row++) lists.push(items.subarray(Number(own[row]) - from, Number(own[row + 1]) - from))
      }
      // The items are of the type that the column's definition says.
      return lists as unknown as ReadonlyArray<ItemsOf<T, Name>>
    }
    return { lengths, read: (rows) => this.withFile(() => readAll(rows)) }
  }

  /** Reads columns while the file is open; used when opening with `columns`. */
  preload(names: ReadonlyArray<string>): void {
    for (const name of names) this.views.set(name, this.view(name))
  }

  private view(name: string): unknown {
    const field = this.field(name)
    const { nullable, type } = field
    if (type === "largeBinary" && !nullable) {
      const lengths = this.batches.map(({ rows }) => ({ length: rows }))
      return viewOfBytesOnDisk(lengths, (batch) => this.withFile(() => this.arrow.readColumn(this.batches[batch]!, field)))
    }
    const data = this.batches.map((batch) => this.arrow.readColumn(batch, field))
    return viewOfColumn(type, nullable, data)
  }

  private field(name: string): ArrowField {
    const field = this.fields.get(name)
    if (field === undefined)
      throw new TableMismatch({
        file: this.file,
        table: this.table.name,
        column: name,
        problem: "was not asked for when opening"
      })
    return field
  }

  private withFile<A>(use: () => A): A {
    this.arrow.reopen()
    try {
      return use()
    } finally {
      this.arrow.close()
    }
  }

  /** Row `index`, from 0. Rows of one batch are cheap one after another; jumping between batches reads them again. */
  row(index: number): Pick<Table.Row<T>, Names> {
    if (!(Number.isInteger(index) && index >= 0 && index < this.rows))
      throw new RangeError(`row ${index} of table ${this.table.name} with ${this.rows} rows (${this.file})`)
    let { current } = this
    if (current === undefined || index < current.first || index >= current.first + this.batches[current.index]!.rows) {
      let first = 0
      let batch = 0
      while (index >= first + this.batches[batch]!.rows) first += this.batches[batch++]!.rows
      const columns = this.withFile(
        () =>
          new Map([...this.fields].map(([name, field]) => [name, this.arrow.readColumn(this.batches[batch]!, field)] as const))
      )
      current = { index: batch, first, columns }
      this.current = current
    }
    const row: Record<string, unknown> = {}
    for (const [name, data] of current.columns) row[name] = valueAt(this.field(name).type, data, index - current.first)
    // The same reason as in `column`: each value was built from the column's own type.
    return row as Pick<Table.Row<T>, Names>
  }

  *[Symbol.iterator](): Iterator<Pick<Table.Row<T>, Names>> {
    for (let index = 0; index < this.rows; index++) yield this.row(index)
  }
}

const mismatch = (table: Table.Any, arrow: ArrowFile): TableMismatch | undefined => {
  const wrong = (column: string, problem: string) => new TableMismatch({ file: arrow.file, table: table.name, column, problem })
  const names = Object.keys(table.columns)
  for (const [i, name] of names.entries()) {
    const column = table.columns[name]!
    const field = arrow.fields.find((field) => field.name === name)
    if (field === undefined) return wrong(name, "is missing")
    if (field.type !== column.type) return wrong(name, `is ${field.type} and should be ${column.type}`)
    if (field.nullable !== column.nullable)
      return wrong(name, field.nullable ? "may be null and should not" : "should be nullable")
    if (arrow.fields[i]?.name !== name) return wrong(name, "stands in another place")
  }
  const extra = arrow.fields.find((field) => !names.includes(field.name))
  return extra && wrong(extra.name, "is not part of the table")
}

/**
 * Opens the file of a table. Throws `ArrowFileCorrupt` when it is no sound Arrow file and `TableMismatch` when its columns are
 * not those of the table. With `columns`, these are read now and the others not at all.
 */
export const openTable = <T extends Table.Any, Names extends Table.ColumnName<T> = Table.ColumnName<T>>(
  table: T,
  file: string,
  options: OpenOptions<Names> = {}
): TableReader<T, Names> => {
  const arrow = new ArrowFile(file)
  try {
    const problem = mismatch(table, arrow)
    if (problem !== undefined) throw problem
    const reader = new TableReader<T, Names>(table, arrow, options.columns ?? Object.keys(table.columns))
    if (options.columns !== undefined) reader.preload(options.columns)
    return reader
  } finally {
    arrow.close()
  }
}
