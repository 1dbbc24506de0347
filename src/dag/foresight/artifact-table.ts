/** One table of an artifact, without the others: what is shown or foreseen needs no more, and its file alone is checked. */

import * as Effect from "effect/Effect"

import { openTable, type TableReader } from "../../store/arrow/TableReader.ts"
import { ArtifactCorrupt, Store } from "../../store/objects/Store.ts"
import { isA, type Any as AnyKind } from "../../store/schema/Kind.ts"
import { errorText } from "../../text/error-text.ts"

/** One table of an artifact of `kind` (or of a kind that extends it). */
export const openArtifactTable = Effect.fnUntraced(function* <K extends AnyKind, Name extends keyof K["tables"] & string>(
  kind: K,
  name: Name,
  artifact: string
) {
  const store = yield* Store
  const manifest = yield* store.manifest(artifact)
  const corrupt = (file: string, problem: string) => new ArtifactCorrupt({ artifact, file, problem })
  if (!isA(manifest.kind, kind)) return yield* corrupt(artifact, `is of kind ${manifest.kind}, not ${kind.name}`)
  const entry = manifest.tables[name]
  if (entry === undefined) return yield* corrupt(artifact, `has no table ${name}`)
  const file = yield* store.readable(artifact, entry)
  // `name` is a key of the kind's tables; indexing a mapped type through a generic forgets that.
  const table = kind.tables[name] as K["tables"][Name]
  return yield* Effect.try({
    try: (): TableReader<K["tables"][Name]> => openTable(table, file),
    catch: (cause) => corrupt(file, errorText(cause))
  })
})
