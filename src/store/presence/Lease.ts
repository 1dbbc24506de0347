/**
 * The right to compute one action: a file that is created exclusively and names a presence; without that presence it is void. It
 * is there to save work and no more.
 * Two holders can overlap for a while, when one was taken for dead; each works in a folder of its own, the first commit counts,
 * and whoever lost the lease takes over the result of the other.
 *
 *   attempts/<key>/lease.json   the holder
 *   attempts/<key>/<token>/     where that holder works
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { errorCode } from "../../text/error-text.ts"
import { discard, patiently, writeLightly } from "../disk/calls.ts"
import { inside, makeInside } from "../disk/inside.ts"
import { behindStore } from "../remote/mirror.ts"
import { type Holder, isGone, newToken, type Observer, type Presence, readHolder } from "./Presence.ts"
import { acquireShared, type Lease, sharedHolderOf } from "./shared-lease.ts"
import { atOnce, type Steps } from "./steps.ts"

export type { Lease } from "./shared-lease.ts"

const leaseFile = (root: string, key: string) => inside(root, "attempts", key, "lease.json")

/** The lease, or its live holder. `note` is told of a file that was in the way and is no lease. */
export function* acquire(
  seen: Observer,
  key: string,
  presence: Presence,
  note: (line: string) => void = () => {}
): Steps<Lease | Holder> {
  const { root } = seen
  makeInside(root, "attempts", key)
  const file = leaseFile(root, key)
  for (;;) {
    yield 0
    if (yield* createAlone(file, presence)) return withShared(seen, key, presence, held(file, presence))
    const holder = readHolder(file)
    if (holder === null) continue
    if (holder === "garbage") {
      const aside = yield* setAside(root, key, file)
      if (aside !== null) note(`${file} is no lease: it was moved to ${aside}`)
      continue
    }
    if (!isGone(seen, holder.token)) return holder
    yield* drop(file, holder.token)
  }
}

/** A lease of a store that stands in front of a bucket counts only with that of the bucket. */
const withShared = (seen: Observer, key: string, presence: Presence, here: Lease): Lease | Holder => {
  const remote = behindStore(seen.root)
  if (remote === null) return here
  try {
    const there = acquireShared(remote, seen, key, presence)
    if (isLease(there))
      return {
        token: here.token,
        isOurs: () => here.isOurs() && there.isOurs(),
        release: () => {
          there.release()
          here.release()
        }
      }
    here.release()
    return there
  } catch (cause) {
    here.release()
    throw cause
  }
}

/** Whether `acquire` gave the lease rather than its holder. */
export const isLease = (result: Lease | Holder): result is Lease => "release" in result

/** Who holds an action's lease and is not known to be gone; the lease of one who is gone is taken away. */
export function* holderOf(seen: Observer, key: string): Steps<Holder | null> {
  const file = leaseFile(seen.root, key)
  const holder = readHolder(file)
  if (holder !== null && holder !== "garbage") {
    if (!isGone(seen, holder.token)) return holder
    yield* drop(file, holder.token)
  }
  const remote = behindStore(seen.root)
  return remote === null ? null : sharedHolderOf(remote, seen, key)
}

const held = (file: string, { token, isHere }: Presence): Lease => {
  const isInIt = () => {
    const holder = readHolder(file)
    return holder !== null && holder !== "garbage" && holder.token === token
  }
  return {
    token,
    // A file that cannot be read for once has not been taken; and the first commit counts in any case.
    isOurs: () => isHere() && orElse(isInIt, true),
    release: () => {
      if (isHere() && orElse(isInIt, false)) atOnce(drop(file, token))
    }
  }
}

/** An answer of the file system, or this where it gives none. */
const orElse = <A>(ask: () => A, otherwise: A): A => {
  try {
    return ask()
  } catch {
    return otherwise
  }
}

/** What systems answer where there are no hard links. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EACCES", "EINVAL"])

/** Creates the file with a holder in it, whole from its first moment where there are hard links; false when it is another's. */
function* createAlone(file: string, { token, pid, started, host, boot, namespace }: Holder): Steps<boolean> {
  const text = JSON.stringify({ token, pid, started, host, boot, namespace })
  const temporary = path.join(path.dirname(file), `tmp-${newToken()}`)
  writeLightly(temporary, text)
  yield 0
  const made = orDiscard(temporary, () => linkOrCreate(temporary, file, text))
  yield 0
  discard(temporary)
  // A server's answer can get lost, and then our own file is in our way; and one that is written in place can be taken for torn.
  const holder = readHolder(file)
  return made ? holder !== null : holder !== null && holder !== "garbage" && holder.token === token
}

/** Leaves no temporary file behind where the disk refuses the rest. */
const orDiscard = <A>(temporary: string, rest: () => A): A => {
  try {
    return rest()
  } catch (cause) {
    discard(temporary)
    throw cause
  }
}

/** Without a text, only by a link. */
const linkOrCreate = (temporary: string, file: string, text: string | null): boolean => {
  try {
    patiently(file, () => fs.linkSync(temporary, file))
    return true
  } catch (cause) {
    if (errorCode(cause) === "EEXIST") return false
    if (text === null || !NO_LINKS.has(errorCode(cause))) throw cause
  }
  try {
    writeLightly(file, text)
    return true
  } catch (cause) {
    if (errorCode(cause) === "EEXIST") return false
    throw cause
  }
}

/**
 * Takes the lease of a token away. Moved aside first and read then: what was moved may be the lease of someone who came in
 * between, and that one is put back.
 */
function* drop(file: string, token: string): Steps<void> {
  const aside = path.join(path.dirname(file), `tmp-${newToken()}`)
  if (!move(file, aside)) return
  yield 0
  const moved = orPutBack(aside, file, () => readHolder(aside))
  if (moved !== null && moved !== "garbage" && moved.token !== token) linkOrCreate(aside, file, JSON.stringify(moved))
  yield 0
  discard(aside)
}

/** What cannot be read may be anyone's: it gets its name again, unless there is a newer lease. */
const orPutBack = <A>(aside: string, file: string, read: () => A): A => {
  try {
    return read()
  } catch (cause) {
    if (orElse(() => linkOrCreate(aside, file, null), false)) discard(aside)
    throw cause
  }
}

/** Moves what is no lease to where `gc` finds it. */
function* setAside(root: string, key: string, file: string): Steps<string | null> {
  const aside = path.join(makeInside(root, "damaged"), `lease-${key.slice(0, 12)}-${newToken()}`)
  yield 0
  return move(file, aside) ? aside : null
}

/** False when it is no longer there. */
const move = (from: string, to: string): boolean => {
  try {
    patiently(from, () => fs.renameSync(from, to))
    return true
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return false
    throw cause
  }
}
