/** Folders of single tests, removed after them. */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { afterAll } from "vitest"

const made: Array<string> = []

afterAll(() => {
  for (const folder of made) fs.rmSync(folder, { recursive: true, force: true })
})

/** A fresh folder outside the repository, gone when the test file is done. */
export const temporaryFolder = (): string => folderIn(os.tmpdir())

/** The same in memory, where there is such a folder: for worlds that make files by the hundred thousand and need none to last. */
export const folderInMemory = (): string => folderIn(fs.existsSync("/dev/shm") ? "/dev/shm" : os.tmpdir())

const folderIn = (parent: string): string => {
  const folder = fs.mkdtempSync(path.join(parent, "echo-chamber-test-"))
  made.push(folder)
  return folder
}
