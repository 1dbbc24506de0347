/** That the C is written as .clang-format says. */

import { spawnSync } from "node:child_process"

import { describe, expect, it } from "vitest"

import { isC, repositoryFiles, ROOT } from "./sources.ts"

/** Versions format differently in places; this is the one that the C was formatted with. */
const VERSION = "22"

const program = [`clang-format-${VERSION}`, "clang-format"].find((name) =>
  spawnSync(name, ["--version"], { encoding: "utf8" }).stdout?.includes(`version ${VERSION}.`)
)
if (program === undefined) console.warn(`The format of the C is not checked: there is no clang-format ${VERSION} here.`)

describe("the C", () => {
  it.skipIf(program === undefined)(`is as .clang-format says (skipped without clang-format ${VERSION})`, () => {
    const files = repositoryFiles().filter(isC)
    expect(files.length).toBeGreaterThan(50)
    const { stderr } = spawnSync(program!, ["--dry-run", "-Werror", ...files], { cwd: ROOT, encoding: "utf8" })
    expect(stderr, `Write it anew: ${program} -i, with these files`).toBe("")
  })
})
