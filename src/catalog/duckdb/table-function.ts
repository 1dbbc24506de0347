/**
 * The table function behind every view: `store_scan(id)` scans the source of that number. DuckDB asks only for the columns that a
 * query uses, and only these are read from the files. State belongs to a scan, not to the module: two scans of one query
 * interleave.
 */

import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DOUBLE,
  DuckDBTableFunction,
  FLOAT,
  INTEGER,
  LIST,
  TINYINT,
  UINTEGER,
  UTINYINT,
  VARCHAR
} from "@duckdb/node-api"
import type { DuckDBConnection, DuckDBType } from "@duckdb/node-api"
import duckdb from "@duckdb/node-bindings"

import type { ColumnType } from "../../store/schema/Column.ts"
import { chunkRows, fillColumn, fillConstant, fillNull, type FillOptions } from "./duckdb-vectors.ts"
import type { BatchColumn, ConstantType, OpenPart, Part, Source } from "./scan-sources.ts"

const dataTypes: Readonly<Record<ColumnType, DuckDBType>> = {
  bool: BOOLEAN,
  int8: TINYINT,
  uint8: UTINYINT,
  int32: INTEGER,
  uint32: UINTEGER,
  int64: BIGINT,
  float32: FLOAT,
  float64: DOUBLE,
  utf8: VARCHAR,
  binary: BLOB,
  largeBinary: BLOB,
  "list<int32>": LIST(INTEGER),
  "list<float32>": LIST(FLOAT),
  "list<float64>": LIST(DOUBLE),
  "list<utf8>": LIST(VARCHAR)
}
const constantTypes: Readonly<Record<ConstantType, DuckDBType>> = { VARCHAR, DOUBLE, BIGINT, BOOLEAN }

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** One scan: walks through parts, batches and chunks. */
class Scan {
  private readonly source: Source
  private readonly wanted: ReadonlyArray<number>
  private readonly options: FillOptions
  private part = 0
  private open: OpenPart | undefined
  private batch = 0
  private row = 0
  private columns: ReadonlyArray<BatchColumn> = []

  constructor(source: Source, wanted: ReadonlyArray<number>, options: FillOptions) {
    this.source = source
    this.wanted = wanted
    this.options = options
  }

  /** Fills the next chunk and returns its rows; 0 at the end. */
  next(chunk: Parameters<typeof duckdb.data_chunk_get_vector>[0]): number {
    for (;;) {
      const part = this.source.parts[this.part]
      if (part === undefined) return 0
      const open = this.attempt(part, () => (this.open ??= part.open()))
      if (open === undefined) continue
      if (this.batch === open.batches) {
        this.nextPart()
        continue
      }
      const total = open.rows(this.batch)
      if (this.row === total) {
        this.batch++
        this.row = 0
        continue
      }
      if (this.row === 0) {
        const columns = this.attempt(part, () => this.wanted.map((column) => this.read(column)))
        if (columns === undefined) continue
        this.columns = columns
      }
      const rows = Math.min(chunkRows, total - this.row)
      for (let i = 0; i < this.wanted.length; i++)
        this.fill(duckdb.data_chunk_get_vector(chunk, i), this.wanted[i]!, this.columns[i], rows)
      this.row += rows
      return rows
    }
  }

  private nextPart(): void {
    this.close()
    this.part++
    this.batch = 0
    this.row = 0
  }

  /** What `work` gives; a part with which it fails is left out, if it may be, and the next one is up. */
  private attempt<A>(part: Part, work: () => A): A | undefined {
    try {
      return work()
    } catch (cause) {
      if (part.lost === undefined) throw cause
      part.lost(cause)
      this.nextPart()
      return undefined
    }
  }

  close(): void {
    this.open?.close()
    this.open = undefined
    this.columns = []
  }

  private read(column: number): BatchColumn {
    // DuckDB asks for a row id beyond the columns when it needs no column at all, as for count(*).
    return column < this.source.columns.length ? this.open!.read(this.batch, column) : undefined
  }

  private fill(vector: Parameters<typeof fillNull>[0], index: number, data: BatchColumn, rows: number): void {
    const column = this.source.columns[index]
    if (data === undefined || column === undefined) fillNull(vector, rows)
    else if ("constant" in data) {
      if (column.from === "constant") fillConstant(vector, column.type, data.constant, rows)
    } else if (column.from !== "constant") fillColumn(vector, column.type, data, this.row, rows, this.options)
  }
}

/**
 * Makes `store_scan` known to all connections of the instance. The effect that comes back closes the files of scans that did not
 * run to their end, as under LIMIT: call it after each query.
 */
export const registerTableFunction = (
  connection: DuckDBConnection,
  sources: ReadonlyMap<number, Source>,
  options: FillOptions = {}
): (() => void) => {
  const scans = new Set<Scan>()
  connection.registerTableFunction(
    DuckDBTableFunction.create({
      name: "store_scan",
      parameterTypes: [INTEGER],
      supportsProjectionPushdown: true,
      bindFunction: (info) => {
        try {
          const id = Number(info.getParameter(0))
          const source = sources.get(id)
          if (source === undefined) throw new Error(`store_scan(${id}): there is no such source; query the views instead`)
          for (const column of source.columns)
            info.addResultColumn(column.name, column.from === "constant" ? constantTypes[column.type] : dataTypes[column.type])
          info.setCardinality(
            source.parts.reduce((rows, part) => rows + part.rows, 0),
            false
          )
          info.setBindData(source)
        } catch (cause) {
          info.setError(messageOf(cause))
        }
      },
      initFunction: (info) => {
        // What was bound is what we bound above: a Source.
        const scan = new Scan(info.getBindData() as Source, info.getColumnIndexes(), options)
        scans.add(scan)
        info.setInitData(scan)
      },
      mainFunction: (info, output) => {
        const scan = info.getInitData()
        if (!(scan instanceof Scan)) return info.setError("store_scan was not initialised")
        try {
          output.rowCount = chunkRows
          output.rowCount = scan.next(output.chunk)
        } catch (cause) {
          scan.close()
          info.setError(messageOf(cause))
        }
      }
    })
  )
  return () => {
    for (const scan of scans) scan.close()
    scans.clear()
  }
}
