/**
 * SQL over everything in the store. The catalog is built in memory for each process from event logs, action records and Arrow
 * files, with DuckDB scanning the files where they lie: no database file, no copy, nothing to keep in step.
 *
 * It sees the tables it is given and knows nothing of what they mean.
 */

import { renameSync, rmSync } from "node:fs"
import { resolve } from "node:path"

import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

import type * as Table from "../store/schema/Table.ts"
import type { QueryResult } from "./QueryResult.ts"
import type { Session, SessionOptions } from "./Session.ts"
import { SqlFailed } from "./SqlFailed.ts"
import { StoreFiles } from "./tables/StoreFiles.ts"

export type { QueryResult } from "./QueryResult.ts"

export interface Catalog {
  /** Runs SQL; rows are those of the last statement, the first `maxRows` (default: all). Interruption stops the query. */
  readonly query: (sql: string, maxRows?: number) => Effect.Effect<QueryResult, SqlFailed>
  /**
   * The same in batches, each awaited before the next: for results that may be too large to hold. At least one batch, maybe
   * empty.
   */
  readonly each: (sql: string, use: (batch: QueryResult) => Promise<void>) => Effect.Effect<void, SqlFailed>
  /** Writes the result of one SELECT as a Parquet file, in place of whatever is there. Returns the number of rows. */
  readonly exportParquet: (sql: string, file: string) => Effect.Effect<number, SqlFailed>
}

/** A query's failure, or what else went wrong while it ran. */
const sqlFailed = (cause: unknown): SqlFailed =>
  cause instanceof SqlFailed
    ? cause
    : new SqlFailed({ problem: cause instanceof Error ? cause.message : String(cause), hint: "" })

/**
 * Opens the catalog of the store at `root`. Cheap: DuckDB is loaded by the first query, and the store is read as queries need it.
 */
export const open = (root: string, tables: ReadonlyArray<Table.Any>): Effect.Effect<Catalog, never, Scope.Scope> =>
  Effect.gen(function* () {
    const store = new StoreFiles(resolve(root))
    const start = async (options: SessionOptions): Promise<Session> => {
      const { Session } = await import("./Session.ts")
      return Session.open(store, tables, options)
    }
    let shared: Promise<Session> | undefined
    yield* Effect.addFinalizer(() =>
      Effect.promise(async () => {
        const session = await shared?.catch(() => undefined)
        session?.close()
      })
    )
    const within = <A>(open: () => Promise<Session>, use: (session: Session) => Promise<A>): Effect.Effect<A, SqlFailed> =>
      Effect.tryPromise({
        try: async (signal) => {
          const session = await open()
          const stop = () => session.interrupt()
          signal.addEventListener("abort", stop)
          return use(session).finally(() => signal.removeEventListener("abort", stop))
        },
        catch: sqlFailed
      })

    return {
      query: (sql, maxRows) =>
        within(
          () => (shared ??= start({})),
          (session) => session.query(sql, maxRows)
        ),
      each: (sql, use) =>
        Effect.asVoid(
          within(
            () => (shared ??= start({})),
            (session) => session.each(sql, Infinity, use)
          )
        ),
      exportParquet: (sql, file) => {
        const target = resolve(file)
        const partial = `${target}.partial-${process.pid}`
        return within(
          () => start({ writableFile: partial }),
          (session) =>
            session
              .copyToParquet(sql, partial)
              .then((rows) => {
                renameSync(partial, target)
                return rows
              })
              .finally(() => {
                session.close()
                rmSync(partial, { force: true })
              })
        )
      }
    }
  })

// The namespace form of this module, for `import { Catalog }`.
// oxlint-disable-next-line import/no-self-import
export * as Catalog from "./Catalog.ts"
