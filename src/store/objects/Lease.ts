/**
 * The right to compute one action key: at most one live holder across processes and, with a shared file system, across hosts. A
 * lease is only there to save work; correctness comes from create-once commits. It is a file created exclusively, touched every
 * few seconds by its holder, and taken over when the holder is gone: dead on this host, or silent for long on another.
 */

import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { errorCode, temporaryName } from "./files.ts"

export interface LeaseHolder {
  readonly token: string
  readonly pid: number
  /** Start time of the process in clock ticks since boot, against reuse of process ids; null where the system does not tell. */
  readonly started: string | null
  readonly host: string
}

const HEARTBEAT_MS = 2_000
/** A holder on another host that has been silent this long is taken for dead. */
const SILENT_MS = 60_000

export interface Lease {
  readonly token: string
  /** Whether the lease is still ours: checked before a commit. */
  readonly isOurs: () => boolean
  readonly release: () => void
}

const leaseFile = (directory: string) => path.join(directory, "lease.json")

/** The lease, or its live holder. */
export const acquire = (directory: string): Lease | LeaseHolder => {
  fs.mkdirSync(directory, { recursive: true })
  const file = leaseFile(directory)
  const mine: LeaseHolder = {
    token: randomBytes(8).toString("hex"),
    pid: process.pid,
    started: startOf(process.pid),
    host: os.hostname()
  }
  for (let attempt = 0; attempt < 20; attempt++) {
    const temporary = temporaryName(directory)
    fs.writeFileSync(temporary, JSON.stringify(mine), { flag: "wx" })
    try {
      fs.linkSync(temporary, file)
      return hold(file, mine)
    } catch (cause) {
      if (errorCode(cause) !== "EEXIST") throw cause
    } finally {
      fs.rmSync(temporary, { force: true })
    }
    const holder = holderOf(directory)
    if (holder !== null) return holder
    // Dead: move the stale file aside under a name of our own, so that of several takers only one removes it.
    try {
      fs.renameSync(file, `${temporary}.stale`)
      fs.rmSync(`${temporary}.stale`, { force: true })
    } catch (cause) {
      if (errorCode(cause) !== "ENOENT") throw cause
    }
  }
  const holder = holderOf(directory)
  if (holder !== null) return holder
  throw new Error(`The lease in ${directory} keeps changing hands.`)
}

/** Whether `acquire` gave the lease rather than its holder. */
export const isLease = (result: Lease | LeaseHolder): result is Lease => "release" in result

/** The live holder of a directory's lease, or null when there is none. */
export const holderOf = (directory: string): LeaseHolder | null => {
  const file = leaseFile(directory)
  try {
    const holder = JSON.parse(fs.readFileSync(file, "utf8")) as LeaseHolder
    return isAlive(holder, fs.statSync(file).mtimeMs) ? holder : null
  } catch (cause) {
    if (errorCode(cause) === "ENOENT" || cause instanceof SyntaxError) return null
    throw cause
  }
}

const hold = (file: string, mine: LeaseHolder): Lease => {
  const isOurs = () => {
    try {
      return (JSON.parse(fs.readFileSync(file, "utf8")) as LeaseHolder).token === mine.token
    } catch {
      return false
    }
  }
  const heartbeat = setInterval(() => {
    try {
      if (isOurs()) fs.utimesSync(file, new Date(), new Date())
    } catch {
      // Lost: the commit will notice.
    }
  }, HEARTBEAT_MS)
  heartbeat.unref()
  return {
    token: mine.token,
    isOurs,
    release: () => {
      clearInterval(heartbeat)
      if (isOurs()) fs.rmSync(file, { force: true })
    }
  }
}

const isAlive = (holder: LeaseHolder, touched: number): boolean => {
  if (holder.host !== os.hostname()) return Date.now() - touched < SILENT_MS
  return isRunning(holder.pid, holder.started)
}

/** Whether a process of this host that started at `started` (see `startOf`) still runs; null where the start is not known. */
export const isRunning = (pid: number, started: string | null): boolean => {
  try {
    process.kill(pid, 0)
  } catch (cause) {
    if (errorCode(cause) === "ESRCH") return false
  }
  return started === null || started === startOf(pid)
}

/**
 * When a process started, against reuse of its id; null where the system does not tell. Field 22 of /proc/<pid>/stat; the name in
 * field 2 may hold spaces, so count from its closing parenthesis.
 */
export const startOf = (pid: number): string | null => {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8")
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    return fields[0] === "Z" ? "zombie" : (fields[19] ?? null)
  } catch {
    return null
  }
}
