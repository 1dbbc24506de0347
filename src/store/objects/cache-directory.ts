/** The folder for what can be made again at any time: compiled engines, digests of large files. */

import { homedir } from "node:os"
import { join } from "node:path"

/** `ECHO_CHAMBER_CACHE`, else the user's cache folder. It need not exist. */
export const cacheDirectory = (): string => {
  const { ECHO_CHAMBER_CACHE: own, XDG_CACHE_HOME: xdg } = process.env
  return own || join(xdg || join(homedir(), ".cache"), "echo-chamber")
}
