/** No circles: of two files at most one knows of the other, however long the way. No folder larger than a glance. */

import { describe, expect, it } from "vitest"

import { LISTS, MOST_MODULES, RECURSIVE_ROOMS } from "./house.ts"
import { circles, importsBetween, includesBetween, isC, moduleOf, repositoryFiles, typescriptIn } from "./sources.ts"

describe("circles", () => {
  it("are found", () => {
    const arrow = (from: string, to: string) => ({ from, to })
    expect(circles([arrow("a", "b"), arrow("b", "c"), arrow("a", "c"), arrow("c", "d")])).toEqual([])
    expect(
      circles([arrow("a", "b"), arrow("b", "c"), arrow("c", "a"), arrow("c", "d"), arrow("d", "e"), arrow("e", "d")])
    ).toEqual([
      ["d", "e"],
      ["a", "b", "c"]
    ])
  })

  it("do not exist between files, except inside a grammar and what compiles it", () => {
    const files = typescriptIn(["src", "stages", "schemas", "pipelines", "bench", "test"])
    const wrong = circles(importsBetween(files)).filter(
      (circle) => !RECURSIVE_ROOMS.some((room) => circle.every((file) => file.startsWith(`${room}/`)))
    )
    expect(wrong).toEqual([])
  })

  it("do not exist between C modules, a module being a .c or .cpp file with its header", () => {
    const includes = includesBetween(repositoryFiles().filter(isC))
    expect(includes.length).toBeGreaterThan(50)
    const between = includes.map(({ from, to }) => ({ from: moduleOf(from), to: moduleOf(to) }))
    expect(circles(between.filter(({ from, to }) => from !== to))).toEqual([])
  })
})

describe("folders", () => {
  const folderOf = (file: string) => file.slice(0, file.lastIndexOf("/"))
  const counted = new Set(
    repositoryFiles()
      .filter((file) => /^(src|stages|schemas|pipelines|bench|test)\//.test(file) && !file.includes("/fixtures/"))
      .map(moduleOf)
  )
  const sizes = [...Map.groupBy(counted, folderOf)].map(([folder, modules]) => [folder, modules.length] as const)

  it("hold no more than can be read at a glance, except lists of alike things", () => {
    expect(sizes.filter(([folder, count]) => count > MOST_MODULES && !Object.hasOwn(LISTS, folder))).toEqual([])
  })

  it("are excepted only where they need it", () => {
    const large = new Set(sizes.filter(([, count]) => count > MOST_MODULES).map(([folder]) => folder))
    expect(Object.keys(LISTS).filter((folder) => !large.has(folder))).toEqual([])
  })
})
