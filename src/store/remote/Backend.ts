/**
 * What a store needs of the place that holds its files, be that a folder or a bucket: six operations on names such as
 * `actions/<key>.json`. Nothing else is asked of it: no lock, no time of a file, no removal. A listing may be late; whether
 * something is there is only asked of its name.
 */

import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Another place of files does not do what it is asked. */
export class RemoteFailed extends Schema.TaggedError<RemoteFailed>()("RemoteFailed", {
  /** The folder or bucket. */
  url: Schema.String,
  /** A sentence or more: what it says and what helps. */
  problem: Schema.String,
  /** Whether the same may well go through a moment later. */
  passing: Schema.Boolean,
  /** Whether what the user gave is wrong: a name, a key, a right that is not there. */
  badInput: Schema.Boolean
}) {
  /** No code of ours is to blame. */
  readonly fromOutside = true
  override get message() {
    return `${this.url}: ${this.problem}`
  }
}

/** Bytes under a name, and the mark of this very content: any other content of the name has another. */
export interface Found {
  readonly bytes: Uint8Array
  readonly tag: string
}

/** Bytes from the first up to, and not with, the second. */
export interface Range {
  readonly from: number
  readonly to: number
}

export interface Entry {
  readonly name: string
  readonly size: number
}

/** Bytes, or a file that is not changed meanwhile. */
export type Content =
  | Uint8Array
  | {
      readonly file: string
      readonly size: number
      /** The digest that it must arrive with. */
      readonly sha256: string
      /** Whether the file is of no further use to whoever gives it, and may be moved instead of copied. */
      readonly mayGo?: boolean
    }

/** How writing on a condition came out: the mark of what is now there through us, or that the condition did not hold. */
export type Written = { readonly tag: string } | "refused"

/** The six operations. They fail with `RemoteFailed` alone. */
export interface Backend {
  /** As a person names it. */
  readonly url: string
  /** Where it is a folder of this machine: that. */
  readonly folder: string | null
  /** Part of what is there, or all; null where nothing is. Beyond its end there are no bytes. */
  readonly read: (name: string, range?: Range) => Effect.Effect<Found | null, RemoteFailed>
  /** Its size; null where nothing is. */
  readonly stat: (name: string) => Effect.Effect<number | null, RemoteFailed>
  /** All there is below a name, `actions` say. What was written lately may be missing. */
  readonly list: (folder: string) => Effect.Effect<ReadonlyArray<Entry>, RemoteFailed>
  /** Whatever was there before. */
  readonly put: (name: string, content: Content) => Effect.Effect<void, RemoteFailed>
  /** Only where nothing is there: of any number of writers one is not refused. */
  readonly create: (name: string, bytes: Uint8Array) => Effect.Effect<Written, RemoteFailed>
  /** Only where still that is there which was read with this tag. */
  readonly replace: (name: string, bytes: Uint8Array, tag: string) => Effect.Effect<Written, RemoteFailed>
}
