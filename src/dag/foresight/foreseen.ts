/** What the inputs of a node tell of it before it is reached (`foresee` of its stage), in a plan and during a run. */

import * as Effect from "effect/Effect"

import { Store } from "../../store/objects/Store.ts"
import type { Any as AnyKind } from "../../store/schema/Kind.ts"
import { type GraphNode, wiredInputs } from "../graph.ts"
import type { WiredInput } from "../Stage.ts"
import { openArtifactTable } from "./artifact-table.ts"

/** Gives the artifact of an input, once it is there; null: there is none. */
type ArtifactOf = (input: string) => Effect.Effect<string | null>

/** Sentences for whoever plans; fails where the node will fail. `wired` are the nodes of its graph (`wiredNodes`). */
export const foreseen = Effect.fnUntraced(function* (
  node: GraphNode,
  wired: ReadonlyMap<string, WiredInput>,
  artifactOf: ArtifactOf
) {
  const { foresee, inputs } = node.stage
  if (foresee === null) return []
  const store = yield* Store
  const open = (input: string, table: string) =>
    artifactOf(input).pipe(
      Effect.flatMap((artifact) =>
        artifact === null ? Effect.succeed(null) : openArtifactTable<AnyKind, string>(inputs[input]!, table, artifact)
      ),
      // What cannot be read is an error of whoever computes with it, and tells nothing here.
      Effect.orElseSucceed(() => null),
      Effect.provideService(Store, store)
    )
  return yield* foresee(node.params, wiredInputs(node, wired), open)
})
