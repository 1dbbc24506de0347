/** Opens an artifact as a stage's input. Nothing is computed from a damaged one. */

import * as Effect from "effect/Effect"

import { type ArtifactCorrupt, artifactCorrupt, type Continuation, Store } from "../../store/objects/Store.ts"
import { Kind } from "../../store/schema/Kind.ts"
import { openParts } from "../../store/upkeep/open-parts.ts"
import type { Progress } from "../Progress.ts"

/**
 * A reader over an artifact: each table opened, its columns read on first use, every file checked against its digest first,
 * documents decoded. Fails with `ArtifactCorrupt`.
 */
export const openArtifact = Effect.fnUntraced(function* (kind: Kind.Any, artifact: string) {
  const store = yield* Store
  const manifest = yield* store.manifest(artifact)
  for (const name of Object.keys(kind.tables)) {
    const part = manifest.tables[name]
    if (part !== undefined) yield* store.verified(artifact, part)
  }
  for (const name of Object.keys(kind.documents)) {
    const part = manifest.documents[name]
    if (part !== undefined) yield* store.verified(artifact, part)
  }
  const parts = yield* Effect.try({
    try: () => openParts(kind, manifest, store.objectPath),
    catch: (cause) => artifactCorrupt(artifact, store.objectPath(artifact), cause)
  })
  return { ...parts, digest: artifact } as Readonly<Record<string, unknown>>
})

/** The same of a shorter result to go on from; null where it cannot be used, which is said: then the stage begins anew. */
export const openContinued = (kind: Kind.Any, { artifact }: Continuation, { note }: Pick<Progress, "note">) =>
  openArtifact(kind, artifact).pipe(
    Effect.catch((error: ArtifactCorrupt) =>
      Effect.as(note(`the shorter result cannot be continued: ${error.message} The stage begins anew.`), null)
    )
  )
