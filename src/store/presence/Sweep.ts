/**
 * How `gc` and everything else in a store keep out of each other's way, without clocks. Everyone makes itself known first and
 * looks second (Presence.ts). `gc` that sees anyone goes away again; anyone that sees `gc` waits until it is done. So nothing is
 * taken while somebody is there to use it.
 *
 * `gc` may die, or be stopped for so long that it is taken for dead. Therefore it deletes nothing at first: it moves things into
 * its own folder, `trash/<token>`, and gives that another name, `trash/rubbish-<token>`, when it is done; only then are they
 * gone. Whoever finds a `gc` dead renames `trash/<token>` away, so that whatever it still tries fails, and puts the things back.
 *
 * A process that was taken for dead may still be about to record an action whose files are no longer needed by anyone. It has to
 * move its record out of `attempts/<key>/<token>/commit`; `gc` takes these folders away before it looks at what is needed.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { errorCode } from "../../text/error-text.ts"
import { patiently, remove } from "../disk/calls.ts"
import { inside, makeInside, namesInside, OutOfPlace } from "../disk/inside.ts"
import { ownNamesInside } from "../disk/own-names.ts"
import { enter, type Holder, newToken, type Observer, present, removePresence, removeStrayBeats } from "./Presence.ts"
import type { Steps } from "./steps.ts"

/** Of a holder's folder: where the record of an action is written before it is moved to its place. */
export const COMMIT = "commit"

const TRASH = "trash"
/** How the folder of a `gc` is called of which everything may be deleted. */
export const RUBBISH = "rubbish-"
const BACK = "back-"
const TOKEN = /^[0-9a-f]{32}$/

/** How long to wait before looking again, at first and at most. */
const LOOK_MS = 50
const LOOK_MOST_MS = 1000

/**
 * Waits until no `gc` is at work, and undoes the work of one that died. To be called after entering. `waiting` is told once whom
 * we wait for.
 */
export function* awaitSweep(seen: Observer, waiting: (holder: Holder) => void = () => {}): Steps<void> {
  let told = false
  let pause = LOOK_MS
  for (;;) {
    let live = false
    for (const holder of present(seen.root, "gc")) {
      const verdict = seen.judge(holder)
      if (verdict === "alive" || verdict === "unsure") {
        live = true
        if (!told) waiting(holder)
        told = true
      } else yield* undo(seen.root, holder.token)
    }
    if (!live) return
    yield pause
    pause = Math.min(LOOK_MOST_MS, pause * 2)
  }
}

/** Puts back what a `gc` that is dead had moved. Several may do this at once. */
function* undo(root: string, token: string): Steps<void> {
  const [own, back] = [inside(root, TRASH, token), inside(root, TRASH, BACK + token)]
  rename(own, back)
  yield 0
  yield* putBack(root, BACK + token)
  removePresence(root, "gc", token)
  yield 0
}

/**
 * Empties a folder of the trash into the store. It is done when the folder could be removed: then nothing more gets into it; or
 * when nothing is left in it but what no gc has moved there.
 */
function* putBack(root: string, folder: string): Steps<void> {
  // What is no folder there, a link say, is none of a gc's: it goes itself, and nothing that it leads to.
  const stat = fs.lstatSync(inside(root, TRASH, folder), { throwIfNoEntry: false })
  if (stat !== undefined && !stat.isDirectory()) return remove(inside(root, TRASH, folder))
  for (;;) {
    for (const name of ownNamesInside(root, [TRASH, folder])) {
      const from = inside(root, TRASH, folder, name)
      const to = placeOf(root, name)
      // What is there again in the meantime is as good, and newer.
      if (to === null || fs.lstatSync(to, { throwIfNoEntry: false }) !== undefined) remove(from)
      else rename(from, to)
      yield 0
    }
    try {
      fs.rmdirSync(inside(root, TRASH, folder))
      return
    } catch (cause) {
      if (errorCode(cause) === "ENOENT") return
      if (!STAYS.has(errorCode(cause))) throw cause
      if (ownNamesInside(root, [TRASH, folder]).length === 0) return
    }
    yield 0
  }
}

/** What is answered where a folder cannot be removed because of what lies in it. */
const STAYS = new Set(["ENOTEMPTY", "EEXIST", "EBUSY"])

/** Removes all that a gc moved to a folder of the trash. What others put there stays, and what is open on a network disk. */
const removeMoved = (root: string, folder: string): void => {
  const at = inside(root, TRASH, folder)
  const isFolder = fs.lstatSync(at, { throwIfNoEntry: false })?.isDirectory() === true
  for (const name of isFolder ? ownNamesInside(root, [TRASH, folder]) : [])
    unlessItStays(() => remove(inside(root, TRASH, folder, name)))
  if (!isFolder) remove(at)
  else unlessItStays(() => fs.rmdirSync(at))
}

const unlessItStays = (removal: () => void): void => {
  try {
    removal()
  } catch (cause) {
    if (!STAYS.has(errorCode(cause)) && errorCode(cause) !== "ENOENT") throw cause
  }
}

/** A thing in the trash is called by the names that led to it. They are plain names without `!`, so this can be read back. */
const nameInTrash = (names: ReadonlyArray<string>): string => names.join("!")

const placeOf = (root: string, name: string): string | null => {
  const names = name.split("!")
  try {
    makeInside(root, ...names.slice(0, -1))
    return inside(root, ...names)
  } catch (cause) {
    // Its place is no more: nothing of the store can be there.
    if (cause instanceof OutOfPlace) return null
    throw cause
  }
}

/** False when there is nothing to move. */
const rename = (from: string, to: string): boolean => {
  try {
    patiently(from, () => fs.renameSync(from, to))
    return true
  } catch (cause) {
    if (errorCode(cause) === "ENOENT" || errorCode(cause) === "ENOTEMPTY" || errorCode(cause) === "EEXIST") return false
    throw cause
  }
}

/** How a sweep ended: with what was removed; because of someone who is there; or because it was itself taken for dead. */
export type Swept =
  | { readonly _tag: "swept"; readonly removed: number }
  | { readonly _tag: "busy"; readonly holders: ReadonlyArray<Holder> }
  | { readonly _tag: "undone" }

/** What a sweep may remove, by the names that lead to it, and what it does of each before. */
export type Things = ReadonlyArray<{ readonly names: ReadonlyArray<string>; readonly before?: () => void }>

/**
 * Removes what `find` names, which is asked when nobody is there and nobody can come. `watching` is told of those of whom it
 * takes a while to learn whether they live.
 */
export function* sweep(
  seen: Observer,
  find: () => Things,
  watching: (holders: ReadonlyArray<Holder>) => void = () => {}
): Steps<Swept> {
  const { root, machine } = seen
  const watched = yield* watchOthers(seen, watching)
  if (watched.length > 0) return { _tag: "busy", holders: watched }
  // Before anyone knows of us: whoever takes us for dead has to find it, to take it from us.
  const token = newToken()
  const own = makeInside(root, TRASH, token)
  yield 0
  const presence = yield* enter(root, machine, "gc", token)
  yield* awaitDead(seen, token)
  const holders = others(seen, token)
  if (holders.length > 0) {
    presence.leave()
    yield 0
    yield* putBack(root, token)
    return { _tag: "busy", holders }
  }
  const gone = present(root).filter((holder) => holder.token !== token)
  yield 0
  let removed = 0
  try {
    yield* endCommits(root, own)
    let beaten = machine.now()
    for (const { names, before } of find()) {
      before?.()
      yield 0
      if (rename(inside(root, ...names), path.join(own, nameInTrash(names)))) removed++
      if (machine.now() - beaten < machine.silence / 6) continue
      presence.beat()
      beaten = machine.now()
    }
  } catch (cause) {
    yield* undo(root, token)
    throw cause
  }
  yield 0
  if (!rename(own, inside(root, TRASH, RUBBISH + token))) return { _tag: "undone" }
  yield 0
  for (const holder of gone) removePresence(root, holder.sort, holder.token)
  removeStrayBeats(root)
  yield 0
  presence.leave()
  yield 0
  for (const name of ownNamesInside(root, [TRASH])) if (name.startsWith(RUBBISH)) removeMoved(root, name)
  return { _tag: "swept", removed }
}

/** Those who are there, without those whose end is certain; one who is silent but has a process here may only be stopped. */
export const others = ({ root, machine, judge }: Observer, self: string | null = null): ReadonlyArray<Holder> =>
  present(root).filter((holder) => {
    if (holder.token === self) return false
    const verdict = judge(holder)
    return verdict === "alive" || verdict === "unsure" || machine.fate(holder) === "running"
  })

/** Looks at those of whom nothing is known until it is known; those who live. */
function* watchOthers(seen: Observer, watching: (holders: ReadonlyArray<Holder>) => void): Steps<ReadonlyArray<Holder>> {
  let told = false
  for (;;) {
    const there = others(seen)
    const unsure = there.filter((holder) => seen.judge(holder) === "unsure")
    if (unsure.length < there.length) return there
    if (there.length === 0) return []
    if (!told) watching(there)
    told = true
    yield Math.min(LOOK_MOST_MS, seen.machine.silence / 12)
  }
}

/** Undoes what an earlier `gc` left half done, and what one left that died before it was known of. */
function* awaitDead({ root, judge }: Observer, self: string): Steps<void> {
  const known = present(root, "gc")
  yield 0
  for (const holder of known) {
    const verdict = judge(holder)
    if (holder.token !== self && (verdict === "dead" || verdict === "silent")) yield* undo(root, holder.token)
  }
  for (const name of namesInside(root, TRASH)) {
    const token = name.startsWith(BACK) ? name.slice(BACK.length) : name
    if (TOKEN.test(token) && !present(root).some((holder) => holder.token === token)) yield* putBack(root, name)
  }
}

/** Makes every commit that is under way fail, also one of a process that is stopped now and goes on later. */
function* endCommits(root: string, own: string): Steps<void> {
  for (const key of ownNamesInside(root, ["attempts"]))
    for (const holder of folders(root, key)) {
      const names = ["attempts", key, holder, COMMIT]
      const moved = path.join(own, nameInTrash(names))
      if (!rename(inside(root, ...names), moved)) continue
      yield 0
      // Not only out of reach: a file without a name cannot be given one.
      unlessItStays(() => remove(moved))
      yield 0
    }
}

const folders = (root: string, key: string): ReadonlyArray<string> =>
  isFolder(root, "attempts", key)
    ? namesInside(root, "attempts", key).filter((name) => TOKEN.test(name) && isFolder(root, "attempts", key, name))
    : []

const isFolder = (root: string, ...names: ReadonlyArray<string>): boolean =>
  fs.lstatSync(inside(root, ...names), { throwIfNoEntry: false })?.isDirectory() === true
