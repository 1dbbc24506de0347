/** What a thread that asks a backend is asked and answers: see Blocking.ts and worker.ts. */

import type { MessagePort } from "node:worker_threads"

import type { RemoteFailed } from "./Backend.ts"

/** Places in the memory that both threads see. */
export const Slot = {
  /** 1 when an answer is there, or will never be because the thread ends. */
  answered: 0,
  /** 1 once the thread can be asked. */
  started: 1,
  /** Goes up every second that the thread lives. */
  beats: 2,
  count: 3
} as const

/** What a thread is started with. */
export interface Started {
  readonly address: string
  readonly port: MessagePort
  /** What either sees of the other: see `Slot`. */
  readonly signal: Int32Array
}

/** A file to be fetched under its digest. */
export interface Fetch {
  readonly name: string
  /** Null where nobody says. */
  readonly size: number | null
  readonly sha256: string
  /** A name of this machine that is not taken. */
  readonly file: string
}
/** How that ended: it is there, there is none, or what there is has other contents. */
export type Fetched = "fetched" | "absent" | "damaged"

export interface Send {
  readonly name: string
  readonly file: string
  readonly size: number
  readonly sha256: string
}

/** What may be asked. Lists are worked on all at once. */
export type Question =
  | { readonly ask: "probe" }
  | { readonly ask: "read"; readonly names: ReadonlyArray<string> }
  | { readonly ask: "stat"; readonly names: ReadonlyArray<string> }
  | { readonly ask: "list"; readonly folder: string }
  | { readonly ask: "put"; readonly name: string; readonly bytes: Uint8Array }
  | { readonly ask: "create"; readonly name: string; readonly bytes: Uint8Array }
  | { readonly ask: "replace"; readonly name: string; readonly bytes: Uint8Array; readonly tag: string }
  | { readonly ask: "fetch"; readonly files: ReadonlyArray<Fetch> }
  | { readonly ask: "send"; readonly files: ReadonlyArray<Send> }

/** A value, or why there is none. */
export type Answer =
  | { readonly value: unknown }
  | { readonly failed: Pick<RemoteFailed, "url" | "problem" | "passing" | "badInput"> }
