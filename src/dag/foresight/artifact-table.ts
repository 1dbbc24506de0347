/** One table of an artifact, without the others: what is shown or foreseen needs no more, and its file alone is checked. */

import * as Effect from "effect/Effect"

import { openTable, type TableReader } from "../../store/arrow/TableReader.ts"
import { ArtifactCorrupt, artifactCorrupt, Store } from "../../store/objects/Store.ts"
import { isA, type Any as AnyKind } from "../../store/schema/Kind.ts"

/** One table of an artifact of `kind` (or of a kind that extends it). */
export const openArtifactTable = Effect.fnUntraced(function* <K extends AnyKind, Name extends keyof K["tables"] & string>(
  kind: K,
  name: Name,
  artifact: string
) {
  const store = yield* Store
  const manifest = yield* store.manifest(artifact)
  const corrupt = (problem: string) => new ArtifactCorrupt({ artifact, file: store.objectPath(artifact), problem })
  if (!isA(manifest.kind, kind)) return yield* corrupt(`is of kind ${manifest.kind}, not ${kind.name}`)
  const entry = manifest.tables[name]
  if (entry === undefined) return yield* corrupt(`has no table ${name}`)
  const file = yield* store.readable(artifact, entry)
  // `name` is a key of the kind's tables; indexing a mapped type through a generic forgets that.
  const table = kind.tables[name] as K["tables"][Name]
  return yield* Effect.try({
    try: (): TableReader<K["tables"][Name]> => openTable(table, file),
    catch: (cause) => artifactCorrupt(artifact, file, cause)
  })
})
