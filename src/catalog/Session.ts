/**
 * A DuckDB of our own: in memory, locked, with the views of the catalog. Loads DuckDB, so it is imported only when a query is
 * asked.
 *
 * User SQL runs here. Before any of it does, access to files, the network and extensions is switched off and the configuration is
 * locked, which cannot be undone; the table function goes on reading the store because it opens its files itself. The one
 * exception is `writableFile`, a temporary file that `COPY` may write a result to.
 */

import { tmpdir } from "node:os"
import { join } from "node:path"

import {
  DuckDBInstance,
  DuckDBTypeId,
  JSDuckDBValueConverter,
  type DuckDBConnection,
  type DuckDBMaterializedResult,
  type DuckDBValueConverter,
  type JS
} from "@duckdb/node-api"

import type * as Table from "../store/schema/Table.ts"
import { nearest } from "../text/near.ts"
import type { FillOptions } from "./duckdb/duckdb-vectors.ts"
import { queryPlan, type QueryPlan } from "./duckdb/query-plan.ts"
import type { Source } from "./duckdb/scan-sources.ts"
import { registerTableFunction } from "./duckdb/table-function.ts"
import type { SqlValue, QueryResult } from "./QueryResult.ts"
import { SqlFailed } from "./SqlFailed.ts"
import type { StoreFiles } from "./tables/StoreFiles.ts"
import { literal, quote, viewNames, viewSql } from "./tables/views.ts"

export interface SessionOptions extends FillOptions {
  readonly writableFile?: string
}

/** Values that JavaScript has no type for become text, as DuckDB prints them. */
const toValue: DuckDBValueConverter<JS> = (value, type, converter) => {
  const { typeId } = type
  const asText =
    typeId === DuckDBTypeId.TIME ||
    typeId === DuckDBTypeId.TIME_TZ ||
    typeId === DuckDBTypeId.INTERVAL ||
    typeId === DuckDBTypeId.BIT ||
    (typeId === DuckDBTypeId.DECIMAL && "width" in type && Number(type.width) > 15)
  if (value !== null && asText) return String(value)
  return JSDuckDBValueConverter(value, type, converter)
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** What a text of SQL gave: the result of its last statement. */
interface Ran {
  readonly result: DuckDBMaterializedResult
  readonly statements: number
}

/** One connection to one DuckDB of its own. Queries run one after another; `close` frees the memory. */
export class Session {
  private readonly instance: DuckDBInstance
  private readonly connection: DuckDBConnection
  private readonly store: StoreFiles
  private readonly tables: ReadonlyArray<Table.Any>
  private readonly sources: Map<number, Source>
  private readonly closeScans: () => void
  private nextSource = 0

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    store: StoreFiles,
    tables: ReadonlyArray<Table.Any>,
    options: SessionOptions
  ) {
    this.instance = instance
    this.connection = connection
    this.store = store
    this.tables = tables
    this.sources = new Map()
    this.closeScans = registerTableFunction(connection, this.sources, options)
  }

  static async open(store: StoreFiles, tables: ReadonlyArray<Table.Any>, options: SessionOptions = {}): Promise<Session> {
    const instance = await DuckDBInstance.create(":memory:", {
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      temp_directory: join(tmpdir(), `echo-chamber-sql-${process.pid}`)
    })
    const connection = await instance.connect()
    if (options.writableFile !== undefined) await connection.run(`set allowed_paths = [${literal(options.writableFile)}]`)
    await connection.run("set enable_external_access = false")
    await connection.run("set lock_configuration = true")
    return new Session(instance, connection, store, tables, options)
  }

  close(): void {
    this.closeScans()
    this.connection.closeSync()
    this.instance.closeSync()
  }

  /** Stops the running query, which then fails. */
  interrupt(): void {
    this.connection.interrupt()
  }

  /** Runs SQL and returns the rows of its last statement, the first `maxRows` of them. Rejects with `SqlFailed`. */
  async query(sql: string, maxRows = Infinity): Promise<QueryResult> {
    const rows: Array<ReadonlyArray<SqlValue>> = []
    const last = await this.each(sql, maxRows, async (batch) => void rows.push(...batch.rows))
    return { ...last, rows }
  }

  /**
   * Hands the rows of the last statement over in batches of some thousands, the first `maxRows` of them; at least one batch,
   * empty where there is no row. JavaScript values are made batch by batch: they take many times the room of DuckDB's. Returns
   * the last batch.
   */
  async each(sql: string, maxRows: number, use: (batch: QueryResult) => Promise<void>): Promise<QueryResult> {
    const { result, statements } = await this.run(sql, await this.plan(sql))
    const several = statements > 1 ? [`These are ${statements} statements; shown is the result of the last.`] : []
    const columns = result.columnNames().map((name, i) => ({ name, type: result.columnType(i).toString() }))
    const { rowCount } = result
    let batch: QueryResult = { columns, rows: [], rowCount, warnings: [...this.store.warnings, ...several] }
    let left = Math.min(maxRows, rowCount)
    if (left === 0) await use(batch)
    for (let i = 0; i < result.chunkCount && left > 0; i++) {
      const chunk = result.getChunk(i)
      const wanted = Math.min(chunk.rowCount, left)
      batch = { ...batch, rows: Array.from({ length: wanted }, (_, row) => chunk.convertRowValues(row, toValue)) }
      left -= wanted
      await use(batch)
    }
    return batch
  }

  /** Writes the result of one SELECT to the session's writable file, as Parquet. Returns the number of rows. */
  async copyToParquet(sql: string, file: string): Promise<number> {
    const plan = await this.plan(sql)
    const serialized = `json_serialize_sql(${literal(sql)})`
    const statements = `json_array_length(json_extract(${serialized}, '$.statements'))`
    const one = plan && (await this.scalar(`select case when ${statements} = 1 then json_deserialize_sql(${serialized}) end`))
    if (typeof one !== "string")
      throw new SqlFailed({ problem: "Only the result of a single SELECT can be written as Parquet.", hint: "" })
    const { result } = await this.run(`copy (${one}) to ${literal(file)} (format parquet)`, plan)
    return Number((await result.getRowsJS())[0]?.[0])
  }

  private async scalar(sql: string): Promise<unknown> {
    const result = await this.connection.run(sql)
    return (await result.getRowsJS())[0]?.[0]
  }

  private async plan(sql: string): Promise<QueryPlan | undefined> {
    try {
      const serialized = await this.scalar(`select json_serialize_sql(${literal(sql)})`)
      return typeof serialized === "string" ? queryPlan(serialized) : undefined
    } catch {
      // What cannot be parsed fails below, with DuckDB's own message.
      return undefined
    }
  }

  /**
   * Every statement in turn: DuckDB by itself would give the result of the first. What cannot be parsed fails as one, with its
   * caret.
   */
  private async runAll(sql: string): Promise<Ran> {
    const several = /;\s*\S/.test(sql) ? await this.connection.extractStatements(sql).catch(() => null) : null
    if (several === null || several.count < 2) return { result: await this.connection.run(sql), statements: 1 }
    for (let i = 0; i < several.count - 1; i++) await (await several.prepare(i)).run()
    return { result: await (await several.prepare(several.count - 1)).run(), statements: several.count }
  }

  /** Makes the views that are needed, then runs. A table that only DuckDB finds to be needed is made on a second try. */
  private async run(sql: string, plan: QueryPlan | undefined): Promise<Ran> {
    const names = viewNames(this.tables)
    const lower = new Map(names.map((name) => [name.toLowerCase(), name]))
    const mentioned = plan && [...new Set(plan.scans.flatMap((scan) => lower.get(scan.table) ?? []))]
    try {
      await this.createViews(mentioned ?? names, plan)
      try {
        return await this.runAll(sql)
      } catch (cause) {
        const missing = missingTable(messageOf(cause))
        // A view of the user's own, made by an earlier query, may stand on one of ours that this query does not mention.
        const stale = messageOf(cause).includes("there is no such source")
        if (plan === undefined || !(stale || lower.has(missing?.toLowerCase() ?? ""))) throw this.failure(cause)
        await this.createViews(names, undefined)
        return await this.runAll(sql).catch((again: unknown) => {
          throw this.failure(again)
        })
      }
    } finally {
      this.closeScans()
      this.sources.clear()
    }
  }

  private async createViews(names: ReadonlyArray<string>, plan: QueryPlan | undefined): Promise<void> {
    const add = (source: Source): string => {
      const id = this.nextSource++
      this.sources.set(id, source)
      return `store_scan(${id})`
    }
    for (const name of names) {
      const sql = viewSql(name, this.tables, this.store, plan, add)
      if (sql !== undefined) await this.connection.run(`create or replace view ${quote(name)} as ${sql}`)
    }
  }

  private failure(cause: unknown): SqlFailed {
    const problem = messageOf(cause)
    const names = viewNames(this.tables)
    const missing = missingTable(problem)
    if (missing !== undefined) {
      const near = nearest(missing, names)
      const meant = near.length > 0 ? `Near names: ${near.join(", ")}.\n` : ""
      // DuckDB's own guess is a table of its internals.
      return new SqlFailed({
        problem: problem.replace(/\nDid you mean "[^\n]*/, ""),
        hint: `${meant}Tables: ${names.join(", ")}.`
      })
    }
    const column = /Referenced column "([^"]+)" not found/.exec(problem)?.[1]
    if (column !== undefined) {
      const known = [...this.sources.values()].flatMap((source) => source.columns.map(({ name }) => name))
      const near = nearest(column, known)
      return new SqlFailed({
        problem,
        hint: near.length > 0 ? `Near names: ${near.join(", ")}.` : `Columns: ${[...new Set(known)].join(", ")}.`
      })
    }
    return new SqlFailed({ problem, hint: "" })
  }
}

const missingTable = (message: string): string | undefined => /Table with name "?([^\s"]+)"? does not exist/.exec(message)?.[1]
