/** Opens an artifact as a stage's input. Nothing is computed from a damaged one. */

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { openTable } from "../../store/arrow/TableReader.ts"
import { readRegular } from "../../store/disk/inside.ts"
import { parseJson } from "../../store/disk/sealed.ts"
import { ArtifactCorrupt, Store } from "../../store/objects/Store.ts"
import { Kind } from "../../store/schema/Kind.ts"
import { errorText } from "../../text/error-text.ts"

/** A document may nest as deep as its schema likes, but not so deep that reading it ends the process. */
const DEEPEST_DOCUMENT = 500

/**
 * A reader over an artifact: each table opened, its columns read on first use, every file checked against its digest first,
 * documents decoded. Fails with `ArtifactCorrupt`.
 */
export const openArtifact = Effect.fnUntraced(function* (kind: Kind.Any, artifact: string) {
  const store = yield* Store
  const manifest = yield* store.manifest(artifact)
  const corrupt = (file: string, problem: string) => new ArtifactCorrupt({ artifact, file, problem })
  if (!Kind.isA(manifest.kind, kind)) return yield* corrupt(artifact, `is of kind ${manifest.kind}, not ${kind.name}`)
  const reader: Record<string, unknown> = { digest: artifact }
  for (const [name, table] of Object.entries(kind.tables)) {
    const entry = manifest.tables[name]
    if (entry === undefined) return yield* corrupt(artifact, `has no table ${name}`)
    const file = yield* store.verified(artifact, entry)
    reader[name] = yield* Effect.try({ try: () => openTable(table, file), catch: (cause) => corrupt(file, errorText(cause)) })
  }
  for (const [name, schema] of Object.entries(kind.documents)) {
    const entry = manifest.documents[name]
    if (entry === undefined) return yield* corrupt(artifact, `has no document ${name}`)
    const file = yield* store.verified(artifact, entry)
    const plain = yield* Effect.try({
      try: () => parseJson(readRegular(file, entry.bytes).toString("utf8"), DEEPEST_DOCUMENT),
      catch: (cause) => corrupt(file, errorText(cause))
    })
    reader[name] = yield* Schema.decodeUnknownEffect(Schema.toCodecJson(schema))(plain).pipe(
      Effect.mapError((problem) => corrupt(file, String(problem)))
    )
  }
  return reader
})
