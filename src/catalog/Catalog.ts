/**
 * SQL over everything in the store. The catalog is built in memory for each process from event logs, action records and Arrow
 * files, with DuckDB scanning the files where they lie: no database file, no copy, nothing to keep in step.
 *
 * It sees the tables it is given and knows nothing of what they mean.
 */

import { resolve } from "node:path"

import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"

import type * as Table from "../store/schema/Table.ts"
import { errorText } from "../text/error-text.ts"
import type { Piece, ResultFormat } from "./output/ResultFormat.ts"
import type { QueryResult, ResultColumn, SqlValue } from "./QueryResult.ts"
import type { Session, SessionOptions } from "./Session.ts"
import { SqlFailed } from "./SqlFailed.ts"
import { StoreFiles } from "./tables/StoreFiles.ts"

export type { QueryResult } from "./QueryResult.ts"

/** Formats that are written piece by piece. */
export type StreamFormat = "csv" | "tsv" | "json" | "jsonl" | "markdown" | "latex" | "arrow"

export interface Written {
  readonly rows: number
  /** What in the store could not be read and is therefore missing from the result. */
  readonly warnings: ReadonlyArray<string>
}

export interface Catalog {
  /**
   * Runs SQL and holds the rows of the last statement, the first `maxRows` of them (default: all); the others are counted, up to
   * some millions. Queries run one after another. Interruption stops this query alone; one that still waits stops nothing.
   */
  readonly query: (sql: string, maxRows?: number) => Effect.Effect<QueryResult, SqlFailed>
  /**
   * Writes the rows of the last statement in a format, in constant memory: `put` takes one piece after the other, and ends the
   * query by `false`.
   */
  readonly write: (
    sql: string,
    format: StreamFormat,
    put: (piece: Piece) => Promise<boolean>
  ) => Effect.Effect<Written, SqlFailed>
  /** Writes the rows of the last statement as a Parquet file, which must not exist yet; failures call it by another name. */
  readonly writeParquet: (sql: string, file: string, calledAs?: string) => Effect.Effect<Written, SqlFailed>
}

/** What the catalog is told of params that stages declare and of views, and what a test may choose. */
export type CatalogOptions = Pick<SessionOptions, "params" | "views" | "budget">

/** Rows beyond those held that are still counted. */
const MOST_COUNTED = 10_000_000

/** Renderers are loaded when they are asked for. */
const formats: Readonly<Record<StreamFormat, () => Promise<ResultFormat>>> = {
  csv: async () => (await import("./output/row-formats.ts")).csv,
  tsv: async () => (await import("./output/row-formats.ts")).tsv,
  json: async () => (await import("./output/row-formats.ts")).json,
  jsonl: async () => (await import("./output/row-formats.ts")).jsonl,
  markdown: async () => (await import("./output/document-formats.ts")).markdown,
  latex: async () => (await import("./output/document-formats.ts")).latex,
  arrow: async () => (await import("./output/arrow-file.ts")).arrowFile
}

/** A query's failure, or what else went wrong while it ran. */
const sqlFailed = (cause: unknown): SqlFailed =>
  cause instanceof SqlFailed ? cause : new SqlFailed({ problem: errorText(cause), hint: "" })

/**
 * Opens the catalog of the store at `root`. Cheap: DuckDB is loaded by the first query, and the store is read as queries need it.
 */
export const open = (
  root: string,
  tables: ReadonlyArray<Table.Any>,
  options: CatalogOptions = {}
): Effect.Effect<Catalog, never, Scope.Scope> =>
  Effect.gen(function* () {
    const store = new StoreFiles(resolve(root))
    const sessions = new Set<Promise<Session>>()
    const start = (own: SessionOptions): Promise<Session> => {
      const session = import("./Session.ts").then(({ Session }) => Session.open(store, tables, { ...options, ...own }))
      sessions.add(session)
      return session
    }
    yield* Effect.addFinalizer(() =>
      Effect.promise(async () => {
        for (const session of sessions) await session.then((open) => open.close()).catch(() => {})
      })
    )
    let shared: Promise<Session> | undefined
    const ask = () => (shared ??= start({}))
    const inTurn = yield* Semaphore.make(1)
    const within = <A>(open: () => Promise<Session>, use: (session: Session) => Promise<A>): Effect.Effect<A, SqlFailed> =>
      Effect.tryPromise({
        try: async (signal) => {
          const opening = open()
          const session = await opening
          // What nobody asked anything yet serves the next query.
          if (signal.aborted) throw new SqlFailed({ problem: "The query was interrupted.", hint: "" })
          const stop = () => {
            if (shared === opening) shared = undefined
            void session.close().finally(() => sessions.delete(opening))
          }
          signal.addEventListener("abort", stop)
          return use(session).finally(() => signal.removeEventListener("abort", stop))
        },
        catch: sqlFailed
      })
    // A query has the shared session to itself until it ends, so that stopping it stops no other.
    const withShared = <A>(use: (session: Session) => Promise<A>) => Semaphore.withPermit(inTurn, within(ask, use))

    return {
      query: (sql, maxRows = Number.POSITIVE_INFINITY) =>
        withShared(async (session) => {
          const rows: Array<ReadonlyArray<SqlValue>> = []
          let columns: ReadonlyArray<ResultColumn> = []
          let rowCount = 0
          const { warnings, whole } = await session.stream(sql, {
            begin: async (all) => {
              columns = all.map(({ name, type }) => ({ name, type }))
              return true
            },
            rows: async (batch) => {
              rowCount += batch.rows
              if (rows.length < maxRows) for (const row of batch.plain().slice(0, maxRows - rows.length)) rows.push(row)
              return rowCount <= maxRows + MOST_COUNTED
            }
          })
          return { columns, rows, rowCount: whole ? rowCount : maxRows + MOST_COUNTED, uncounted: !whole, warnings }
        }),
      write: (sql, format, put) =>
        withShared(async (session) => {
          const start = await formats[format]()
          let writer: ReturnType<ResultFormat> | undefined
          const putAll = async (pieces: ReadonlyArray<Piece>) => {
            for (const piece of pieces) if (piece.length > 0 && !(await put(piece))) return false
            return true
          }
          const { rows, warnings, whole } = await session.stream(sql, {
            begin: async (columns) => {
              writer = start(columns)
              return putAll(writer.head())
            },
            rows: async (batch) => writer !== undefined && putAll(writer.batch(batch))
          })
          if (whole && writer !== undefined) await putAll(writer.tail())
          return { rows, warnings }
        }),
      writeParquet: (sql, file, calledAs = file) => {
        const output = { path: resolve(file), calledAs }
        return within(
          () => start({ output }),
          (session) => session.copyToParquet(sql, output)
        )
      }
    }
  })

// The namespace form of this module, for `import { Catalog }`.
// oxlint-disable-next-line import/no-self-import
export * as Catalog from "./Catalog.ts"
