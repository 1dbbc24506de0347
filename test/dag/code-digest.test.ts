/** What of the code enters a key, and what does not. */

import * as fs from "node:fs"
import * as path from "node:path"
import { pathToFileURL } from "node:url"

import { describe, expect, it } from "vitest"

import { codeOf, essenceOf } from "../../src/dag/code-digest.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const essence = (source: string) => essenceOf(source).text

describe("the essence of a module", () => {
  const source = `
    import { a } from "./a.ts"
    /** Doc. */
    export const f = (x: number, rate = 0.1): number => x * rate + a // why
  `
  it.each([
    ["comments", source.replace("Doc.", "Another doc.").replace("// why", "/* because */")],
    ["white space and line breaks", source.replace("=> x * rate", "=>\n\n      x  *  rate")],
    ["types", source.replace("(x: number, rate = 0.1): number", "(x, rate = 0.1)")],
    ["the kind of quotes", source.replaceAll('"', "'")],
    ["imports of types", `import type { T } from "./types.ts"\n${source}`]
  ])("does not change with %s", (_, edited) => {
    expect(essence(edited)).toBe(essence(source))
  })

  it.each([
    ["a number", source.replace("0.1", "0.01")],
    ["an operator", source.replace("x * rate", "x + rate")],
    ["a name", source.replaceAll("rate", "pace")],
    ["an imported module", source.replace("./a.ts", "./b.ts")],
    ["a statement", `${source}\nf(1)`]
  ])("changes with %s", (_, edited) => {
    expect(essence(edited)).not.toBe(essence(source))
  })

  it.each([
    ["1", "1n"],
    ['"1"', "1"],
    ["`${x}`", '"${x}"'],
    ["/a/g", "/a/i"],
    ["class { #x = 1 }", "class { x = 1 }"],
    ["'a  b'", "'a b'"]
  ])("tells %s from %s", (one, other) => {
    expect(essence(`export const v = ${one}`)).not.toBe(essence(`export const v = ${other}`))
  })

  it("leaves out a stage's resources, which are placement, and nothing else of its definition", () => {
    const stage = (resources: string, rate: number) =>
      `export const s = Stage.make({ name: "s", ${resources} run: Effect.fn("s")(function* () { return ${rate} }) })`
    expect(essence(stage("resources: { cost: ({ steps }) => steps * 2 },", 1))).toBe(essence(stage("resources: {},", 1)))
    expect(essence(stage("resources: {},", 1))).not.toBe(essence(stage("resources: {},", 2)))
    expect(essence("export const s = other({ resources: 1 })")).not.toBe(essence("export const s = other({ resources: 2 })"))
  })

  it("lists imports, exports from, and dynamic imports, but not those of types", () => {
    const { imports } = essenceOf(`
      import type { T } from "./types.ts"
      import fs, { type X } from "node:fs"
      export * from "./all.ts"
      export { y } from "effect"
      import "./side-effect.ts"
      const z = await import("./lazy.ts")
    `)
    expect(imports.toSorted()).toEqual(["./all.ts", "./lazy.ts", "./side-effect.ts", "effect", "node:fs"])
  })
})

describe("the code of a stage", () => {
  const modules = (files: Readonly<Record<string, string>>) => {
    const folder = temporaryFolder()
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text)
    return codeOf(pathToFileURL(path.join(folder, "stage.ts")).href).map(
      ({ name, digest }) => [path.basename(name), digest] as const
    )
  }

  it("is every module that it reaches, once, in order, cycles included", () => {
    const names = modules({
      "stage.ts": 'import "./b.ts"\nimport "./a.ts"',
      "a.ts": 'import "./c.ts"\nexport const a = 1',
      "b.ts": 'import "./c.ts"\nexport const b = 1',
      "c.ts": 'import "./a.ts"\nexport const c = 1',
      "unused.ts": "export const u = 1"
    }).map(([name]) => name)
    expect(names).toEqual(["a.ts", "b.ts", "c.ts", "stage.ts"])
  })

  it("holds packages by version and leaves Node's own modules out", () => {
    const code = new Map(modules({ "stage.ts": 'import "node:fs"\nimport { Effect } from "effect"\nimport "acorn"' }))
    const version = (name: string) =>
      (
        JSON.parse(fs.readFileSync(path.join(import.meta.dirname, "../../node_modules", name, "package.json"), "utf8")) as {
          version: string
        }
      ).version
    expect([...code.keys()].toSorted()).toEqual(["acorn", "effect", "stage.ts"])
    expect(code.get("effect")).toBe(version("effect"))
    expect(code.get("acorn")).toBe(version("acorn"))
  })

  it("of every stage of the house leaves out planning, keeping and printing", () => {
    const names = codeOf("stages/mix.ts").map(({ name }) => name)
    expect(names).toContain("stages/mix.ts")
    expect(names.filter((name) => /^src\/(dag|store|cli)\//.test(name))).toEqual([])
  })

  it("is given with its texts, each time it is asked for", () => {
    const kept: Array<string> = []
    for (let i = 0; i < 2; i++) codeOf("test/dag/fixtures/stages/rule.ts", (_, text) => void kept.push(text))
    expect(kept).toEqual(["export\nconst\nSTEP\n=\n3\neof", "export\nconst\nSTEP\n=\n3\neof"])
  })
})
