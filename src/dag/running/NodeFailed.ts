/**
 * A node that failed, as people are told of it: what went wrong, whether their input is to blame, where in our code it happened.
 */

import * as path from "node:path"
import { fileURLToPath } from "node:url"

import * as Schema from "effect/Schema"

import { errorText } from "../../store/objects/files.ts"
import { isBadInput } from "../is-bad-input.ts"
import { REPOSITORY } from "../repository.ts"

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

/** Any error as a failure. Bad input is the user's to mend, so that no code is pointed at. */
export const failureOf = (error: unknown): Failure => {
  const badInput = isBadInput(error)
  return { problem: errorText(error), badInput, at: badInput ? [] : ownFrames(error) }
}

/** The failure of a node by any error, one that is such a failure included. */
export const nodeFailed = (node: string, error: unknown): NodeFailed =>
  error instanceof NodeFailed ? error : new NodeFailed({ node, ...failureOf(error), log: null })

const FRAMES = 5

/** The innermost places of this repository in an error's stack, packages and Node left out. */
const ownFrames = (error: unknown): ReadonlyArray<string> => {
  const stack = error instanceof Error ? (error.stack ?? "") : ""
  const frames = [...stack.matchAll(/^ +at (?:(.*?) \()?((?:file:\/\/)?\/[^()\n]*?):(\d+):(\d+)\)?$/gm)]
  return frames
    .flatMap(([, name, location, line, column]) => {
      const file = path.relative(REPOSITORY, location!.startsWith("file:") ? fileURLToPath(location!) : location!)
      if (file.startsWith("..") || file.split(path.sep).includes("node_modules")) return []
      return [`${file}:${line}:${column}${name === undefined ? "" : ` in ${name}`}`]
    })
    .slice(0, FRAMES)
}
