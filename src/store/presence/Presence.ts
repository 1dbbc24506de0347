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
import { moveInPlace, pause, remove, writeLightly } from "../disk/calls.ts"
import { inside, makeInside, namesInside, OutOfPlace, readText } from "../disk/inside.ts"
import { ownNamesInside } from "../disk/own-names.ts"
import { behindStore } from "../remote/mirror.ts"
import { type Fate, isProcessId, type Machine, type ProcessIdentity } from "./machine.ts"
import { glance } from "./remembered-beats.ts"
import type { Steps } from "./steps.ts"

export type Sort = "run" | "attempt" | "gc"

export interface Holder extends ProcessIdentity {
  /** Unique to one presence: names made of it cannot collide, whichever host or container they come from. */
  readonly token: string
  /** Of someone who is known by the name of a file alone: that file. */
  readonly file?: string
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
    isHere: () => isThere(file),
    leave: () => removePresence(root, sort, token)
  }
}

/** Of a file that cannot be looked at, it is not known that it is gone. */
const isThere = (file: string): boolean => {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() === true
  } catch {
    return true
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
  // Whatever lies there under these names: a folder in place of a file goes as well.
  for (const file of [fileOf(root, sort, token), beatFile(root, token)]) remove(file)
}

/** Everyone who is there or was when they died, of all sorts or one. */
export const present = (root: string, only?: Sort): ReadonlyArray<Holder & { readonly sort: Sort }> =>
  namesInside(root, FOLDER).flatMap((name) => {
    const [, sort, token] = /^(run|attempt|gc)-([0-9a-f]{32})\.json$/.exec(name) ?? []
    if (sort === undefined || token === undefined || (only !== undefined && sort !== only)) return []
    const holder = whoIs(root, sort as Sort, token)
    return holder === null ? [] : [{ ...holder, token, sort: sort as Sort }]
  })

/**
 * Who a presence is; null when it is gone, or when what has its name is no file: whoever had one there has left. Its file's name
 * is what makes it one: of someone whose file says nothing sensible, or cannot be read, nothing is known but whether it beats.
 */
const whoIs = (root: string, sort: Sort, token: string): Holder | null => {
  const file = fileOf(root, sort, token)
  if (!isThere(file)) return null
  const nobody: Holder = { token, pid: 0, started: null, host: "an unknown host", boot: null, namespace: null, file }
  try {
    const read = readHolder(file)
    return read === "garbage" ? nobody : read
  } catch {
    return nobody
  }
}

/** Removes beats of those who were given up and have beaten once more. */
export const removeStrayBeats = (root: string): void => {
  const known = new Set(present(root).map(({ token }) => `${token}.beat`))
  for (const name of ownNamesInside(root, [FOLDER]))
    if (name.endsWith(".beat") && !known.has(name)) remove(inside(root, FOLDER, name))
}

/**
 * Who says in this file that it holds something; null without a file. What can be read and names nobody is `garbage`; what cannot
 * be read is not, since it may be anyone's: then this throws what the file system throws.
 */
export const readHolder = (file: string): Holder | "garbage" | null => {
  const text = textOf(file)
  if (text === null || text === "garbage") return text
  try {
    return holderIn(JSON.parse(text)) ?? "garbage"
  } catch {
    return "garbage"
  }
}

/** How long to wait before reading once more what a network disk would not give; often it does the next time. */
const AGAIN_MS = [10, 40, 160]

/** The text of a file; null without one. Another thing in its place is garbage. */
const textOf = (file: string): string | null => {
  for (let tries = 0; ; tries++)
    try {
      return readText(file)
    } catch (cause) {
      if (errorCode(cause) === "ENOENT") return null
      if (cause instanceof OutOfPlace) return "garbage"
      if (tries === AGAIN_MS.length) throw cause
      pause(AGAIN_MS[tries]!)
    }
}

/** The holder that a file tells of; null where it is none that a system could have. */
export const holderIn = (value: unknown): Holder | null => {
  if (typeof value !== "object" || value === null) return null
  const { token, pid, started = null, host, boot = null, namespace = null } = value as Readonly<Record<string, unknown>>
  if (typeof token !== "string" || !/^[0-9A-Za-z-]{1,64}$/.test(token)) return null
  if (typeof pid !== "number" || !isProcessId(pid)) return null
  if (!isName(host) || !isNameOrNull(started) || !isNameOrNull(boot) || !isNameOrNull(namespace)) return null
  return { token, pid, host, started, boot, namespace }
}

/** What systems tell of themselves is short, and printed to people. */
const isName = (value: unknown): value is string => typeof value === "string" && /^[^\p{Cc}\p{Cf}]{0,255}$/u.test(value)
const isNameOrNull = (value: unknown): value is string | null => value === null || isName(value)

/**
 * `dead`: its process is known to be gone. `silent`: no new beat for too long, whatever a table of processes says. `alive`: its
 * process is known to run, or it has beaten while we looked. `unsure`: look again later.
 */
export type Verdict = "dead" | "silent" | "alive" | "unsure"

/** Someone who looks at holders again and again. */
export interface Observer {
  readonly root: string
  readonly machine: Machine
  /** `beat`: what the holder's last beat is known by, where that is not its file here. */
  readonly judge: (holder: Holder, beat?: string) => Verdict
}

export const observer = (root: string, machine: Machine): Observer => {
  const seen = new Map<string, { beat: string; looked: number; quiet: number; changed: boolean }>()
  return {
    root,
    machine,
    judge: (holder, known) => {
      const fate: Fate = machine.fate(holder)
      if (fate === "dead") return "dead"
      const now = machine.now()
      const beat = known ?? beatOf(root, holder.token)
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

/** One that cannot be read is no sign of death: this throws. */
const beatOf = (root: string, token: string): string => textOf(beatFile(root, token)) ?? ""

/** What one look tells of the process that drives a run: `gone` for certain, `here` for certain, or it cannot be known. */
export const driverOf = (root: string, machine: Machine, run: string): "here" | "gone" | "unsure" => {
  const holder = whoIs(root, "run", tokenOfRun(run))
  // In front of a bucket nobody on another machine is known.
  if (holder === null) return behindStore(root) === null ? "gone" : "unsure"
  const fate = machine.fate(holder)
  if (fate !== "unknown") return fate === "dead" ? "gone" : "here"
  const { boot } = machine.self
  if (boot === null) return "unsure"
  const { quiet, changed } = glance(root, boot, holder.token, beatOf(root, holder.token))
  return quiet >= machine.silence ? "gone" : changed ? "here" : "unsure"
}

/** Whether an attempt is no more: it left, was given up, or is known to be gone. */
export const isGone = ({ root, judge }: Observer, token: string): boolean => {
  const holder = whoIs(root, "attempt", token)
  return holder === null || ["dead", "silent"].includes(judge(holder))
}

/** A holder as people are told of it. */
export const holderWords = ({ pid, host, file }: Pick<Holder, "pid" | "host" | "file">): string =>
  file === undefined ? `process ${pid} on ${host}` : `someone whom ${file} should name and does not`
