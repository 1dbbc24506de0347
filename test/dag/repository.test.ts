/** Where the code is, where somebody works with it, and what others import it as. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { PACKAGE, projectOf, publicModule, REPOSITORY } from "../../src/dag/repository.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

describe("the folder that somebody works in", () => {
  it("is the nearest from here upwards with a package.json, and else the current one", () => {
    const folder = temporaryFolder()
    const deep = path.join(folder, "project/a/b")
    fs.mkdirSync(deep, { recursive: true })
    expect(projectOf(deep)).toBe(deep)
    fs.writeFileSync(path.join(folder, "project/package.json"), "{}")
    expect(projectOf(deep)).toBe(path.join(folder, "project"))
  })

  it("is the repository itself in a clone, wherever one stands", () => {
    expect(REPOSITORY).toBe(PACKAGE)
  })
})

describe("what others import", () => {
  it("are the files that package.json names, and they are there", () => {
    expect(publicModule("echo-chamber")).toBe(path.join(PACKAGE, "src/public/index.ts"))
    expect(publicModule("echo-chamber/stage")).toBe(path.join(PACKAGE, "src/public/stage.ts"))
    for (const name of ["echo-chamber", "echo-chamber/stage", "echo-chamber/register"])
      expect(fs.existsSync(publicModule(name) ?? ""), name).toBe(true)
  })

  it("is nothing else: no file by its path, and no package that is called like it", () => {
    expect(["echo-chamber/src/dag/key.ts", "echo-chambers", "effect"].map(publicModule)).toEqual([null, null, null])
  })
})
