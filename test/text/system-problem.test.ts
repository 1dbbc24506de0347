/** Errors of the system as sentences: made by asking it for what it refuses. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { systemProblem } from "../../src/text/system-problem.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

/** What the system says to a call that it refuses. */
const refused = (call: () => unknown): unknown => {
  try {
    call()
  } catch (cause) {
    return cause
  }
  throw new Error("it was not refused")
}

const folder = temporaryFolder()
const file = path.join(folder, "file")
fs.writeFileSync(file, "")
const lacking = path.join(folder, "lacking")
const long = path.join(folder, "n".repeat(300))

const CASES: ReadonlyArray<readonly [what: string, call: () => unknown, words: string]> = [
  ["a file that is not there", () => fs.readFileSync(lacking), `${lacking} cannot be opened: it is not there.`],
  ["a folder in place of a file", () => fs.readFileSync(folder), "it is a folder, not a file."],
  ["a file in place of a folder", () => fs.readdirSync(file), `${file} cannot be listed: a part of the path is a file`],
  ["a file inside a file", () => fs.statSync(path.join(file, "x")), "cannot be looked at: a part of the path is a file"],
  ["a name that is too long", () => fs.writeFileSync(long, ""), "cannot be opened: the name is too long. Give a shorter name."],
  ["a folder that is there already", () => fs.mkdirSync(folder), "cannot be made: something of that name is there already."],
  ["a folder that is not empty", () => fs.rmdirSync(folder), "cannot be removed: the folder is not empty."],
  [
    "a rename to where no folder is",
    () => fs.renameSync(file, path.join(lacking, "x")),
    `${file} cannot be renamed as ${lacking}`
  ],
  ["a full device", () => fs.writeFileSync("/dev/full", "x"), "The output cannot be written: the disk is full. Free some space"],
  ["a closed handle", () => fs.fsyncSync(999_999), "A file cannot be written: the system answered EBADF."],
  [
    "links in a circle",
    () => {
      fs.symlinkSync(path.join(folder, "b"), path.join(folder, "a"))
      fs.symlinkSync(path.join(folder, "a"), path.join(folder, "b"))
      fs.readFileSync(path.join(folder, "a"))
    },
    "links there lead in a circle."
  ]
]

describe("what the system refuses", () => {
  it.each(CASES)("%s is a sentence with the file, the reason and a remedy", (_, call, words) => {
    const sentence = systemProblem(refused(call))
    expect(sentence).toContain(words)
    expect(sentence).not.toMatch(/\bE[A-Z]{3,}:/)
  })

  it("names the file that the caller knows, where the error does not", () => {
    expect(
      systemProblem(
        refused(() => fs.readSync(fs.openSync(folder, "r"), Buffer.alloc(1))),
        folder
      )
    ).toMatch(`${folder} cannot be read: it is a folder`)
  })

  it("is told from errors of our own and of Node", () => {
    for (const other of [
      new Error("x"),
      new TypeError("y"),
      refused(() => fs.readFileSync("a\0b")),
      null,
      "ENOENT",
      { code: "EIO" }
    ])
      expect(systemProblem(other)).toBeNull()
  })
})
