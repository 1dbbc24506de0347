/** Files that many make at once: each lasts, and the disk is asked less often than by each alone. */

import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import * as path from "node:path"

import { describe, expect, it, onTestFinished } from "vitest"

import { replacing, together, waiting } from "../../../src/store/disk/durable.ts"
import { writingNew } from "../../../src/store/disk/publish.ts"
import { temporaryFolder } from "../temporary-folder.ts"

/** Tells of what is synced meanwhile by the inode, and lets it fail if asked to. */
const watchSyncs = (code: (inode: number) => string | null = () => null): Array<number> => {
  const synced: Array<number> = []
  const { fsync } = fs
  Object.assign(fs, {
    fsync: (handle: number, done: (cause: Error | null) => void) => {
      const { ino } = fs.fstatSync(handle)
      synced.push(ino)
      const fault = code(ino)
      if (fault === null) fsync(handle, done)
      else setImmediate(() => done(Object.assign(new Error(fault), { code: fault })))
    }
  })
  syncBuiltinESMExports()
  onTestFinished(() => {
    Object.assign(fs, { fsync })
    syncBuiltinESMExports()
  })
  return synced
}

const names = Array.from({ length: 20 }, (_, i) => `file ${i}`)

describe("files that are made together", () => {
  it("are synced each, and their folder with the last of them, but not once for each", async () => {
    const folder = temporaryFolder()
    const synced = watchSyncs()
    const made = await Promise.all(names.map((name) => together(writingNew(path.join(folder, name), name))))
    expect(made.every(Boolean)).toBe(true)
    const files = names.map((name) => fs.statSync(path.join(folder, name)).ino)
    const folders = synced.filter((inode) => inode === fs.statSync(folder).ino)
    expect(synced.filter((inode) => files.includes(inode)).toSorted()).toEqual(files.toSorted())
    expect(synced.at(-1)).toBe(fs.statSync(folder).ino)
    expect(folders.length).toBeLessThan(names.length / 2)
  })

  it("are there with their contents, once each, whoever else writes the same name", async () => {
    const folder = temporaryFolder()
    const file = path.join(folder, "one")
    const made = await Promise.all(names.map((text) => together(writingNew(file, text))))
    const winner = names[made.indexOf(true)]
    expect(made.filter(Boolean)).toHaveLength(1)
    expect([fs.readdirSync(folder), fs.readFileSync(file, "utf8")]).toEqual([["one"], winner])
    await together(replacing(file, "another"))
    expect(fs.readFileSync(file, "utf8")).toBe("another")
  })

  it.each(["EIO", "ENOSPC"])(
    "are not there where the disk does not take them (%s), and the error names the file",
    async (code) => {
      const folder = temporaryFolder()
      watchSyncs(() => code)
      await expect(together(writingNew(path.join(folder, "one"), "1"))).rejects.toMatchObject({
        code,
        path: expect.stringContaining(folder)
      })
      expect(fs.readdirSync(folder)).toEqual([])
    }
  )

  it("are taken for made where a disk cannot be asked, and are asked for again where a signal came between", async () => {
    const folder = temporaryFolder()
    let signals = 3
    watchSyncs(() => (signals-- > 0 ? "EINTR" : "EINVAL"))
    expect(await together(writingNew(path.join(folder, "one"), "1"))).toBe(true)
    expect(signals).toBeLessThan(0)
  })

  it("are made in the same steps by one that waits", () => {
    const file = path.join(temporaryFolder(), "below", "one")
    expect([waiting(writingNew(file, "1")), waiting(writingNew(file, "2"))]).toEqual([true, false])
    expect(fs.readFileSync(file, "utf8")).toBe("1")
  })
})
