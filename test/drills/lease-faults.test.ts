/** A lease that cannot be read for a moment, or at all: it is nobody's to take, and nobody waits for ever. */

import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as path from "node:path"

import { afterEach, describe, expect, it } from "vitest"

import { isLease, acquire } from "../../src/store/presence/Lease.ts"
import { thisMachine } from "../../src/store/presence/machine.ts"
import { enter, newToken, observer } from "../../src/store/presence/Presence.ts"
import { atOnce } from "../../src/store/presence/steps.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { type Fault, faultsImpossible, makeFaults, type Operation } from "./faults.ts"

const HOLDER = path.join(import.meta.dirname, "../store/fixtures/hold-lease.ts")
const KEY = "ab".repeat(32)

const children: Array<ChildProcess> = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL")
})

/** What a newcomer with a failing disk comes to: whether it got the lease, or its exit code. */
const newcomer = async (root: string, environment: Readonly<Record<string, string>>): Promise<boolean | number> => {
  const child = fork(HOLDER, [root, KEY], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    env: { ...process.env, ...environment },
    stdio: ["ignore", "ignore", "ignore", "ipc"]
  })
  children.push(child)
  const [answer] = (await Promise.race([once(child, "message"), once(child, "exit")])) as [boolean | number]
  return answer
}

const FAULTS: ReadonlyArray<readonly [Operation, Fault]> = [
  ["open", "ESTALE"],
  ["open", "EIO"],
  ["open", "EACCES"],
  ["open", "ETIMEDOUT"],
  ["read", "EIO"],
  ["read", "ESTALE"],
  ["read", "EAGAIN"]
]

describe.skipIf(faultsImpossible() !== null)("a live process's lease", () => {
  const held = () => {
    const folder = fs.realpathSync(temporaryFolder())
    const root = path.join(folder, "store")
    const seen = observer(root, thisMachine())
    const presence = atOnce(enter(root, thisMachine(), "attempt", newToken()))
    const lease = atOnce(acquire(seen, KEY, presence))
    if (!isLease(lease)) throw new Error("a fresh store has no holder")
    return { root, lease, faults: makeFaults(folder, path.join(root, "attempts", KEY)) }
  }

  it.each(FAULTS)("stays its own when %s fails once with %s for another", async (operation, fault) => {
    const { root, lease, faults } = held()
    faults.arm({ operations: [operation], fault, first: 1, times: 1 })
    expect(await newcomer(root, faults.environment)).toBe(false)
    expect(faults.disarm().failed).toBe(1)
    expect(lease.isOurs()).toBe(true)
    expect(fs.existsSync(path.join(root, "damaged"))).toBe(false)
  })

  it.each(FAULTS)("stays its own when %s fails with %s whenever another looks, who gives up", async (operation, fault) => {
    const { root, lease, faults } = held()
    faults.arm({ operations: [operation], fault, first: 1 })
    expect(await newcomer(root, faults.environment)).toBe(1)
    faults.disarm()
    expect(lease.isOurs()).toBe(true)
    expect(fs.existsSync(path.join(root, "damaged"))).toBe(false)
  })
})
