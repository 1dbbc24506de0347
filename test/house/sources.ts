/** The files of the repository as the house's tests read them: names, text, and who imports whom. */

import * as fs from "node:fs"
import * as path from "node:path"

export const ROOT = path.resolve(import.meta.dirname, "../..")

/** The text of a file, by its path inside the repository. */
export const textOf = (file: string): string => fs.readFileSync(path.join(ROOT, file), "utf8")

/** What is made or fetched, at the root: no part of the sources. */
const NOT_SOURCES = new Set([".git", "node_modules", "artifacts", "build", "data"])

const filesIn = (folder: string): ReadonlyArray<string> =>
  fs.readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = folder === "" ? entry.name : `${folder}/${entry.name}`
    if (NOT_SOURCES.has(name)) return []
    return entry.isDirectory() ? filesIn(name) : entry.isFile() ? [name] : []
  })

/** Every file of the repository, as paths inside it, without what is made or fetched. */
export const repositoryFiles = (): ReadonlyArray<string> => (all ??= filesIn("").toSorted())
let all: ReadonlyArray<string> | undefined

/** The TypeScript files of some folders. */
export const typescriptIn = (folders: ReadonlyArray<string>): ReadonlyArray<string> =>
  repositoryFiles().filter((file) => file.endsWith(".ts") && folders.some((folder) => file.startsWith(`${folder}/`)))

/** Whether a file is C, C++ or CUDA. */
export const isC = (file: string): boolean => /\.(?:[ch]|cpp|cuh?)$/.test(file)

/** What a file belongs to: a .c or .cpp file and its header are one module, any other file is its own. */
export const moduleOf = (file: string): string => file.replace(/\.(?:[ch]|cpp)$/, "")

/** A TypeScript text without its comments, but for those behind code. */
export const withoutComments = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "")

/** Of a text every `from "..."`, `import "..."` and `import("...")`, those of types too. */
export const importsIn = (text: string): ReadonlyArray<string> =>
  [...withoutComments(text).matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\s*\(\s*)"([^"\s]+)"/g)].map(([, specifier]) => specifier!)

/** Of a text the calls of `import` and `require` whose name is not written out in double quotes. */
export const computedImportsIn = (text: string): ReadonlyArray<string> =>
  [...withoutComments(text).matchAll(/\b(?:import|require)\s*\((?!\s*"[^"]*"\s*\)).*/g)].map(([call]) => call)

export const importsOf = (file: string): ReadonlyArray<string> => importsIn(textOf(file))

export interface Import {
  readonly from: string
  readonly to: string
}

/** The imports between files, without those of packages. */
export const importsBetween = (files: ReadonlyArray<string>): ReadonlyArray<Import> =>
  files.flatMap((from) =>
    importsOf(from)
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => ({ from, to: path.posix.join(path.posix.dirname(from), specifier) }))
  )

/** The C of the engines: where tests tell the compiler to look for what they include. */
const C_ROOTS = ["src/engine/native", "src/engine/cuda"]

/** The includes between C files: of quoted names, each beside its file or, for tests, in an engine's C. */
export const includesBetween = (files: ReadonlyArray<string>): ReadonlyArray<Import> =>
  files.flatMap((from) =>
    [...textOf(from).matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)].map(([, name]) => {
      const beside = path.posix.join(path.posix.dirname(from), name!)
      const inEngines = C_ROOTS.map((root) => path.posix.join(root, name!)).find((file) => fs.existsSync(path.join(ROOT, file)))
      return { from, to: files.includes(beside) || !from.startsWith("test/") ? beside : (inEngines ?? beside) }
    })
  )

/** Groups of names that know each other in a circle (strongly connected components of more than one name), each sorted. */
export const circles = (arrows: ReadonlyArray<Import>): ReadonlyArray<ReadonlyArray<string>> => {
  const next = Map.groupBy(arrows, ({ from }) => from)
  const number = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: Array<string> = []
  const found: Array<ReadonlyArray<string>> = []
  // Tarjan 1972.
  const visit = (name: string): void => {
    number.set(name, number.size)
    lowest.set(name, number.get(name)!)
    open.push(name)
    for (const { to } of next.get(name) ?? []) {
      if (!number.has(to)) visit(to)
      if (open.includes(to)) lowest.set(name, Math.min(lowest.get(name)!, lowest.get(to)!))
    }
    if (lowest.get(name) !== number.get(name)) return
    const component = open.splice(open.indexOf(name))
    if (component.length > 1) found.push(component.toSorted())
  }
  for (const name of next.keys()) if (!number.has(name)) visit(name)
  return found
}
