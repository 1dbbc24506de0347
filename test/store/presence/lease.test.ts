/** One live holder a key, over processes, containers and hosts; and what is no lease. */

import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as path from "node:path"

import { afterEach, describe, expect, it } from "vitest"

import { acquire, holderOf, isLease, type Lease } from "../../../src/store/presence/Lease.ts"
import { fateOf, type Machine, type ProcessIdentity, startOf, thisMachine } from "../../../src/store/presence/machine.ts"
import { enter, newToken, observer, type Presence, type Verdict } from "../../../src/store/presence/Presence.ts"
import { atOnce } from "../../../src/store/presence/steps.ts"
import { temporaryFolder } from "../temporary-folder.ts"

const HOLDER = path.join(import.meta.dirname, "../fixtures/hold-lease.ts")
const KEY = "ab".repeat(32)

const children: Array<ChildProcess> = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL")
})

/** A process that takes the lease (or not) and says so, then waits. */
const otherProcess = async (root: string): Promise<{ readonly child: ChildProcess; readonly got: boolean }> => {
  const child = fork(HOLDER, [root, KEY], { execArgv: ["--disable-warning=ExperimentalWarning"] })
  children.push(child)
  const [got] = (await once(child, "message")) as [boolean]
  return { child, got }
}

const kill = async (child: ChildProcess): Promise<void> => {
  const gone = once(child, "exit")
  child.kill("SIGKILL")
  await gone
}

const leaseFile = (root: string) => path.join(root, "attempts", KEY, "lease.json")

const writeLease = (root: string, text: string): void => {
  fs.mkdirSync(path.dirname(leaseFile(root)), { recursive: true })
  fs.writeFileSync(leaseFile(root), text)
}

/** A machine of which nothing is known here, with a clock of its own. */
const far = (): Machine & { time: number } => {
  const machine = {
    ...thisMachine(),
    self: { pid: process.pid, started: startOf(process.pid), host: "far", boot: "another boot", namespace: "pid:[1]" },
    time: 5,
    now: (): number => machine.time,
    fate: (other: ProcessIdentity) => (other.boot === "another boot" ? ("running" as const) : ("unknown" as const))
  }
  return machine
}

const here = (root: string, machine: Machine = thisMachine()): Presence => atOnce(enter(root, machine, "attempt", newToken()))

const take = (root: string, presence = here(root), seen = observer(root, thisMachine())) => {
  const notes: Array<string> = []
  const taken = atOnce(acquire(seen, KEY, presence, (line) => notes.push(line)))
  return { taken, notes }
}

const taken = (root: string): Lease => {
  const { taken } = take(root)
  if (!isLease(taken)) throw new Error(`held by ${taken.token}`)
  return taken
}

describe("a lease", () => {
  it("has one holder at a time, and falls free when released, without a trace", () => {
    const root = temporaryFolder()
    const presence = here(root)
    const first = take(root, presence).taken
    if (!isLease(first)) throw new Error("a fresh folder has no holder")
    expect(take(root).taken).toMatchObject({ pid: process.pid, token: first.token })
    expect(first.isOurs()).toBe(true)
    first.release()
    expect(fs.readdirSync(path.dirname(leaseFile(root)))).toEqual([])
    taken(root)
  })

  it("held by another live process is refused, and taken over at once when that process was killed", async () => {
    const root = temporaryFolder()
    const { child, got } = await otherProcess(root)
    expect(got).toBe(true)
    expect(take(root).taken).toMatchObject({ pid: child.pid })
    await kill(child)
    expect(atOnce(holderOf(observer(root, thisMachine()), KEY))).toBeNull()
    taken(root)
  })

  it("goes to exactly one of several processes that find a dead holder's", async () => {
    const root = temporaryFolder()
    const dead = await otherProcess(root)
    await kill(dead.child)
    const others = await Promise.all([0, 1, 2, 3].map(() => otherProcess(root)))
    expect(others.filter(({ got }) => got)).toHaveLength(1)
  })

  it("is ours when its file is there with our token: an answer can get lost", () => {
    const root = temporaryFolder()
    const presence = here(root)
    writeLease(root, JSON.stringify(presence))
    expect(isLease(take(root, presence).taken)).toBe(true)
  })

  it("that was taken over is no longer ours, and releasing it leaves the new holder's alone", () => {
    const root = temporaryFolder()
    const lease = taken(root)
    writeLease(root, JSON.stringify(here(root, far())))
    expect(lease.isOurs()).toBe(false)
    lease.release()
    expect(fs.existsSync(leaseFile(root))).toBe(true)
  })

  it("is no longer ours when we were taken for dead", () => {
    const root = temporaryFolder()
    const presence = here(root)
    const { taken } = take(root, presence)
    presence.leave()
    expect(isLease(taken) && taken.isOurs()).toBe(false)
  })

  it("of one who came in between is put back by a taker that was too late", () => {
    const root = temporaryFolder()
    const machine = thisMachine()
    const gone = here(root)
    writeLease(root, JSON.stringify(gone))
    gone.leave()
    // The late one has seen the dead holder; before it moves the file aside another one takes over.
    const late = acquire(observer(root, machine), KEY, here(root))
    let quick: Lease | null = null
    let result = late.next()
    for (let step = 0; result.done !== true; step++) {
      if (step === 3) quick = taken(root)
      result = late.next()
    }
    const holders = [quick?.isOurs(), isLease(result.value) && result.value.isOurs()]
    expect(holders.filter((ours) => ours === true)).toHaveLength(1)
  })
})

describe("a file that is no lease", () => {
  const shapes: ReadonlyArray<readonly [string, string]> = [
    ["torn", '{"token":'],
    ["empty", ""],
    ["null", "null"],
    ["a list", "[]"],
    ["a number", "7"],
    ["a text", '"abc"'],
    ["a process id alone", '{"pid":1}'],
    ["a token of another type", '{"token":7,"pid":1,"host":"a"}'],
    ["a token that is a path", '{"token":"../../x","pid":1,"host":"a"}'],
    ["an endless token", JSON.stringify({ token: "a".repeat(1000), pid: 1, host: "a" })],
    ["a process id of another type", '{"token":"abc","pid":"1","host":"a"}'],
    ["a host of another type", '{"token":"abc","pid":1,"host":{}}'],
    ["zeros", "\0".repeat(300)],
    ["process 1e300", '{"token":"abc","pid":1e300,"host":"a"}'],
    ["process -1", '{"token":"abc","pid":-1,"host":"a"}'],
    ["process 0", '{"token":"abc","pid":0,"host":"a"}'],
    ["process 1.5", '{"token":"abc","pid":1.5,"host":"a"}'],
    ["process 2^31", '{"token":"abc","pid":2147483648,"host":"a"}'],
    ["an endless host", JSON.stringify({ token: "abc", pid: 1, host: "a".repeat(5000) })],
    ["a host that moves the cursor", JSON.stringify({ token: "abc", pid: 1, host: "a\u001b[2J" })],
    ["a boot of another type", '{"token":"abc","pid":1,"host":"a","boot":7}'],
    ["a start over lines", JSON.stringify({ token: "abc", pid: 1, host: "a", started: "1\n2" })]
  ]
  it.each(shapes)("(%s) is set aside, said in a line, and in nobody's way", (_, text) => {
    const root = temporaryFolder()
    writeLease(root, text)
    const { taken, notes } = take(root)
    expect(isLease(taken)).toBe(true)
    expect(notes).toHaveLength(1)
    expect(notes[0]).toContain("lease.json is no lease: it was moved to ")
    expect(fs.readdirSync(path.join(root, "damaged"))).toHaveLength(1)
  })

  it.each([
    ["a folder", (file: string) => fs.mkdirSync(file)],
    ["a link to another file", (file: string) => fs.symlinkSync("/etc/hostname", file)],
    ["a link to nothing", (file: string) => fs.symlinkSync("/nothing/at/all", file)]
  ] as const)("(%s) is set aside too, and what a link leads to is left alone", (_, make) => {
    const root = temporaryFolder()
    fs.mkdirSync(path.dirname(leaseFile(root)), { recursive: true })
    make(leaseFile(root))
    expect(isLease(take(root).taken)).toBe(true)
  })

  it.each([
    ["process 1 of this host", { token: "t", pid: 1, started: startOf(1), host: thisMachine().self.host }],
    ["process 1 of this boot", { token: "t", ...thisMachine().self, pid: 1, started: startOf(1) }],
    ["this process, with a token of nobody", { token: "t", ...thisMachine().self }],
    ["another host, as earlier programs wrote it", { token: "9f".repeat(8), pid: 1, started: null, host: "another-host" }]
  ])("but names %s, without anyone present, holds nothing", (_, holder) => {
    const root = temporaryFolder()
    writeLease(root, JSON.stringify(holder))
    taken(root)
  })
})

describe("a holder of which nothing is known here", () => {
  const look = (root: string, machine: Machine & { time: number }, presence: Presence) => {
    const seen = observer(root, machine)
    return (after: number): Verdict => {
      machine.time += after
      return seen.judge(presence)
    }
  }
  const stranger = (root: string) => here(root, { ...far(), self: { ...far().self, boot: "a third" } })

  it("is given up after three minutes without a new beat, on the observer's own clock", () => {
    const root = temporaryFolder()
    const after = look(root, far(), stranger(root))
    expect([0, 30_000, 30_000, 30_000, 30_000, 30_000, 29_999, 1].map(after)).toEqual([
      ...Array.from({ length: 7 }, () => "unsure"),
      "silent"
    ])
  })

  it("lives while it beats, however its files are dated", () => {
    const root = temporaryFolder()
    const presence = stranger(root)
    const after = look(root, far(), presence)
    expect(after(0)).toBe("unsure")
    for (let i = 0; i < 30; i++) {
      presence.beat()
      for (const name of fs.readdirSync(path.join(root, "presence"))) fs.utimesSync(path.join(root, "presence", name), 1, 1)
      expect(after(30_000)).toBe("alive")
    }
  })

  it("is not given up because the observer itself stood still for hours", () => {
    const root = temporaryFolder()
    const after = look(root, far(), stranger(root))
    expect([0, 9e9, 9e9, 9e9].map(after)).toEqual(["unsure", "unsure", "unsure", "unsure"])
  })

  it("keeps its lease from a newcomer, who gets it when an observer has given it up", () => {
    const root = temporaryFolder()
    const presence = stranger(root)
    writeLease(root, JSON.stringify(presence))
    const machine = far()
    const seen = observer(root, machine)
    expect(take(root, here(root), seen).taken).toMatchObject({ token: presence.token })
    for (let i = 0; i < 6; i++) {
      expect(atOnce(holderOf(seen, KEY))).toMatchObject({ token: presence.token })
      machine.time += 30_000
    }
    expect(atOnce(holderOf(seen, KEY))).toBeNull()
    taken(root)
  })
})

describe("the fate of a process", () => {
  const self = thisMachine().self
  const cases: ReadonlyArray<readonly [string, Partial<ProcessIdentity>, string]> = [
    ["this one", {}, "running"],
    ["one that cannot exist", { pid: 2 ** 22 + 1 }, "dead"],
    ["one whose id was used again", { started: "1" }, "dead"],
    ["one of another boot", { boot: "x" }, "unknown"],
    ["one of another container", { namespace: "pid:[1]" }, "unknown"],
    ["one whose start another clock counts", { namespace: `${self.namespace}1`, started: "1" }, "unknown"],
    ["a process that no system has", { pid: 2 ** 31 }, "unknown"],
    ["one whose boot is not told", { boot: null }, "unknown"],
    ["one whose container is not told", { namespace: null }, "unknown"],
    ["one whose start is not told", { started: null }, "unknown"],
    ["process 0", { pid: 0 }, "unknown"],
    ["a negative process", { pid: -1 }, "unknown"],
    ["half a process", { pid: 1.5 }, "unknown"],
    ["this one under another host's name", { host: "elsewhere" }, "running"]
  ]
  it.skipIf(self.boot === null)("is certain only where boot, container and start are known and ours", () => {
    expect(cases.map(([who, changes]) => [who, fateOf(self, { ...self, ...changes })])).toEqual(
      cases.map(([who, , fate]) => [who, fate])
    )
  })
  it.skipIf(!fs.existsSync("/proc/self/ns/time"))("is certain only under the same clock: starts are counted on it", () => {
    expect(self.namespace).toContain(fs.readlinkSync("/proc/self/ns/time"))
  })
  it("is unknown to one that knows nothing of itself", () => {
    expect(fateOf({ ...self, boot: null }, self)).toBe("unknown")
    expect(fateOf({ ...self, namespace: null }, { ...self, namespace: null })).toBe("unknown")
  })
})
