/** The folder for what can be made again at any time: compiled engines, digests of large files. */

import { homedir } from "node:os"
import { join } from "node:path"

import { readVariable } from "../../machine/environment.ts"

/** `ECHO_CHAMBER_CACHE`, else the user's cache folder. It need not exist. */
export const cacheDirectory = (): string => {
  const user = readVariable("XDG_CACHE_HOME") ?? join(homedir(), ".cache")
  return readVariable("ECHO_CHAMBER_CACHE") ?? join(user, "echo-chamber")
}
