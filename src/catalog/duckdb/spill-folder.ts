/**
 * Where a query that does not fit in memory puts what it cannot hold: a folder of this process in the system's temporary folder.
 * It goes when the query ends, however that ends; what a killed process left behind, the next query of this user removes.
 */

import * as fs from "node:fs"

import { makeProcessFolder, type ProcessFolder } from "../../store/presence/process-folder.ts"

const PREFIX = "echo-chamber-sql-"
/** Of tmpfs, in what `statfs` tells: files there take memory. */
const TMPFS = 0x01021994

export interface SpillFolder extends ProcessFolder {
  /** Bytes that may be put there. */
  readonly most: number
}

/** Makes the folder of this process; undefined where none can be made: then nothing can be put on disk. */
export const makeSpillFolder = (parent?: string): SpillFolder | undefined => {
  try {
    const folder = makeProcessFolder(PREFIX, parent)
    return { ...folder, most: roomAt(folder.path) }
  } catch {
    return undefined
  }
}

/** Four fifths of what is free on the disk; where the "disk" is memory, of a quarter of that. */
const roomAt = (folder: string): number => {
  const { bavail, bsize, type } = fs.statfsSync(folder)
  return Math.floor(bavail * bsize * (type === TMPFS ? 0.2 : 0.8))
}
