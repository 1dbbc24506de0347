/** The pages say what is: links lead somewhere, and the tables of stages, kinds and variables are those of the code. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import type { Stage } from "../../src/dag/Stage.ts"
import { anchorsOf, linksOf, pages, readPage, tableBelow } from "./markdown.ts"
import { repositoryFiles, ROOT, textOf } from "./sources.ts"

describe("links", () => {
  const links = pages().flatMap(linksOf)

  it("are found", () => {
    expect(links.filter(({ page }) => page === "README.md").length).toBeGreaterThan(5)
  })

  it("inside the repository lead to files, and to headings that are there", () => {
    const wrong = links.filter(({ page, target }) => {
      if (/^[a-z]+:/.test(target)) return false
      const [file, anchor] = target.split("#")
      const to = file === "" ? page : path.posix.join(path.posix.dirname(page), file!)
      if (!fs.existsSync(path.join(ROOT, to))) return true
      return anchor !== undefined && !anchorsOf(to).has(anchor)
    })
    expect(wrong).toEqual([])
  })

  it("of pages in the package lead to files in the package", () => {
    const { files }: { readonly files: ReadonlyArray<string> } = JSON.parse(textOf("package.json"))
    const always = ["package.json", "README.md", "LICENSE"]
    const isPacked = (file: string) =>
      [...always, ...files].some((one) => file === one || file.startsWith(`${one}/`)) ||
      (files.includes("docs/*.md") && /^docs\/[^/]+\.md$/.test(file))
    const left = links.flatMap(({ page, target }) => {
      const to = path.posix.join(path.posix.dirname(page), target.split("#")[0]!)
      const isInside = !/^[a-z]+:|^#/.test(target)
      return isInside && /^(?:docs\/|README\.md$)/.test(page) && !isPacked(to) ? [`${page}: ${target}`] : []
    })
    expect(left).toEqual([])
  })

  it("of the index reach every page of docs", () => {
    const listed = new Set(links.filter(({ page }) => page === "docs/README.md").map(({ target }) => `docs/${target}`))
    expect(pages().filter((page) => /^docs\/[^/]+$/.test(page) && page !== "docs/README.md" && !listed.has(page))).toEqual([])
  })
})

describe("paths", () => {
  it("that a page names in the repository are there", () => {
    const named = /^(?:src|stages|schemas|pipelines|bench|test|docs|bin)\/[\w./-]*$/
    const missing = pages().flatMap((page) =>
      readPage(page).prose.flatMap((line, i) =>
        [...line.matchAll(/`([^`]+)`/g)].flatMap(([, code]) =>
          named.test(code!) && !fs.existsSync(path.join(ROOT, code!)) ? [`${page}:${i + 1} names ${code}`] : []
        )
      )
    )
    expect(missing).toEqual([])
  })
})

describe("measurements", () => {
  const headers = repositoryFiles().filter((file) => /^bench\/.*\.(?:ts|py|c)$/.test(file))
  const texts = [...pages(), ...headers].map(
    (file) =>
      [
        file,
        textOf(file)
          .replaceAll(/\n \* /g, " ")
          .replaceAll("\n", " ")
      ] as const
  )

  it("are started in one way everywhere, which works with the Node of the system", () => {
    const other = texts.filter(([, text]) => /pnpm exec node|(?:node|tsx)\s+(?:\.\/)?bench\//.test(text))
    expect(other.map(([file]) => file)).toEqual([])
  })

  it("are there by the names that they are started by", () => {
    const names = texts.flatMap(([file, text]) =>
      [...text.matchAll(/bin\/bench\.mjs ([a-z][a-z-]*)/g)].map(([, name]) => `${file}: bench/${name}.ts`)
    )
    expect(names.length).toBeGreaterThan(12)
    expect(names.filter((named) => !fs.existsSync(path.join(ROOT, named.split(": ")[1]!)))).toEqual([])
  })
})

describe("docs/stages.md", async () => {
  const code = (text: string) => `\`${text}\``
  const files = repositoryFiles().filter((file) => /^stages\/[^/]+\.ts$/.test(file))
  const stages = await Promise.all(
    files.map(async (file) => {
      const name = path.basename(file, ".ts").replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
      return ((await import(path.join(ROOT, file))) as Readonly<Record<string, Stage.Any>>)[name]!
    })
  )

  it("lists every stage with its inputs, its output and what it needs", () => {
    const rows = stages.map((stage) => [
      code(stage.name),
      Object.entries(stage.inputs)
        .map(([name, kind]) => `${name}: ${code(kind.name)}`)
        .join(", "),
      code(stage.output.name),
      stage.numerics.includes("engine") ? "yes" : "no",
      stage.resources.process === false ? "the driver" : "a process of its own"
    ])
    // In the order of a study there, not of the alphabet.
    const told = tableBelow("docs/stages.md", "Stages").map((row) => row.slice(0, 5))
    expect(told.toSorted()).toEqual(rows.toSorted())
  })

  it("lists every kind that a stage makes, with its tables and documents", () => {
    const names = (parts: object) => Object.keys(parts).map(code).join(", ")
    const kinds = new Map(stages.map(({ output }) => [output.name, output]))
    const rows = [...kinds.values()].map((kind) => [code(kind.name), names(kind.tables), names(kind.documents), kind.description])
    expect(tableBelow("docs/stages.md", "Kinds").toSorted()).toEqual(rows.toSorted())
  })
})

describe("docs/environment.md", () => {
  /** Names that a file reads where the name is computed. */
  const COMPUTED: Readonly<Record<string, ReadonlyArray<string>>> = {
    "src/datasets/fetch/download.ts": ["HTTP_PROXY", "HTTPS_PROXY"],
    "src/machine/environment.ts": []
  }

  /** The variables that a source reads or sets; `computed` tells that there is one whose name cannot be read off. */
  const variablesOf = (source: string): { readonly names: ReadonlyArray<string>; readonly computed: boolean } => {
    const text = source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "")
    const direct = [...text.matchAll(/process\.env\)?(?:\["(\w+)"\]|\.(\w+))/g)].map(([, quoted, plain]) => quoted ?? plain!)
    const taken = [...text.matchAll(/\{([^{}]*)\}\s*=\s*process\.env\b/g)].flatMap(([, names]) =>
      names!.split(",").map((name) => name.split(/[:=]/)[0]!.trim())
    )
    const named = [...text.matchAll(/\b(?:readVariable|takeVariable|setVariable|setDefault)\(\s*"(\w+)"/g)].map(
      ([, name]) => name!
    )
    const inC = [...text.matchAll(/\bgetenv\("(\w+)"\)/g)].map(([, name]) => name!)
    return { names: [...direct, ...taken, ...named, ...inC], computed: /process\.env\)?\[(?!")|\breadVariable\((?!")/.test(text) }
  }

  const sources = repositoryFiles().filter((file) => /^(src|bin|stages|schemas|pipelines)\/.*\.(ts|mjs|c|h)$/.test(file))

  it("lists every variable that the code reads or sets, and no other", () => {
    const read = sources.flatMap((file) => [...variablesOf(textOf(file)).names, ...(COMPUTED[file] ?? [])])
    const told = tableBelow("docs/environment.md", "Variables").map(([name]) => name!.replaceAll("`", ""))
    expect(told.toSorted()).toEqual([...new Set(read)].toSorted())
  })

  it("can be held against the code: a name that is computed is said here", () => {
    const computed = sources.filter((file) => variablesOf(textOf(file)).computed)
    expect(computed).toEqual(Object.keys(COMPUTED))
  })

  it("lists every variable that only tests and benchmarks read", () => {
    const files = repositoryFiles().filter((file) => /^(test|bench)\/.*\.ts$/.test(file) && !file.startsWith("test/house/"))
    const read = new Set(files.flatMap((file) => variablesOf(textOf(file)).names).filter((name) => /^[A-Z_\d]+$/.test(name)))
    const known = new Set(tableBelow("docs/environment.md", "Variables").map(([name]) => name!.replaceAll("`", "")))
    const told = tableBelow("docs/environment.md", "Tests and benchmarks").map(([name]) => name!.replaceAll("`", ""))
    expect(told.toSorted()).toEqual([...read].filter((name) => !known.has(name)).toSorted())
  })
})
