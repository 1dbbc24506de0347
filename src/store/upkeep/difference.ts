/** Where two artifacts of one kind first differ: for the report of a result that came out differently the second time. */

import * as Effect from "effect/Effect"

import { openTable } from "../arrow/TableReader.ts"
import { Store } from "../objects/Store.ts"
import type { Kind } from "../schema/Kind.ts"

/** In words: `table rollouts, row 17, column text`. */
export const firstDifference = Effect.fnUntraced(function* (kind: Kind.Any, first: string, second: string) {
  const store = yield* Store
  const a = yield* store.manifest(first)
  const b = yield* store.manifest(second)
  for (const [name, table] of Object.entries(kind.tables)) {
    const left = a.tables[name]
    const right = b.tables[name]
    if (left === undefined || right === undefined || left.file === right.file) continue
    const before = openTable(table, yield* store.verified(first, left))
    const after = openTable(table, yield* store.verified(second, right))
    for (let row = 0; row < Math.min(before.rows, after.rows); row++) {
      const was = before.row(row) as Readonly<Record<string, unknown>>
      const is = after.row(row) as Readonly<Record<string, unknown>>
      for (const column of Object.keys(table.columns))
        if (!sameValue(was[column], is[column])) return `table ${name}, row ${row}, column ${column}`
    }
    return `table ${name}, which has ${before.rows} rows and then ${after.rows}`
  }
  for (const name of Object.keys(kind.documents))
    if (a.documents[name]?.file !== b.documents[name]?.file) return `document ${name}`
  return "their manifests"
})

const sameValue = (a: unknown, b: unknown): boolean => {
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b))
    return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength))
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((value, i) => sameValue(value, b[i]))
  return Object.is(a, b)
}
