/**
 * Whether compiled libraries can be kept in a folder and loaded from it. Asked before the first stage, of files and permissions
 * alone: nothing is written. What is loaded runs with the rights of whoever loads it, so that a folder into which others may
 * write is not trusted, wherever it is.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { systemFault } from "../../text/system-problem.ts"

/** Least room for a library that is yet to be compiled. */
const ROOM = 16 << 20

/**
 * Why no library can be kept in this folder, as a sentence that names what helps; null where it can. `there`: the library is
 * there already, and only has to be loaded.
 */
export const libraryFolderProblem = (folder: string, there: boolean): string | null => {
  const problem = trustProblem(folder) ?? placeProblem(folder) ?? mountProblem(folder) ?? (there ? null : roomProblem(folder))
  return problem === null ? null : `The cache folder ${folder} cannot be used: ${problem}. ${REMEDY}`
}

const REMEDY = "Name another one in ECHO_CHAMBER_CACHE."

/** The folder, or the nearest above it that is there. */
const existing = (folder: string): string => {
  let at = folder
  while (!fs.existsSync(at) && path.dirname(at) !== at) at = path.dirname(at)
  return at
}

const asked = (question: () => string | null): string | null => {
  try {
    return question()
  } catch (cause) {
    return systemFault(cause) ?? "it is no name that a folder can have"
  }
}

/** Whether others could have put something there. Of a folder that is not there yet nobody could. */
const trustProblem = (folder: string): string | null =>
  asked(() => {
    const found = fs.statSync(folder, { throwIfNoEntry: false })
    const user = process.getuid?.()
    if (found === undefined || user === undefined) return null
    if (!found.isDirectory()) return "it is not a folder"
    if (found.uid !== user && found.uid !== 0) return "it belongs to another user, whose code would be run"
    return (found.mode & 0o002) === 0 ? null : "everybody may write into it, and what is there would be run (chmod o-w)"
  })

/** Whether it could be made where it is not there: not through a link that leads nowhere, nor below a file. */
const placeProblem = (folder: string): string | null =>
  asked(() => {
    for (let at = folder; ; at = path.dirname(at)) {
      const found = fs.statSync(at, { throwIfNoEntry: false })
      if (found !== undefined) return found.isDirectory() ? null : `${at} is not a folder`
      if (fs.lstatSync(at, { throwIfNoEntry: false }) !== undefined) return `${at} is a link that leads nowhere`
      if (path.dirname(at) === at) return null
    }
  })

/** Whether the disk refuses to run what is on it. */
const mountProblem = (folder: string): string | null =>
  asked(() => {
    const mounts = "/proc/self/mountinfo"
    if (!fs.existsSync(mounts)) return null
    return isNoexec(fs.realpathSync(existing(folder)), fs.readFileSync(mounts, "utf8")) ? "its disk is mounted noexec" : null
  })

/**
 * Whether the mount that holds a path has the option noexec, by the lines of mountinfo: the place is the fifth field, its options
 * are the sixth, and of several mounts at one place the last counts.
 * @internal a test has mounts that it need not make
 */
export const isNoexec = (file: string, mountinfo: string): boolean => {
  let [longest, options] = [-1, ""]
  for (const line of mountinfo.split("\n")) {
    const [, , , , place, own] = line.split(" ")
    if (place === undefined || own === undefined) continue
    const at = place.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    const holds = at === "/" || file === at || file.startsWith(`${at}/`)
    if (holds && at.length >= longest) [longest, options] = [at.length, own]
  }
  return options.split(",").includes("noexec")
}

/** Linux's numbers of proc, sysfs, cgroup, cgroup2, devpts, debugfs, tracefs, securityfs and bpf. */
const NO_DISKS = new Set([0x9fa0, 0x62656572, 0x27e0eb, 0x63677270, 0x1cd1, 0x64626720, 0x74726163, 0x73636673, 0xcafe4a11])

/** Whether a library can be written there. */
const roomProblem = (folder: string): string | null =>
  asked(() => {
    const at = existing(folder)
    fs.accessSync(at, fs.constants.W_OK | fs.constants.X_OK)
    const { type, blocks, bavail, bsize } = fs.statfsSync(at)
    if (NO_DISKS.has(type)) return "the file system there is the kernel's own and keeps no files"
    // Disks that do not say how large they are (a tmpfs without a bound) are believed.
    return blocks > 0 && bavail * bsize < ROOM ? "its disk is full" : null
  })
