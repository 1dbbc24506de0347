/** What a store says to whoever asked too much of it, as typed failures that print as one paragraph. */

import * as Schema from "effect/Schema"

import { errorText } from "../../text/error-text.ts"
import { systemProblem } from "../../text/system-problem.ts"
import { RemoteFailed } from "../remote/Backend.ts"
import { Damaged, damagedBy, UNREAD_ADVICE } from "./records.ts"

/** The store's folder cannot be read or written. */
export class StoreFailed extends Schema.TaggedError<StoreFailed>()("StoreFailed", {
  path: Schema.String,
  problem: Schema.String,
  /** Whether the machine is to blame, in the middle of the work, and not the folder that was given. */
  machine: Schema.optionalKey(Schema.Boolean)
}) {
  get badInput() {
    return this.machine !== true
  }
  override get message() {
    return `The store at ${this.path} cannot be used: ${this.problem}`
  }
}

/** The failure of something in a store, by what was thrown. */
export const storeFailed = (root: string, what: string, cause: unknown): StoreFailed => {
  if (cause instanceof RemoteFailed)
    return new StoreFailed({ path: cause.url, problem: `${what}: ${cause.problem}`, machine: !cause.badInput })
  const machine = cause instanceof Damaged && cause.unread === true ? `${cause.message}. ${UNREAD_ADVICE}` : systemProblem(cause)
  return new StoreFailed({ path: root, problem: `${what}: ${machine ?? errorText(cause)}`, machine: machine !== null })
}

/** A stored file is not what its name says: damaged, truncated or gone. */
export class ArtifactCorrupt extends Schema.TaggedError<ArtifactCorrupt>()("ArtifactCorrupt", {
  artifact: Schema.String,
  file: Schema.String,
  problem: Schema.String,
  /** Whether only reading failed: see `Damaged`. */
  unread: Schema.optionalKey(Schema.Boolean)
}) {
  get badInput() {
    return this.unread !== true
  }
  /** No code is to blame where a disk gives nothing out: see NodeFailed.ts. */
  get fromOutside() {
    return this.unread === true
  }
  override get message() {
    const what = `${this.file} ${this.problem}. Nothing was computed from it.`
    if (this.unread === true) return `${what} ${UNREAD_ADVICE}`
    return (
      `Artifact ${this.artifact.slice(0, 12)} is damaged: ${what} ` +
      `"pipeline verify --repair" sets damaged artifacts aside; the next run makes them again.`
    )
  }
}

/** An artifact that cannot be used, by what was thrown when its file was read. */
export const artifactCorrupt = (artifact: string, at: string, cause: unknown): ArtifactCorrupt => {
  const { file, problem, unread = false } = damagedBy(at, cause)
  return new ArtifactCorrupt({ artifact, file, problem, unread })
}

/** The result of an action is there, and cannot be read: whether it may be used is not known. */
export class ResultUnread extends Schema.TaggedError<ResultUnread>()("ResultUnread", {
  key: Schema.String,
  file: Schema.String,
  problem: Schema.String
}) {
  /** No code is to blame: see NodeFailed.ts. */
  readonly fromOutside = true
  override get message() {
    return `its result is there, but ${this.file} ${this.problem}. ${UNREAD_ADVICE}`
  }
}

/** A stage wrote something its kind does not allow. */
export class ArtifactInvalid extends Schema.TaggedError<ArtifactInvalid>()("ArtifactInvalid", {
  kind: Schema.String,
  part: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `Output ${this.kind}.${this.part}: ${this.problem}`
  }
}

/** The lease was lost while computing; whoever has it now will commit. */
export class LeaseLost extends Schema.TaggedError<LeaseLost>()("LeaseLost", { key: Schema.String }) {
  override get message() {
    return `Another process took over action ${this.key.slice(0, 12)}; this result was not committed.`
  }
}
