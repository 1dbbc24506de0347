/**
 * Sketches that were made before, in a file of the package manager's cache folder: to load a command or a study takes longer than
 * one waits for at a TAB. They hold as long as the files that they come from are as they were. Nothing else is loaded to look.
 */

import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"

import { PACKAGE, REPOSITORY } from "../../dag/repository.ts"
import { readVariable } from "../../machine/environment.ts"
import { discard, temporaryName } from "../../store/disk/calls.ts"
import { makeFolder } from "../../store/disk/make-folder.ts"
import type { Candidate, CommandSketch, StudySketch } from "./complete.ts"

/** What is kept, each part by name. */
export interface Kept {
  readonly lists: Record<string, ReadonlyArray<Candidate>>
  readonly commands: Record<string, CommandSketch>
  readonly studies: Record<string, StudySketch>
}

/** What is kept by that name, or what is made now, and then kept. */
export const keptOr = async <A>(part: Record<string, A>, name: string, make: () => Promise<A>): Promise<A> => {
  const before = Object.hasOwn(part, name) ? part[name] : undefined
  return before === undefined ? (part[name] = await make()) : before
}

const FILE = path.join(REPOSITORY, "node_modules/.cache/echo-chamber/completion")

/** What sketches come from, with the project's own studies and the folder of further ones. */
const SOURCES = ["src", "stages", "pipelines", "schemas"]

/** Calls `use` with what is kept, and keeps what it added. */
export const withKept = async <A>(use: (kept: Kept) => Promise<A>, file: string = FILE): Promise<A> => {
  const studies = readVariable("ECHO_CHAMBER_STUDIES")
  const folders = [...SOURCES.map((name) => path.join(PACKAGE, name)), path.join(REPOSITORY, "pipelines"), studies ?? ""]
  const state = stateOf([...new Set(folders)].filter((folder) => folder !== "" && fs.existsSync(folder)))
  const kept = read(file, state)
  const size = countOf(kept)
  const result = await use(kept)
  if (countOf(kept) > size) write(file, `${state}\n${JSON.stringify(kept)}`)
  return result
}

const countOf = (kept: Kept): number => Object.values(kept).reduce((sum, part) => sum + Object.keys(part).length, 0)

/** Names, sizes and times of all the files in these folders, as a digest. */
const stateOf = (folders: ReadonlyArray<string>): string => {
  const hash = createHash("sha256")
  const walk = (folder: string) => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name)
      if (entry.name === "node_modules" || entry.name.startsWith(".")) continue
      if (entry.isDirectory()) walk(file)
      else {
        const stat = fs.statSync(file, { throwIfNoEntry: false })
        hash.update(`${file} ${stat?.size} ${stat?.mtimeMs}\n`)
      }
    }
  }
  for (const folder of folders) if (fs.existsSync(folder)) walk(folder)
  return hash.digest("hex")
}

/** Nothing, where the file is not there or is of other sources. */
const read = (file: string, state: string): Kept => {
  const nothing = { lists: {}, commands: {}, studies: {} }
  try {
    const text = fs.readFileSync(file, "utf8")
    const end = text.indexOf("\n")
    return text.slice(0, end) === state ? { ...nothing, ...(JSON.parse(text.slice(end + 1)) as Kept) } : nothing
  } catch {
    return nothing
  }
}

/** Without a place to keep them only time is lost. */
const write = (file: string, text: string): void => {
  const beside = temporaryName(path.dirname(file))
  try {
    makeFolder(path.dirname(file))
    fs.writeFileSync(beside, text)
    fs.renameSync(beside, file)
  } catch {
    discard(beside)
  }
}
