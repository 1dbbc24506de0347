/** Nothing leaves a store: names are names, links are not followed, and what is no regular file is never waited for. */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import builtin from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import * as net from "node:net"
import * as path from "node:path"

import { describe, expect, it, vi } from "vitest"

import { inside, makeInside, namesInside, OutOfPlace, readText, removeInside } from "../../src/store/disk/inside.ts"
import { temporaryFolder } from "./temporary-folder.ts"

const problem = (body: () => unknown): string => {
  try {
    body()
  } catch (cause) {
    if (cause instanceof OutOfPlace) return cause.message
    throw cause
  }
  return "nothing"
}

/** A store with a link of this name to a folder outside, in which a file must survive. */
const storeWithLink = (...names: ReadonlyArray<string>) => {
  const folder = temporaryFolder()
  const victim = path.join(folder, "victim")
  const root = path.join(folder, "store")
  fs.mkdirSync(path.join(victim, "below"), { recursive: true })
  fs.writeFileSync(path.join(victim, "below", "keep"), "precious")
  fs.mkdirSync(path.join(root, ...names.slice(0, -1)), { recursive: true })
  fs.symlinkSync(victim, path.join(root, ...names))
  return { root, whole: () => fs.readFileSync(path.join(victim, "below", "keep"), "utf8") === "precious" }
}

describe("a name in a store", () => {
  it("is a name and no path", () => {
    const bad = ["", ".", "..", "../x", "a/b", "/etc", "a\\b", "a\0b", "x".repeat(256)]
    for (const name of bad)
      expect(
        problem(() => inside("/store", "runs", name)),
        JSON.stringify(name)
      ).toMatch(/has no place for/)
    expect(inside("/store", "runs", "..x", "events.jsonl")).toBe("/store/runs/..x/events.jsonl")
  })
})

describe("a link inside a store", () => {
  for (const names of [
    ["code"],
    ["objects"],
    ["objects", "sha256"],
    ["objects", "sha256", "aa"],
    ["attempts", "x"],
    ["runs", "r"]
  ])
    it(`at ${names.join("/")} is not gone through: not to read, to list, to make or to remove`, () => {
      const { root, whole } = storeWithLink(...names)
      const said = /is a link, and links inside a store are not followed/
      expect(problem(() => inside(root, ...names, "below"))).toMatch(said)
      expect(problem(() => namesInside(root, ...names))).toMatch(said)
      expect(problem(() => makeInside(root, ...names, "new"))).toMatch(said)
      expect(problem(() => removeInside(root, ...names, "below"))).toMatch(said)
      expect(whole()).toBe(true)
    })

  it("is itself removed where it is what was named, or lies in a folder that was, and what it points to stays", () => {
    for (const names of [["code"], ["attempts", "x", "y"]]) {
      const { root, whole } = storeWithLink(...names)
      removeInside(root, names[0]!)
      expect(fs.existsSync(path.join(root, names[0]!))).toBe(false)
      expect(whole()).toBe(true)
    }
  })

  it("may lead to the store itself", () => {
    const folder = temporaryFolder()
    fs.mkdirSync(path.join(folder, "real"))
    fs.symlinkSync(path.join(folder, "real"), path.join(folder, "store"))
    makeInside(path.join(folder, "store"), "runs", "a")
    expect(namesInside(path.join(folder, "store"), "runs")).toEqual(["a"])
  })
})

/** How often what lies at a path is looked at meanwhile. */
const looksWhile = (work: () => void): number => {
  const spy = vi.spyOn(builtin, "lstatSync")
  syncBuiltinESMExports()
  try {
    work()
    return spy.mock.calls.length
  } finally {
    spy.mockRestore()
    syncBuiltinESMExports()
  }
}

describe("the folders above many files", () => {
  const reach = (root: string) => {
    for (let i = 0; i < 100; i++) inside(root, "objects", "sha256", "aa", String(i))
  }
  const store = () => {
    const root = temporaryFolder()
    fs.mkdirSync(path.join(root, "objects", "sha256", "aa"), { recursive: true })
    return root
  }

  it("are looked at once in a turn, and anew in the next", async () => {
    const root = store()
    vi.spyOn(performance, "now").mockReturnValue(1e9)
    try {
      expect(looksWhile(() => reach(root))).toBe(3)
      await Promise.resolve()
      expect(looksWhile(() => reach(root))).toBe(3)
    } finally {
      vi.restoreAllMocks()
    }
  })

  it("are looked at again in a turn that goes on for long", () => {
    const root = store()
    const clock = vi.spyOn(performance, "now").mockReturnValue(2e9)
    try {
      reach(root)
      fs.renameSync(path.join(root, "objects"), path.join(root, "elsewhere"))
      fs.symlinkSync(path.join(root, "elsewhere"), path.join(root, "objects"))
      clock.mockReturnValue(2e9 + 11)
      expect(problem(() => reach(root))).toMatch(/is a link, and links inside a store are not followed/)
    } finally {
      vi.restoreAllMocks()
    }
  })

  it("are made where they are missing, and again where they are gone", () => {
    const root = path.join(temporaryFolder(), "store")
    expect(makeInside(root, "attempts", "x", "y")).toBe(path.join(root, "attempts", "x", "y"))
    expect(fs.statSync(path.join(root, "attempts", "x", "y")).isDirectory()).toBe(true)
    fs.rmdirSync(path.join(root, "attempts", "x", "y"))
    makeInside(root, "attempts", "x", "y")
    expect(fs.existsSync(path.join(root, "attempts", "x", "y"))).toBe(true)
    expect(makeInside(root)).toBe(root)
  })
})

describe("what is no regular file", () => {
  it("is refused in words and not waited for", async () => {
    const folder = temporaryFolder()
    const at = (name: string) => path.join(folder, name)
    fs.mkdirSync(at("folder"))
    execFileSync("mkfifo", [at("fifo")])
    fs.symlinkSync("/dev/zero", at("zero"))
    fs.symlinkSync(at("nothing"), at("dangling"))
    const server = net.createServer().listen(at("socket"))
    await new Promise((resolve) => server.once("listening", resolve))
    try {
      expect(problem(() => readText(at("folder")))).toMatch(/is a folder where a file belongs/)
      expect(problem(() => readText(at("fifo")))).toMatch(/is a FIFO where a file belongs/)
      expect(problem(() => readText(at("zero")))).toMatch(/is a link where a file belongs/)
      expect(problem(() => readText(at("dangling")))).toMatch(/is a link where a file belongs/)
      expect(problem(() => readText(at("socket")))).toMatch(/is a socket where a file belongs/)
      expect(problem(() => readText("/dev/zero"))).toMatch(/is a device where a file belongs/)
    } finally {
      server.close()
    }
  })

  it("or claims more bytes than any text of a store has, is not read", () => {
    const file = path.join(temporaryFolder(), "huge")
    fs.writeFileSync(file, "")
    fs.truncateSync(file, 2 ** 36)
    expect(problem(() => readText(file))).toMatch(/has 68719476736 bytes/)
  })

  it("a missing file stays what the file system says of it", () => {
    expect(() => readText(path.join(temporaryFolder(), "no"))).toThrow(/ENOENT/)
  })
})
