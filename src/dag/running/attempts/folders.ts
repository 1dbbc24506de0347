/**
 * Where the holders of an action's lease work: `attempts/<key>/<token>/`, one folder a holder, so that one who was taken for dead
 * and goes on disturbs nobody. A new holder goes on from the newest whole checkpoint of those before it. What only going on would
 * need goes when the action is done; logs stay.
 */

import * as fs from "node:fs"

import { maximumOf } from "../../../lists/large.ts"
import { discard, discardEmpty, lookAt } from "../../../store/disk/calls.ts"
import { inside, makeInside, namesInside, readText } from "../../../store/disk/inside.ts"
import { isOwn, isTemporaryName, LIVE_ROWS, ownNamesInside, ownParts } from "../../../store/disk/own-names.ts"
import { isGone, type Observer } from "../../../store/presence/Presence.ts"
import { COMMIT } from "../../../store/presence/Sweep.ts"
import { bringShared } from "../../../store/transfer/shared-checkpoints.ts"
import * as Checkpoints from "../../Checkpoints.ts"

const TOKEN = /^[0-9a-f]{32}$/

/** The folders of an action's holders by token. */
export const holdersOf = (root: string, key: string): ReadonlyArray<string> =>
  namesInside(root, "attempts", key).filter(
    (name) => TOKEN.test(name) && lookAt(inside(root, "attempts", key, name))?.isDirectory() === true
  )

/** After which steps an action's holders have saved their state, as their checkpoints claim. */
export const savedSteps = (root: string, key: string): ReadonlyArray<number> =>
  holdersOf(root, key).flatMap((holder) => {
    try {
      const saved: unknown = JSON.parse(readText(inside(root, "attempts", key, holder, Checkpoints.CHECKPOINT)))
      return typeof saved === "object" && saved !== null && "step" in saved && typeof saved.step === "number" ? [saved.step] : []
    } catch {
      return []
    }
  })

/** Makes a holder's folder, with the one that its record is committed from. */
export const makeAttemptFolder = (root: string, key: string, token: string): string => {
  makeInside(root, "attempts", key, token, COMMIT)
  return inside(root, "attempts", key, token)
}

/**
 * Brings the newest whole checkpoint of earlier holders into the folder of a new one, by links where there are links: none of its
 * files is ever written to again. Earlier holders that are gone keep no more than their logs. `warn` is told of a checkpoint that
 * is damaged.
 */
export const goOnFromOthers = (seen: Observer, key: string, token: string, warn: (line: string) => void): void => {
  const { root } = seen
  bringShared(root, key, maximumOf(savedSteps(root, key), -1), warn)
  const others = holdersOf(root, key).filter((other) => other !== token)
  if (others.length === 0) return
  const folder = inside(root, "attempts", key, token)
  const whole = others.flatMap((other) => {
    const from = inside(root, "attempts", key, other)
    const saved = Checkpoints.readCheckpoint(from, warn)
    return saved === null ? [] : [{ from, other, saved }]
  })
  const newest = whole.toSorted((a, b) => b.saved.step - a.saved.step)[0]
  if (newest !== undefined) {
    const { from, other, saved } = newest
    for (const { file } of saved.files) bring(from, folder, file.split("/"))
    for (const name of ownNamesInside(root, ["attempts", key, other, Checkpoints.OUTPUT]))
      bring(from, folder, [Checkpoints.OUTPUT, name])
    bring(from, folder, [Checkpoints.CHECKPOINT])
  }
  for (const other of others) if (isGone(seen, other)) discardScratch(root, key, other)
}

/** A file of one holder as a file of another. What is no file is none of a checkpoint's. */
const bring = (from: string, to: string, names: ReadonlyArray<string>): void => {
  const source = inside(from, ...names)
  if (fs.lstatSync(source, { throwIfNoEntry: false })?.isFile() !== true) return
  makeInside(to, ...names.slice(0, -1))
  const target = inside(to, ...names)
  try {
    fs.linkSync(source, target)
  } catch {
    fs.copyFileSync(source, target, fs.constants.COPYFILE_FICLONE)
  }
}

/** Whether only an attempt in progress needs what is called so. */
const isScratch = (name: string): boolean =>
  name === Checkpoints.OUTPUT ||
  name === COMMIT ||
  name === LIVE_ROWS ||
  name.startsWith(Checkpoints.CHECKPOINT) ||
  name.startsWith("state-") ||
  isTemporaryName(name)

const discardScratch = (root: string, key: string, token: string): void => {
  for (const name of namesInside(root, "attempts", key, token))
    if (isScratch(name) && isOwn(["attempts", key, token, name]))
      for (const names of ownParts(root, ["attempts", key, token, name])) discard(inside(root, ...names))
}

/** Leaves of a finished action's attempts nothing but what is told of them. */
export const tidyAttempts = (seen: Observer, key: string, token: string): void => {
  const { root } = seen
  for (const holder of holdersOf(root, key))
    if (holder === token || isGone(seen, holder)) {
      discardScratch(root, key, holder)
      discardEmpty(inside(root, "attempts", key, holder))
    }
}
