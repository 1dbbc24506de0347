/** Removing on a disk that refuses: the error names file, call and reason, signals and bad moments are waited out. */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { pathToFileURL } from "node:url"

import { describe, expect, it } from "vitest"

import { remove } from "../../src/store/disk/calls.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { type Fault, faultsImpossible, makeFaults, type Operation } from "./faults.ts"

const source = (file: string) => JSON.stringify(pathToFileURL(path.resolve(import.meta.dirname, "../../src", file)).href)

/** Removes a folder with a file and a folder in it in a process of its own; what it says of it. */
const removed = (root: string, victim: string, environment: Readonly<Record<string, string>>): string =>
  execFileSync(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      "--input-type=module-typescript",
      "-e",
      `import { remove } from ${source("store/disk/calls.ts")}\n` +
        `import { systemProblem } from ${source("text/system-problem.ts")}\n` +
        `try { remove(${JSON.stringify(path.join(root, victim))}); console.log("removed") }\n` +
        `catch (cause) { console.log(systemProblem(cause)) }`
    ],
    { encoding: "utf8", env: { ...process.env, ...environment } }
  ).trim()

const tree = (): { readonly root: string; readonly folder: string } => {
  const folder = temporaryFolder()
  const root = path.join(folder, "root")
  fs.mkdirSync(path.join(root, "full", "inner"), { recursive: true })
  for (const name of ["file", "full/one", "full/inner/two"]) fs.writeFileSync(path.join(root, name), "")
  return { root, folder }
}

const REFUSED: ReadonlyArray<readonly [operation: Operation, fault: Fault, words: string]> = [
  ["unlink", "EROFS", "cannot be removed: the disk is read-only."],
  ["unlink", "EBUSY", "cannot be removed: something else is using it."],
  ["unlink", "EACCES", "cannot be removed: permission is denied."],
  ["unlink", "EPERM", "cannot be removed: the system does not permit it."],
  ["unlink", "EIO", "cannot be removed: the disk failed."],
  ["unlink", "ESTALE", "cannot be removed: the network disk no longer knows the file."],
  ["look", "EACCES", "cannot be looked at: permission is denied."],
  ["look", "EIO", "cannot be looked at: the disk failed."]
]

const WAITED_OUT: ReadonlyArray<readonly [operation: Operation, fault: Fault, times: number]> = [
  ["unlink", "EINTR", 5],
  ["unlink", "ENFILE", 2],
  ["look", "EIO", 2],
  ["look", "ESTALE", 3]
]

describe.skipIf(faultsImpossible() !== null)("a removal", () => {
  for (const victim of ["file", "full"]) {
    // A file is removed without a look at it.
    const met = ([operation]: readonly [operation: Operation, ...rest: ReadonlyArray<unknown>]) =>
      victim === "full" || operation !== "look"
    it.each(REFUSED.filter(met))(
      `of a ${victim === "file" ? "file" : "full folder"} says what refused it (%s %s)`,
      (operation, fault, words) => {
        const { root, folder } = tree()
        const faults = makeFaults(folder, root)
        faults.arm({ operations: [operation], fault, first: 1 })
        const said = removed(root, victim, faults.environment)
        expect(said).toContain(words)
        expect(said.startsWith(path.join(root, victim))).toBe(true)
        faults.disarm()
        expect(removed(root, victim, faults.environment)).toBe("removed")
      }
    )

    it.each(WAITED_OUT.filter(met))(
      `of a ${victim === "file" ? "file" : "full folder"} waits out %s that meets %s`,
      (operation, fault, times) => {
        const { root, folder } = tree()
        const faults = makeFaults(folder, root)
        faults.arm({ operations: [operation], fault, first: 1, times })
        expect(removed(root, victim, faults.environment)).toBe("removed")
        expect(faults.disarm().failed).toBe(times)
        expect(fs.existsSync(path.join(root, victim))).toBe(false)
      }
    )
  }

  it("of a folder that cannot be listed says so", () => {
    const { root, folder } = tree()
    const faults = makeFaults(folder, root)
    faults.arm({ operations: ["list"], fault: "EACCES", first: 1 })
    expect(removed(root, "full", faults.environment)).toContain("cannot be listed: permission is denied.")
  })
})

describe("a removal", () => {
  it("takes a link and not what it leads to, inside a folder too, and nothing is no obstacle", () => {
    const { root } = tree()
    fs.symlinkSync(path.join(root, "full"), path.join(root, "link"))
    fs.mkdirSync(path.join(root, "holder"))
    fs.symlinkSync(path.join(root, "full"), path.join(root, "holder", "link"))
    fs.symlinkSync(path.join(root, "nowhere"), path.join(root, "holder", "dangling"))
    for (const name of ["link", "holder", "nothing", "file"]) remove(path.join(root, name))
    expect(fs.readdirSync(root, { recursive: true }).toSorted()).toEqual(["full", "full/inner", "full/inner/two", "full/one"])
  })
})
