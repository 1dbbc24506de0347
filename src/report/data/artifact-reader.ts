/**
 * Artifacts as a report reads them: one table at a time, checked against its digest, and never more than what is asked for, so
 * that the numbers of a run can be shown without hashing its weights and rollouts.
 */

import * as Effect from "effect/Effect"

import { Attribution } from "../../../schemas/attribution.ts"
import { Checkpoint } from "../../../schemas/checkpoint.ts"
import { Comparison } from "../../../schemas/comparison.ts"
import { Corpus } from "../../../schemas/corpus.ts"
import { Evaluation } from "../../../schemas/evaluation.ts"
import { RlRun } from "../../../schemas/rl-run.ts"
import { Store } from "../../store/objects/Store.ts"
import { isA, type Any as AnyKind } from "../../store/schema/Kind.ts"
import { artifactOf, type RunNode, type RunRecord } from "./RunRecord.ts"

/** What the stages of this house make, for nodes that made nothing. The stages themselves know, a floor above. */
const KIND_OF_STAGE: Readonly<Record<string, AnyKind>> = {
  mix: Corpus,
  pretrain: Checkpoint,
  sft: Checkpoint,
  rl: RlRun,
  evaluate: Evaluation,
  compare: Comparison,
  attribute: Attribution,
  "attribute-rollouts": Attribution
}

export type NodeKinds = (node: RunNode, kind: AnyKind) => boolean

/**
 * Tells what kind of artifact each node makes: its manifest says it; a node that made none, or whose manifest is damaged, is
 * judged by its siblings of the same stage and failing that by the stage's name.
 */
export const nodeKinds = Effect.fnUntraced(function* (record: RunRecord) {
  const store = yield* Store
  const ofStage = new Map(Object.entries(KIND_OF_STAGE).map(([stage, { name }]) => [stage, name]))
  const asked = new Set<string>()
  for (const node of record.nodes) {
    const artifact = artifactOf(node)
    if (artifact === null || asked.has(node.stage)) continue
    const manifest = yield* Effect.option(store.manifest(artifact))
    if (manifest._tag === "None") continue
    asked.add(node.stage)
    ofStage.set(node.stage, manifest.value.kind)
  }
  const is: NodeKinds = (node, kind) => isA(ofStage.get(node.stage) ?? "", kind)
  return is
})
