/**
 * The right to compute an action of a store that machines share through a bucket, `attempts/<key>/lease.json` there: created
 * once, then replaced on the condition that nobody else did. Each beat writes it anew; who looks on and sees no new content for
 * long, on their own clock, takes it over by the same condition, so that a holder that beats again is told.
 */

import type { Blocking } from "../remote/Blocking.ts"
import { type Holder, holderIn, type Observer } from "./Presence.ts"

export interface Lease {
  readonly token: string
  /** Whether nobody has taken it, or us for dead: checked before a commit. */
  readonly isOurs: () => boolean
  readonly release: () => void
}

const nameOf = (key: string): string => `attempts/${key}/lease.json`

/** What the lease says. `released`: nobody has it. */
const textOf = ({ token, pid, started, host, boot, namespace }: Holder, beat: number, released = false): Uint8Array =>
  Buffer.from(JSON.stringify({ token, pid, started, host, boot, namespace, beat, released }))

/** Who has it; null where nobody does, or nobody sensible. */
const holderOfText = (bytes: Uint8Array): Holder | null => {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"))
    if (typeof value === "object" && value !== null && "released" in value && value.released === true) return null
    return holderIn(value)
  } catch {
    return null
  }
}

/** Many that are after one lease may take turns in being refused. */
const TRIES = 20

/** The lease, or its live holder. Throws `RemoteFailed`. */
export const acquireShared = (remote: Blocking, seen: Observer, key: string, me: Holder): Lease | Holder => {
  const name = nameOf(key)
  let last: Holder = me
  for (let tries = 0; tries < TRIES; tries++) {
    const found = remote.read(name)
    const holder = found === null ? null : holderOfText(found.bytes)
    if (holder !== null && holder.token !== me.token && !isGoneThere(seen, holder, found!.tag)) return holder
    last = holder ?? last
    const mine = textOf(me, 0)
    const written = found === null ? remote.create(name, mine) : remote.replace(name, mine, found.tag)
    if (written !== "refused") return held(remote, seen, name, me, written.tag)
  }
  return last
}

/** Who holds the lease of a key and is not known to be gone; the lease of one who is gone is taken away. */
export const sharedHolderOf = (remote: Blocking, seen: Observer, key: string): Holder | null => {
  const found = remote.read(nameOf(key))
  const holder = found === null ? null : holderOfText(found.bytes)
  if (found === null || holder === null) return null
  if (!isGoneThere(seen, holder, found.tag)) return holder
  return remote.replace(nameOf(key), textOf(holder, 0, true), found.tag) === "refused" ? holder : null
}

const isGoneThere = ({ judge }: Observer, holder: Holder, beat: string): boolean =>
  ["dead", "silent"].includes(judge(holder, beat))

const held = (remote: Blocking, { machine }: Observer, name: string, me: Holder, first: string): Lease => {
  let tag = first
  let beats = 0
  let ours = true
  const write = (released: boolean) => {
    try {
      const written = ours ? remote.replace(name, textOf(me, ++beats, released), tag) : "refused"
      if (written === "refused") ours = false
      else tag = written.tag
    } catch {
      // A network that is away: nobody has taken it that we know of, and the first commit counts in any case.
    }
  }
  const timer = setInterval(() => write(false), machine.silence / 6)
  timer.unref()
  return {
    token: me.token,
    isOurs: () => {
      write(false)
      return ours
    },
    release: () => {
      clearInterval(timer)
      write(true)
    }
  }
}
