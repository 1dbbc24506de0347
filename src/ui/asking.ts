/**
 * SQL for the page. The page's views and the user's own queries are asked apart, so that a long query of the user's holds up no
 * view, and of each a few run at once, so that one tab's holds up no other's. Each has a catalog to itself, which is kept for the
 * next. A catalog knows the store as it was when first asked; it is opened anew when a log has changed.
 */

import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"

import { Catalog, type CatalogOptions, type QueryResult } from "../catalog/Catalog.ts"
import { memoryBudget, sharedBudget } from "../catalog/duckdb/memory-budget.ts"
import { valueText } from "../catalog/output/value-text.ts"
import { ExactNumber, type SqlValue } from "../catalog/QueryResult.ts"
import type { SqlFailed } from "../catalog/SqlFailed.ts"
import type * as Table from "../store/schema/Table.ts"
import type { Answer, Cell } from "./wire.ts"

export interface Asking {
  /** The first `most` rows of the last statement. Interruption stops this query, or takes it out of the line. */
  readonly ask: (sql: string, most: number) => Effect.Effect<Answer, SqlFailed>
}

/** Queries that run at once; others wait. A query holds one of the four threads that Node has for such work. */
const AT_ONCE = 2

/** A catalog, while it is open, and whether a query has it. */
interface Place {
  busy: boolean
  held: { readonly stamp: string; readonly scope: Scope.Closeable; readonly catalog: Catalog.Catalog } | null
}

/** `stamp`: a text that changes when the store does. */
export const makeAsking = (
  root: string,
  tables: ReadonlyArray<Table.Any>,
  options: CatalogOptions,
  stamp: () => string
): Effect.Effect<Asking, never, Scope.Scope> =>
  Effect.gen(function* () {
    let places: ReadonlyArray<Place> = Array.from({ length: AT_ONCE }, (): Place => ({ busy: false, held: null }))
    const inTurn = yield* Semaphore.make(AT_ONCE)
    const letGo = ({ held }: Place) => (held === null ? Effect.void : Scope.close(held.scope, Exit.void))
    yield* Effect.addFinalizer(() => Effect.forEach(places, letGo, { concurrency: "unbounded", discard: true }))
    /** A catalog of the store as it is: of those that are free the one asked last, where the views are that its asker made. */
    const take = Effect.suspend(() => {
      const now = stamp()
      const free = places.filter(({ busy }) => !busy)
      const place = free.find(({ held }) => held?.stamp === now) ?? free[0]!
      place.busy = true
      places = [place, ...places.filter((other) => other !== place)]
      return Effect.gen(function* () {
        if (place.held?.stamp === now) return { place, catalog: place.held.catalog }
        yield* letGo(place)
        const scope = yield* Scope.make()
        const budget = options.budget ?? sharedBudget(memoryBudget(), AT_ONCE)
        const catalog = yield* Scope.provide(Catalog.open(root, tables, { ...options, budget }), scope)
        place.held = { stamp: now, scope, catalog }
        return { place, catalog }
      })
    })
    const ask: Asking["ask"] = (sql, most) =>
      Semaphore.withPermit(
        inTurn,
        Effect.acquireUseRelease(
          take,
          ({ catalog }) => Effect.map(catalog.query(sql, most), answerOf),
          ({ place }) =>
            Effect.sync(() => {
              place.busy = false
            })
        )
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
