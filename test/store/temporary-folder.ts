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
export const temporaryFolder = (): string => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "echo-chamber-test-"))
  made.push(folder)
  return folder
}
