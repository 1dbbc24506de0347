/**
 * What every reader gives: records with their index in the file, or why there is none at that index.
 *
 * A reader is a generator of batches in constant memory. What is wrong with one record is told in its place and reading goes on;
 * what is wrong with the file (truncated, not of its format) is thrown as DatasetFileCorrupt.
 */

import { WrittenNumber } from "../Dataset.ts"

export type RawRow =
  | { readonly row: number; readonly record: Readonly<Record<string, unknown>> }
  | { readonly row: number; readonly field: string; readonly problem: string }

export interface ReadRequest {
  readonly path: string
  /** First row wanted; earlier ones are skipped as cheaply as the format allows. */
  readonly from: number
  /** Fields wanted; a reader may give more. */
  readonly columns: ReadonlyArray<string>
}

export type Reader = (request: ReadRequest) => AsyncGenerator<ReadonlyArray<RawRow>>

/** A parsed value as a row: records are objects. */
export const asRow = (row: number, value: unknown): RawRow =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof WrittenNumber)
    ? { row, record: value as Record<string, unknown> }
    : { row, field: "", problem: `is ${Array.isArray(value) ? "a list" : shown(value).slice(0, 40)}, not an object` }

const shown = (value: unknown): string => (value instanceof WrittenNumber ? value.text : (JSON.stringify(value) ?? "nothing"))
