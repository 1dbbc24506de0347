/**
 * What the operating system refused, as a sentence that says what could not be done, to which file, why, and what helps. Node's
 * own words for it (`ENOSPC: no space left on device, write`) name neither the file nor a way on.
 */

import { constants } from "node:os"
import { getSystemErrorMap } from "node:util"

/** What each error means, and what to do about it. */
const MEANING: Readonly<Record<string, readonly [means: string, remedy: string]>> = {
  EACCES: ["permission is denied", "Give this user the right to it, or name another place."],
  EBUSY: ["something else is using it", "Try again when that has ended."],
  EDQUOT: ["the quota of this user is used up", "Free some space, or name a place on another disk."],
  EEXIST: ["something of that name is there already", "Remove it, or give another name."],
  EINTR: ["signals interrupted it again and again", "Run again."],
  EINVAL: ["the file system does not take this operation", "Name a place on another disk."],
  EFBIG: ["the file would be larger than is allowed here", "Raise the limit (ulimit -f), or name a place on another disk."],
  EIO: ["the disk failed", "See the system's log (dmesg) and try again, or name a place on another disk."],
  EISDIR: ["it is a folder, not a file", "Name a file."],
  ELOOP: ["links there lead in a circle", "Mend the links, or name another place."],
  EMFILE: ["this process has too many files open", "Raise the limit (ulimit -n) and run again."],
  EMLINK: ["the file has too many names already", "Name a place on another disk."],
  ENAMETOOLONG: ["the name is too long", "Give a shorter name."],
  ENFILE: ["the machine has too many files open", "Close other programs, or raise the limit (sysctl fs.file-max)."],
  ENODEV: ["there is no such device", "Name another place."],
  ENOENT: ["it is not there", "Check the name, and that nothing removed it meanwhile."],
  ENOEXEC: ["it cannot run on this machine", "Install one that was made for it."],
  ENOMEM: ["there is not enough memory", "Close other programs, or run less at once."],
  ENOSPC: ["the disk is full", "Free some space, or name a place on another disk."],
  ENOSYS: ["the system does not know this operation", "Name a place on another disk."],
  ENOTCONN: ["the network disk is not connected", "Mount it again and run again."],
  ENOTDIR: ["a part of the path is a file, not a folder", "Name another place."],
  ENOTEMPTY: ["the folder is not empty", "Empty it, or give another name."],
  ENOTSUP: ["the file system does not know this operation", "Name a place on another disk."],
  ENXIO: ["nothing answers there", "Name an ordinary file."],
  EPERM: ["the system does not permit it", "Give this user the right to it, or name another place."],
  EPIPE: ["its reader has gone", "Run it again with a reader that stays."],
  EROFS: ["the disk is read-only", "Name a place that can be written."],
  ESTALE: ["the network disk no longer knows the file", "Mount it again and run again."],
  EUCLEAN: ["the file system is damaged", "Have it checked (fsck), or name a place on another disk."],
  ETIMEDOUT: ["the network disk does not answer", "Try again when it does."],
  ETXTBSY: ["it is running", "Try again when it has ended."],
  UNKNOWN: ["the system gave an error that has no name here", "Mount it again if it is a network disk, and run again."],
  EXDEV: ["source and target are on two disks", "Name a place on the same disk."]
}

/** What each call does, as it stands behind "cannot be". */
const DONE: Readonly<Record<string, string>> = {
  access: "reached",
  chmod: "changed",
  close: "written",
  copyfile: "copied",
  fdatasync: "written",
  fstat: "looked at",
  fsync: "written",
  ftruncate: "cut to length",
  link: "given its name",
  lstat: "looked at",
  mkdir: "made",
  mkdtemp: "made",
  open: "opened",
  opendir: "listed",
  read: "read",
  readdir: "listed",
  readlink: "followed",
  realpath: "followed",
  rename: "renamed",
  rm: "removed",
  rmdir: "removed",
  scandir: "listed",
  stat: "looked at",
  statfs: "looked at",
  symlink: "made",
  unlink: "removed",
  utime: "changed",
  write: "written",
  writev: "written"
}

/** What an error means of one call, where it means something else than of the others. */
const OF_CALL: Readonly<Record<string, readonly [means: string, remedy: string]>> = {
  // Folders are made from the top down, so that the one above is there: /proc says this where nothing can be made.
  "mkdir ENOENT": ["nothing can be made in the folder above it", "Name another place."]
}

interface SystemError extends Error {
  readonly code: string
  readonly errno: number
  readonly syscall: string
  readonly path?: string
  readonly dest?: string
}

/** An error that the system gave to one of Node's calls; Node's own errors have no number. */
const isSystemError = (cause: unknown): cause is SystemError =>
  cause instanceof Error &&
  "code" in cause &&
  typeof cause.code === "string" &&
  "errno" in cause &&
  typeof cause.errno === "number" &&
  "syscall" in cause &&
  typeof cause.syscall === "string"

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]))

/**
 * The system's name for an error, as in `ENOSPC`; null for an error that is not the system's. Node knows no name for some, ESTALE
 * and EDQUOT among them, and none of what stops a removal.
 */
export const systemCode = (cause: unknown): string | null => {
  if (!isSystemError(cause)) return null
  if (/^E[A-Z\d]+$/.test(cause.code)) return cause.code
  return cause.code === "" || cause.code === "UNKNOWN" || cause.code.startsWith("Unknown system error")
    ? (NAMES.get(-cause.errno) ?? "UNKNOWN")
    : null
}

/** What could not be done to which file and why, with what helps; null for an error that is not the system's. */
const faultOf = (cause: unknown, file: string | undefined) => {
  const code = systemCode(cause)
  if (code === null || !isSystemError(cause)) return null
  const [call = "", program] = cause.syscall.split(" ")
  const [means, remedy] = OF_CALL[`${call} ${code}`] ??
    MEANING[code] ?? [`the system answered ${code}`, "Name another place, or try again."]
  const what = program ?? cause.path ?? file ?? (call === "write" ? "The output" : "A file")
  const target = cause.dest === undefined ? "" : ` as ${cause.dest}`
  const verb = call.startsWith("spawn") ? "started" : DONE[call]
  return { fault: `${what} cannot be ${verb ?? `used (${call})`}${target}: ${means}`, means, remedy }
}

/**
 * The sentence for an error of the system; null for any other error. `file` is what was worked on, where the error itself does
 * not know: reads and writes of an open file do not.
 */
export const systemProblem = (cause: unknown, file?: string): string | null => {
  const found = faultOf(cause, file)
  return found === null ? null : `${found.fault}. ${found.remedy}`
}

/** The same as a clause for a sentence of the caller's: without the remedy, and without a full stop. */
export const systemFault = (cause: unknown, file?: string): string | null => faultOf(cause, file)?.fault ?? null

/** As the system's library words them, where Node's own words differ. */
const LIBRARY_WORDS: Readonly<Record<string, string>> = { EDQUOT: "disk quota exceeded", EIO: "input/output error" }

/**
 * The sentence for a file that another program's library could not write, from the words in which the library says why
 * (`...: No space left on device`); null where these are no words of the system.
 */
export const writeProblem = (words: string, file: string): string | null => {
  const said = words.toLowerCase()
  const code =
    Object.keys(LIBRARY_WORDS).find((name) => said.includes(LIBRARY_WORDS[name]!)) ??
    [...getSystemErrorMap().values()].find(([, meaning]) => said.includes(meaning))?.[0]
  const meaning = code === undefined ? undefined : MEANING[code]
  return meaning === undefined ? null : `${file} cannot be written: ${meaning[0]}. ${meaning[1]}`
}

/** Only the reason (`the disk failed`) and the sentence that says what helps; null for an error that is not the system's. */
export const systemRefusal = (cause: unknown): { readonly means: string; readonly remedy: string } | null =>
  faultOf(cause, undefined)
