/**
 * A column: an Effect Schema annotated with an Arrow type. From this one definition follow the TypeScript type of a row, the
 * Arrow field, the check made on append and the type in SQL.
 *
 * What it is not: a general mapping of Schema to Arrow. The list of types is closed, because every one of them is written
 * canonically, copied into DuckDB by hand, and tested on that way. Values inside lists are never null.
 */

import * as Schema from "effect/Schema"

import type { BytesView, ListView, NullableView, StringListView } from "./ColumnView.ts"

export type NumberType = "int8" | "uint8" | "int32" | "uint32" | "int64" | "float32" | "float64"
export type ScalarType = NumberType | "bool" | "utf8" | "binary" | "largeBinary"
export type ItemType = "int32" | "float32" | "float64" | "utf8"
/** An Arrow type, by name. `list<...>` is a variable-length list of non-null items. */
export type ColumnType = ScalarType | `list<${ItemType}>`

/**
 * `Read` is the type of the value in a row, `Write` what `append` takes, `View` what a reader gives for the whole column, `Bulk`
 * what `appendColumns` takes.
 */
export interface ColumnOf<out Read, out Write, out View, out Bulk> {
  readonly type: ColumnType
  readonly nullable: boolean
  readonly description: string
  readonly schema: Schema.Schema<Read>
  /** Carries the types; never there at run time. */
  readonly "~types"?: { readonly read: Read; readonly write: Write; readonly view: View; readonly bulk: Bulk }
}
// The four types are only read off a column, never put into one, so `unknown` stands for "any of them".
export type Any = ColumnOf<unknown, unknown, unknown, unknown>
export type Columns = Readonly<Record<string, Any>>

export type Read<C extends Any> = C extends ColumnOf<infer A, unknown, unknown, unknown> ? A : never
export type Write<C extends Any> = C extends ColumnOf<unknown, infer A, unknown, unknown> ? A : never
export type View<C extends Any> = C extends ColumnOf<unknown, unknown, infer A, unknown> ? A : never
export type Bulk<C extends Any> = C extends ColumnOf<unknown, unknown, unknown, infer A> ? A : never

const make = <Read, Write, View, Bulk>(
  type: ColumnType,
  description: string,
  schema: Schema.Schema<Read>
): ColumnOf<Read, Write, View, Bulk> => ({
  type,
  nullable: false,
  description,
  schema: schema.annotate({ description, arrowType: type })
})

const integer = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

type Numbers<View> = ColumnOf<number, number, View, View | ReadonlyArray<number>>

/**
 * Whole numbers from -128 to 127.
 *
 * @public
 */
export const int8 = (description = ""): Numbers<Int8Array> => make("int8", description, integer(-128, 127))
/**
 * Whole numbers from 0 to 255.
 *
 * @public
 */
export const uint8 = (description = ""): Numbers<Uint8Array> => make("uint8", description, integer(0, 255))
/** Whole numbers of 32 bits: counts, steps, tokens. */
export const int32 = (description = ""): Numbers<Int32Array> => make("int32", description, integer(-2_147_483_648, 2_147_483_647))
/**
 * Whole numbers from 0 to 4,294,967,295.
 *
 * @public
 */
export const uint32 = (description = ""): Numbers<Uint32Array> => make("uint32", description, integer(0, 4_294_967_295))
/** Numbers as the engine has them. */
export const float32 = (description = ""): Numbers<Float32Array> => make("float32", description, Schema.Number)
/** Numbers as JavaScript has them. */
export const float64 = (description = ""): Numbers<Float64Array> => make("float64", description, Schema.Number)

/**
 * A signed 64-bit integer, as bigint.
 *
 * @public
 */
export const int64 = (description = ""): ColumnOf<bigint, bigint, BigInt64Array, BigInt64Array | ReadonlyArray<bigint>> =>
  make(
    "int64",
    description,
    Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: -9_223_372_036_854_775_808n, maximum: 9_223_372_036_854_775_807n }))
  )

/** Read as a whole column, a `Uint8Array` of 0 and 1. */
export const bool = (description = ""): ColumnOf<boolean, boolean, Uint8Array, Uint8Array | ReadonlyArray<boolean>> =>
  make("bool", description, Schema.Boolean)

/** Text. A lone surrogate has no UTF-8 form and is refused. */
export const utf8 = (description = ""): ColumnOf<string, string, BytesView<string>, ReadonlyArray<string>> =>
  make("utf8", description, Schema.String)

/**
 * Bytes, below 2 GiB in one batch.
 *
 * @public
 */
export const binary = (description = ""): ColumnOf<Uint8Array, Uint8Array, BytesView<Uint8Array>, ReadonlyArray<Uint8Array>> =>
  make("binary", description, Schema.Uint8Array)

/** Bytes with 64-bit offsets: for tensors. */
export const largeBinary = (
  description = ""
): ColumnOf<Uint8Array, Uint8Array, BytesView<Uint8Array>, ReadonlyArray<Uint8Array>> =>
  make("largeBinary", description, Schema.Uint8Array)

type NumberList<A> = ColumnOf<
  A,
  A | ReadonlyArray<number>,
  ListView<A>,
  ReadonlyArray<A | ReadonlyArray<number>> | { readonly offsets: Int32Array; readonly values: A }
>
type StringList = ColumnOf<ReadonlyArray<string>, ReadonlyArray<string>, StringListView, ReadonlyArray<ReadonlyArray<string>>>

/** A list of numbers or strings a row. Number lists are read back as subarrays of one typed array. */
export function list(item: Numbers<Int32Array>, description?: string): NumberList<Int32Array>
export function list(item: Numbers<Float32Array>, description?: string): NumberList<Float32Array>
export function list(item: Numbers<Float64Array>, description?: string): NumberList<Float64Array>
export function list(item: ColumnOf<string, string, BytesView<string>, ReadonlyArray<string>>, description?: string): StringList
export function list(item: Any, description = item.description): Any {
  if (item.nullable) throw new Error(`Column.list: items of a list cannot be null (${description})`)
  switch (item.type) {
    case "int32":
      return make("list<int32>", description, Schema.instanceOf(Int32Array))
    case "float32":
      return make("list<float32>", description, Schema.instanceOf(Float32Array))
    case "float64":
      return make("list<float64>", description, Schema.instanceOf(Float64Array))
    case "utf8":
      return make("list<utf8>", description, Schema.Array(Schema.String))
    default:
      throw new Error(`Column.list: a list of ${item.type} is not supported; use int32, float32, float64 or utf8`)
  }
}

/** The same column, where a row may hold null. */
export const nullable = <Read, Write, View, Bulk>(
  column: ColumnOf<Read, Write, View, Bulk>
): ColumnOf<
  Read | null,
  Write | null,
  NullableView<View, Read>,
  ReadonlyArray<Write | null> | { readonly values: Bulk; readonly valid: Uint8Array }
> => ({
  type: column.type,
  nullable: true,
  description: column.description,
  schema: Schema.NullOr(column.schema).annotate({ description: column.description, arrowType: column.type })
})

/** The type of the items of a list type, or undefined for a scalar. */
export const itemType = (type: ColumnType): ItemType | undefined => {
  switch (type) {
    case "list<int32>":
      return "int32"
    case "list<float32>":
      return "float32"
    case "list<float64>":
      return "float64"
    case "list<utf8>":
      return "utf8"
    default:
      return undefined
  }
}

// The namespace form of this module, for `import { Column }`.
// oxlint-disable-next-line import/no-self-import
export * as Column from "./Column.ts"
