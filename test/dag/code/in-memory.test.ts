/** What a process has loaded is looked at once: of thousands of nodes, each start and end asks for all of their code. */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { pathToFileURL } from "node:url"

import { expect, it } from "vitest"

import { temporaryFolder } from "../../store/temporary-folder.ts"

const src = (name: string) => JSON.stringify(new URL(`../../../src/dag/code/${name}`, import.meta.url).href)

/** Looks at a module in a process that has loaded it, before and after what `between` does; reads of files, and the digests. */
const looksIn = (folder: string, between: string): ReadonlyArray<{ readonly reads: number; readonly digests: string }> => {
  const entry = JSON.stringify(pathToFileURL(path.join(folder, "entry.mjs")).href)
  const program = `
    import fs from "node:fs"
    import { syncBuiltinESMExports } from "node:module"
    const { rememberLoaded } = await import(${src("loaded.ts")})
    rememberLoaded()
    await import(${entry})
    const { atOneLook, codeOf } = await import(${src("digest.ts")})
    let reads = 0
    for (const name of ["readFileSync", "statSync", "existsSync"]) {
      const call = fs[name]
      fs[name] = (...args) => (reads++, call(...args))
    }
    syncBuiltinESMExports()
    const look = () => {
      reads = 0
      const [code] = atOneLook([() => codeOf(${entry}, { again: true })])
      return { reads, digests: code.map(({ digest }) => digest).join(" ") }
    }
    const first = look()
    ${between}
    console.log(JSON.stringify([first, look()]))`
  const output = execFileSync(process.execPath, ["--no-warnings", "--input-type=module", "-e", program], { encoding: "utf8" })
  return JSON.parse(output) as ReadonlyArray<{ readonly reads: number; readonly digests: string }>
}

const study = (files: Readonly<Record<string, string>>): string => {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text)
  return folder
}

it("code that was loaded is not looked for again, and an edit of its file is not what this process computes with", () => {
  const folder = study({
    "entry.mjs": 'import { one } from "./one.mjs"\nexport const two = one + 1\n',
    "one.mjs": "export const one = 1\n"
  })
  const edit = `fs.writeFileSync(${JSON.stringify(path.join(folder, "one.mjs"))}, "export const one = 7\\n")`
  const [first, second] = looksIn(folder, edit)
  expect(first!.reads).toBeGreaterThan(0)
  expect(second).toEqual({ reads: 0, digests: first!.digests })
})

it("a module that is loaded meanwhile, and a file that a module reads, are looked at as they are", () => {
  const folder = study({
    "entry.mjs": 'export const later = () => import("./later.mjs")\n',
    "later.mjs": "export const one = 1\n",
    "words.txt": "one"
  })
  const later = path.join(folder, "later.mjs")
  const edited = `fs.writeFileSync(${JSON.stringify(later)}, "export const one = 7\\n")`
  const [first, second] = looksIn(folder, edited)
  expect(second!.digests).not.toBe(first!.digests)
  // What was loaded as it stood after an edit counts in the look after it.
  const [before, after] = looksIn(
    folder,
    `${edited.replace("7", "8")}; await import(${JSON.stringify(pathToFileURL(later).href)})`
  )
  expect(after!.digests).not.toBe(before!.digests)

  const reading = study({
    "entry.mjs":
      'import { readFileSync } from "node:fs"\n' +
      'export const text = readFileSync(new URL("./words.txt", import.meta.url), "utf8")\n',
    "words.txt": "one"
  })
  const [old, young] = looksIn(reading, `fs.writeFileSync(${JSON.stringify(path.join(reading, "words.txt"))}, "two")`)
  expect(young!.digests).not.toBe(old!.digests)
})
