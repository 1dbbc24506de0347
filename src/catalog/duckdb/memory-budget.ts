/** How much of the machine a query may take: of its memory, and of its cores. */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const MiB = 2 ** 20
/** Below this not even small queries run. */
const LEAST = 96 * MiB
/** What a thread of a query wants for its own buffers. */
const PER_THREAD = 96 * MiB

export interface MemoryBudget {
  readonly bytes: number
  readonly threads: number
  /** Queries that may have so much each at the same time; 1 where it is not said. */
  readonly atOnce?: number
}

/** The memory limit of a control group in a file of the system, or none. */
const limitIn = (file: string): number => {
  try {
    const limit = Number(fs.readFileSync(file, "utf8").trim())
    return Number.isFinite(limit) && limit > 0 ? limit : Infinity
  } catch {
    return Infinity
  }
}

/** The least limit of this process's control group and of those around it (cgroup v2; Node knows that of v1). */
const groupLimit = (): number => {
  let group: string
  try {
    group = /^0::(\/.*)$/m.exec(fs.readFileSync("/proc/self/cgroup", "utf8"))?.[1] ?? "/"
  } catch {
    return Infinity
  }
  let least = Infinity
  for (let at = group; ; at = path.dirname(at)) {
    const folder = path.join("/sys/fs/cgroup", at)
    least = Math.min(least, limitIn(path.join(folder, "memory.max")), limitIn(path.join(folder, "memory.high")))
    if (at === "/" || at === ".") return least
  }
}

/**
 * Half of the memory that this process may have, and no more than three quarters of what is free now: the rest is for Node, which
 * turns results into text, and for what else runs.
 */
export const memoryBudget = (): MemoryBudget => {
  const constrained = process.constrainedMemory()
  const total = Math.min(os.totalmem(), constrained > 0 ? constrained : Infinity, groupLimit())
  const bytes = Math.max(LEAST, Math.floor(Math.min(total / 2, 0.75 * process.availableMemory())))
  return { bytes, threads: Math.max(1, Math.min(os.availableParallelism(), Math.floor(bytes / PER_THREAD))) }
}

/** What each of several queries may take that run at once, of what one alone might. */
export const sharedBudget = (whole: MemoryBudget, atOnce: number): MemoryBudget => ({
  ...whole,
  bytes: Math.max(LEAST, Math.floor(whole.bytes / atOnce)),
  atOnce
})

/** Growth of the process that ends a query, as a multiple of DuckDB's limit: four fifths of what the process may have. */
const MOST_GROWTH = 1.6
/** Node's own memory comes and goes by this much. */
const LEAST_GROWTH = 640 * MiB
const WATCH_MS = 100

/** Calls back when the process grows far beyond the limit, which not all of DuckDB's functions keep to. The effect ends it. */
export const watchGrowth = ({ bytes, atOnce = 1 }: MemoryBudget, tooLarge: () => void): (() => void) => {
  const before = process.memoryUsage.rss()
  const most = Math.max(LEAST_GROWTH, bytes * atOnce * MOST_GROWTH)
  const look = setInterval(() => {
    if (process.memoryUsage.rss() - before > most) tooLarge()
  }, WATCH_MS)
  look.unref()
  return () => clearInterval(look)
}
