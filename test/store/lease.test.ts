/** One live holder a key, over processes. */

import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { afterEach, describe, expect, it } from "vitest"

import { acquire, holderOf, isLease, isRunning, startOf } from "../../src/store/objects/Lease.ts"
import { temporaryFolder } from "./temporary-folder.ts"

const HOLDER = path.join(import.meta.dirname, "fixtures", "hold-lease.ts")

const children: Array<ChildProcess> = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL")
})

/** A process that takes the lease (or not) and says so, then waits. */
const otherProcess = async (directory: string): Promise<{ readonly child: ChildProcess; readonly got: boolean }> => {
  const child = fork(HOLDER, [directory], { execArgv: ["--disable-warning=ExperimentalWarning"] })
  children.push(child)
  const [got] = (await once(child, "message")) as [boolean]
  return { child, got }
}

const kill = async (child: ChildProcess): Promise<void> => {
  const gone = once(child, "exit")
  child.kill("SIGKILL")
  await gone
}

const writeLease = (directory: string, holder: object): string => {
  fs.mkdirSync(directory, { recursive: true })
  const file = path.join(directory, "lease.json")
  fs.writeFileSync(file, JSON.stringify(holder))
  return file
}

describe("a lease", () => {
  it("has one holder at a time, and falls free when released", () => {
    const directory = temporaryFolder()
    const first = acquire(directory)
    if (!isLease(first)) throw new Error("a fresh folder has no holder")
    expect(acquire(directory)).toMatchObject({ pid: process.pid, host: os.hostname(), token: first.token })
    expect(first.isOurs()).toBe(true)
    first.release()
    expect(fs.readdirSync(directory)).toEqual([])
    const second = acquire(directory)
    expect(isLease(second)).toBe(true)
    if (isLease(second)) second.release()
  })

  it("held by another live process is refused, and taken over once that process was killed", async () => {
    const directory = temporaryFolder()
    const { child, got } = await otherProcess(directory)
    expect(got).toBe(true)
    expect(acquire(directory)).toMatchObject({ pid: child.pid })
    expect(holderOf(directory)).toMatchObject({ pid: child.pid })
    await kill(child)
    expect(holderOf(directory)).toBeNull()
    const lease = acquire(directory)
    expect(isLease(lease)).toBe(true)
    if (isLease(lease)) lease.release()
  })

  it("goes to exactly one of several processes that find a dead holder's", async () => {
    const directory = temporaryFolder()
    writeLease(directory, { token: "dead", pid: 2 ** 22 + 1, started: "1", host: os.hostname() })
    const others = await Promise.all([0, 1, 2, 3].map(() => otherProcess(directory)))
    expect(others.filter(({ got }) => got)).toHaveLength(1)
  })

  it("of a process id that was used again by another process is dead", () => {
    const directory = temporaryFolder()
    writeLease(directory, { token: "reused", pid: process.pid, started: "1", host: os.hostname() })
    expect(holderOf(directory)).toBeNull()
  })

  it("of another host lives while it is touched and is dead after a minute's silence", () => {
    const directory = temporaryFolder()
    const file = writeLease(directory, { token: "far", pid: 1, started: null, host: "another-host" })
    expect(acquire(directory)).toMatchObject({ host: "another-host" })
    const longAgo = new Date(Date.now() - 61_000)
    fs.utimesSync(file, longAgo, longAgo)
    const lease = acquire(directory)
    expect(isLease(lease)).toBe(true)
    if (isLease(lease)) lease.release()
  })

  it("that was taken over is no longer ours, and releasing it leaves the new holder's alone", () => {
    const directory = temporaryFolder()
    const lease = acquire(directory)
    if (!isLease(lease)) throw new Error("a fresh folder has no holder")
    const file = writeLease(directory, { token: "theirs", pid: 1, started: null, host: "another-host" })
    expect(lease.isOurs()).toBe(false)
    lease.release()
    expect(fs.existsSync(file)).toBe(true)
  })

  it("file that is torn counts as none", () => {
    const directory = temporaryFolder()
    fs.writeFileSync(path.join(directory, "lease.json"), '{"token":')
    const lease = acquire(directory)
    expect(isLease(lease)).toBe(true)
    if (isLease(lease)) lease.release()
  })
})

describe("isRunning", () => {
  it("is true of this process, false of one that cannot exist, and false when the start differs", () => {
    expect(isRunning(process.pid, startOf(process.pid))).toBe(true)
    expect(isRunning(2 ** 22 + 1, null)).toBe(false)
    expect(isRunning(process.pid, "1")).toBe(false)
  })
})
