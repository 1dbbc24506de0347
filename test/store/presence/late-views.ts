/**
 * A folder as the hosts of a network disk see it: what one of them has looked for stays for it as it was then, there or not, for
 * a while, or until it changes that itself or opens the folder. What is changed is changed for all at once.
 */

import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import * as path from "node:path"

interface Seen {
  readonly at: number
  /** Null: it was not there. */
  readonly contents: Buffer | null
}

export interface LateViews {
  /** Does something as a host, at a time of its own clock. */
  readonly as: <A>(host: string, now: number, act: () => A) => A
  /** How often something was seen as it no longer was. */
  readonly stale: () => number
  readonly end: () => void
}

/** Views of the files that `isLate` picks; `copies`: a folder for what they were. Until `end` only one may be there. */
export const lateViews = (copies: string, delay: number, isLate: (file: string) => boolean): LateViews => {
  const views = new Map<string, Map<string, Seen>>()
  let view: Map<string, Seen> | null = null
  let time = 0
  let stale = 0
  const { openSync, lstatSync, readFileSync, writeFileSync, linkSync, renameSync, unlinkSync } = fs
  const real = { openSync, lstatSync, readFileSync, writeFileSync, linkSync, renameSync, unlinkSync }
  const contentsOf = (file: string): Buffer | null => {
    // Node reads a file by the very calls that are replaced here.
    const acting = view
    view = null
    try {
      return real.readFileSync(file)
    } catch {
      return null
    } finally {
      view = acting
    }
  }
  /** What the host that acts sees under this name. */
  const seen = (file: string): Seen => {
    const now = contentsOf(file)
    const before = view!.get(file)
    if (before !== undefined && time - before.at < delay) {
      const isSame = before.contents === null ? now === null : now !== null && before.contents.equals(now)
      if (!isSame) stale++
      return before
    }
    const fresh = { at: time, contents: now }
    view!.set(file, fresh)
    return fresh
  }
  const copyOf = (contents: Buffer): string => {
    const copy = path.join(copies, "copy")
    real.writeFileSync(copy, contents)
    return copy
  }
  const isSeenLate = (file: unknown): file is string => view !== null && typeof file === "string" && isLate(file)
  const forget = (...files: ReadonlyArray<unknown>) => {
    for (const file of files) view?.delete(String(file))
  }
  const isWriting = (flags: unknown) =>
    typeof flags === "number"
      ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0
      : flags !== undefined && flags !== "r"
  Object.assign(fs, {
    openSync: (file: string, flags: string | number, mode?: number) => {
      // A folder that is opened is asked for again.
      for (const name of view?.keys() ?? []) if (path.dirname(name) === file) view!.delete(name)
      if (!isSeenLate(file)) return real.openSync(file, flags, mode)
      if (isWriting(flags)) {
        forget(file)
        return real.openSync(file, flags, mode)
      }
      const { contents } = seen(file)
      if (contents === null) throw Object.assign(new Error(`ENOENT: ${file}`), { code: "ENOENT" })
      return real.openSync(copyOf(contents), flags, mode)
    },
    lstatSync: (file: string, options: object) => {
      if (!isSeenLate(file)) return real.lstatSync(file, options)
      const { contents } = seen(file)
      return contents === null ? undefined : real.lstatSync(copyOf(contents), options)
    },
    writeFileSync: (file: string, ...rest: readonly [string, object]) => (forget(file), real.writeFileSync(file, ...rest)),
    linkSync: (from: string, to: string) => (forget(to), real.linkSync(from, to)),
    renameSync: (from: string, to: string) => (forget(from, to), real.renameSync(from, to)),
    // By the name on the server: it may be another file than the host sees.
    unlinkSync: (file: string) => (forget(file), real.unlinkSync(file))
  })
  syncBuiltinESMExports()
  return {
    as: (host, now, act) => {
      const own = views.get(host) ?? new Map<string, Seen>()
      views.set(host, own)
      view = own
      time = now
      try {
        return act()
      } finally {
        view = null
      }
    },
    stale: () => stale,
    end: () => {
      Object.assign(fs, real)
      syncBuiltinESMExports()
    }
  }
}
