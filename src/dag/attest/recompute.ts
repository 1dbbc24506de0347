/**
 * Computes a recorded result again from its recorded inputs and compares the bytes. It happens in a store of its own in a scratch
 * folder, which holds copies of the inputs and nothing else: the store is only read.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { discard, temporaryName } from "../../store/disk/calls.ts"
import { makeFolder } from "../../store/disk/make-folder.ts"
import { Store, storeFailed } from "../../store/objects/Store.ts"
import { newToken } from "../../store/presence/Presence.ts"
import { type Difference, firstDifference } from "../../store/upkeep/difference.ts"
import { errorText } from "../../text/error-text.ts"
import type { GraphNode } from "../graph.ts"
import type { Executor, Happening, StageRequest } from "../running/Executor.ts"
import type { Recomputable } from "./recomputable.ts"

/** What became of it. */
export type Outcome =
  | { readonly _tag: "same" }
  | { readonly _tag: "different"; readonly digest: string; readonly difference: Difference }
  /** It could not be computed, or not be compared. */
  | { readonly _tag: "failed"; readonly problem: string }

export interface Surroundings {
  /** An empty folder, for this result alone. */
  readonly scratch: string
  readonly label: string
  readonly threads: number
  readonly execute: Executor
  readonly watch: (happening: Happening) => void
}

/** Computes one result again. What goes wrong is an outcome; only an interruption ends it. */
export const recompute = Effect.fnUntraced(function* (
  { record, stage, way }: Recomputable,
  { scratch, label, threads, execute, watch }: Surroundings
) {
  const theirs = yield* Store
  const { key, params, inputs, components } = record
  const node: GraphNode = { id: key, identity: key, label, stage, params, inputs: {} }
  const request: StageRequest = {
    key,
    attempt: newToken(),
    stage: stage.name,
    module: stage.module,
    params,
    inputs,
    components,
    // Nobody goes on from a checkpoint here.
    placement: { store: scratch, threads, checkpointSeconds: 1e9, services: way.services }
  }
  const again = Effect.gen(function* () {
    const ours = yield* Store
    for (const input of new Set(Object.values(inputs))) yield* copyArtifact(theirs, ours, input)
    const { action } = yield* execute(node, request, watch)
    const { digest } = action.output
    if (digest === record.output.digest) return { _tag: "same" } satisfies Outcome
    const difference = yield* firstDifference(
      stage.output,
      { store: theirs, artifact: record.output.digest },
      { store: ours, artifact: digest }
    ).pipe(
      Effect.catch((error) =>
        Effect.succeed<Difference>({ where: `something (${errorText(error)})`, first: record.output.digest, second: digest })
      )
    )
    return { _tag: "different", digest, difference } satisfies Outcome
  })
  return yield* again.pipe(
    Effect.provide(Store.layer(scratch, () => {})),
    Effect.catch((error) => Effect.succeed<Outcome>({ _tag: "failed", problem: errorText(error) })),
    Effect.ensuring(Effect.sync(() => discard(scratch)))
  )
})

/** Copies an artifact into another store, each file after its contents were found to be what its name says. */
const copyArtifact = Effect.fnUntraced(function* (from: typeof Store.Service, to: typeof Store.Service, artifact: string) {
  const manifest = yield* from.manifest(artifact)
  const parts = [...Object.values(manifest.tables), ...Object.values(manifest.documents)]
  for (const part of parts) {
    const file = yield* from.verified(artifact, part)
    const copy = yield* Effect.try({
      try: () => copied(file, path.join(to.root, "copies")),
      catch: (cause) => storeFailed(to.root, "copying an input", cause)
    })
    yield* to.keepFile(copy, part.file)
  }
  const text = yield* Effect.try({
    try: () => fs.readFileSync(from.objectPath(artifact)),
    catch: (cause) => storeFailed(from.root, "reading an input", cause)
  })
  yield* to.keepBytes(text)
})

const copied = (file: string, folder: string): string => {
  makeFolder(folder)
  const copy = temporaryName(folder)
  fs.copyFileSync(file, copy, fs.constants.COPYFILE_FICLONE)
  return copy
}
