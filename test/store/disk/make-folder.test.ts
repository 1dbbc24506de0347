/** Making folders: those above too, and on file systems that answer oddly a refusal and never a wait. */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { makeFolder } from "../../../src/store/disk/make-folder.ts"
import { systemProblem } from "../../../src/text/system-problem.ts"
import { temporaryFolder } from "../temporary-folder.ts"

const folder = temporaryFolder()
fs.writeFileSync(path.join(folder, "file"), "")
fs.symlinkSync(path.join(folder, "nowhere"), path.join(folder, "dangling"))
fs.symlinkSync(path.join(folder, "round"), path.join(folder, "round"))
fs.mkdirSync(path.join(folder, "real"))
fs.symlinkSync(path.join(folder, "real"), path.join(folder, "link"))

const made = (at: string): string => {
  try {
    makeFolder(at)
    return "made"
  } catch (cause) {
    return systemProblem(cause) ?? String(cause)
  }
}

describe("a folder", () => {
  it.each([["one"], ["a/b/c"], ["a/b/c"], ["link/below"], ["."], ["a/../d/e"], ["ends/with/"]])("%s is made", (name) => {
    const at = `${folder}/${name}`
    expect(made(at)).toBe("made")
    expect(fs.statSync(at).isDirectory()).toBe(true)
  })

  it.each([
    ["file", "something of that name is there already"],
    ["file/x", "file/x cannot be made: a part of the path is a file, not a folder"],
    ["file/x/y", "a part of the path is a file, not a folder"],
    ["dangling", "dangling cannot be made: something of that name is there already"],
    ["dangling/x", "dangling cannot be made: something of that name is there already"],
    ["round", "links there lead in a circle"],
    ["n".repeat(300), "the name is too long"]
  ])("%s is refused: %s", (name, words) => expect(made(path.join(folder, name))).toContain(words))

  it.runIf(process.platform === "linux").each([
    ["/proc/x", "/proc/x cannot be made: nothing can be made in the folder above it. Name another place."],
    ["/proc/x/y/z", "/proc/x cannot be made: nothing can be made in the folder above it. Name another place."],
    ["/proc/self/fd/x/y", "/proc/self/fd/x cannot be made: "],
    ["/dev/fd/x", "/dev/fd/x cannot be made: "],
    ["/sys/x/y", "/sys/x cannot be made: "],
    ["/dev/null/x", "/dev/null/x cannot be made: a part of the path is a file, not a folder"]
  ])("%s is refused at once, where Node's own recursion would ask for ever", (at, words) => {
    expect(made(at)).toContain(words)
  })

  it("has the rights that are asked for, and so have those above it that were made", () => {
    makeFolder(path.join(folder, "own/below"), 0o700)
    for (const name of ["own", "own/below"]) expect(fs.statSync(path.join(folder, name)).mode & 0o777).toBe(0o700)
  })

  it("is made by many processes at once", () => {
    const at = path.join(folder, "many/processes/one/folder")
    const module = path.resolve(import.meta.dirname, "../../../src/store/disk/make-folder.ts")
    const script = `import { makeFolder } from ${JSON.stringify(module)}; makeFolder(${JSON.stringify(at)})`
    const one = `${process.execPath} --no-warnings --input-type=module -e '${script}'`
    execFileSync("sh", ["-c", `set -e; for i in 1 2 3 4; do ${one} & pids="$pids $!"; done; for p in $pids; do wait $p; done`])
    expect(fs.statSync(at).isDirectory()).toBe(true)
  })
})
