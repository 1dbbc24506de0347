/**
 * A node that failed, as people are told of it: what went wrong, whether their input is to blame, where in our code it happened.
 */

import * as Schema from "effect/Schema"

import { StoreFailed } from "../../store/objects/Store.ts"
import { errorText } from "../../text/error-text.ts"
import { isBadInput } from "../../text/is-bad-input.ts"
import { systemProblem } from "../../text/system-problem.ts"
import { ownFrames } from "../own-frames.ts"

/** Why a node has no artifact. It prints as one paragraph. */
export class NodeFailed extends Schema.TaggedError<NodeFailed>()("NodeFailed", {
  /** Label of the node. */
  node: Schema.String,
  problem: Schema.String,
  /** Whether a user's input is to blame (exit code 2) rather than the computation. */
  badInput: Schema.Boolean,
  /** Lines of this repository's code that led to it, innermost first: `stages/compare.ts:41:9 in run`. */
  at: Schema.Array(Schema.String),
  /** File of the process that computed it; null where that was this one. */
  log: Schema.NullOr(Schema.String)
}) {
  override get message() {
    return `${this.node}: ${this.problem}`
  }
}

/** What can be told of an error in plain data, which a child process sends to its driver. */
export type Failure = Pick<NodeFailed, "problem" | "badInput" | "at">

/** Whether an error says of itself that what happened came from outside: files that were edited meanwhile. */
const isFromOutside = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "fromOutside" in error && error.fromOutside === true

/** Any error as a failure. Bad input, the machine and what came from outside are not ours to mend: no code is pointed at. */
export const failureOf = (error: unknown): Failure => {
  const badInput = isBadInput(error)
  const machine = systemProblem(error)
  const ours = !badInput && machine === null && !(error instanceof StoreFailed || isFromOutside(error))
  return { problem: machine ?? errorText(error), badInput, at: ours ? ownFrames(error) : [] }
}

/** The failure of a node by any error, one that is such a failure included. */
export const nodeFailed = (node: string, error: unknown): NodeFailed =>
  error instanceof NodeFailed ? error : new NodeFailed({ node, ...failureOf(error), log: null })
