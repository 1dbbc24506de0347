/**
 * Beats of those who work on other hosts or in other containers, as earlier commands of this machine saw them. A command looks
 * once and goes; whether somebody far away still lives can only be told from two looks with time between them, on the clock that
 * this machine has counted on since it started. Kept in the user's cache, and only for what is shown: nothing is taken from
 * anyone on its word.
 */

import { hash } from "node:crypto"
import * as path from "node:path"

import { cacheDirectory } from "../disk/cache-directory.ts"
import { replaceFile } from "../disk/calls.ts"
import { readText } from "../disk/inside.ts"
import { makeFolder } from "../disk/make-folder.ts"
import { isObject, parseObject } from "../disk/sealed.ts"

/** Since this machine started, milliseconds. */
const sinceBoot = (): number => Number(process.hrtime.bigint() / 1_000_000n)

type Beat = readonly [beat: string, at: number, changed: boolean]

interface Remembered {
  /** Beats, when each was first seen, and whether there was another before it, by token. */
  readonly beats: Readonly<Record<string, Beat>>
}

/** What the beat of a holder tells beside what was noted of it; the beat is noted for the next command. */
export interface Glance {
  /** Milliseconds since this machine first saw this very beat. */
  readonly quiet: number
  /** Whether another beat of the same holder was seen before. */
  readonly changed: boolean
}

/** Looks at the beat of a holder of the store at `root`. `boot`: which start of the machine the clock counts from. */
export const glance = (root: string, boot: string, token: string, beat: string): Glance => {
  const file = path.join(cacheDirectory(), "beats", `${hash("sha256", path.resolve(root)).slice(0, 16)}.json`)
  const { beats } = remembered(file, boot)
  const now = sinceBoot()
  const before = beats[token]
  if (before?.[0] === beat) return { quiet: Math.max(0, now - before[1]), changed: before[2] }
  const changed = before !== undefined
  try {
    makeFolder(path.dirname(file))
    replaceFile(file, JSON.stringify({ boot, beats: { ...beats, [token]: [beat, now, changed] } }))
  } catch {
    // The next command looks for the first time, too.
  }
  return { quiet: 0, changed }
}

const remembered = (file: string, boot: string): Remembered => {
  try {
    const { boot: noted, beats } = parseObject(readText(file))
    if (noted !== boot || !isObject(beats)) return { beats: {} }
    const sound = Object.entries(beats).filter((entry): entry is [string, [string, number, boolean]] => isBeat(entry[1]))
    return { beats: Object.fromEntries(sound) }
  } catch {
    return { beats: {} }
  }
}

const isBeat = (value: unknown): boolean =>
  Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "number" && typeof value[2] === "boolean"
