/** The lease of an action in a bucket: one holder, beats without clocks, and nobody alive is robbed of it for good. */

import { describe, expect, it } from "vitest"

import type { Fate, Machine, ProcessIdentity } from "../../../src/store/presence/machine.ts"
import { type Holder, newToken, observer } from "../../../src/store/presence/Presence.ts"
import { acquireShared, sharedHolderOf } from "../../../src/store/presence/shared-lease.ts"
import { RemoteFailed } from "../../../src/store/remote/Backend.ts"
import type { Blocking } from "../../../src/store/remote/Blocking.ts"
import { temporaryFolder } from "../temporary-folder.ts"

const KEY = "ab".repeat(32)
const SILENCE = 180_000

/** A bucket in memory, of which a network can be cut off. */
const bucket = () => {
  const entries = new Map<string, { readonly bytes: Uint8Array; readonly tag: string }>()
  let tags = 0
  const write = (name: string, bytes: Uint8Array) => {
    const tag = `tag ${++tags}`
    entries.set(name, { bytes, tag })
    return { tag }
  }
  const unused = (): never => {
    throw new Error("not asked for here")
  }
  const seenBy = (network: { down: boolean }): Blocking => {
    const through = <A>(answer: () => A): A => {
      if (network.down) throw new RemoteFailed({ url: "s3://x", problem: "away.", passing: true, badInput: false })
      return answer()
    }
    return {
      url: "s3://x",
      probe: unused,
      readAll: unused,
      list: unused,
      sizes: unused,
      put: unused,
      fetch: unused,
      send: unused,
      read: (name) => through(() => entries.get(name) ?? null),
      create: (name, bytes) => through(() => (entries.has(name) ? "refused" : write(name, bytes))),
      replace: (name, bytes, tag) => through(() => (entries.get(name)?.tag === tag ? write(name, bytes) : "refused"))
    }
  }
  return { seenBy }
}

/** A machine whose clock starts where it likes. */
const machine = (
  there: ReturnType<typeof bucket>,
  name: string,
  start: number,
  fate: (of: ProcessIdentity) => Fate = () => "unknown"
) => {
  const time = { now: start }
  const network = { down: false }
  const self: ProcessIdentity = { pid: 7, started: "1", host: name, boot: name, namespace: "pid" }
  const of: Machine = { self, now: () => time.now, fate, silence: SILENCE }
  const seen = observer(temporaryFolder(), of)
  const remote = there.seenBy(network)
  const me: Holder = { token: newToken(), ...self }
  return {
    me,
    network,
    acquire: () => acquireShared(remote, seen, KEY, me),
    holder: () => sharedHolderOf(remote, seen, KEY),
    /** Looks on for so long, every half minute. */
    watch: (milliseconds: number, meanwhile: () => void = () => {}) => {
      let last = sharedHolderOf(remote, seen, KEY)
      for (let passed = 0; passed < milliseconds; passed += 30_000) {
        time.now += 30_000
        meanwhile()
        last = sharedHolderOf(remote, seen, KEY)
      }
      return last
    }
  }
}

const leaseOf = (result: ReturnType<ReturnType<typeof machine>["acquire"]>) => {
  if (!("release" in result)) throw new Error(`held by ${result.host}`)
  return result
}

describe("a lease in a bucket", () => {
  it("has one holder, and the other is told who", () => {
    const there = bucket()
    const [a, b] = [machine(there, "a", 0), machine(there, "b", 9e9)]
    expect(leaseOf(a.acquire()).isOurs()).toBe(true)
    expect(b.acquire()).toMatchObject({ host: "a", token: a.me.token })
    expect(b.holder()).toMatchObject({ host: "a" })
  })

  it("can be had again once it was released", () => {
    const there = bucket()
    const [a, b] = [machine(there, "a", 0), machine(there, "b", 0)]
    leaseOf(a.acquire()).release()
    expect(b.holder()).toBeNull()
    expect(leaseOf(b.acquire()).isOurs()).toBe(true)
    expect(a.acquire()).toMatchObject({ host: "b" })
  })

  it("is not taken from one that beats, however far clocks are apart", () => {
    const there = bucket()
    const [a, b] = [machine(there, "a", 5e12), machine(there, "b", 0)]
    const lease = leaseOf(a.acquire())
    expect(b.watch(20 * SILENCE, () => lease.isOurs())).toMatchObject({ host: "a" })
    expect(lease.isOurs()).toBe(true)
  })

  it("is taken from one that is silent for long, who learns of it and cannot release it", () => {
    const there = bucket()
    const [a, b] = [machine(there, "a", 0), machine(there, "b", 0)]
    const lease = leaseOf(a.acquire())
    a.network.down = true
    expect(b.watch(SILENCE - 60_000)).toMatchObject({ host: "a" })
    expect(b.watch(SILENCE)).toBeNull()
    const other = leaseOf(b.acquire())
    // While the network is away nobody knows better.
    expect(lease.isOurs()).toBe(true)
    a.network.down = false
    expect(lease.isOurs()).toBe(false)
    lease.release()
    expect(other.isOurs()).toBe(true)
    expect(a.acquire()).toMatchObject({ host: "b" })
  })

  it("is taken at once from a process of this machine that is known to be gone", () => {
    const there = bucket()
    const a = machine(there, "a", 0)
    a.acquire()
    const b = machine(there, "a", 0, ({ host }) => (host === "a" ? "dead" : "unknown"))
    expect(leaseOf(b.acquire()).isOurs()).toBe(true)
  })
})
