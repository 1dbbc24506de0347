/**
 * Which files were seen to have the digest that they are called by. What is read in passing (SQL, reports, a run that finds a
 * result) is hashed on first use and then known by device, inode, size, time of change of its contents and of its entry: touching
 * a file in any way makes it unknown again. Kept in the user's own cache and never in the store, which could vouch for itself.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { cacheDirectory } from "../disk/cache-directory.ts"
import { looking, remove } from "../disk/calls.ts"
import { makeFolder } from "../disk/make-folder.ts"
import { sha256 } from "./digest.ts"

/** One line a file: five numbers and a digest. */
const LINE = /^(\d+ \d+ \d+ \d+ \d+) ([0-9a-f]{64})$/
/** The first line says whose notes these are. */
const HEAD = "store "

/** More lines than this are mostly of files that are gone. */
const MOST_LINES = 200_000

/** Between two times that notes are written down: a run of thousands of nodes makes tens of thousands. */
const WRITE_MS = 100
/** Those that have something to write down, at the latest when the process ends. */
const unwritten = new Set<VerifiedFiles>()
let endIsAwaited = false

const NOTES = () => path.join(cacheDirectory(), "verified")

export class VerifiedFiles {
  private readonly store: string
  private readonly notes: string
  private known: Map<string, string> | undefined
  private lines: Array<string> = []
  private written = Number.NEGATIVE_INFINITY

  /** Those of the store at `root`. Nothing is read before it is needed. */
  constructor(root: string) {
    this.store = fs.existsSync(root) ? fs.realpathSync(root) : path.resolve(root)
    this.notes = path.join(NOTES(), `${sha256(this.store).slice(0, 16)}.txt`)
  }

  /** Whether this very file was seen to have the digest. `identity`: of the file as it is, where that was looked at. */
  has(file: string, digest: string, identity = identityOf(file)): boolean {
    return identity !== null && this.load().get(identity) === digest
  }

  /** Notes that the file has the digest. A cache that cannot be written costs time only. */
  add(file: string, digest: string): void {
    const identity = identityOf(file)
    if (identity === null || this.load().get(identity) === digest) return
    this.load().set(identity, digest)
    this.lines.push(`${identity} ${digest}\n`)
    if (performance.now() - this.written >= WRITE_MS) return this.write()
    if (!endIsAwaited) process.once("exit", writeAllDown)
    endIsAwaited = true
    unwritten.add(this)
  }

  /** Writes down what was noted since the last time. */
  write(): void {
    this.written = performance.now()
    unwritten.delete(this)
    const lines = this.lines.join("")
    this.lines = []
    try {
      if (!fs.existsSync(this.notes)) this.begin()
      fs.appendFileSync(this.notes, lines)
    } catch {
      // Hashed again by the next process.
    }
  }

  /** Begins the notes, and removes those of stores that are gone. */
  private begin(): void {
    makeFolder(NOTES())
    for (const name of fs.readdirSync(NOTES())) {
      const file = path.join(NOTES(), name)
      const [head = ""] = fs.readFileSync(file, "utf8").split("\n", 1)
      if (!head.startsWith(HEAD) || !fs.existsSync(head.slice(HEAD.length))) remove(file)
    }
    fs.appendFileSync(this.notes, `${HEAD}${this.store}\n`)
  }

  private load(): Map<string, string> {
    if (this.known !== undefined) return this.known
    this.known = new Map()
    // What this process itself has seen, by another look at the same store.
    writeAllDown()
    try {
      const lines = fs.readFileSync(this.notes, "utf8").split("\n")
      for (const line of lines) {
        const found = LINE.exec(line)
        if (found !== null) this.known.set(found[1]!, found[2]!)
      }
      if (lines.length > MOST_LINES) remove(this.notes)
    } catch {
      // None yet.
    }
    return this.known
  }
}

const writeAllDown = (): void => {
  for (const files of unwritten) files.write()
}

/** A file as it is now: device, inode, size, time of change of contents and of entry; null where there is none. */
export const identityOf = (file: string): string | null => {
  const stat = lookClosely(file)
  return stat?.isFile() === true ? identityIn(stat) : null
}

/** What is known of whatever lies at a path, to the last nanosecond; undefined where nothing does. */
export const lookClosely = (file: string): fs.BigIntStats | undefined =>
  looking(file, () => fs.lstatSync(file, { bigint: true, throwIfNoEntry: false }))

/** The identity of a file of which that is known. */
export const identityIn = ({ dev, ino, size, mtimeNs, ctimeNs }: fs.BigIntStats): string =>
  `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`
