/**
 * Who works in a store now. Whoever does has a file in `presence/`, and another beside it that says something new every so often:
 * its beat. Nothing here trusts a clock that others set, a time of a file, or a process id alone: a holder is gone when its
 * process is known to be, or when an observer has looked for long enough, on its own clock, without seeing a new beat.
 *
 *   presence/<sort>-<token>.json   who it is; <sort> is run, attempt or gc
 *   presence/<token>.beat          changes while it lives; not there before the first beat
 */

import { createHash, randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"

import { errorCode } from "../../text/error-text.ts"
import { moveInPlace, writeLightly } from "../disk/calls.ts"
import { inside, makeInside, namesInside, readText } from "../disk/inside.ts"
import type { Fate, Machine, ProcessIdentity } from "./machine.ts"
import type { Steps } from "./steps.ts"

export type Sort = "run" | "attempt" | "gc"

export interface Holder extends ProcessIdentity {
  /** Unique to one presence: names made of it cannot collide, whichever host or container they come from. */
  readonly token: string
}

export interface Presence extends Holder {
  /** A sign of life. One that cannot be written is missed, no more. */
  readonly beat: () => void
  /** Whether nobody has given us up for dead. */
  readonly isHere: () => boolean
  readonly leave: () => void
}

export const newToken = (): string => randomBytes(16).toString("hex")

/** The token of a run's presence: anyone can work it out from the run's id. */
export const tokenOfRun = (run: string): string => createHash("sha256").update(run).digest("hex").slice(0, 32)

const FOLDER = "presence"
const fileOf = (root: string, sort: Sort, token: string) => inside(root, FOLDER, `${sort}-${token}.json`)
const beatFile = (root: string, token: string) => inside(root, FOLDER, `${token}.beat`)

/** Makes us known. Whoever enters looks at who else is there only afterwards: of two that enter, one at least sees the other. */
export function* enter(root: string, machine: Machine, sort: Sort, token: string): Steps<Presence> {
  makeInside(root, FOLDER)
  yield 0
  const file = fileOf(root, sort, token)
  const holder: Holder = { token, ...machine.self }
  const temporary = path.join(path.dirname(file), `tmp-${newToken()}`)
  writeLightly(temporary, JSON.stringify(holder))
  yield 0
  moveInPlace(temporary, file)
  yield 0
  let beats = 0
  return {
    ...holder,
    beat: () => {
      try {
        writeBeat(beatFile(root, token), ++beats)
      } catch {
        // A full disk, a server that is away: others wait for the next one.
      }
    },
    isHere: () => fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() === true,
    leave: () => removePresence(root, sort, token)
  }
}

/** In place and always as long: this works on a full disk too. */
const writeBeat = (file: string, beats: number): void => {
  const { O_WRONLY, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants
  const handle = fs.openSync(file, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o644)
  try {
    fs.writeSync(handle, String(beats).padStart(12, "0"), 0)
  } finally {
    fs.closeSync(handle)
  }
}

export interface Heart {
  /** Beats if it is time to, and says whether it was: for work that keeps timers from running. */
  readonly touch: () => boolean
  readonly stop: () => void
}

/** Beats while the process lives, without keeping it alive. */
export const keepBeating = ({ beat }: Presence, { silence, now }: Machine): Heart => {
  let last = now()
  const beatNow = () => {
    last = now()
    beat()
  }
  const timer = setInterval(beatNow, silence / 6)
  timer.unref()
  return {
    touch: () => {
      if (now() - last < silence / 6) return false
      beatNow()
      return true
    },
    stop: () => clearInterval(timer)
  }
}

export const removePresence = (root: string, sort: Sort, token: string): void => {
  for (const file of [fileOf(root, sort, token), beatFile(root, token)]) fs.rmSync(file, { force: true })
}

/** Everyone who is there or was when they died. Files that say nothing sensible are someone of whom nothing is known. */
export const present = (root: string): ReadonlyArray<Holder & { readonly sort: Sort }> =>
  namesInside(root, FOLDER).flatMap((name) => {
    const [, sort, token] = /^(run|attempt|gc)-([0-9a-f]{32})\.json$/.exec(name) ?? []
    if (sort === undefined || token === undefined) return []
    const read = readHolder(inside(root, FOLDER, name))
    if (read === null) return []
    return [{ ...(read === "garbage" ? nobody(token) : read), token, sort: sort as Sort }]
  })

/** Someone whose file says nothing: only whether it beats can be told. */
const nobody = (token: string): Holder => ({ token, pid: 0, started: null, host: "an unknown host", boot: null, namespace: null })

/** Removes beats of those who were given up and have beaten once more. */
export const removeStrayBeats = (root: string): void => {
  const known = new Set(present(root).map(({ token }) => `${token}.beat`))
  for (const name of namesInside(root, FOLDER))
    if (name.endsWith(".beat") && !known.has(name)) fs.rmSync(inside(root, FOLDER, name), { force: true })
}

/** Who says in this file that it holds something; null without a file. */
export const readHolder = (file: string): Holder | "garbage" | null => {
  let value: unknown
  try {
    value = JSON.parse(readText(file))
  } catch (cause) {
    return errorCode(cause) === "ENOENT" ? null : "garbage"
  }
  if (typeof value !== "object" || value === null) return "garbage"
  const { token, pid, started, host, boot, namespace } = value as Readonly<Record<string, unknown>>
  if (typeof token !== "string" || !/^[0-9A-Za-z-]{1,64}$/.test(token)) return "garbage"
  if (typeof pid !== "number" || typeof host !== "string") return "garbage"
  return { token, pid, host, started: textOrNull(started), boot: textOrNull(boot), namespace: textOrNull(namespace) }
}

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null)

/**
 * `dead`: its process is known to be gone. `silent`: no new beat for too long, whatever a table of processes says. `alive`: its
 * process is known to run, or it has beaten while we looked. `unsure`: look again later.
 */
export type Verdict = "dead" | "silent" | "alive" | "unsure"

/** Someone who looks at holders again and again. */
export interface Observer {
  readonly root: string
  readonly machine: Machine
  readonly judge: (holder: Holder) => Verdict
}

export const observer = (root: string, machine: Machine): Observer => {
  const seen = new Map<string, { beat: string; looked: number; quiet: number; changed: boolean }>()
  return {
    root,
    machine,
    judge: (holder) => {
      const fate: Fate = machine.fate(holder)
      if (fate === "dead") return "dead"
      const now = machine.now()
      const beat = beatOf(root, holder.token)
      const before = seen.get(holder.token)
      // One long gap between two looks may have been ours, the whole machine's even: it counts as a beat's time at most.
      const quiet = before?.beat === beat ? before.quiet + Math.min(now - before.looked, machine.silence / 6) : 0
      const changed = before !== undefined && (before.changed || before.beat !== beat)
      seen.set(holder.token, { beat, looked: now, quiet, changed })
      if (quiet >= machine.silence) return "silent"
      return fate === "running" || changed ? "alive" : "unsure"
    }
  }
}

const beatOf = (root: string, token: string): string => {
  try {
    return readText(beatFile(root, token))
  } catch {
    return ""
  }
}

/** What one look tells of the process that drives a run: `gone` for certain, `here` for certain, or it cannot be known. */
export const driverOf = (root: string, machine: Machine, run: string): "here" | "gone" | "unsure" => {
  const holder = readHolder(fileOf(root, "run", tokenOfRun(run)))
  if (holder === null) return "gone"
  const fate = holder === "garbage" ? "unknown" : machine.fate(holder)
  return fate === "dead" ? "gone" : fate === "running" ? "here" : "unsure"
}

/** Whether an attempt is no more: it left, was given up, or is known to be gone. */
export const isGone = ({ root, judge }: Observer, token: string): boolean => {
  const holder = readHolder(fileOf(root, "attempt", token))
  return holder === null || ["dead", "silent"].includes(judge(holder === "garbage" ? nobody(token) : holder))
}

/** A holder as people are told of it. */
export const holderWords = ({ pid, host }: Pick<Holder, "pid" | "host">): string => `process ${pid} on ${host}`
