/**
 * A DuckDB of our own: in memory, locked, with the views of the catalog. Loads DuckDB, so it is imported only when a query is
 * asked.
 *
 * User SQL runs here. Before any of it does, access to files, the network and extensions is switched off and the configuration is
 * locked, which cannot be undone; the table function goes on reading the store because it opens its files itself. The one
 * exception is `output`, a temporary file that `COPY` may write a result to, and /dev/null.
 *
 * Results are streamed: what is held of one is some thousand rows. What a query needs besides is bounded, and beyond that goes to
 * a folder on disk that is removed with the session.
 */

import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"

import type * as Table from "../store/schema/Table.ts"
import { errorText } from "../text/error-text.ts"
import { duckdbFailure, missingTable, type OutputFile, OUT_OF_MEMORY } from "./duckdb/duckdb-failure.ts"
import type { FillOptions } from "./duckdb/duckdb-vectors.ts"
import { type MemoryBudget, memoryBudget, watchGrowth } from "./duckdb/memory-budget.ts"
import { parquetSelect } from "./duckdb/parquet-types.ts"
import { parsed, queryPlan, type QueryPlan } from "./duckdb/query-plan.ts"
import { quoteReservedNames } from "./duckdb/reserved-names.ts"
import type { ConstantType, Source } from "./duckdb/scan-sources.ts"
import { makeSpillFolder, type SpillFolder } from "./duckdb/spill-folder.ts"
import { literal, quote } from "./duckdb/sql-text.ts"
import { registerTableFunction } from "./duckdb/table-function.ts"
import { uniqueNames } from "./QueryResult.ts"
import { type Chunks, heldChunks, type ResultBatch, streamedChunks, type TypedColumn } from "./results/result-chunks.ts"
import { SqlFailed } from "./SqlFailed.ts"
import type { StoreFiles } from "./tables/StoreFiles.ts"
import { knownNames, type NamedQuery, planThrough, viewNames, viewSql } from "./tables/views.ts"

export interface SessionOptions extends FillOptions {
  readonly output?: OutputFile
  /** The declared types of params, by name. */
  readonly params?: ReadonlyMap<string, ConstantType>
  /** Queries that have a name like a table's. */
  readonly views?: ReadonlyArray<NamedQuery>
  /** In place of what the machine allows. */
  readonly budget?: MemoryBudget
}

/** Takes a result in as it comes. False: no more is wanted, and the query is stopped. */
export interface Receiver {
  readonly begin: (columns: ReadonlyArray<TypedColumn>) => Promise<boolean>
  readonly rows: (batch: ResultBatch) => Promise<boolean>
}

export interface Received {
  readonly rows: number
  /** Whether the query ended by itself. */
  readonly whole: boolean
  readonly warnings: ReadonlyArray<string>
}

/** The SQL that was asked for, ready to run. */
interface Ready {
  readonly sql: string
  readonly serialized: string
  readonly plan: QueryPlan | undefined
}

/** How long a stopped query may take to end before its session is given up. */
const PATIENCE_MS = 5_000

/** One connection to one DuckDB of its own. Queries run one after another; `close` frees the memory and the disk. */
export class Session {
  private readonly instance: DuckDBInstance
  private readonly connection: DuckDBConnection
  private readonly store: StoreFiles
  private readonly tables: ReadonlyArray<Table.Any>
  private readonly options: SessionOptions
  private readonly budget: MemoryBudget
  private readonly spill: SpillFolder | undefined
  private readonly sources: Map<number, Source>
  private readonly closeScans: () => void
  private nextSource = 0
  private running: Promise<unknown> = Promise.resolve()
  private stopped = false
  private closing: Promise<void> | undefined
  private readonly stop: Promise<false>
  private readonly stopNow: () => void

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    store: StoreFiles,
    tables: ReadonlyArray<Table.Any>,
    options: SessionOptions,
    budget: MemoryBudget,
    spill: SpillFolder | undefined
  ) {
    this.instance = instance
    this.connection = connection
    this.store = store
    this.tables = tables
    this.options = options
    this.budget = budget
    this.spill = spill
    this.sources = new Map()
    this.closeScans = registerTableFunction(connection, this.sources, options)
    const { promise, resolve } = Promise.withResolvers<false>()
    this.stop = promise
    this.stopNow = () => resolve(false)
  }

  static async open(store: StoreFiles, tables: ReadonlyArray<Table.Any>, options: SessionOptions = {}): Promise<Session> {
    const budget = options.budget ?? memoryBudget()
    const spill = makeSpillFolder()
    const instance = await DuckDBInstance.create(":memory:", {
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      memory_limit: mebibytes(budget.bytes),
      threads: String(budget.threads),
      temp_directory: spill?.path ?? "",
      ...(spill === undefined ? {} : { max_temp_directory_size: mebibytes(spill.most) })
    })
    const connection = await instance.connect()
    const writable = [NOWHERE, ...(options.output === undefined ? [] : [options.output.path])]
    await connection.run(`set allowed_paths = [${writable.map(literal).join(", ")}]`)
    // What a query prints must not depend on where the machine stands.
    await connection.run("set TimeZone = 'UTC'")
    await connection.run("set enable_external_access = false")
    await connection.run("set lock_configuration = true")
    return new Session(instance, connection, store, tables, options, budget, spill)
  }

  /** Stops what runs, which then fails, and frees all that the session holds. */
  close(): Promise<void> {
    return (this.closing ??= this.end())
  }

  private async end(): Promise<void> {
    this.stopped = true
    this.stopNow()
    this.connection.interrupt()
    const patience = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => patience.resolve(false), PATIENCE_MS)
    const ended = await Promise.race([
      this.running.then(
        () => true,
        () => true
      ),
      patience.promise
    ])
    clearTimeout(timer)
    this.closeScans()
    if (ended) {
      this.connection.closeSync()
      this.instance.closeSync()
    }
    this.spill?.remove()
  }

  /**
   * Hands the rows of the last statement over in batches of some thousands, each when the one before was taken. Rejects with
   * `SqlFailed`.
   */
  stream(sql: string, receiver: Receiver): Promise<Received> {
    return this.alone(async () => {
      const ready = await this.ready(sql)
      return this.withViews(ready, async (begun) => {
        const select = await this.singleSelect(ready)
        const { result, several } =
          select === undefined
            ? await this.runAll(ready.sql)
            : { result: await placeless(streamedChunks(this.connection, select.text, select.columns)), several: [] }
        begun()
        const { rows, whole } = await this.receive(result, receiver)
        if (select !== undefined && !result.whole() && whole) throw withoutPlace(await this.reasonOf(select, rows))
        return { rows, whole, warnings: [...this.store.warningLines(), ...several] }
      })
    })
  }

  /** Writes the result of the last statement to the session's output, as Parquet. */
  copyToParquet(sql: string, { path: file }: OutputFile): Promise<Received> {
    return this.alone(async () => {
      const ready = await this.ready(sql)
      return this.withViews(ready, async (begun) => {
        const select = await this.singleSelect(ready)
        const rows =
          select === undefined ? await this.copyByTable(ready.sql, file, begun) : await placeless(this.copy(select, file))
        return { rows, whole: true, warnings: [...this.store.warningLines()] }
      })
    })
  }

  private async alone<A>(work: () => Promise<A>): Promise<A> {
    const watched = () => this.watched(work)
    const done = this.running.then(watched, watched)
    this.running = done
    return done
  }

  /** Some of DuckDB's functions take memory that its limit does not count: a query that grows far beyond it is stopped. */
  private async watched<A>(work: () => Promise<A>): Promise<A> {
    let tooLarge = false
    const stopWatching = watchGrowth(this.budget, () => {
      tooLarge = true
      this.connection.interrupt()
    })
    // A stream that was interrupted just ends, as if it were whole.
    const ended = await work().then(
      (value) => () => value,
      (cause: unknown) => () => {
        throw cause
      }
    )
    stopWatching()
    if (tooLarge) throw this.failure(new Error(OUT_OF_MEMORY))
    if (this.stopped) throw new SqlFailed({ problem: "The query was interrupted.", hint: "" })
    return ended()
  }

  /** Waits for a receiver, but not beyond an interruption: a reader that has stopped reading would keep the query for ever. */
  private async taken(wanted: Promise<boolean>): Promise<boolean> {
    const more = await Promise.race([wanted, this.stop])
    if (this.stopped) throw new SqlFailed({ problem: "The query was interrupted.", hint: "" })
    return more
  }

  private async receive(result: Chunks, receiver: Receiver): Promise<{ readonly rows: number; readonly whole: boolean }> {
    let rows = 0
    let wanted = await this.taken(receiver.begin(result.columns))
    while (wanted) {
      const batch = await result.next()
      if (batch === undefined) return { rows, whole: true }
      rows += batch.rows
      if (batch.rows > 0) wanted = await this.taken(receiver.rows(batch))
    }
    return { rows, whole: false }
  }

  /** Why a stream ended too early: found by having DuckDB itself write the result to nowhere. */
  private async reasonOf({ text }: Statement, rows: number): Promise<unknown> {
    if (this.stopped) return new SqlFailed({ problem: "The query was interrupted.", hint: "" })
    try {
      await this.connection.run(`copy (${text}) to ${literal(NOWHERE)} (format csv, use_tmp_file false)`)
    } catch (cause) {
      if (!/Permission Error/.test(errorText(cause))) return cause
    }
    return new SqlFailed({
      problem: `The query failed after ${rows} rows, and DuckDB does not say why.`,
      hint: "",
      tooLarge: true
    })
  }

  private async scalar(sql: string): Promise<unknown> {
    const result = await this.connection.run(sql)
    return (await result.getRowsJS())[0]?.[0]
  }

  private async serialize(sql: string): Promise<string> {
    return String(await this.scalar(`select json_serialize_sql(${literal(sql)})`))
  }

  /** Has the SQL parsed; names that SQL reserves get their quotes. What cannot be parsed fails when it runs, with its caret. */
  private async ready(sql: string): Promise<Ready> {
    if (sql.includes("\0")) throw new SqlFailed({ problem: "The query holds a NUL character.", hint: "" })
    const serialized = await this.serialize(sql)
    const { problemAt, statements } = parsed(serialized)
    if (statements === 0) throw new SqlFailed({ problem: "There is no statement in the query.", hint: "" })
    if (problemAt !== undefined) {
      const problemOf = async (text: string) => parsed(await this.serialize(text)).problemAt
      const quoted = await quoteReservedNames(sql, await this.reservedNames(), problemOf)
      if (quoted !== undefined && quoted !== sql) return this.ready(quoted)
    }
    const plan = queryPlan(serialized)
    return { sql, serialized, plan: plan && planThrough(plan, this.views) }
  }

  /** Names of our tables and columns that SQL reserves, in lower case. */
  private async reservedNames(): Promise<ReadonlySet<string>> {
    const reserved = await this.scalar(
      "select string_agg(lower(keyword_name), ' ') from duckdb_keywords() where keyword_category in ('reserved', 'type_function')"
    )
    const names = new Set(knownNames(this.tables, this.options.params ?? new Map()).map((name) => name.toLowerCase()))
    return new Set(
      String(reserved)
        .split(" ")
        .filter((word) => names.has(word))
    )
  }

  /**
   * Every statement in turn, with the result of the last: DuckDB by itself would give that of the first. What cannot be parsed
   * fails as one, with its caret.
   */
  private async runAll(sql: string): Promise<Ran> {
    const statements = /;\s*\S/.test(sql) ? await this.connection.extractStatements(sql).catch(() => null) : null
    const count = statements?.count ?? 1
    if (statements === null || count < 2) return { several: [], result: heldChunks(await this.connection.run(sql)) }
    for (let i = 0; i < count - 1; i++) await (await statements.prepare(i)).run()
    const result = await (await statements.prepare(count - 1)).run()
    return { several: [`These are ${count} statements; shown is the result of the last.`], result: heldChunks(result) }
  }

  /**
   * A query that can stand inside another, with its columns: one SELECT. Undefined for anything else. What is wrong with it is
   * said of the text that was given.
   */
  private async singleSelect({ sql, serialized }: Ready): Promise<Statement | undefined> {
    if (parsed(serialized).statements !== 1) return undefined
    const one = await this.scalar(`select json_deserialize_sql(json_serialize_sql(${literal(sql)}))`).catch(() => undefined)
    if (typeof one !== "string") return undefined
    const given = await this.connection.prepare(sql)
    const columns = Array.from({ length: given.columnCount }, (_, i) => {
      const duckdb = given.columnType(i)
      return { name: given.columnName(i), type: duckdb.toString(), duckdb }
    })
    given.destroySync()
    // DESCRIBE and SHOW are serialised as SELECT, but can stand inside another query in this form only.
    const text = `from (${one})`
    const inside = await this.connection.prepare(text).catch(() => undefined)
    inside?.destroySync()
    return inside && { text, columns }
  }

  private async copy({ text, columns }: Statement, file: string): Promise<number> {
    const types = columns.map(({ duckdb }) => duckdb)
    const select = parquetSelect(text, uniqueNames(columns), types)
    return Number(await this.scalar(`copy (${select}) to ${literal(file)} (format parquet)`))
  }

  /** By way of a table, which takes the result of any statement. */
  private async copyByTable(sql: string, file: string, begun: () => void): Promise<number> {
    const { result } = await this.runAll(sql)
    begun()
    const types = result.columns.map(({ duckdb }) => duckdb)
    const names = uniqueNames(result.columns)
    const columns = names.map((name, i) => `${quote(name)} ${types[i]!.toString()}`)
    try {
      await this.connection.run(`create or replace table ${quote(RESULT)} (${columns.join(", ")})`)
      const appender = await this.connection.createAppender(RESULT)
      for (const chunk of result.held ?? []) appender.appendDataChunk(chunk)
      appender.closeSync()
      const select = parquetSelect(`from ${quote(RESULT)}`, names, types)
      return Number(await this.scalar(`copy (${select}) to ${literal(file)} (format parquet)`))
    } finally {
      await this.connection.run(`drop table if exists ${quote(RESULT)}`)
    }
  }

  /**
   * Makes the views that are needed, then works. A table that only DuckDB finds to be needed is made on a second try, unless work
   * has `begun` to give results.
   */
  private async withViews<A>({ plan }: Ready, work: (begun: () => void) => Promise<A>): Promise<A> {
    const names = viewNames(this.tables, this.views)
    const lower = new Map(names.map((name) => [name.toLowerCase(), name]))
    const mentioned = plan && [...new Set(plan.scans.flatMap((scan) => lower.get(scan.table) ?? []))]
    let hasBegun = false
    const begun = () => {
      hasBegun = true
    }
    try {
      await this.createViews(mentioned ?? names, plan)
      try {
        return await work(begun)
      } catch (cause) {
        const missing = missingTable(errorText(cause))
        // A view of the user's own, made by an earlier query, may stand on one of ours that this query does not mention.
        const stale = errorText(cause).includes("there is no such source")
        if (hasBegun || plan === undefined || !(stale || lower.has(missing?.toLowerCase() ?? ""))) throw cause
        await this.createViews(names, undefined)
        return await work(begun)
      }
    } catch (cause) {
      throw this.failure(cause)
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
      const sql = viewSql(name, this.tables, this.store, this.options.params ?? new Map(), plan, this.views, add)
      if (sql !== undefined) await this.connection.run(`create or replace view ${quote(name)} as ${sql}`)
    }
  }

  private get views(): ReadonlyArray<NamedQuery> {
    return this.options.views ?? []
  }

  private failure(cause: unknown): unknown {
    if (cause instanceof SqlFailed) return cause
    return duckdbFailure(errorText(cause).replace(/^Failed to extract statements: /, ""), {
      tables: viewNames(this.tables, this.views),
      columns: [...this.sources.values()].flatMap((source) => source.columns.map(({ name }) => name)),
      memory: this.budget.bytes,
      disk: this.spill,
      output: this.options.output
    })
  }
}

/** A query that can stand inside another. */
interface Statement {
  readonly text: string
  readonly columns: ReadonlyArray<TypedColumn>
}

/** What a text of SQL gives, and what is to be said of it. */
interface Ran {
  readonly result: Chunks
  readonly several: ReadonlyArray<string>
}

/** A failure of SQL that stands around the user's: without the place in it, which is in no text that the user knows. */
const withoutPlace = (cause: unknown): unknown =>
  cause instanceof SqlFailed ? cause : new Error(errorText(cause).replace(/\s*\nLINE \d+:[\s\S]*$/, ""))

const placeless = <A>(work: Promise<A>): Promise<A> =>
  work.catch((cause: unknown) => {
    throw withoutPlace(cause)
  })

/** A table that no user makes. */
const RESULT = "echo chamber: result"
/** Takes everything and keeps nothing. */
const NOWHERE = "/dev/null"

const mebibytes = (bytes: number): string => `${Math.max(1, Math.floor(bytes / 2 ** 20))}MiB`
