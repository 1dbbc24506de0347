/** Files that are made once and whole: whoever races for a name, with and without hard links, and whatever a write meets. */

import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { pathToFileURL } from "node:url"

import { describe, expect, it } from "vitest"

import { replaceFile, writeWhole } from "../../src/store/disk/calls.ts"
import { waiting } from "../../src/store/disk/durable.ts"
import { writingNew } from "../../src/store/disk/publish.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { faultsImpossible, makeFaults } from "./faults.ts"

const DISK = pathToFileURL(path.resolve(import.meta.dirname, "../../src/store/disk")).href

/** Starts processes that all write one name at the same moment; for each whether it is there through it. */
const race = async (file: string, count: number, environment: Readonly<Record<string, string>>) => {
  const start = Date.now() + 1500
  const program = (own: string) =>
    `import { waiting } from ${JSON.stringify(`${DISK}/durable.ts`)}\n` +
    `import { writingNew } from ${JSON.stringify(`${DISK}/publish.ts`)}\n` +
    `while (Date.now() < ${start});\n` +
    `console.log(waiting(writingNew(${JSON.stringify(file)}, ${JSON.stringify(own)}.repeat(100_000))))`
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const child = spawn(
        process.execPath,
        ["--disable-warning=ExperimentalWarning", "--input-type=module-typescript", "-e", program(String(i))],
        { env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "inherit"] }
      )
      let out = ""
      child.stdout.on("data", (text: Buffer) => (out += text.toString()))
      await new Promise((resolve) => child.on("close", resolve))
      return out.trim()
    })
  )
}

const impossible = faultsImpossible()

describe("a name that several processes write at once", () => {
  const holds = async (environment: (folder: string, root: string) => Readonly<Record<string, string>>) => {
    const folder = temporaryFolder()
    const root = path.join(folder, "root")
    fs.mkdirSync(root)
    const file = path.join(root, "below", "file")
    const answers = await race(file, 6, environment(folder, root))
    const winners = answers.flatMap((answer, i) => (answer === "true" ? [i] : []))
    expect(answers.filter((answer) => answer === "true" || answer === "false")).toHaveLength(6)
    expect(winners).toHaveLength(1)
    expect(fs.readFileSync(file, "utf8") === String(winners[0]).repeat(100_000)).toBe(true)
    expect(fs.readdirSync(path.dirname(file))).toEqual(["file"])
  }

  it("goes to exactly one of them, whole", () => holds(() => ({})))

  for (const fault of ["EPERM", "EOPNOTSUPP", "EMLINK"] as const)
    it.skipIf(impossible !== null)(`and so without hard links (${fault})`, () =>
      holds((folder, root) => {
        const faults = makeFaults(folder, root)
        faults.arm({ operations: ["link"], fault, first: 1 })
        return faults.environment
      })
    )

  it.skipIf(impossible !== null)("is not held up for good by one that died between its claim and its end", async () => {
    const folder = temporaryFolder()
    const root = path.join(folder, "root")
    fs.mkdirSync(path.join(root, "file.claim"), { recursive: true })
    const faults = makeFaults(folder, root)
    faults.arm({ operations: ["link"], fault: "EPERM", first: 1 })
    expect(await race(path.join(root, "file"), 1, faults.environment)).toEqual(["true"])
    expect(fs.readdirSync(root)).toEqual(["file"])
  })
})

describe("a file", () => {
  it("that is there is not written anew, and keeps its contents", () => {
    const file = path.join(temporaryFolder(), "file")
    expect([waiting(writingNew(file, "one")), waiting(writingNew(file, "two"))]).toEqual([true, false])
    expect(fs.readFileSync(file, "utf8")).toBe("one")
    expect(() => writeWhole(file, "three")).toThrow(expect.objectContaining({ code: "EEXIST", path: file }))
    expect(fs.readFileSync(file, "utf8")).toBe("one")
  })

  it("that is replaced is the old one or the new one, without leftovers", () => {
    const folder = temporaryFolder()
    const file = path.join(folder, "file")
    replaceFile(file, "one")
    replaceFile(file, Buffer.from("two"))
    expect(fs.readFileSync(file, "utf8")).toBe("two")
    expect(fs.readdirSync(folder)).toEqual(["file"])
    fs.rmSync(file)
    fs.mkdirSync(path.join(file, "inside"), { recursive: true })
    expect(() => replaceFile(file, "three")).toThrow()
    expect(fs.readdirSync(folder)).toEqual(["file"])
  })

  it("is made with the rights that the user's mask leaves", () => {
    const file = path.join(temporaryFolder(), "file")
    const mask = process.umask(0o027)
    try {
      replaceFile(file, "x")
    } finally {
      process.umask(mask)
    }
    expect(fs.statSync(file).mode & 0o777).toBe(0o640)
  })
})
