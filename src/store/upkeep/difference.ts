/** Where two artifacts of one kind first differ: for the report of a result that came out differently the second time. */

import * as Effect from "effect/Effect"

import { openTable } from "../arrow/TableReader.ts"
import { readRegular } from "../disk/inside.ts"
import type { Store } from "../objects/Store.ts"
import type { Kind } from "../schema/Kind.ts"

/** An artifact and the store that it is in. */
export interface Located {
  readonly store: typeof Store.Service
  readonly artifact: string
}

/** The first place in which two artifacts differ, and what each has there, in words. */
export interface Difference {
  /** `table rollouts, row 17, column text`. */
  readonly where: string
  readonly first: string
  readonly second: string
}

/** Rows count from 0, as everywhere. Fails where one of the two cannot be opened. */
export const firstDifference = Effect.fnUntraced(function* (kind: Kind.Any, first: Located, second: Located) {
  const a = yield* first.store.manifest(first.artifact)
  const b = yield* second.store.manifest(second.artifact)
  const differing = (where: string, one: string, other: string): Difference => ({ where, first: one, second: other })
  for (const [name, table] of Object.entries(kind.tables)) {
    const left = a.tables[name]
    const right = b.tables[name]
    if (left === undefined || right === undefined) {
      if (left !== right) return differing(`table ${name}`, thereWords(left), thereWords(right))
      continue
    }
    if (left.file === right.file) continue
    const before = openTable(table, yield* first.store.verified(first.artifact, left))
    const after = openTable(table, yield* second.store.verified(second.artifact, right))
    for (let row = 0; row < Math.min(before.rows, after.rows); row++) {
      const was = before.row(row) as Readonly<Record<string, unknown>>
      const is = after.row(row) as Readonly<Record<string, unknown>>
      for (const column of Object.keys(table.columns)) {
        if (sameValue(was[column], is[column])) continue
        const { place, first: one, second: other } = valueDifference(was[column], is[column])
        return differing(`table ${name}, row ${row}, column ${column}${place === "" ? "" : `, ${place}`}`, one, other)
      }
    }
    if (before.rows === after.rows) return differing(`the bytes of table ${name}, not its values`, left.file, right.file)
    return differing(`the length of table ${name}`, `${before.rows} rows`, `${after.rows} rows`)
  }
  for (const name of Object.keys(kind.documents)) {
    const left = a.documents[name]
    const right = b.documents[name]
    if (left?.file === right?.file) continue
    if (left === undefined || right === undefined) return differing(`document ${name}`, thereWords(left), thereWords(right))
    const text = (file: string, bytes: number) => readRegular(file, bytes).toString("utf8")
    const one = text(yield* first.store.verified(first.artifact, left), left.bytes)
    const other = text(yield* second.store.verified(second.artifact, right), right.bytes)
    const [was, is] = around(one, other)
    return differing(`document ${name}, character ${firstUnlike(one, other)}`, was, is)
  }
  return differing("their manifests", first.artifact, second.artifact)
})

const thereWords = (part: unknown): string => (part === undefined ? "missing" : "there")

const bytesOf = (view: ArrayBufferView): Buffer => Buffer.from(view.buffer, view.byteOffset, view.byteLength)

const sameValue = (a: unknown, b: unknown): boolean => {
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return bytesOf(a).equals(bytesOf(b))
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((value, i) => sameValue(value, b[i]))
  return Object.is(a, b)
}

interface Values {
  /** Where in the value; empty: it is one. */
  readonly place: string
  readonly first: string
  readonly second: string
}

/** Two values that are not the same: of lists and bytes the first item, of texts the surroundings of the first difference. */
const valueDifference = (a: unknown, b: unknown): Values => {
  if (isList(a) && isList(b)) {
    const at = Array.from({ length: Math.min(a.length, b.length) }).findIndex((_, i) => !sameValue(a[i], b[i]))
    if (at < 0) return { place: "its length", first: String(a.length), second: String(b.length) }
    const { place, first, second } = valueDifference(a[at], b[at])
    return { place: `${a instanceof Uint8Array ? "byte" : "item"} ${at}${place === "" ? "" : `, ${place}`}`, first, second }
  }
  if (typeof a === "string" && typeof b === "string") {
    const [first, second] = around(a, b)
    return { place: a.length + b.length > 2 * AROUND ? `character ${firstUnlike(a, b)}` : "", first, second }
  }
  return { place: "", first: plain(a), second: plain(b) }
}

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))

const plain = (value: unknown): string => {
  if (Object.is(value, -0)) return "-0"
  if (typeof value === "number" || typeof value === "bigint") return String(value)
  return isList(value) ? `${value.length} items` : (JSON.stringify(value) ?? String(value))
}

const firstUnlike = (a: string, b: string): number => {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at
}

/** So many characters of a text are shown. */
const AROUND = 60

/** Two texts, quoted: the piece around where they first differ. */
const around = (a: string, b: string): readonly [string, string] => {
  const from = Math.max(0, firstUnlike(a, b) - AROUND / 3)
  const piece = (text: string) =>
    `${from > 0 ? "…" : ""}${JSON.stringify(text.slice(from, from + AROUND))}${text.length > from + AROUND ? "…" : ""}`
  return [piece(a), piece(b)]
}
