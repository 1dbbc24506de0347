/**
 * Where a query that does not fit in memory puts what it cannot hold: a folder of this process in the system's temporary folder.
 * It goes when the query ends, however that ends; what a killed process left behind, the next query of this user removes.
 *
 * A folder's name says whose it is: host, boot, space of process ids, process id and the start of the process. Only where all of
 * them are known here can a process be known to be gone: a folder of another host or container is left alone.
 */

import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { discard, remove } from "../../store/disk/calls.ts"
import { isRunning, startOf } from "../../store/presence/machine.ts"

const PREFIX = "echo-chamber-sql-"
/** Of tmpfs, in what `statfs` tells: files there take memory. */
const TMPFS = 0x01021994

export interface SpillFolder {
  readonly path: string
  /** Bytes that may be put there. */
  readonly most: number
  readonly remove: () => void
}

/** What a process leaves in the name of its folder: the machine as it is since it was started, then the process. */
interface Owner {
  readonly host: string
  readonly boot: string
  readonly space: string
  readonly pid: number
  readonly started: string | null
}

const textOf = (read: () => string): string => {
  try {
    return read().trim()
  } catch {
    return ""
  }
}
const short = (text: string): string => (text === "" ? "x" : createHash("sha256").update(text).digest("hex").slice(0, 8))

const thisProcess = (): Owner => ({
  host: short(os.hostname()),
  boot: short(textOf(() => fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8"))),
  // Starts of processes are counted in time namespaces.
  space: short(["pid", "time"].map((name) => textOf(() => fs.readlinkSync(`/proc/self/ns/${name}`))).join("")),
  pid: process.pid,
  started: startOf(process.pid)
})

const nameOf = ({ host, boot, space, pid, started }: Owner): string =>
  `${PREFIX}${host}-${boot}-${space}-${pid}-${started ?? "x"}-`

const ownerOf = (name: string): Owner | undefined => {
  const [, host, boot, space, pid, started] =
    /^([0-9a-f]{8}|x)-([0-9a-f]{8}|x)-([0-9a-f]{8}|x)-(\d{1,10})-(\d{1,20}|x)-[A-Za-z0-9]+$/.exec(name.slice(PREFIX.length)) ?? []
  if (host === undefined || boot === undefined || space === undefined || pid === undefined) return undefined
  return { host, boot, space, pid: Number(pid), started: started === "x" ? null : started! }
}

/** Whether the owner of a folder can be known to be gone from here. */
const isGone = (owner: Owner, here: Owner): boolean => {
  if (owner.host !== here.host) return false
  // All processes of an earlier boot have ended.
  if (owner.boot !== here.boot) return owner.boot !== "x" && here.boot !== "x"
  return owner.space === here.space && !isRunning(owner.pid, owner.started)
}

/** Removes folders of processes of this user that are gone. What cannot be looked at or removed stays. */
const removeLeftovers = (parent: string, here: Owner): void => {
  for (const name of fs.readdirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue
    const owner = ownerOf(name)
    if (owner === undefined || !isGone(owner, here)) continue
    try {
      const folder = path.join(parent, name)
      const stat = fs.lstatSync(folder)
      if (stat.isDirectory() && stat.uid === (process.getuid?.() ?? stat.uid)) remove(folder)
    } catch {
      // Another process was faster.
    }
  }
}

/** Makes the folder of this process; undefined where none can be made: then nothing can be put on disk. */
export const makeSpillFolder = (parent = os.tmpdir()): SpillFolder | undefined => {
  const here = thisProcess()
  try {
    removeLeftovers(parent, here)
    const folder = fs.mkdtempSync(path.join(parent, nameOf(here)))
    const leave = () => {
      process.off("exit", leave)
      // One that stays is removed by the next query.
      discard(folder)
    }
    process.on("exit", leave)
    return { path: folder, most: roomAt(folder), remove: leave }
  } catch {
    return undefined
  }
}

/** Four fifths of what is free on the disk; where the "disk" is memory, of a quarter of that. */
const roomAt = (folder: string): number => {
  const { bavail, bsize, type } = fs.statfsSync(folder)
  return Math.floor(bavail * bsize * (type === TMPFS ? 0.2 : 0.8))
}
