/**
 * What a source of real data is: where its files lie, how a record of them becomes a row, and what it may be used for.
 *
 * A source has splits; a split has layouts, the ways in which its files are found in the wild (the Hugging Face
 * repository, the authors' own repository), each with its own field map. The sources themselves are in registry.ts. Rows
 * of all sources have one shape.
 */

import { visible } from "../text/visible.ts"

/** One problem, or one document of running text. */
export interface DatasetRow {
  /** Name of the source in the registry. */
  readonly source: string
  /** File the row comes from, relative to the folder of the source. */
  readonly file: string
  /** Index of the record in its file, from 0. */
  readonly row: number
  /** The source's own id where it has one, else `file#row`. */
  readonly id: string
  /** Empty for running text. */
  readonly question: string
  /** Solution as published, or the running text; empty where a source has none. */
  readonly solution: string
  /** Canonical text of the answer (answers.ts); null where the source states none. */
  readonly answer: string | null
}

/** Whether rows may be trained on. */
export type Role = "training" | "evaluation"

export interface Source {
  readonly name: string
  /** One line: what it is. */
  readonly about: string
  /** `problems` have a question; `text` has only running text. */
  readonly kind: "problems" | "text"
  /** What its answers are: where all are numbers, one that is none is a mistake. */
  readonly answers: "numbers" | "mathematics"
  /** Repository on the Hugging Face hub. */
  readonly hub: string
  /** Where else it is published. */
  readonly url?: string
  readonly licence: string
  readonly splits: Readonly<Record<string, SplitSource>>
}

export interface SplitSource {
  readonly role: Role
  /** Tried in this order; the first with any file counts. */
  readonly layouts: ReadonlyArray<Layout>
}

export interface Layout {
  /** Paths inside the folder of the source; `*` stands for any characters but a slash. */
  readonly globs: ReadonlyArray<string>
  /** Files that lie beside the wanted ones and are left out, with the reason: reported, never silent. */
  readonly excluded?: { readonly globs: ReadonlyArray<string>; readonly why: string }
  /** Repository on the hub whose layout this is, where it is not the source's own. */
  readonly hub?: string
  readonly fields: FieldMap
}

/** How a record becomes a row. */
export interface FieldMap {
  /** Every field that `row` and `keep` read: what a Parquet reader has to decode, and what each record must have. */
  readonly columns: ReadonlyArray<string>
  /** Rows for which this is false are left out and counted. */
  readonly keep?: { readonly why: string; readonly test: (fields: Fields) => boolean }
  readonly row: (fields: Fields) => RowContent
  /** Whether a row without an answer is a fault (evaluation sets) or merely counted (training text). */
  readonly answer: "required" | "optional" | "none"
}

export interface RowContent {
  readonly id?: string
  readonly question: string
  readonly solution: string
  /** As the source states it; the loader makes it canonical. */
  readonly answer: string | number | bigint | null
}

/** A number that a double would make another number of, by its digits. */
export class WrittenNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Characters of a text, at most: no known row comes near this, and what works on texts would take hours over more. */
const LONGEST_TEXT = 2 ** 24

/** The fields of one record. Reading one that is missing, empty or of another type throws FieldFault. */
export interface Fields {
  /** Text that is not blank. */
  readonly text: (name: string) => string
  /** A text, a number or null, as it is. */
  readonly scalar: (name: string) => string | number | bigint | null
  readonly boolean: (name: string) => boolean
}

/** A field that cannot be used; becomes DatasetRowInvalid or is counted, as the loader was told. */
export class FieldFault extends Error {
  readonly field: string
  constructor(field: string, problem: string) {
    super(problem)
    this.field = field
  }
}

const typeWords = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "a list"
      : value instanceof WrittenNumber
        ? "a number"
        : typeof value === "object"
          ? "an object"
          : `a ${typeof value}`

/** The fields of a record as a source's field map reads them. */
export const fieldsOf = (record: Readonly<Record<string, unknown>>): Fields => {
  const present = (name: string): unknown => {
    const value = Object.hasOwn(record, name) ? record[name] : undefined
    if (value !== undefined) return value
    const there = Object.keys(record).slice(0, 20).join(", ").slice(0, 200)
    throw new FieldFault(name, `is missing; the record has ${visible(there) || "no fields"}`)
  }
  const wrongType = (name: string, value: unknown, wanted: string): never => {
    throw new FieldFault(name, `is ${typeWords(value)}, not ${wanted}`)
  }
  /** A text that a table can hold. */
  const storable = (name: string, value: string): string => {
    if (value.length > LONGEST_TEXT)
      throw new FieldFault(name, `has ${value.length} characters, and ${LONGEST_TEXT} are the most that a text may have`)
    if (value.isWellFormed()) return value
    const at = value.search(/\p{Cs}/u)
    const half = value.charCodeAt(at).toString(16)
    throw new FieldFault(name, `holds half a surrogate pair (\\u${half} at character ${at}), which is no text`)
  }
  return {
    text: (name) => {
      const value = present(name)
      if (typeof value !== "string") return wrongType(name, value, "text")
      if (value.trim() === "") throw new FieldFault(name, "is empty")
      return storable(name, value)
    },
    scalar: (name) => {
      const value = present(name)
      if (typeof value === "string") return storable(name, value)
      if (value instanceof WrittenNumber) return value.text
      if (value === null || typeof value === "number" || typeof value === "bigint") return value
      return wrongType(name, value, "text or a number")
    },
    boolean: (name) => {
      const value = present(name)
      return typeof value === "boolean" ? value : wrongType(name, value, "true or false")
    }
  }
}
