/**
 * Processes as others can know them. A process id alone says nothing: ids are used again, every container has its own, and a
 * shared folder is seen by many hosts. That a process is gone is known for certain only where boot, PID namespace and start of
 * the process are all known and the first two are our own. Starts are counted on a clock that time namespaces shift: theirs has
 * to be our own as well.
 */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"

import { readVariable } from "../../machine/environment.ts"
import { VariableInvalid } from "../../machine/VariableInvalid.ts"
import { errorCode } from "../../text/error-text.ts"

export interface ProcessIdentity {
  readonly pid: number
  /** Start of the process in clock ticks since boot; null where the system does not tell. */
  readonly started: string | null
  readonly host: string
  /** Which boot of which machine. */
  readonly boot: string | null
  /** In which space `pid` and `started` count: containers have ids of their own, and may have a clock of their own. */
  readonly namespace: string | null
}

/** What a process knows of another: `unknown` covers other hosts, other containers and what is not told. */
export type Fate = "running" | "dead" | "unknown"

/** What the protocols of this folder need of the machine they run on; tests have machines of their own. */
export interface Machine {
  readonly self: ProcessIdentity
  /** Milliseconds on a clock that only goes forward and means nothing to anyone else. */
  readonly now: () => number
  readonly fate: (process: ProcessIdentity) => Fate
  /** Milliseconds without a sign of life after which a holder that may be alive is given up. */
  readonly silence: number
}

/** Six beats; NFS may show a file as it was a minute ago. */
const SILENCE_SECONDS = 180

/** What ECHO_CHAMBER_SILENCE says. Throws `VariableInvalid`. */
export const silenceMilliseconds = (): number => {
  const text = readVariable("ECHO_CHAMBER_SILENCE") ?? String(SILENCE_SECONDS)
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!(seconds >= 1 && seconds <= 86_400))
    throw new VariableInvalid({ name: "ECHO_CHAMBER_SILENCE", value: text, expected: "a number of seconds from 1 to 86400" })
  return seconds * 1000
}

let known: Machine | null = null

/** The machine that this process runs on. */
export const thisMachine = (): Machine => {
  if (known !== null) return known
  // A /proc of another namespace than ours shows other processes under our ids.
  const seesItself = linkOf("/proc/self") === String(process.pid)
  const self: ProcessIdentity = {
    pid: process.pid,
    started: seesItself ? startOf(process.pid) : null,
    host: os.hostname(),
    boot: bootOf(),
    namespace: process.platform === "darwin" ? "macOS has one" : seesItself ? spaceOf() : null
  }
  known = { self, now: () => performance.now(), silence: silenceMilliseconds(), fate: (other) => fateOf(self, other) }
  return known
}

/** The PID namespace, and the time namespace where there are such; null where the system does not tell. */
const spaceOf = (): string | null => {
  const ids = linkOf("/proc/self/ns/pid")
  return ids === null ? null : [ids, linkOf("/proc/self/ns/time") ?? []].flat().join(" ")
}

/** Whether a system could have given a process this id. */
export const isProcessId = (pid: number): boolean => Number.isSafeInteger(pid) && pid > 0 && pid < 2 ** 31

/**
 * What `self` knows of another process.
 *
 * @internal For tests with made-up identities.
 */
export const fateOf = (self: ProcessIdentity, other: ProcessIdentity): Fate => {
  const near = self.boot !== null && self.namespace !== null && other.boot === self.boot && other.namespace === self.namespace
  if (!near || !isProcessId(other.pid)) return "unknown"
  if (!isThere(other.pid)) return "dead"
  const start = startOf(other.pid)
  if (start === null || other.started === null) return "unknown"
  return start === other.started ? "running" : "dead"
}

/** Whether a process of our own id space that started at `started` still runs; null where the start is not known. */
export const isRunning = (pid: number, started: string | null): boolean =>
  isThere(pid) && (started === null || started === startOf(pid))

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return errorCode(cause) !== "ESRCH"
  }
}

const linkOf = (file: string): string | null => {
  try {
    return fs.readlinkSync(file)
  } catch {
    return null
  }
}

const bootOf = (): string | null => {
  try {
    if (process.platform !== "darwin") return fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
    return execFileSync("/usr/sbin/sysctl", ["-n", "kern.bootsessionuuid"], { encoding: "utf8", timeout: 2000 }).trim() || null
  } catch {
    return null
  }
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
