/** Folders that are written whole or not at all. */

import * as fs from "node:fs"
import * as path from "node:path"

import { expect, it } from "vitest"

import { wholeFolder } from "../../../src/store/disk/whole-folder.ts"
import { temporaryFolder } from "../temporary-folder.ts"

const any = () => true
const fill = (at: string) => fs.writeFileSync(path.join(at, "a"), "1")

it("what fails in its middle leaves nothing, neither under its name nor beside it", () => {
  const parent = temporaryFolder()
  const failing = (at: string) => {
    fill(at)
    throw new Error("the disk is full")
  }
  expect(() => wholeFolder(path.join(parent, "to"), any, failing)).toThrow("the disk is full")
  expect(fs.readdirSync(parent)).toEqual([])
  fs.mkdirSync(path.join(parent, "to"))
  expect(() => wholeFolder(path.join(parent, "to"), any, failing)).toThrow("the disk is full")
  expect(fs.readdirSync(path.join(parent, "to"))).toEqual([])
})

it("an empty folder is taken, also through a link, and folders above are made", () => {
  const parent = temporaryFolder()
  const [real, link] = [path.join(parent, "real"), path.join(parent, "link")]
  fs.mkdirSync(real)
  fs.symlinkSync(real, link)
  expect(wholeFolder(link, any, fill)).toBe("made")
  expect(fs.readFileSync(path.join(real, "a"), "utf8")).toBe("1")
  expect(fs.lstatSync(link).isSymbolicLink()).toBe(true)
  expect(wholeFolder(path.join(parent, "x/y/z"), any, fill)).toBe("made")
})

it("the very same is there, one byte more or a file more is another, and a file is no folder", () => {
  const to = path.join(temporaryFolder(), "to")
  expect(wholeFolder(to, any, fill)).toBe("made")
  expect(wholeFolder(to, any, fill)).toBe("there")
  fs.writeFileSync(path.join(to, "b"), "")
  expect(() => wholeFolder(to, any, fill)).toThrow("holds another b, and is left as it is")
  expect(() => wholeFolder(to, (name) => name === "a", fill)).toThrow("holds other things (b)")
  fs.rmSync(path.join(to, "b"))
  fs.writeFileSync(path.join(to, "a"), "2")
  expect(() => wholeFolder(to, any, fill)).toThrow("holds another a")
  expect(() => wholeFolder(path.join(to, "a"), any, fill)).toThrow("is a file, and is to be a folder")
  expect(fs.readdirSync(path.dirname(to))).toEqual(["to"])
})
