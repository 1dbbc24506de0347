/**
 * Runs a graph: one fiber a node, each waiting for its inputs, asking the planner, and then computing or taking what is there. A
 * failed node fails its dependants as skipped; independent branches finish. Interrupted, running stages are asked to checkpoint
 * and leave. What the planner would refuse had it known what the run has found out ends the run in the same way.
 */

import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import { type ActionRecord, type Component, Store, type StoreFailed } from "../../store/objects/Store.ts"
import { holderOf } from "../../store/presence/Lease.ts"
import { newToken, type Observer } from "../../store/presence/Presence.ts"
import { Stopped } from "../Checkpoints.ts"
import { beginningOf, type Shorter, shorterNodes } from "../foresight/continuation.ts"
import { foreseen } from "../foresight/foreseen.ts"
import { priorityOf } from "../foresight/schedule.ts"
import { type Graph, type GraphNode, wiredNodes } from "../graph.ts"
import { inputsAgree, type OriginOf, originsIn } from "../inputs-agree.ts"
import { decide, type Decision, type Earlier, lookBack, type PlanOptions } from "../Planner.ts"
import type { WiredInput } from "../Stage.ts"
import { inStore, lookOut } from "./come-in.ts"
import type { Executor, Happening, Placement, StageRequest } from "./Executor.ts"
import { NodeFailed, nodeFailed } from "./NodeFailed.ts"
import { places, type Slots } from "./Slots.ts"

export interface RunOptions extends PlanOptions {
  /** Who may start, and with how many threads. */
  readonly slots: Slots
  readonly placement: Omit<Placement, "threads">
  readonly execute: Executor
  readonly watch: (happening: Happening) => void
}

export interface RunResult {
  readonly status: "succeeded" | "failed" | "interrupted"
  /** Artifact digest of each finished node. */
  readonly artifacts: ReadonlyMap<string, string>
  readonly failures: ReadonlyArray<NodeFailed>
}

/** A node that was not tried, because this one before it gave no artifact. */
class Skipped extends Schema.TaggedError<Skipped>()("Skipped", { because: Schema.String }) {}

/** Why a node has no artifact. */
type Ending = NodeFailed | Skipped | Stopped

/** A run that is going on. */
interface Running extends RunOptions {
  readonly graph: Graph
  /** Its nodes as the checks of their stages see them. */
  readonly wired: ReadonlyMap<string, WiredInput>
  /** For the stages that take no threads. */
  readonly light: Slots
  readonly priorities: ReadonlyMap<string, number>
  /** What nodes go on from, by id. */
  readonly shorter: ReadonlyMap<string, Shorter>
  readonly earlier: Effect.Effect<Earlier, StoreFailed>
  /** Where documents come from, whatever is there. */
  readonly origin: OriginOf
  /** Looks at those who compute what this run waits for. */
  readonly seen: Observer
  /** Nodes that have started and not ended. */
  readonly begun: Set<string>
  /** Whether anything is to be computed: settled when the first node is, or when all have been taken from the store. */
  readonly computes: Deferred.Deferred<boolean>
  /** What became of each node, by id: settled once, and waited for by the nodes that need it. */
  readonly outcomes: ReadonlyMap<string, Deferred.Deferred<ActionRecord, Ending>>
}

/** Artifact digests by the name of the input. */
type InputDigests = Readonly<Record<string, string>>

/**
 * Light stages that are under way at once. Each is known in the store meanwhile, and whoever comes in looks at all who are: of
 * thousands at once each would take as long as all of them.
 */
const MOST_LIGHT = 32

const all = { concurrency: "unbounded", discard: true } as const

/** Brings every node of a graph to its end. What happens to single nodes fails nothing here: it is in the result. */
export const run = Effect.fn("run")(function* (graph: Graph, options: RunOptions) {
  const outcomes = new Map<string, Deferred.Deferred<ActionRecord, Ending>>()
  for (const { id } of graph.nodes) outcomes.set(id, yield* Deferred.make<ActionRecord, Ending>())
  const running: Running = {
    ...options,
    graph,
    wired: wiredNodes(graph),
    outcomes,
    light: places(MOST_LIGHT),
    priorities: priorityOf(graph),
    shorter: shorterNodes(graph),
    earlier: yield* lookBack,
    origin: originsIn(graph, () => false),
    seen: yield* lookOut,
    begun: new Set(),
    computes: yield* Deferred.make<boolean>()
  }
  announce(running)
  const settled = Effect.forEach(graph.nodes, (node) => settle(running, node), all).pipe(
    Effect.ensuring(Deferred.succeed(running.computes, false))
  )
  yield* Effect.all([settled, foreseeAll(running)], all).pipe(Effect.ignore)
  return yield* summarise(running)
})

/** Tells the watcher of every node there is, before anything is done. */
const announce = ({ graph, watch }: Running): void => {
  for (const { id, identity, label, stage, params, inputs, studies } of graph.nodes) {
    const { name, output } = stage
    const planned = {
      event: "node-planned",
      node: id,
      identity,
      label,
      stage: name,
      kind: output.name,
      params,
      inputs
    } as const
    watch(studies === undefined ? planned : { ...planned, studies })
  }
}

/** Looks ahead of the nodes for what will end them, in a run that computes something: else there is nothing to be spared. */
const foreseeAll = (running: Running) =>
  Effect.flatMap(Deferred.await(running.computes), (computes) =>
    computes ? Effect.forEach(running.graph.nodes, (node) => foresee(running, node), all) : Effect.void
  )

/**
 * Fails as soon as it shows in what a node's inputs come from that they will not belong together, or in those that are there that
 * the stage will refuse them: the node's end is then known, unless it has come to the same one by itself.
 */
const foresee = (running: Running, node: GraphNode) => {
  const { origin, outcomes, wired, assumeUnchanged } = running
  const artifactOf = (input: string) =>
    Deferred.await(outcomes.get(node.inputs[input]!)!).pipe(
      Effect.map((action): string | null => action.output.digest),
      Effect.orElseSucceed(() => null)
    )
  return inputsAgree(node.stage, (input, document) =>
    Deferred.await(outcomes.get(origin(node.inputs[input]!, document))!).pipe(
      Effect.map((action): string | undefined => action.output.digest),
      // Without one of its inputs it is skipped.
      Effect.orElseSucceed(() => undefined)
    )
  ).pipe(
    // A result that is taken whatever the code has become since is not to be refused by it.
    Effect.andThen(assumeUnchanged.includes(node.stage.name) ? Effect.void : foreseen(node, wired, artifactOf)),
    Effect.mapError((error) => nodeFailed(node.label, error)),
    Effect.tapError((ending) => endWithout(running, node, ending))
  )
}

/** Makes known why a node has no artifact, to the watcher and to the nodes that wait for it; once. */
const endWithout = Effect.fnUntraced(function* ({ outcomes, watch }: Running, node: GraphNode, ending: Ending) {
  const outcome = outcomes.get(node.id)!
  if (yield* Deferred.isDone(outcome)) return
  watch(endingEvent(node, ending))
  yield* Deferred.fail(outcome, ending)
})

/** Follows one node to its end and makes that end known, to the watcher and to the nodes that wait for it. */
const settle = Effect.fnUntraced(function* (running: Running, node: GraphNode) {
  const outcome = running.outcomes.get(node.id)!
  const exit = yield* awaitInputs(running, node).pipe(
    // Its end may have been foreseen in the meantime.
    Effect.flatMap((inputs) =>
      Effect.flatMap(Deferred.isDone(outcome), (ended) => (ended ? Deferred.await(outcome) : obtain(running, node, inputs)))
    ),
    Effect.onInterrupt(() =>
      Effect.sync(() => {
        if (running.begun.has(node.id)) running.watch({ event: "node-stopped", node: node.id })
      })
    ),
    Effect.exit
  )
  if (Exit.isSuccess(exit)) return yield* Deferred.succeed(outcome, exit.value)
  if (Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.interrupt
  const error = Cause.squash(exit.cause)
  running.begun.delete(node.id)
  return yield* endWithout(
    running,
    node,
    error instanceof Skipped || error instanceof Stopped || error instanceof NodeFailed ? error : nodeFailed(node.label, error)
  )
})

const endingEvent = (node: GraphNode, ending: Ending): Happening => {
  if (ending instanceof Skipped) return { event: "node-skipped", node: node.id, because: ending.because }
  if (ending instanceof Stopped) return { event: "node-stopped", node: node.id }
  return { event: "node-failed", node: node.id, error: ending.problem, at: ending.at, log: ending.log }
}

/** Waits for what the node needs. One input that is not to be had skips it. */
const awaitInputs = Effect.fnUntraced(function* ({ graph, outcomes }: Running, node: GraphNode) {
  const inputs: Record<string, string> = {}
  for (const [name, id] of Object.entries(node.inputs)) {
    const upstream = yield* Effect.exit(Deferred.await(outcomes.get(id)!))
    if (Exit.isFailure(upstream)) return yield* new Skipped({ because: graph.byId.get(id)!.label })
    inputs[name] = upstream.value.output.digest
  }
  return inputs
})

/** Takes the node's action from the store or computes it; asks the planner again after another process has had the key. */
const obtain = Effect.fnUntraced(function* (running: Running, node: GraphNode, inputs: InputDigests) {
  for (;;) {
    const decision = yield* decide(node, inputs, running, running.earlier)
    switch (decision._tag) {
      case "cached":
        return takeCached(running, node, decision)
      case "run": {
        const action = yield* compute(running, node, inputs, decision)
        if (action !== null) return action
      }
    }
  }
})

const takeCached = (
  { watch, begun }: Running,
  node: GraphNode,
  decision: Extract<Decision, { readonly _tag: "cached" }>
): ActionRecord => {
  const { key, action, waived } = decision
  begun.delete(node.id)
  if (waived.length > 0) {
    const detail = waived.map(({ component }) => component).join(", ")
    watch({ event: "waived", node: node.id, detail, params: action.params })
  }
  watch({ event: "node-finished", node: node.id, key, artifact: action.output.digest, cached: true, seconds: 0 })
  return action
}

/** Waits for the end of a shorter node of the graph, where nothing in the store goes as far. */
const awaitShorter = Effect.fnUntraced(function* (
  { shorter, outcomes, watch }: Running,
  node: GraphNode,
  components: ReadonlyArray<Component>
) {
  const before = shorter.get(node.id)
  if (before === undefined) return
  const outcome = outcomes.get(before.node.id)!
  if (yield* Deferred.isDone(outcome)) return
  if ((yield* beginningOf(node, components)).shared >= before.extent.shared) return
  watch({ event: "note", node: node.id, line: `waits for ${before.node.label}, to go on from it` })
  yield* Effect.exit(Deferred.await(outcome))
})

/** Computes the node once threads are free for it; null when another process had the key, after waiting until it let go of it. */
const compute = Effect.fnUntraced(function* (
  running: Running,
  node: GraphNode,
  inputs: InputDigests,
  { key, components }: Pick<Extract<Decision, { readonly _tag: "run" }>, "key" | "components">
) {
  const { watch, slots, light, priorities, placement } = running
  yield* Deferred.succeed(running.computes, true)
  yield* awaitShorter(running, node, components)
  let started = 0
  const attempt = (threads: number) =>
    Effect.gen(function* () {
      // What others have come to while it waited for threads counts as well.
      const { continuation, words, passedOver } = yield* beginningOf(node, components)
      // Waiting for threads is not the node's time.
      started = performance.now()
      running.begun.add(node.id)
      watch({ event: "node-started", node: node.id, key })
      const { name: stage, module } = node.stage
      for (const line of [...passedOver, words]) if (line !== "") watch({ event: "note", node: node.id, line })
      const request: StageRequest = {
        key,
        attempt: newToken(),
        components,
        ...(continuation === null ? {} : { continues: continuation }),
        inputs,
        stage,
        module,
        params: node.params,
        placement: { ...placement, threads }
      }
      return yield* running.execute(node, request, watch)
    })
  const isLight = node.stage.resources.process === false
  const obtained = yield* (isLight ? light : slots).withThreads(priorities.get(node.id)!, attempt).pipe(
    Effect.catchTag("Busy", ({ pid, host }) => {
      watch({ event: "note", node: node.id, line: `process ${pid} on ${host} computes this already; waiting for it` })
      return Effect.as(awaitOther(running, key), null)
    }),
    Effect.catchTag("LeaseLost", () => {
      watch({
        event: "note",
        node: node.id,
        line: "another process took this over, since nothing was heard of ours; waiting for it"
      })
      return Effect.as(awaitOther(running, key), null)
    })
  )
  if (obtained === null) return null
  running.begun.delete(node.id)
  const { action, computed, queued } = obtained
  const cached = !computed
  // What a cluster takes until it begins is not the node's time either.
  const seconds = cached ? 0 : Math.max(0, (performance.now() - started) / 1000 - (queued ?? 0))
  const finished = { event: "node-finished", node: node.id, key, artifact: action.output.digest, cached, seconds } as const
  watch(cached || queued === undefined ? finished : { ...finished, queued })
  return action
})

/** How long to wait before looking again whether another process is done, at first and at most. */
const LOOK_MS = 300
const LOOK_MOST_MS = 5000

/** Waits while another process computes the key: until its record is there, or its lease has fallen free. */
const awaitOther = Effect.fnUntraced(function* ({ seen }: Running, key: string) {
  const store = yield* Store
  for (let pause = LOOK_MS; ; pause = Math.min(LOOK_MOST_MS, pause * 1.5)) {
    if ((yield* store.lookup(key)) !== null) return
    if ((yield* inStore(store.root, "looking at a lease", () => holderOf(seen, key))) === null) return
    yield* Effect.sleep(Math.min(pause, seen.machine.silence / 12))
  }
})

/** What the settled nodes come to. A failure outweighs a stop. */
const summarise = Effect.fnUntraced(function* ({ graph, outcomes }: Running) {
  const artifacts = new Map<string, string>()
  const failures: Array<NodeFailed> = []
  let stopped = false
  for (const { id } of graph.nodes) {
    const settled = yield* Deferred.poll(outcomes.get(id)!)
    if (Option.isNone(settled)) continue
    const exit = yield* Effect.exit(settled.value)
    if (Exit.isSuccess(exit)) {
      artifacts.set(id, exit.value.output.digest)
      continue
    }
    const ending = Cause.squash(exit.cause)
    if (ending instanceof NodeFailed) failures.push(ending)
    if (ending instanceof Stopped) stopped = true
  }
  const result: RunResult = {
    status: failures.length > 0 ? "failed" : stopped ? "interrupted" : "succeeded",
    artifacts,
    failures
  }
  return result
})
