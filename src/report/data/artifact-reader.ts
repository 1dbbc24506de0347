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
import { openTable, type TableReader } from "../../store/arrow/TableReader.ts"
import { ArtifactCorrupt, Store } from "../../store/objects/Store.ts"
import { isA, type Any as AnyKind } from "../../store/schema/Kind.ts"
import { errorText } from "../../text/error-text.ts"
import { artifactOf, type RunNode, type RunRecord } from "./RunRecord.ts"

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

/** What the stages of this house make, for nodes that made nothing. The stages themselves know, a floor above. */
const KIND_OF_STAGE: Readonly<Record<string, AnyKind>> = {
  mix: Corpus,
  pretrain: Checkpoint,
  sft: Checkpoint,
  rl: RlRun,
  evaluate: Evaluation,
  compare: Comparison,
  attribute: Attribution
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
