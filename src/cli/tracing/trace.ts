/** One completion traced to the data that its policy was made from. */

import * as Effect from "effect/Effect"

import { Evaluation } from "../../../schemas/evaluation.ts"
import { RlRun } from "../../../schemas/rl-run.ts"
import { ancestorsOf, type NodeRecord } from "../../catalog/tables/history.ts"
import { Store } from "../../store/objects/Store.ts"
import { Kind } from "../../store/schema/Kind.ts"
import { NotFound } from "../usage.ts"
import { type Rollout, rolloutOf, type Score, scoreOf, type Wanted } from "./completion.ts"
import {
  type Ancestor,
  attributedRows,
  attributionsOf,
  evaluatedPolicy,
  isMade,
  lineageOf,
  lineOfPolicies,
  type LinePolicy,
  type Made,
  type MixtureSource,
  mixtureOf,
  type RepeatedDocument,
  type SeenDocument,
  type SourceScore,
  sourcesOf,
  updatesWith
} from "./origin.ts"

/** A completion and where it comes from. */
export interface Trace {
  readonly run: string
  readonly node: string
  readonly label: string
  readonly table: "rollouts" | "scores"
  readonly completion: Rollout | Score
  readonly policies: ReadonlyArray<LinePolicy>
  readonly lineage: ReadonlyArray<Ancestor>
  readonly mixture: ReadonlyArray<MixtureSource>
  readonly sources: ReadonlyArray<SourceScore>
  readonly documents: ReadonlyArray<RepeatedDocument>
  readonly updates: ReadonlyArray<SeenDocument>
  /** Attributions of the node's completions, whether or not they have looked at this one. */
  readonly attributions: ReadonlyArray<string>
}

/** Traces a completion of a node. Fails with `NotFound` and `UsageError` where there is none such, and as the store does. */
export const traceOf = Effect.fnUntraced(function* (node: NodeRecord, wanted: Wanted) {
  const { label } = node
  if (!isMade(node)) return yield* new NotFound({ problem: `${label} has no result in this run.` })
  const { kind } = yield* (yield* Store).manifest(node.artifact)
  const [isRl, isEvaluation] = [Kind.isA(kind, RlRun), Kind.isA(kind, Evaluation)]
  if (!isRl && !isEvaluation) {
    const problem = `${label} is of kind ${kind}, which has no completions. Name a node of rl or evaluate.`
    return yield* new NotFound({ problem })
  }
  const attributions = yield* attributionsOf(node)
  const attributed = wanted.row === null ? yield* attributedRows(attributions) : new Set<number>()
  const behind = ancestorsOf(node).flatMap(({ node: at }) => (isMade(at) ? [at] : []))
  const { completion, digest } = isRl
    ? yield* Effect.map(rolloutOf(label, node.artifact, wanted, attributed), sampledBy)
    : yield* ofEvaluation(node, wanted, attributed)
  const { sources, documents } = yield* sourcesOf(attributions, completion.row)
  const trace: Trace = {
    run: node.run.run,
    node: node.node,
    label,
    table: isRl ? "rollouts" : "scores",
    completion,
    policies: digest === null ? [] : yield* lineOfPolicies(digest, [node, ...behind]),
    lineage: lineageOf(node),
    mixture: yield* mixtureOf(node),
    sources,
    documents,
    updates: yield* updatesWith(documents, behind),
    attributions: attributions.map((one) => one.node)
  }
  return trace
})

const sampledBy = (completion: Rollout) => ({ completion, digest: completion.policyDigest })

const ofEvaluation = Effect.fnUntraced(function* (node: Made, wanted: Wanted, attributed: ReadonlySet<number>) {
  const completion = yield* scoreOf(node.label, node.artifact, wanted, attributed)
  const policy = node.run.nodes.get(node.inputs["policy"] ?? "")
  const digest = policy !== undefined && isMade(policy) ? yield* evaluatedPolicy(policy, node.params["step"]) : null
  return { completion, digest }
})
