/**
 * A folder of this process in the system's temporary folder, for what nobody needs once it ends. It goes with the process; what a
 * killed one left behind, the next of this user removes that makes a folder for the same purpose.
 *
 * A folder's name says whose it is: host, boot, space of process ids, process id and the start of the process. Only where all of
 * them are known here can a process be known to be gone: a folder of another host or container is left alone.
 */

import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { discard, remove } from "../disk/calls.ts"
import { isRunning, startOf } from "./machine.ts"

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

const nameOf = (prefix: string, { host, boot, space, pid, started }: Owner): string =>
  `${prefix}${host}-${boot}-${space}-${pid}-${started ?? "x"}-`

/** Of the name behind the prefix. */
const ownerOf = (name: string): Owner | undefined => {
  const [, host, boot, space, pid, started] =
    /^([0-9a-f]{8}|x)-([0-9a-f]{8}|x)-([0-9a-f]{8}|x)-(\d{1,10})-(\d{1,20}|x)-[A-Za-z0-9]+$/.exec(name) ?? []
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
const removeLeftovers = (parent: string, prefix: string, here: Owner): void => {
  for (const name of fs.readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue
    const owner = ownerOf(name.slice(prefix.length))
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

export interface ProcessFolder {
  readonly path: string
  readonly remove: () => void
}

/** Folders of this process that are there: one listener removes them all when it ends. */
const folders = new Set<string>()

const leaveAll = (): void => {
  // One that stays is removed by the next process.
  for (const folder of folders) discard(folder)
}

/** Makes a folder of this process for a purpose, which begins its name: `echo-chamber-sql-`. Throws where none can be made. */
export const makeProcessFolder = (prefix: string, parent: string = os.tmpdir()): ProcessFolder => {
  const here = thisProcess()
  removeLeftovers(parent, prefix, here)
  const folder = fs.mkdtempSync(path.join(parent, nameOf(prefix, here)))
  if (folders.size === 0) process.on("exit", leaveAll)
  folders.add(folder)
  const leave = () => {
    folders.delete(folder)
    if (folders.size === 0) process.off("exit", leaveAll)
    discard(folder)
  }
  return { path: folder, remove: leave }
}
