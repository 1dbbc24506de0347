/**
 * The event log of a run: append-only, one writer, one JSON object a line. It is the truth about runs; volatile facts (time,
 * host, run id) live here and never in an artifact. Each line is sealed together with the line before it, the first with the
 * run's id: a log that was damaged, or is another run's, is told from a sound one, and read up to the damage.
 */

import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"

import { errorCode, errorText } from "../../text/error-text.ts"
import { closeFile, discard, discardEmpty, lookAt, patiently, remove, replaceFile } from "../disk/calls.ts"
import { inside, makeInside, namesInside, readText } from "../disk/inside.ts"
import { isOwn, ownParts } from "../disk/own-names.ts"
import { isObject, isSealed, parseObject, seal, sealOf, Unsound, unseal } from "../disk/sealed.ts"
import { behindStore } from "../remote/mirror.ts"
import {
  type Check,
  isDigest,
  isDuration,
  isText,
  isTextOrNull,
  isTextRecord,
  isTexts,
  isTime,
  isTruth,
  optional
} from "./fields.ts"
import { damagedBy } from "./records.ts"
import { setAside } from "./set-aside.ts"

export type RunEvent =
  | {
      readonly event: "run-started"
      readonly run: string
      readonly study: string
      readonly settings: Readonly<Record<string, unknown>>
      readonly command: ReadonlyArray<string>
      readonly host: string
      readonly pid: number
      /** Start of the process, against reuse of its id; see `startOf` in Lease.ts. */
      readonly processStarted: string | null
      /** That the run makes itself known while it goes on (presence/Presence.ts); logs of before that lack it. */
      readonly presence?: true
      readonly engine: string
    }
  | {
      readonly event: "node-planned"
      readonly node: string
      /** The full digest of which `node` is the beginning; logs of before it was kept lack it. */
      readonly identity?: string
      readonly label: string
      readonly stage: string
      /** The kind of its result; logs of before it was noted lack it. */
      readonly kind?: string
      readonly params: Readonly<Record<string, unknown>>
      readonly inputs: Readonly<Record<string, string>>
      /** The studies that need it, in a run of several; logs of one study lack it. */
      readonly studies?: ReadonlyArray<string>
    }
  | { readonly event: "node-started"; readonly node: string; readonly key: string }
  | {
      readonly event: "node-finished"
      readonly node: string
      readonly key: string
      readonly artifact: string
      readonly cached: boolean
      readonly seconds: number
      /** Seconds in the queue of a cluster before and between them, where it was computed on one. */
      readonly queued?: number
    }
  | {
      readonly event: "node-failed"
      readonly node: string
      readonly error: string
      /** Places of our code that led to it, innermost first; logs of before this was kept lack it. */
      readonly at?: ReadonlyArray<string>
      readonly log: string | null
    }
  | { readonly event: "node-stopped"; readonly node: string }
  | { readonly event: "node-skipped"; readonly node: string; readonly because: string }
  | { readonly event: "nondeterminism"; readonly node: string; readonly detail: string }
  | {
      readonly event: "waived"
      readonly node: string
      readonly detail: string
      /** Those that the artifact was made with, which a default that has changed since is not; absent in older logs. */
      readonly params?: Readonly<Record<string, unknown>>
    }
  | { readonly event: "run-finished"; readonly status: "succeeded" | "failed" | "interrupted"; readonly seconds: number }

export type LoggedEvent = RunEvent & { readonly time: string }

export interface RunLog {
  readonly run: string
  /**
   * Adds an event: it is in the file when this returns, but for nodes that took nothing, of which there may be ten thousand at
   * once: those that are planned are written with the event after them, and so are those that the store had a result of, at the
   * latest when the process has nothing else to do. A log that cannot be written does not stop a run, whose results
   * are in the store; `problem` tells, and what is missing is tried again with the next event.
   */
  readonly append: (event: RunEvent) => void
  /** Every event so far, whether or not it reached the file. */
  readonly events: () => ReadonlyArray<LoggedEvent>
  /** Why some events are not in the file, as words; null when all are. */
  readonly problem: () => string | null
  readonly close: () => void
}

/**
 * The log of a run.
 *
 * @internal Tests damage it.
 */
export const eventsFile = (root: string, run: string): string => inside(root, "runs", run, "events.jsonl")

/** The study of a run, by the run's id. */
export const studyOf = (run: string): string => run.split("-").slice(0, -3).join("-")

/** When a run started, as its id tells: what runs are ordered by. */
export const startOrder = (run: string): string => run.split("-").slice(-3).join("-")

/** The milliseconds since 1970 in the id of a run; none where it tells no time. */
const timeOf = (run: string): number => {
  const found = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-([0-9a-f]{3})/.exec(startOrder(run))
  if (found === null) return Number.NEGATIVE_INFINITY
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number)
  // No clock said so; and the year after it has five digits.
  if (year === 9999) return Number.NEGATIVE_INFINITY
  return Date.UTC(year!, month! - 1, day, hour, minute, second, Number.parseInt(found[7]!, 16))
}

/**
 * `scale-sweep-20261122-004512-2f73fa2`: sorts by time inside a study. The last part is the milliseconds (3 digits) and chance
 * (4). Its time is never before that of the newest of `others`: a clock that went back, or is another host's, must not make a
 * new run look older than the runs that were there when it started.
 *
 * @internal Runs are named by `nextRunId`.
 */
export const newRunId = (study: string, now: Date, others: ReadonlyArray<string> = []): string => {
  const newest = others.reduce((latest, run) => Math.max(latest, timeOf(run)), Number.NEGATIVE_INFINITY)
  const at = new Date(Math.max(now.getTime(), newest + 1))
  const [date, time] = at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").split("T")
  const milliseconds = at.getUTCMilliseconds().toString(16).padStart(3, "0")
  return `${study}-${date}-${time}-${milliseconds}${randomBytes(2).toString("hex")}`
}

/** The id of a run that starts now. A store that cannot be looked at has no runs here: opening it says what is wrong. */
export const nextRunId = (root: string, study: string, now: Date): string => {
  let others: ReadonlyArray<string> = []
  try {
    others = listRuns(root)
  } catch {
    // Said by whoever opens the store.
  }
  return newRunId(study, now, others)
}

/** Events that are written by one call. */
const MOST_AT_ONCE = 500

/** Between two times that a log goes to where other machines find it. */
const SHARE_MS = 30_000

/** Begins the log of a run. Never throws: see `RunLog`. */
export const openRunLog = (root: string, run: string): RunLog => {
  const events: Array<LoggedEvent> = []
  let written = 0
  let last = run
  let length = 0
  let handle: number | null = null
  let problem: string | null = null

  const file = path.join(root, "runs", run, "events.jsonl")

  /** Adds a line where the file ended, or leaves it as it was: a line that fits only in part is cut off again. */
  const write = (to: number, bytes: Uint8Array) => {
    try {
      for (let at = 0; at < bytes.length;) {
        const from = at
        at += patiently(file, () => fs.writeSync(to, bytes, from, bytes.length - from, length + from))
      }
      length += bytes.length
    } catch (cause) {
      fs.ftruncateSync(to, length)
      throw cause
    }
  }
  /** All that is not in the file yet. */
  const flush = () => {
    try {
      if (handle === null) makeInside(root, "runs", run)
      handle ??= patiently(file, () => fs.openSync(file, "wx"))
      // A log of thousands of nodes is written in a few calls, and what fits on a full disk is there.
      while (written < events.length) {
        const lines: Array<string> = []
        let before = last
        for (const event of events.slice(written, written + MOST_AT_ONCE)) {
          const line = seal(JSON.stringify(event), before)
          lines.push(`${line}\n`)
          before = sealOf(line)
        }
        write(handle, Buffer.from(lines.join("")))
        last = before
        written += lines.length
      }
      problem = null
    } catch (cause) {
      problem = errorText(cause)
    }
  }
  let isSoon = false
  let isClosed = false
  const flushSoon = () => {
    if (isSoon) return
    isSoon = true
    setImmediate(() => {
      isSoon = false
      if (!isClosed && written < events.length) flush()
    })
  }
  const remote = behindStore(root)
  let shared = Number.NEGATIVE_INFINITY
  let unshared: string | null = null
  /** Sends the log to where other machines find it. */
  const share = () => {
    if (remote === null || length === 0) return
    shared = performance.now()
    try {
      remote.put(`runs/${run}/events.jsonl`, fs.readFileSync(file))
      unshared = null
    } catch (cause) {
      unshared = errorText(cause)
    }
  }
  return {
    run,
    append: (event) => {
      events.push({ time: new Date().toISOString(), ...event })
      if (event.event === "node-finished" && event.cached) flushSoon()
      else if (event.event !== "node-planned") flush()
      if (performance.now() - shared >= SHARE_MS) share()
    },
    events: () => events,
    problem: () => problem ?? unshared,
    close: () => {
      isClosed = true
      if (written < events.length) flush()
      share()
      // A log without its beginning says nothing, and would be met for ever as a damaged one.
      if (length === 0) {
        if (handle !== null) discard(file)
        discardEmpty(path.dirname(file))
      }
      if (handle !== null) closeFile(handle)
      handle = null
    }
  }
}

/** The events of a run, and why there are no more of them. */
export interface RunHistory {
  readonly events: ReadonlyArray<LoggedEvent>
  /** What is wrong with the log, as words after its name; null: nothing. The events are those before. */
  readonly damage: string | null
  /** Whether only reading failed: what follows may be sound. */
  readonly unread: boolean
  /** What helps then, a sentence. */
  readonly remedy?: string | undefined
}

/** Every event of a run up to the first that cannot be trusted. Never throws. */
export const readRun = (root: string, run: string): RunHistory => {
  try {
    return historyIn(run, readText(eventsFile(root, run)))
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return { events: [], damage: "is missing", unread: false }
    const { problem, unread = false, remedy } = damagedBy("", cause)
    return { events: [], damage: problem, unread, remedy }
  }
}

/** The same of the text of its log. */
export const historyIn = (run: string, text: string): RunHistory => {
  const events: Array<LoggedEvent> = []
  let number = 0
  try {
    if (text === "") return { events, damage: "is empty", unread: false }
    const lines = text.split("\n")
    const rest = lines.pop()
    // Those of earlier programs were not sealed, from the first line on.
    const sealed = isSealed(lines[0] ?? "") || lines.some((line) => isSealed(line))
    let last = run
    for (const line of lines) {
      number++
      const event = sealed ? unseal(line, last) : parseObject(line)
      if (sealed) last = sealOf(line)
      const problem = eventProblem(event, number === 1 ? run : null)
      if (problem === null) events.push(event as LoggedEvent)
      else if (problem !== UNKNOWN) throw new Unsound({ problem })
    }
    return { events, damage: rest === "" ? null : `ends within line ${number + 1}`, unread: false }
  } catch (cause) {
    const { problem, unread = false, remedy } = damagedBy("", cause)
    return { events, damage: `is damaged from line ${number} on: that line ${problem}`, unread, remedy }
  }
}

/** A kind of event that a later program may write; not damage. */
const UNKNOWN = "is of a kind that this program does not know"

const isStatus: Check = (value) => value === "succeeded" || value === "failed" || value === "interrupted"

/** What the fields of each event must be, for a log that nobody wrote but someone made. */
const FIELDS: { readonly [E in RunEvent["event"]]: Readonly<Record<string, Check>> } = {
  "run-started": {
    run: isText,
    study: isText,
    settings: isObject,
    command: isTexts,
    host: isText,
    pid: Number.isSafeInteger,
    processStarted: optional(isText),
    engine: isText
  },
  "node-planned": {
    node: isText,
    identity: optional(isText),
    label: isText,
    stage: isText,
    kind: optional(isText),
    params: isObject,
    inputs: isTextRecord,
    studies: optional(isTexts)
  },
  "node-started": { node: isText, key: isDigest },
  "node-finished": {
    node: isText,
    key: isDigest,
    artifact: isDigest,
    cached: isTruth,
    seconds: isDuration,
    queued: optional(isDuration)
  },
  "node-failed": { node: isText, error: isText, at: optional(isTexts), log: isTextOrNull },
  "node-stopped": { node: isText },
  "node-skipped": { node: isText, because: isText },
  nondeterminism: { node: isText, detail: isText },
  waived: { node: isText, detail: isText, params: optional(isObject) },
  "run-finished": { status: isStatus, seconds: isDuration }
}

/** Why an object is no event; `run`: the run that a first line must begin. */
const eventProblem = (event: Readonly<Record<string, unknown>>, run: string | null): string | null => {
  const { event: kind, time } = event
  if (!isText(kind) || !isTime(time)) return "is no event with a time"
  const fields = Object.hasOwn(FIELDS, kind) ? FIELDS[kind as RunEvent["event"]] : undefined
  if (fields === undefined) return run === null ? UNKNOWN : "does not begin a run"
  const wrong = Object.entries(fields).find(([name, check]) => !check(event[name]))
  if (wrong !== undefined) return `has no sound ${wrong[0]}`
  if (run !== null && kind !== "run-started") return "does not begin a run"
  return run !== null && event["run"] !== run ? "begins another run" : null
}

/** What is called as a run is, or has the log of one; the rest of what lies there is foreign. */
export const runNames = (root: string): ReadonlyArray<string> =>
  namesInside(root, "runs").filter((name) => isOwn(["runs", name]) || hasLog(root, name))

/** Run ids, oldest first. A log that is no file, or cannot be reached, is one all the same: `readRun` says what is wrong. */
export const listRuns = (root: string): ReadonlyArray<string> => {
  return namesInside(root, "runs")
    .filter((run) => hasLog(root, run))
    .toSorted((a, b) => (startOrder(a) < startOrder(b) ? -1 : 1))
}

const hasLog = (root: string, run: string): boolean => {
  try {
    return fs.lstatSync(eventsFile(root, run), { throwIfNoEntry: false }) !== undefined
  } catch {
    return isOwn(["runs", run])
  }
}

/** Removes the folder of a run that has no log; where something foreign lies in it, it is set aside with that. */
const removeEmpty = (root: string, run: string): void => {
  for (const names of ownParts(root, ["runs", run])) remove(inside(root, ...names))
  if (lookAt(inside(root, "runs", run)) !== undefined) setAside(root, "runs", run)
}

/** Puts what can be trusted of a damaged log in its place; the damaged one was set aside. Nothing left: no run. */
export const restoreRun = (root: string, run: string, { events }: RunHistory): void => {
  if (events.length === 0) {
    removeEmpty(root, run)
    return
  }
  let last = run
  const lines = events.map((event) => {
    const line = seal(JSON.stringify(event), last)
    last = sealOf(line)
    return `${line}\n`
  })
  replaceFile(path.join(makeInside(root, "runs", run), "events.jsonl"), lines.join(""))
}
