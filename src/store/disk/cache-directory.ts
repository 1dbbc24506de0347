/** The folder for what can be made again at any time: compiled engines, digests of large files. */

import { accessSync, constants, existsSync } from "node:fs"
import { tmpdir, userInfo } from "node:os"
import { dirname, isAbsolute, join, resolve } from "node:path"

import { readVariable } from "../../machine/environment.ts"

/**
 * `ECHO_CHAMBER_CACHE`, else the user's cache folder, else (for a user who has none, or may not write there) one of this user's
 * in the temporary folder. It need not exist.
 */
export const cacheDirectory = (): string => {
  const own = readVariable("ECHO_CHAMBER_CACHE")
  if (own !== undefined) return resolve(own)
  const user = readVariable("XDG_CACHE_HOME")
  // A relative one is to be ignored, as the specification of these folders says.
  const home = user !== undefined && isAbsolute(user) ? user : homeFolder(".cache")
  const usual = home === null ? null : join(home, "echo-chamber")
  return usual !== null && canBeMade(usual) ? usual : join(tmpdir(), `echo-chamber-${process.getuid?.() ?? "cache"}`)
}

/** Whether a folder is there or could be made. */
const canBeMade = (folder: string): boolean => {
  let at = folder
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at)
  if (at === folder) return true
  try {
    accessSync(at, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** A folder in the user's home; null where HOME is unset, empty or relative and the system knows of none. */
const homeFolder = (name: string): string | null => {
  const named = readVariable("HOME")
  if (named !== undefined && isAbsolute(named)) return join(named, name)
  try {
    const known = userInfo().homedir
    return isAbsolute(known) ? join(known, name) : null
  } catch {
    return null
  }
}
