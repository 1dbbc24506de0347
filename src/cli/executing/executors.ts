/** Where the stages of a run are computed: in this process, in children of it, or as jobs of a cluster. */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { costsOf } from "../../dag/foresight/costs.ts"
import { spentIn } from "../../dag/foresight/spent.ts"
import type { Graph, GraphNode } from "../../dag/graph.ts"
import { PACKAGE } from "../../dag/repository.ts"
import type { Executor } from "../../dag/running/Executor.ts"
import { places } from "../../dag/running/Slots.ts"
import type { EngineChoice } from "../../engine/select.ts"
import { ownVariables } from "../../machine/environment.ts"
import { Store } from "../../store/objects/Store.ts"
import { say } from "../output.ts"
import type { ClusterAsked } from "../run-flags.ts"
import { isUnderNohup } from "../signals.ts"

const LAUNCHER = path.join(PACKAGE, "bin/pipeline.mjs")

/** The stages of this repository. */
export const stageFiles = (): ReadonlyArray<string> =>
  fs.readdirSync(path.join(PACKAGE, "stages")).flatMap((file) => (file.endsWith(".ts") ? [file.slice(0, -3)] : []))

/** These, and those of a graph that are from elsewhere. */
export const stageNames = (graph: Graph): ReadonlyArray<string> => [
  ...new Set([...stageFiles(), ...graph.nodes.map(({ stage }) => stage.name)])
]

const isLight = ({ stage }: GraphNode): boolean => stage.resources.process === false

/**
 * Stages marked light run here, the others in a child process. Loaded on demand: a run that finds
 * everything cached executes nothing.
 */
export const localExecutor: Executor = (node, request, watch) =>
  Effect.gen(function* () {
    if (isLight(node)) {
      const { inProcessExecutor } = yield* Effect.promise(() => import("../../dag/running/in-process.ts"))
      return yield* inProcessExecutor()(node, request, watch)
    }
    const { childProcessExecutor } = yield* Effect.promise(() => import("../../dag/running/child-process.ts"))
    return yield* childProcessExecutor({ module: LAUNCHER, execArgv: [], stdin: isUnderNohup() ? "inherit" : "ignore" })(
      node,
      request,
      watch
    )
  })

/** How many wait to be submitted when the queue is full: what there is room for goes in one call. */
const WAITING = 1000

/** The same with jobs of a cluster for what is not light, and as many of them at once as the profile allows. */
export const clusterExecution = Effect.fnUntraced(function* (
  { executor, profile }: ClusterAsked,
  {
    graph,
    engine,
    run,
    detach
  }: { readonly graph: Graph; readonly engine: EngineChoice; readonly run: string; readonly detach: () => boolean }
) {
  const { clusterExecutor } = yield* Effect.promise(() => import("../../cluster/ClusterExecutor.ts"))
  const { slurm } = yield* Effect.promise(() => import("../../cluster/schedulers/slurm.ts"))
  const { launched } = yield* Effect.promise(() => import("../../cluster/schedulers/launched.ts"))
  const store = yield* Store
  const costOf = costsOf(graph, {
    actions: yield* store.actions,
    spent: spentIn(store.root),
    // Of whatever machine: about how long is enough, to tell what is short.
    host: "",
    sameEngine: ({ mode }) => mode === engine.mode
  })
  const onCluster = yield* clusterExecutor({
    profile,
    detach,
    now: () => performance.now(),
    run,
    say,
    scheduler: executor === "slurm" ? slurm(profile) : launched(profile),
    command: [profile.node ?? process.execPath, LAUNCHER],
    variables: ownVariables(),
    secondsOf: (node) => {
      const cost = costOf(node)
      // Of what cannot be scaled nothing is known.
      return cost === null || cost.basis.factor === null ? null : cost.seconds(profile.askedBy(node.stage.name).threads ?? 1)
    }
  })
  const execute: Executor = (node, request, watch) => (isLight(node) ? localExecutor : onCluster)(node, request, watch)
  return { execute, slots: places(profile.maxJobs + WAITING) }
})
