/**
 * Rows of numbers of an action that is being computed, a line each, in the folder of its holder. They are written for whoever
 * watches from elsewhere (`pipeline ui`, on any machine that sees the store); no run reads them, and when the action is done, its
 * tables have them and the file goes.
 */

import * as fs from "node:fs"

import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import { closeFile } from "../../../store/disk/calls.ts"
import { inside, openRegular } from "../../../store/disk/inside.ts"
import { LIVE_ROWS } from "../../../store/disk/own-names.ts"
import type { LiveRow } from "../../Progress.ts"
import { holdersOf } from "./folders.ts"

/** Between two writes: a watcher is to see a row within a second, and a stage may make a thousand rows in one. */
const WRITE_MS = 400

/** Takes the rows of an action as they come. */
export interface LiveRowsFile {
  readonly add: (row: LiveRow) => void
  /** Writes what waits, if it has waited long enough. */
  readonly flush: () => void
  /** Writes what waits and closes the file. */
  readonly end: () => void
}

/**
 * The rows of an attempt, whose folder is there by the time that the first is added. The file stays open until the end: one that
 * was removed with its action's others does not come back. A disk that refuses it costs no run.
 */
export const liveRowsFile = (root: string, key: string, token: string): LiveRowsFile => {
  let handle: number | null = null
  let waiting: Array<string> = []
  let written = Number.NEGATIVE_INFINITY
  let isOver = false
  let soon: NodeJS.Timeout | null = null
  const trying = (work: () => void) => {
    try {
      work()
    } catch {
      isOver = true
    }
  }
  const write = () => {
    if (soon !== null) clearTimeout(soon)
    soon = null
    const lines = waiting.join("")
    waiting = []
    written = performance.now()
    const open = handle
    if (lines !== "" && open !== null) trying(() => fs.writeSync(open, lines))
  }
  return {
    add: (row) => {
      if (isOver) return
      trying(() => (handle ??= fs.openSync(inside(root, "attempts", key, token, LIVE_ROWS), "a")))
      waiting.push(`${JSON.stringify(row)}\n`)
      soon ??= setTimeout(write, WRITE_MS).unref()
    },
    flush: () => {
      if (waiting.length > 0 && performance.now() - written >= WRITE_MS) write()
    },
    end: () => {
      write()
      isOver = true
      if (handle !== null) closeFile(handle)
      handle = null
    }
  }
}

const Row = Schema.Struct({
  table: Schema.String,
  row: Schema.Number,
  step: Schema.Number,
  values: Schema.Array(Schema.Tuple([Schema.String, Schema.NullOr(Schema.Number)]))
})
const rowIn = Schema.decodeUnknownOption(Schema.fromJsonString(Row))

interface Watched {
  readonly file: string
  /** Up to where it was read. */
  at: number
  /** The beginning of a line whose end is not written yet. */
  rest: Buffer
  readonly rows: Array<LiveRow>
}

/** Looks at such files again and again: what was read is not read twice. */
export class LiveRowsReader {
  private readonly root: string
  private readonly watched = new Map<string, Watched>()

  constructor(root: string) {
    this.root = root
  }

  /** Bytes written by the newest holder of an action so far: whether there is something new. */
  bytes(key: string): number {
    return this.newest(key)?.size ?? 0
  }

  /** The rows that the newest holder has written so far, those that it took over included. */
  rows(key: string): ReadonlyArray<LiveRow> {
    const newest = this.newest(key)
    if (newest === null) {
      this.watched.delete(key)
      return []
    }
    const before = this.watched.get(key)
    const watched =
      before !== undefined && before.file === newest.file && before.at <= newest.size
        ? before
        : { file: newest.file, at: 0, rest: Buffer.alloc(0), rows: [] }
    this.watched.set(key, watched)
    try {
      readOn(watched)
    } catch {
      // Gone since: the action is done.
    }
    return watched.rows
  }

  private newest(key: string): { readonly file: string; readonly size: number } | null {
    const files = holdersOf(this.root, key).flatMap((holder) => {
      const file = inside(this.root, "attempts", key, holder, LIVE_ROWS)
      const stat = fs.lstatSync(file, { throwIfNoEntry: false })
      return stat?.isFile() === true ? [{ file, size: stat.size, modified: stat.mtimeMs }] : []
    })
    return files.toSorted((a, b) => b.modified - a.modified)[0] ?? null
  }
}

const readOn = (watched: Watched): void => {
  const handle = openRegular(watched.file)
  try {
    const bytes = Buffer.alloc(Math.max(0, fs.fstatSync(handle).size - watched.at))
    const read = fs.readSync(handle, bytes, 0, bytes.length, watched.at)
    watched.at += read
    const all = Buffer.concat([watched.rest, bytes.subarray(0, read)])
    const end = all.lastIndexOf("\n") + 1
    watched.rest = all.subarray(end)
    for (const line of all.subarray(0, end).toString("utf8").split("\n")) {
      const row = Option.getOrUndefined(rowIn(line))
      if (row !== undefined) watched.rows.push(row)
    }
  } finally {
    closeFile(handle)
  }
}
