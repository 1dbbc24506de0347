/**
 * The Arrow type of every DuckDB type, and how values of it are laid out in Arrow's buffers. One table for results of any kind:
 * a type never depends on the data. HUGEINT, which DuckDB gives to sums of whole numbers, has 64 bits in files, as in Parquet:
 * what does not fit is refused. UUIDs, bit strings, times with a zone and whatever else Arrow lacks are text.
 */

import {
  DuckDBArrayType,
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDecimalType,
  DuckDBEnumType,
  DuckDBIntervalValue,
  DuckDBListType,
  DuckDBListValue,
  DuckDBMapType,
  DuckDBMapValue,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBTypeId,
  DuckDBUnionType,
  DuckDBUnionValue,
  type DuckDBType,
  type DuckDBValue
} from "@duckdb/node-api"
import * as Arrow from "apache-arrow"

import { endlessTime, tooWide } from "../duckdb/duckdb-failure.ts"
import { fieldNames } from "../duckdb/rewritten-types.ts"
import { endlessText } from "../results/endless.ts"
import { plainValue } from "../results/plain-values.ts"
import { jsonText } from "./value-text.ts"

type Values = ReadonlyArray<DuckDBValue>

/** A type, and the buffers that hold values of it. */
export interface ArrowColumn {
  readonly type: Arrow.DataType
  readonly data: (values: Values) => Arrow.Data
}

interface Validity {
  readonly length: number
  readonly nullCount: number
  readonly nullBitmap: Uint8Array | undefined
}

const validity = (values: Values): Validity => {
  let nullCount = 0
  for (const value of values) if (value === null) nullCount++
  const { length } = values
  if (nullCount === 0) return { length, nullCount, nullBitmap: undefined }
  const nullBitmap = new Uint8Array((length + 7) >>> 3)
  for (const [i, value] of values.entries()) if (value !== null) nullBitmap[i >>> 3]! |= 1 << (i & 7)
  return { length, nullCount, nullBitmap }
}

// `makeData` has an overload for each type; which one applies is known here by construction only.
const make = (parts: Readonly<Record<string, unknown>>): Arrow.Data => Arrow.makeData(parts as never)

/** Numbers of a fixed width, one item of `array` a value. */
const numbers = (
  type: Arrow.DataType,
  array: (length: number) => { [index: number]: number },
  number: (value: DuckDBValue) => number = Number
): ArrowColumn => ({
  type,
  data: (values) => {
    const data = array(values.length)
    for (let i = 0; i < values.length; i++) if (values[i] !== null) data[i] = number(values[i]!)
    return make({ type, ...validity(values), data })
  }
})

/** The same with 64 bits. */
const longs = (type: Arrow.DataType, long: (value: DuckDBValue) => bigint, unsigned = false): ArrowColumn => ({
  type,
  data: (values) => {
    const data = unsigned ? new BigUint64Array(values.length) : new BigInt64Array(values.length)
    for (let i = 0; i < values.length; i++) if (values[i] !== null) data[i] = long(values[i]!)
    return make({ type, ...validity(values), data })
  }
})

const bigintOf = (value: DuckDBValue): bigint => (typeof value === "bigint" ? value : 0n)
/** The one number that a value of DuckDB for a time consists of. */
const countOf =
  (unit: "micros" | "nanos" | "millis" | "milliseconds" | "seconds" | "days") =>
  (value: DuckDBValue): bigint => {
    const count: unknown = typeof value === "object" && value !== null ? Reflect.get(value, unit) : undefined
    return typeof count === "bigint" || typeof count === "number" ? BigInt(count) : 0n
  }

/** The same of a date or time stamp, which may be without an end: Arrow has nothing for that. */
const momentOf = (unit: Parameters<typeof countOf>[0]) => {
  const count = countOf(unit)
  return (value: DuckDBValue): bigint => {
    const endless = endlessText(value)
    if (endless !== null) throw endlessTime(endless)
    return count(value)
  }
}

const booleans: ArrowColumn = {
  type: new Arrow.Bool(),
  data: (values) => {
    const data = new Uint8Array((values.length + 7) >>> 3)
    for (const [i, value] of values.entries()) if (value === true) data[i >>> 3]! |= 1 << (i & 7)
    return make({ type: new Arrow.Bool(), ...validity(values), data })
  }
}

/** Text and bytes. */
const bytes = (type: Arrow.DataType, bytesOf: (value: DuckDBValue) => Uint8Array): ArrowColumn => ({
  type,
  data: (values) => {
    const valueOffsets = new Int32Array(values.length + 1)
    const pieces = values.map((value) => (value === null ? null : bytesOf(value)))
    let end = 0
    for (const [i, piece] of pieces.entries()) valueOffsets[i + 1] = end += piece?.length ?? 0
    const data = new Uint8Array(end)
    for (const [i, piece] of pieces.entries()) if (piece !== null) data.set(piece, valueOffsets[i])
    return make({ type, ...validity(values), valueOffsets, data })
  }
})

const utf8 = new TextEncoder()
const text = (textOf: (value: DuckDBValue) => string = String): ArrowColumn =>
  bytes(new Arrow.Utf8(), (value) => utf8.encode(textOf(value)))

const decimals = (width: number, scale: number, digitsOf: (value: DuckDBValue) => bigint): ArrowColumn => {
  const type = new Arrow.Decimal(scale, width, 128)
  return {
    type,
    data: (values) => {
      const longs = new BigUint64Array(values.length * 2)
      for (const [i, value] of values.entries()) {
        if (value === null) continue
        const digits = digitsOf(value)
        longs[i * 2] = BigInt.asUintN(64, digits)
        longs[i * 2 + 1] = BigInt.asUintN(64, digits >> 64n)
      }
      return make({ type, ...validity(values), data: new Uint32Array(longs.buffer) })
    }
  }
}

/** A whole number of 128 bits as one of 64, the type of sums in files. */
const narrow =
  (fits: (value: bigint) => boolean) =>
  (value: DuckDBValue): bigint => {
    const whole = bigintOf(value)
    if (fits(whole)) return whole
    throw tooWide(String(whole))
  }

const intervals: ArrowColumn = {
  type: new Arrow.IntervalMonthDayNano(),
  data: (values) => {
    const data = new Int32Array(values.length * 4)
    const long = new DataView(data.buffer)
    for (const [i, value] of values.entries()) {
      if (!(value instanceof DuckDBIntervalValue)) continue
      data[i * 4] = value.months
      data[i * 4 + 1] = value.days
      long.setBigInt64(i * 16 + 8, value.micros * 1000n, true)
    }
    return make({ type: new Arrow.IntervalMonthDayNano(), ...validity(values), data })
  }
}

const field = (name: string, { type }: ArrowColumn): Arrow.Field => new Arrow.Field(name, type, true)

const itemsOf = (value: DuckDBValue): Values =>
  value instanceof DuckDBListValue || value instanceof DuckDBArrayValue ? value.items : []

const lists = (item: ArrowColumn): ArrowColumn => {
  const type = new Arrow.List(field("item", item))
  return {
    type,
    data: (values) => {
      const valueOffsets = new Int32Array(values.length + 1)
      const all: Array<DuckDBValue> = []
      for (const [i, value] of values.entries()) {
        for (const one of itemsOf(value)) all.push(one)
        valueOffsets[i + 1] = all.length
      }
      return make({ type, ...validity(values), valueOffsets, child: item.data(all) })
    }
  }
}

const arrays = (item: ArrowColumn, length: number): ArrowColumn => {
  const type = new Arrow.FixedSizeList(length, field("item", item))
  return {
    type,
    data: (values) => {
      const all: Array<DuckDBValue> = []
      for (const value of values) {
        const items = itemsOf(value)
        for (let i = 0; i < length; i++) all.push(items[i] ?? null)
      }
      return make({ type, ...validity(values), child: item.data(all) })
    }
  }
}

const structs = (names: ReadonlyArray<string>, columns: ReadonlyArray<ArrowColumn>): ArrowColumn => {
  const type = new Arrow.Struct(columns.map((column, i) => field(names[i]!, column)))
  return {
    type,
    data: (values) => {
      const children = columns.map((column, i) =>
        column.data(values.map((value) => (value instanceof DuckDBStructValue ? (value.entries[names[i]!] ?? null) : null)))
      )
      return make({ type, ...validity(values), children })
    }
  }
}

const maps = (key: ArrowColumn, held: ArrowColumn): ArrowColumn => {
  const entries = new Arrow.Struct([new Arrow.Field("key", key.type, false), field("value", held)])
  const type = new Arrow.Map_(new Arrow.Field("entries", entries, false) as never)
  return {
    type,
    data: (values) => {
      const valueOffsets = new Int32Array(values.length + 1)
      const all = values.flatMap((value, i) => {
        const pairs = value instanceof DuckDBMapValue ? value.entries : []
        valueOffsets[i + 1] = valueOffsets[i]! + pairs.length
        return pairs
      })
      const children = [key.data(all.map((pair) => pair.key)), held.data(all.map((pair) => pair.value))]
      const child = make({ type: entries, length: all.length, nullCount: 0, children })
      return make({ type, ...validity(values), valueOffsets, child })
    }
  }
}

const unions = (tags: ReadonlyArray<string>, columns: ReadonlyArray<ArrowColumn>): ArrowColumn => {
  const type = new Arrow.SparseUnion(
    columns.map((_, i) => i),
    columns.map((column, i) => field(tags[i]!, column))
  )
  return {
    type,
    data: (values) => {
      const typeIds = Int8Array.from(values, (value) => (value instanceof DuckDBUnionValue ? tags.indexOf(value.tag) : 0))
      const children = columns.map((column, i) =>
        column.data(values.map((value) => (value instanceof DuckDBUnionValue && value.tag === tags[i] ? value.value : null)))
      )
      return make({ type, length: values.length, nullCount: 0, typeIds, children })
    }
  }
}

/** An ENUM: numbers into its list of names, which is written once. */
const enums = ({ values: names, valueIndexes }: DuckDBEnumType): ArrowColumn => {
  const dictionary = Arrow.makeVector(text().data(names) as never) as Arrow.Vector
  const type = new Arrow.Dictionary(new Arrow.Utf8(), new Arrow.Int32())
  return {
    type,
    data: (values) => {
      const data = Int32Array.from(values, (value) => (typeof value === "string" ? valueIndexes[value]! : 0))
      return make({ type, ...validity(values), data, dictionary })
    }
  }
}

const dayOf = momentOf("days")
const microsecond = momentOf("micros")

const SCALARS: Readonly<Partial<Record<DuckDBTypeId, () => ArrowColumn>>> = {
  [DuckDBTypeId.SQLNULL]: () => numbers(new Arrow.Int32(), (length) => new Int32Array(length)),
  [DuckDBTypeId.BOOLEAN]: () => booleans,
  [DuckDBTypeId.TINYINT]: () => numbers(new Arrow.Int8(), (length) => new Int8Array(length)),
  [DuckDBTypeId.SMALLINT]: () => numbers(new Arrow.Int16(), (length) => new Int16Array(length)),
  [DuckDBTypeId.INTEGER]: () => numbers(new Arrow.Int32(), (length) => new Int32Array(length)),
  [DuckDBTypeId.BIGINT]: () => longs(new Arrow.Int64(), bigintOf),
  [DuckDBTypeId.UTINYINT]: () => numbers(new Arrow.Uint8(), (length) => new Uint8Array(length)),
  [DuckDBTypeId.USMALLINT]: () => numbers(new Arrow.Uint16(), (length) => new Uint16Array(length)),
  [DuckDBTypeId.UINTEGER]: () => numbers(new Arrow.Uint32(), (length) => new Uint32Array(length)),
  [DuckDBTypeId.UBIGINT]: () => longs(new Arrow.Uint64(), bigintOf, true),
  [DuckDBTypeId.HUGEINT]: () =>
    longs(
      new Arrow.Int64(),
      narrow((value) => BigInt.asIntN(64, value) === value)
    ),
  [DuckDBTypeId.UHUGEINT]: () =>
    longs(
      new Arrow.Uint64(),
      narrow((value) => BigInt.asUintN(64, value) === value),
      true
    ),
  [DuckDBTypeId.FLOAT]: () => numbers(new Arrow.Float32(), (length) => new Float32Array(length)),
  [DuckDBTypeId.DOUBLE]: () => numbers(new Arrow.Float64(), (length) => new Float64Array(length)),
  [DuckDBTypeId.VARCHAR]: () => text(),
  [DuckDBTypeId.BLOB]: () =>
    bytes(new Arrow.Binary(), (value) => (value instanceof DuckDBBlobValue ? value.bytes : new Uint8Array())),
  [DuckDBTypeId.DATE]: () =>
    numbers(
      new Arrow.DateDay(),
      (length) => new Int32Array(length),
      (value) => Number(dayOf(value))
    ),
  [DuckDBTypeId.TIME]: () => longs(new Arrow.TimeMicrosecond(), countOf("micros")),
  [DuckDBTypeId.TIME_NS]: () => longs(new Arrow.TimeNanosecond(), countOf("nanos")),
  [DuckDBTypeId.TIMESTAMP]: () => longs(new Arrow.TimestampMicrosecond(), microsecond),
  [DuckDBTypeId.TIMESTAMP_TZ]: () => longs(new Arrow.TimestampMicrosecond("UTC"), microsecond),
  [DuckDBTypeId.TIMESTAMP_S]: () => longs(new Arrow.TimestampSecond(), momentOf("seconds")),
  [DuckDBTypeId.TIMESTAMP_MS]: () => longs(new Arrow.TimestampMillisecond(), momentOf("millis")),
  [DuckDBTypeId.TIMESTAMP_NS]: () => longs(new Arrow.TimestampNanosecond(), momentOf("nanos")),
  [DuckDBTypeId.INTERVAL]: () => intervals
}

/** The Arrow column for results of a type. */
export const arrowColumn = (type: DuckDBType): ArrowColumn => {
  if (type instanceof DuckDBListType) return lists(arrowColumn(type.valueType))
  if (type instanceof DuckDBArrayType) return arrays(arrowColumn(type.valueType), type.length)
  if (type instanceof DuckDBStructType) return structs(fieldNames(type), type.entryTypes.map(arrowColumn))
  if (type instanceof DuckDBMapType) return maps(arrowColumn(type.keyType), arrowColumn(type.valueType))
  if (type instanceof DuckDBUnionType) return unions(type.memberTags, type.memberTypes.map(arrowColumn))
  if (type instanceof DuckDBEnumType) return enums(type)
  if (type instanceof DuckDBDecimalType)
    return decimals(type.width, type.scale, (value) => {
      const digits: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "value") : 0n
      return typeof digits === "bigint" ? digits : 0n
    })
  const known = SCALARS[type.typeId]
  if (known !== undefined) return known()
  return text((value) => {
    const plain = plainValue(value, type)
    return typeof plain === "string" ? plain : jsonText(plain)
  })
}
