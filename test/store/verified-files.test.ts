/** What is only shown is hashed once and then known, until anybody touches it. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { waiting } from "../../src/store/disk/durable.ts"
import { sha256 } from "../../src/store/objects/digest.ts"
import { Objects } from "../../src/store/objects/Objects.ts"
import { VerifiedFiles } from "../../src/store/objects/verified-files.ts"
import { ownCache } from "./own-cache.ts"
import { temporaryFolder } from "./temporary-folder.ts"

const cache = ownCache()

const storeWith = (text: string) => {
  const root = temporaryFolder()
  const digest = waiting(new Objects(root).keepBytes(text))
  const file = new Objects(root).path(digest)
  fs.chmodSync(file, 0o644)
  const known = () => new VerifiedFiles(root).has(file, digest)
  // Made writable, it was touched.
  new Objects(root).problem(digest)
  return { root, digest, file, known }
}

describe("a file whose digest was seen to hold", () => {
  it("is known to the next process as well", () => {
    const { known } = storeWith("abc")
    expect(known()).toBe(true)
  })

  const touches: Readonly<Record<string, (file: string) => void>> = {
    "was written to": (file) => fs.writeFileSync(file, "abd"),
    "was written to with the old times": (file) => {
      const { atime, mtime } = fs.statSync(file)
      fs.writeFileSync(file, "abd")
      fs.utimesSync(file, atime, mtime)
    },
    "was replaced by another of its size": (file) => {
      fs.writeFileSync(`${file}.new`, "abd")
      fs.renameSync(`${file}.new`, file)
    },
    "was replaced by a copy of itself": (file) => {
      fs.copyFileSync(file, `${file}.new`)
      fs.renameSync(`${file}.new`, file)
    },
    "became longer": (file) => fs.appendFileSync(file, "d"),
    "was given other rights": (file) => fs.chmodSync(file, 0o600),
    "became a link to itself": (file) => {
      fs.renameSync(file, `${file}.real`)
      fs.symlinkSync(`${file}.real`, file)
    },
    "is gone": (file) => fs.rmSync(file)
  }
  it.each(Object.keys(touches))("is hashed again after it %s", (how) => {
    const { file, known } = storeWith("abc")
    touches[how]!(file)
    expect(known()).toBe(false)
  })

  it("is not known under another digest, nor to a store elsewhere", () => {
    const { root, file, digest } = storeWith("abc")
    expect(new VerifiedFiles(root).has(file, sha256("x"))).toBe(false)
    expect(new VerifiedFiles(temporaryFolder()).has(file, digest)).toBe(false)
  })
})

describe("the notes of such files", () => {
  const notes = () => fs.readdirSync(path.join(cache(), "verified"))

  it("that are torn or made up cost time only", () => {
    const { root, digest, known } = storeWith("abc")
    fs.writeFileSync(path.join(cache(), "verified", notes()[0]!), `\0\n1 2 3\n${"9".repeat(1e6)}\n`)
    expect(known()).toBe(false)
    expect(new Objects(root).problem(digest)).toBeNull()
  })

  it("of stores that are gone are removed when another's begin", () => {
    const { root } = storeWith("abc")
    fs.rmSync(root, { recursive: true })
    storeWith("abc")
    expect(notes()).toHaveLength(1)
  })

  it("are done without where the cache cannot be written", () => {
    fs.rmSync(cache(), { recursive: true })
    fs.writeFileSync(cache(), "no folder")
    const { known, root, digest } = storeWith("abc")
    expect(known()).toBe(false)
    expect(new Objects(root).problem(digest)).toBeNull()
  })
})

describe("what is computed from", () => {
  it("is hashed by the process that computes, whatever was noted", () => {
    const { root, digest, file } = storeWith("abc")
    // A disk that lies gives other bytes under the same times, which cannot be made here: a note that vouches for them can.
    fs.writeFileSync(file, "abd")
    const now = fs.lstatSync(file, { bigint: true })
    fs.appendFileSync(
      path.join(cache(), "verified", fs.readdirSync(path.join(cache(), "verified"))[0]!),
      `${now.dev} ${now.ino} ${now.size} ${now.mtimeNs} ${now.ctimeNs} ${digest}\n`
    )
    expect(new Objects(root).problem(digest)).toBeNull()
    expect(new Objects(root).problem(digest, { anew: true })).toBe("does not have the contents its name says")
  })
})
