/**
 * Values of Parquet columns as they were written: text strictly UTF-8, decimals by their digits, single-precision numbers by the
 * digits that they were written with. The library would put question marks, round, and add digits.
 */

import type { FileMetaData, SchemaElement } from "hyparquet"

import { WrittenNumber } from "../Dataset.ts"
import type { RawRow } from "./RawRow.ts"
import { strictText } from "./text.ts"

/** In place of a text: what is wrong with its bytes. */
class NoText {
  readonly problem: string
  constructor(problem: string) {
    this.problem = problem
  }
}

const textOf = (bytes: Uint8Array | undefined): string | NoText | undefined => {
  if (bytes === undefined) return undefined
  const decoded = strictText(bytes)
  return "text" in decoded ? decoded.text : new NoText(decoded.problem)
}

/** For the library: how bytes become values. */
export const parsers = { stringFromBytes: textOf, jsonFromBytes: textOf }

type Conversion = (value: unknown) => unknown

/**
 * The conversions of the columns that need one, by name. The library is made to leave these alone: in `metadata` they are columns
 * of plain numbers or bytes from now on.
 */
export const takeConversions = (metadata: FileMetaData): ReadonlyMap<string, Conversion> => {
  const found = new Map<string, Conversion>()
  for (const element of metadata.schema) {
    const { name, type, converted_type, logical_type, scale = 0 } = element
    if (converted_type === "DECIMAL" || logical_type?.type === "DECIMAL") {
      if (type === "BYTE_ARRAY") continue
      found.set(name, (value) => decimal(value, scale))
      leaveAlone(element)
    } else if (type === "FLOAT") found.set(name, (value) => (typeof value === "number" ? shortest(value) : value))
  }
  return found
}

const leaveAlone = (element: SchemaElement): void => {
  delete element.converted_type
  delete element.logical_type
}

/** An unscaled integer (its bytes, the first the highest) as the decimal that it stands for. */
const decimal = (value: unknown, scale: number): unknown => {
  const whole =
    value instanceof Uint8Array
      ? BigInt.asIntN(
          8 * value.length,
          value.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
        )
      : typeof value === "number" || typeof value === "bigint"
        ? BigInt(value)
        : null
  if (whole === null) return value
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, "0")
  const sign = whole < 0n ? "-" : ""
  return new WrittenNumber(scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`)
}

/** The fewest digits that give this single-precision number: 0.1 and not 0.10000000149011612. */
const shortest = (value: number): number => {
  for (let precision = 6; precision < 9; precision++) {
    const short = Number(value.toPrecision(precision))
    if (Math.fround(short) === value) return short
  }
  return value
}

/** A record of the library as a row. */
export const parquetRow = (
  row: number,
  record: Readonly<Record<string, unknown>>,
  conversions: ReadonlyMap<string, Conversion>
): RawRow => {
  for (const [field, value] of Object.entries(record)) if (value instanceof NoText) return { row, field, problem: value.problem }
  if (conversions.size === 0) return { row, record }
  const converted = Object.entries(record).map(([name, value]) => [name, conversions.get(name)?.(value) ?? value])
  return { row, record: Object.fromEntries(converted) as Readonly<Record<string, unknown>> }
}
