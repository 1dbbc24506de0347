/**
 * When nodes start and with how many threads: the rules by which a run hands threads out, and what comes of them where it is
 * known how long each node takes.
 */

import { maximumOf } from "../../lists/large.ts"
import { priorityQueue } from "../../lists/priority-queue.ts"
import { type Graph, type GraphNode, lineageParams } from "../graph.ts"
import { paramsAlong, paramsAsked } from "./params-along.ts"

/**
 * The threads that the most urgent of `waiting` nodes gets; 0: it waits on. One that starts while nothing else runs or waits gets
 * every thread: results do not depend on their number.
 */
export const threadsGiven = (free: number, total: number, waiting: number): number =>
  free === 0 || waiting === 0 ? 0 : free === total && waiting === 1 ? total : 1

/** The work that hangs on each node, itself included: the longest chain of costs to the end. The most urgent starts first. */
export const priorityOf = (graph: Graph): ReadonlyMap<string, number> => {
  const priority = new Map<string, number>()
  /** The most that hangs on a node beyond itself, as far as its users are known. */
  const after = new Map<string, number>()
  const paramOf = paramsAlong(graph)
  const allOf = (node: GraphNode) => () => lineageParams(node, (id) => graph.byId.get(id))
  for (const node of graph.nodes.toReversed()) {
    const cost = node.stage.resources.cost?.(paramsAsked((name) => paramOf(node, name), allOf(node))) ?? 1
    const whole = cost + (after.get(node.id) ?? 0)
    priority.set(node.id, whole)
    for (const input of Object.values(node.inputs)) after.set(input, Math.max(whole, after.get(input) ?? 0))
  }
  return priority
}

/** From when to when a node runs, in seconds from the start of the run, and with how many threads. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly threads: number
}

/**
 * The spans of those nodes of a graph of which `secondsOf` says how long they take with so many threads; the others, which null
 * stands for, take no time. Every node is in the result.
 */
export const schedule = (
  graph: Graph,
  total: number,
  secondsOf: (id: string) => ((threads: number) => number) | null
): ReadonlyMap<string, Span> => {
  const priority = priorityOf(graph)
  const spans = new Map<string, Span>()
  const users = new Map<string, Array<string>>()
  const lacking = new Map<string, number>()
  for (const { id, inputs } of graph.nodes) {
    const before = new Set(Object.values(inputs))
    lacking.set(id, before.size)
    for (const input of before) {
      const known = users.get(input)
      if (known === undefined) users.set(input, [id])
      else known.push(id)
    }
  }
  let free = total
  let now = 0
  const running = priorityQueue<{ readonly id: string; readonly slots: number; readonly end: number }>((a, b) => a.end < b.end)
  const waiting = priorityQueue<string>((a, b) => priority.get(a)! > priority.get(b)!)

  const begin = (id: string, threads: number, slots: number) => {
    free -= slots
    const end = now + (secondsOf(id)?.(threads) ?? 0)
    spans.set(id, { start: now, end, threads })
    running.add({ id, slots, end })
  }
  const ready = (id: string) => {
    // What is in the store takes no thread, and neither does what runs in the driver.
    if (secondsOf(id) === null) begin(id, 0, 0)
    else if (graph.byId.get(id)!.stage.resources.process === false) begin(id, 1, 0)
    else waiting.add(id)
  }
  const grant = () => {
    for (let threads; (threads = threadsGiven(free, total, waiting.size())) > 0;) begin(waiting.take()!, threads, threads)
  }

  for (const [id, count] of lacking) if (count === 0) ready(id)
  for (;;) {
    // Nodes that become ready at one time are compared with each other: what ends now ends before anything is handed out.
    for (let next = running.first(); next !== undefined && next.end <= now; next = running.first()) {
      const { id, slots } = running.take()!
      free += slots
      for (const user of users.get(id) ?? []) {
        const left = lacking.get(user)! - 1
        lacking.set(user, left)
        if (left === 0) ready(user)
      }
    }
    grant()
    const next = running.first()
    if (next === undefined) return spans
    now = next.end
  }
}

/** When the last of them ends. */
export const endOf = (spans: ReadonlyMap<string, Span>): number =>
  maximumOf(
    [...spans.values()].map(({ end }) => end),
    0
  )
