/**
 * An artifact that is being made: the writers that a stage is given, and what makes files in the store of what it wrote. Rows
 * gather in the attempt's folder `output`, so that a resumed attempt goes on where the last checkpoint was.
 */

import * as path from "node:path"

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { openTable } from "../../store/arrow/TableReader.ts"
import { type FinishedTable, TableWriter } from "../../store/arrow/TableWriter.ts"
import { discard, remove, temporaryName } from "../../store/disk/calls.ts"
import { makeFolder } from "../../store/disk/make-folder.ts"
import { canonicalJson } from "../../store/objects/digest.ts"
import { ArtifactInvalid, type Manifest, Store, StoreFailed } from "../../store/objects/Store.ts"
import type { Kind } from "../../store/schema/Kind.ts"
import type { Table } from "../../store/schema/Table.ts"
import { errorText } from "../../text/error-text.ts"
import { systemProblem } from "../../text/system-problem.ts"
import * as Checkpoints from "../Checkpoints.ts"

type Tables = ReadonlyMap<string, TableWriter<any>>

/** Is told of a row of a table: its place, and its values by column. */
export type OnRow = (table: Table.Any, row: number, values: Readonly<Record<string, unknown>>) => void

/** Where an attempt begins: its last checkpoint, null on a fresh start, and the tables as they then were. */
interface Beginning {
  readonly saved: ReturnType<typeof Checkpoints.readCheckpoint>
  readonly tables: Tables
}

/** The last checkpoint of an attempt. One that cannot be used is reported to `warn`, and everything is new. */
export const beginOutput = (kind: Kind.Any, attempt: string, warn: (line: string) => void): Beginning => {
  const folder = path.join(attempt, Checkpoints.OUTPUT)
  const saved = Checkpoints.readCheckpoint(attempt, warn)
  if (saved !== null) {
    try {
      return { saved, tables: tablesOf(kind, (name, table) => TableWriter.resume(table, folder, saved.rows[name] ?? 0)) }
    } catch (cause) {
      // Where the disk only does not give it out for the moment, the hours in it are not thrown away.
      if (systemProblem(cause) !== null) throw cause
      warn(`The checkpoint in ${attempt} cannot be used (${errorText(cause)}); starting over.`)
    }
  }
  remove(path.join(attempt, Checkpoints.CHECKPOINT))
  remove(folder)
  // Documents alone need none, and of ten thousand small nodes most are no more than that.
  if (Object.keys(kind.tables).length > 0) makeFolder(folder)
  return { saved: null, tables: tablesOf(kind, (_, table) => TableWriter.open(table, folder)) }
}

const tablesOf = (kind: Kind.Any, writer: (name: string, table: Kind.Any["tables"][string]) => TableWriter<any>): Tables =>
  new Map(Object.entries(kind.tables).map(([name, table]) => [name, writer(name, table)]))

export interface Output {
  /** By table and document: what the stage writes with. */
  readonly writers: Readonly<Record<string, unknown>>
  /** Makes every row so far durable; rows by table. */
  readonly save: () => Readonly<Record<string, number>>
  /** Checks what was written against the kind and takes it into the store. */
  readonly finish: Effect.Effect<Manifest, ArtifactInvalid | StoreFailed, Store>
}

/**
 * An output of this kind over its tables. A row or document that the kind does not allow is `ArtifactInvalid`. `onRow` is told of
 * the rows that are there, and then of each that is appended; not of those that come as columns.
 */
export const openOutput = (kind: Kind.Any, attempt: string, tables: Tables, onRow?: OnRow): Output => {
  const documents = new Map<string, string>()
  const invalid = (part: string) => (cause: unknown) => {
    const machine = systemProblem(cause)
    if (machine !== null) return new StoreFailed({ path: attempt, problem: machine, machine: true })
    return new ArtifactInvalid({ kind: kind.name, part, problem: errorText(cause) })
  }
  const writers: Record<string, unknown> = {}
  for (const [name, writer] of tables) {
    writers[name] = tableOutput(writer, invalid(name), onRow)
    if (onRow === undefined) continue
    let at = 0
    for (const row of writer.storedRows()) onRow(writer.table, at++, row)
  }
  for (const [name, schema] of Object.entries(kind.documents))
    writers[name] = documentOutput(name, schema, (json) => documents.set(name, json), invalid(name))

  const finish = Effect.gen(function* () {
    const store = yield* Store
    const keptTables: Record<string, Manifest["tables"][string]> = {}
    for (const [name, writer] of tables) {
      if (kind.tables[name]?.optional === true && writer.rows === 0) continue
      const file = temporaryName(path.join(attempt, Checkpoints.OUTPUT))
      const { rows, bytes, sha256 } = yield* Effect.try({ try: () => finished(writer, file), catch: invalid(name) })
      yield* store.keepFile(file, sha256).pipe(Effect.onError(() => Effect.sync(() => discard(file))))
      keptTables[name] = { file: sha256, rows, bytes }
    }
    const keptDocuments: Record<string, Manifest["documents"][string]> = {}
    for (const name of Object.keys(kind.documents)) {
      const json = documents.get(name)
      if (json === undefined) return yield* invalid(name)("the stage ended without writing this document")
      keptDocuments[name] = { file: yield* store.keepBytes(json), bytes: Buffer.byteLength(json) }
    }
    return { kind: kind.name, tables: keptTables, documents: keptDocuments }
  })

  const save = () =>
    Object.fromEntries(
      [...tables].map(([name, writer]) => {
        writer.checkpoint()
        return [name, writer.rows]
      })
    )
  return { writers, save, finish }
}

/** Writes a table's one file and reads its layout back. On failure there is none. */
const finished = (writer: TableWriter<any>, file: string): FinishedTable => {
  try {
    const written = writer.finish(file)
    const { rows } = openTable(writer.table, file)
    if (rows !== written.rows) throw new Error(`${written.rows} rows were written and ${rows} read back`)
    return written
  } catch (cause) {
    discard(file)
    throw cause
  }
}

/** A `TableOutput` as the stage sees it; see Stage.ts. */
const tableOutput = (
  writer: TableWriter<any>,
  invalid: (cause: unknown) => ArtifactInvalid | StoreFailed,
  onRow: OnRow | undefined
) => ({
  append: (row: any) =>
    Effect.try({
      try: () => {
        writer.append(row)
        onRow?.(writer.table, writer.rows - 1, row)
      },
      catch: invalid
    }),
  appendColumns: (columns: any) => Effect.try({ try: () => writer.appendColumns(columns), catch: invalid }),
  rows: () => writer.rows
})

/** A `DocumentOutput` as the stage sees it; written twice, the last one counts. */
const documentOutput = (
  name: string,
  schema: Schema.Codec<any, any>,
  keep: (json: string) => void,
  invalid: (cause: unknown) => ArtifactInvalid | StoreFailed
) => ({
  write: (value: unknown) =>
    Effect.suspend(() => Schema.encodeUnknownEffect(Schema.toCodecJson(schema))(value)).pipe(
      Effect.flatMap((plain) => Effect.try({ try: () => keep(canonicalJson(plain, name)), catch: (cause) => cause })),
      Effect.mapError(invalid)
    )
})
