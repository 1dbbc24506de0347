/**
 * A run as spans: one for the run, and in it one for each node, from its start to its end. They are made of what the run tells
 * whoever watches, so that they say what its log says.
 */

import * as Context from "effect/Context"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { Span, Tracer } from "effect/Tracer"

import type { Happening } from "../../dag/running/Executor.ts"
import { NodeFailed } from "../../dag/running/NodeFailed.ts"

type Planned = Extract<Happening, { readonly event: "node-planned" }>
type Attributes = Readonly<Record<string, unknown>>

/** Nanoseconds since 1970. */
const nanoseconds = (milliseconds: number): bigint => BigInt(Math.round(milliseconds * 1000)) * 1000n

const PREFIX = "echo_chamber"

/** What follows a run and makes its spans with a tracer. `now`: milliseconds since 1970. */
export const runSpans = (tracer: Tracer, now: () => number = Date.now): ((happening: Happening) => void) => {
  const planned = new Map<string, Planned>()
  const open = new Map<string, Span>()
  const failed: Array<string> = []
  let root: Span | null = null

  const begin = (name: string, parent: Span | null, since: number, attributes: Attributes): Span => {
    const span = tracer.span({
      name,
      parent: Option.fromNullishOr(parent),
      annotations: Context.empty(),
      links: [],
      startTime: nanoseconds(since),
      kind: "internal",
      root: parent === null,
      sampled: true
    })
    for (const [attribute, value] of Object.entries(attributes)) span.attribute(`${PREFIX}.${attribute}`, value)
    return span
  }
  const beginNode = (node: string, since: number): Span => {
    const { label = node, stage = "", params = {} } = planned.get(node) ?? {}
    const parameters = Object.entries(params).map(([name, value]) => [`param.${name}`, value] as const)
    return begin(label, root, since, { stage, "node.id": node, "node.label": label, ...Object.fromEntries(parameters) })
  }
  /** Ends a node's span; one that never began lasted no time, or as long as is known. */
  const endNode = (node: string, state: string, exit: Exit.Exit<void, unknown>, attributes: Attributes = {}, seconds = 0) => {
    const at = now()
    const span = open.get(node) ?? beginNode(node, at - seconds * 1000)
    open.delete(node)
    for (const [name, value] of Object.entries({ ...attributes, "node.state": state })) span.attribute(`${PREFIX}.${name}`, value)
    span.end(nanoseconds(at), exit)
  }
  const say = (node: string, name: string, attributes: Attributes) =>
    (open.get(node) ?? root)?.event(name, nanoseconds(now()), { ...attributes })

  return (happening) => {
    switch (happening.event) {
      case "run-started": {
        const { run, study, settings, command, host, pid, engine } = happening
        root = begin(`run ${study}`, null, now(), { run, study, settings: JSON.stringify(settings), command, host, pid, engine })
        return
      }
      case "node-planned":
        return void planned.set(happening.node, happening)
      case "node-started":
        if (!open.has(happening.node)) open.set(happening.node, beginNode(happening.node, now()))
        return
      case "node-finished": {
        const { node, key, artifact, cached, seconds, queued } = happening
        const found = { key, artifact, cached, ...(queued === undefined ? {} : { "queued.seconds": queued }) }
        return endNode(node, cached ? "cached" : "computed", Exit.void, found, seconds)
      }
      case "node-failed": {
        const { node, error, at = [], log } = happening
        const label = planned.get(node)?.label ?? node
        failed.push(label)
        return endNode(node, "failed", Exit.fail(new NodeFailed({ node: label, problem: error, badInput: false, at, log })))
      }
      case "node-stopped":
        return endNode(happening.node, "stopped", Exit.interrupt())
      case "node-skipped":
        return endNode(happening.node, "skipped", Exit.interrupt(), { because: happening.because })
      case "note":
        return happening.line === "" ? undefined : say(happening.node, "note", { line: happening.line })
      case "nondeterminism":
      case "waived":
        return say(happening.node, happening.event, { detail: happening.detail })
      case "run-finished": {
        const { status } = happening
        // Those of a run that was interrupted before it could tell.
        for (const node of open.keys()) endNode(node, "stopped", Exit.interrupt())
        root?.attribute(`${PREFIX}.status`, status)
        root?.end(nanoseconds(now()), ending(status, failed))
        return
      }
    }
  }
}

const ending = (status: "succeeded" | "failed" | "interrupted", failed: ReadonlyArray<string>): Exit.Exit<void, unknown> => {
  if (status === "succeeded") return Exit.void
  return status === "interrupted" ? Exit.interrupt() : Exit.fail(new Error(`failed: ${failed.join(", ")}`))
}
