/**
 * Opens the parts of an artifact by the declaration of its kind. The one check of whether an artifact is what its kind says: for
 * stages that compute from it, and for a run that finds it in the store.
 */

import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import { errorText } from "../../text/error-text.ts"
import { openTable } from "../arrow/TableReader.ts"
import { readRegular } from "../disk/inside.ts"
import { parseJson, Unsound } from "../disk/sealed.ts"
import { damagedBy, type Manifest } from "../objects/records.ts"
import type { Soundness } from "../objects/Store.ts"
import { Kind } from "../schema/Kind.ts"

/** A document may nest as deep as its schema likes, but not so deep that reading it ends the process. */
const DEEPEST_DOCUMENT = 500

/**
 * By name, a reader over each table and the value of each document that the kind has, optional tables as far as they are there.
 * `pathOf`: where an object is, whose contents are taken to be what its name says. Throws `Damaged`, or `Unsound` of the artifact
 * itself.
 */
export const openParts = (kind: Kind.Any, output: Manifest, pathOf: (digest: string) => string): Record<string, unknown> => {
  if (!Kind.isA(output.kind, kind)) throw new Unsound({ problem: `is of kind ${output.kind}, not ${kind.name}` })
  const parts: Record<string, unknown> = {}
  for (const [name, table] of Object.entries(kind.tables)) {
    if (table.optional === true && !Object.hasOwn(output.tables, name)) continue
    const entry = partOf(output.tables, name, "table")
    parts[name] = saying(pathOf(entry.file), (file) => {
      const reader = openTable(table, file)
      if (reader.rows !== entry.rows)
        throw new Unsound({ problem: `holds ${reader.rows} rows where its manifest says ${entry.rows}` })
      return reader
    })
  }
  for (const [name, schema] of Object.entries(kind.documents)) {
    const { file, bytes } = partOf(output.documents, name, "document")
    parts[name] = saying(pathOf(file), (at) => documentIn(at, bytes, schema))
  }
  return parts
}

/** Whether an artifact is of exactly this kind, and each of its parts what the kind says. */
export const soundAs = (kind: Kind.Any): Soundness => ({
  name: kind.name,
  check: (output, pathOf) => {
    if (output.kind !== kind.name) throw new Unsound({ problem: `is of kind ${output.kind}, not ${kind.name}` })
    openParts(kind, output, pathOf)
  }
})

const partOf = <P>(parts: Readonly<Record<string, P>>, name: string, what: string): P => {
  const part = Object.hasOwn(parts, name) ? parts[name] : undefined
  if (part === undefined) throw new Unsound({ problem: `has no ${what} ${name}` })
  return part
}

/** What goes wrong is said of the file. */
const saying = <A>(file: string, open: (file: string) => A): A => {
  try {
    return open(file)
  } catch (cause) {
    throw damagedBy(file, cause)
  }
}

const documentIn = (file: string, bytes: number, schema: Schema.Codec<any, any>): unknown => {
  const plain = parseJson(readRegular(file, bytes).toString("utf8"), DEEPEST_DOCUMENT)
  const decoded = Schema.decodeUnknownResult(Schema.toCodecJson(schema))(plain)
  if (Result.isFailure(decoded))
    throw new Unsound({ problem: `is no such document: ${errorText(decoded.failure).replaceAll(/\s*\n\s*/g, " ")}` })
  return decoded.success
}
