/**
 * SQL for the page. One catalog is asked by the page's views and another by the user's own queries, so that a long query of the
 * user's holds up no view. A catalog knows the store as it was when first asked; it is opened anew when a log has changed.
 */

import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"

import { Catalog, type CatalogOptions, type QueryResult } from "../catalog/Catalog.ts"
import { valueText } from "../catalog/output/value-text.ts"
import { ExactNumber, type SqlValue } from "../catalog/QueryResult.ts"
import type { SqlFailed } from "../catalog/SqlFailed.ts"
import type * as Table from "../store/schema/Table.ts"
import type { Answer, Cell } from "./wire.ts"

export interface Asking {
  /** The first `most` rows of the last statement. Interruption stops the query. */
  readonly ask: (sql: string, most: number) => Effect.Effect<Answer, SqlFailed>
}

/** `stamp`: a text that changes when the store does. */
export const makeAsking = (
  root: string,
  tables: ReadonlyArray<Table.Any>,
  options: CatalogOptions,
  stamp: () => string
): Effect.Effect<Asking, never, Scope.Scope> =>
  Effect.gen(function* () {
    let held: { readonly stamp: string; readonly scope: Scope.Closeable; readonly catalog: Catalog.Catalog } | null = null
    let asked = 0
    const oneAtATime = yield* Semaphore.make(1)
    const letGo = Effect.suspend(() => (held === null ? Effect.void : Scope.close(held.scope, Exit.void)))
    yield* Effect.addFinalizer(() => letGo)
    /** The catalog of the store as it is. One that is in use is kept: its queries were asked of the store as it was. */
    const take = Semaphore.withPermit(
      oneAtATime,
      Effect.gen(function* () {
        const now = stamp()
        if (held === null || (held.stamp !== now && asked === 0)) {
          yield* letGo
          const scope = yield* Scope.make()
          const catalog = yield* Scope.provide(Catalog.open(root, tables, options), scope)
          held = { stamp: now, scope, catalog }
        }
        asked++
        return held.catalog
      })
    )
    const ask: Asking["ask"] = (sql, most) =>
      Effect.acquireUseRelease(
        take,
        (catalog) => Effect.map(catalog.query(sql, most), answerOf),
        () => Effect.sync(() => asked--)
      )
    return { ask }
  })

const answerOf = ({ columns, rows, rowCount, uncounted, warnings }: QueryResult): Answer => ({
  columns,
  rows: rows.map((row) => row.map(cellOf)),
  rowCount,
  uncounted,
  warnings
})

/** Numbers that JavaScript holds are numbers, so that they can be drawn; all else keeps its digits as text. */
const cellOf = (value: SqlValue): Cell => {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value)
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof ExactNumber && String(Number(value.digits)) === value.digits) return Number(value.digits)
  return valueText(value)
}
