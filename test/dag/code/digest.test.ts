/** Which files and packages are the code of a stage, and what is refused because no key can hold it. */

import * as fs from "node:fs"
import * as path from "node:path"
import { pathToFileURL } from "node:url"

import { describe, expect, it } from "vitest"

import { CodeUnknown, codeOf } from "../../../src/dag/code/digest.ts"
import { temporaryFolder } from "../../store/temporary-folder.ts"

const HOME = path.resolve(import.meta.dirname, "../../..")

describe("the code of a stage", () => {
  /** The code of `stage.ts` among these files; a name that ends in a slash is a folder. */
  const modules = (files: Readonly<Record<string, string>>, folder = temporaryFolder()) => {
    const packages = path.join(folder, "node_modules")
    fs.mkdirSync(packages)
    for (const name of ["effect", "acorn"]) fs.symlinkSync(path.join(HOME, "node_modules", name), path.join(packages, name))
    fs.symlinkSync("../linked", path.join(packages, "linked"))
    for (const [name, text] of Object.entries(files)) {
      if (name.endsWith("/")) fs.mkdirSync(path.join(folder, name))
      else fs.writeFileSync(path.join(folder, name), text)
    }
    if (fs.existsSync(path.join(folder, "linked")))
      fs.writeFileSync(path.join(folder, "linked/package.json"), '{"version":"1.0.0"}')
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
    expect(names).toEqual(["outside:a.ts", "outside:b.ts", "outside:c.ts", "outside:stage.ts"])
  })

  it("holds packages by version and leaves Node's own modules out", () => {
    const code = new Map(modules({ "stage.ts": 'import "node:fs"\nimport { Effect } from "effect"\nimport "acorn"' }))
    const version = (name: string) =>
      (
        JSON.parse(fs.readFileSync(path.join(HOME, "node_modules", name, "package.json"), "utf8")) as {
          version: string
        }
      ).version
    expect([...code.keys()].toSorted()).toEqual(["acorn", "effect", "outside:stage.ts"])
    expect(code.get("effect")).toBe(version("effect"))
    expect(code.get("acorn")).toBe(version("acorn"))
  })

  it("of every stage of the house leaves out planning, keeping and printing", () => {
    const names = codeOf("stages/mix.ts").map(({ name }) => name)
    expect(names).toContain("stages/mix.ts")
    expect(names.filter((name) => /^src\/(dag|cli|store\/(objects|upkeep))\//.test(name))).toEqual([])
  })

  /** What refuses a stage of these files, or the names of its code. */
  const refusal = (files: Readonly<Record<string, string>>): string | ReadonlyArray<string> => {
    try {
      return modules(files).map(([name]) => name)
    } catch (cause) {
      return cause instanceof CodeUnknown ? cause.message.replace(/^.*\/(?=[^/]*:\d+ )/, "") : String(cause)
    }
  }
  const other = {
    "other.ts": "export const o = 1",
    "plain.mjs": "export const o = 1",
    "plain.js": "export const o = 1",
    "typed.mts": "export const o: number = 1",
    "words.json": '{ "a": 1 }',
    "data.bin": "\0\x01"
  }

  it.each([
    ["import { o } from './other.ts'", "outside:other.ts"],
    ["export { o } from './other.ts'", "outside:other.ts"],
    ["export * as all from './other.ts'", "outside:other.ts"],
    ["export const f = () => import('./other.ts')", "outside:other.ts"],
    ["export const f = () => import(`./other.ts`)", "outside:other.ts"],
    ["export const f = () => import(`./other.ts`, {})", "outside:other.ts"],
    ["import { o } from './other.ts?again'", "outside:other.ts"],
    ["import { o } from './%6fther.ts#x'", "outside:other.ts"],
    ["import './plain.mjs'", "outside:plain.mjs"],
    ["import './plain.js'", "outside:plain.js"],
    ["import './typed.mts'", "outside:typed.mts"],
    ["import words from './words.json' with { type: 'json' }", "outside:words.json"],
    ["export const u = new URL('./data.bin', import.meta.url)", "outside:data.bin"],
    ["export const u = new URL(`data.bin`, import.meta.url)", "outside:data.bin"],
    ["const here = import.meta.url; export const u = new URL('./data.bin', here)", "outside:data.bin"],
    ["import { Worker } from 'node:worker_threads'; new Worker(new URL('./other.ts', import.meta.url))", "outside:other.ts"]
  ])("holds what is reached by %s", (source, name) => {
    expect(refusal({ ...other, "stage.ts": source })).toEqual([name, "outside:stage.ts"].toSorted())
  })

  it.each([
    ["export const f = (name) => import(name)", "imports a module whose name it computes"],
    ["export const f = (name) => import(`./${name}.ts`)", "imports a module whose name it computes"],
    ["export const f = () => import('./oth' + 'er.ts')", "imports a module whose name it computes"],
    ["import './missing.ts'", 'imports "./missing.ts", which is not there.'],
    ["export const f = () => import('./missing.ts')", 'imports "./missing.ts", which is not there.'],
    ["import './folder'", 'imports "./folder", which is no file.'],
    ["import './code.cjs'", 'imports "./code.cjs", which is neither TypeScript, a JavaScript module nor JSON'],
    ["import './code.node'", 'imports "./code.node", which is neither'],
    ["import '#inside'", 'imports "#inside", a name that package.json gives a meaning.'],
    ["import 'no-such-package-anywhere'", 'imports "no-such-package-anywhere", a package that is not installed here.'],
    ["import 'linked/deep.js'", 'imports "linked/deep.js", a package that is a link to a folder'],
    ["import 'data:text/javascript,1'", "which is no file of this machine"],
    ["import { createRequire } from 'node:module'", "uses createRequire."],
    ["import module from 'module'", "by which code is loaded that no key can follow."],
    ["import * as vm from 'node:vm'", 'imports "node:vm", by which code is made of text that no key can follow.'],
    ["export * from 'vm'", 'imports "vm", by which code is made of text that no key can follow.'],
    ["export const f = () => import('node:repl')", 'imports "node:repl", by which code is made of text'],
    ["import cluster from 'node:cluster'", 'imports "node:cluster", by which code is loaded that no key can follow.'],
    ["import { fork } from 'node:child_process'; fork('./other.ts')", "uses fork."],
    ["import { Worker as W } from 'node:worker_threads'; new W('./other.ts')", "starts a worker whose module cannot be told."],
    ["export const m = process.getBuiltinModule('module')", "uses getBuiltinModule."],
    ["export const m = require('./other.ts')", "uses require."],
    ["export const m = eval('1')", "uses eval."],
    ["export const m = new Function('return 1')", "uses Function."],
    ["export const here = import.meta.url", "asks where it lies (import.meta)."],
    ["export const here = import.meta.dirname", "asks where it lies (import.meta)."],
    ["const here = import.meta.url; export const f = () => here", "asks where it lies (here)."],
    ["const here = import.meta.url; export { here }", "asks where it lies (here)."],
    ["export const here = import.meta.url", "asks where it lies (import.meta)."],
    ["export const u = (name) => new URL(name, import.meta.url)", "asks where it lies (import.meta)."],
    ["export const u = new URL('./folder', import.meta.url)", 'names "./folder", which is no file.'],
    ["export const u = new URL('./gone.txt', import.meta.url)", 'names "./gone.txt", which is not there.'],
    ["import { Worker } from 'node:worker_threads'; new Worker('./other.ts')", "starts a worker whose module cannot be told."],
    ["import { Worker } from 'node:worker_threads'; new Worker('1', { eval: true })", "starts a worker"],
    ["import './broken.ts'", "cannot be parsed"]
  ])("is refused by file and line for %s", (source, problem) => {
    const files = { ...other, "code.cjs": "", "code.node": "", "broken.ts": "const = 1", "folder/": "", "linked/": "" }
    const words = refusal({ ...files, "stage.ts": `// the first line\n${source}` })
    expect(words).toMatch(source.includes("broken") ? /^broken\.ts:1 / : /^stage\.ts:2 /)
    expect(words).toContain(problem)
  })

  it.each(["module: import.meta.url", "module: here", '"module": here'])("is what a stage says that it is: %s", (module) => {
    const source = `import * as Stage from "${HOME}/src/dag/Stage.ts"\nconst here = import.meta.url\n`
    for (const prefix of ["export const s = ", "const s = ", "const make = () => "])
      expect(refusal({ "stage.ts": `${source}${prefix}Stage.make({ name: "s", ${module} })` })).toEqual(["outside:stage.ts"])
  })

  it("of a stage that imports this package's page for stages is its own and declarations, none of other stages", () => {
    const source = `import { Evaluation, Stage } from "echo-chamber/stage"
      export const s = Stage.make({ name: "s", module: import.meta.url, output: Evaluation, resources: { process: false } })`
    const names = modules({ "stage.ts": source }).map(([name]) => name)
    expect(names).toEqual(expect.arrayContaining(["outside:stage.ts", "stage.ts", "evaluation.ts", "Engine.ts", "effect"]))
    expect(names.filter((name) => ["Stage.ts", "evaluate.ts", "rl.ts", "mix.ts", "echo-chamber"].includes(name))).toEqual([])
    const placed = source.replace("process: false", "process: true")
    expect(modules({ "stage.ts": placed })).toEqual(modules({ "stage.ts": source }))
  })

  it("changes with what JSON says and not with how it is laid out, with every byte of other files", () => {
    const digests = (words: string, data: string) =>
      modules({
        "stage.ts": "import w from './words.json' with { type: 'json' }\nnew URL('./data.txt', import.meta.url)",
        "words.json": words,
        "data.txt": data
      })
    expect(digests('{"a":1}', "x")).toEqual(digests('{\n  "a": 1\n}', "x"))
    expect(digests('{"a":1}', "x")).not.toEqual(digests('{"a":2}', "x"))
    expect(digests('{"a":1}', "x")).not.toEqual(digests('{"a":1}', "x\n"))
  })

  it.each([
    ['{"a":0}', '{"a":-0}'],
    ['{"a":null}', '{"a":1e400}'],
    ['{"a":9007199254740992}', '{"a":9007199254740993}'],
    ['{"a":" b"}', '{"a":"b"}'],
    ['{"a":"\\" b"}', '{"a":"\\"b"}']
  ])("tells imported JSON %s from %s", (one, other) => {
    const of = (words: string) =>
      modules({ "stage.ts": "import w from './words.json' with { type: 'json' }", "words.json": words })
    expect(of(one)).not.toEqual(of(other))
  })

  it.each([
    ["words.json", '{"a":1}', '{ "a": 1 }'],
    ["words.json", '{"a":0}', '{"a":-0}'],
    ["other.ts", "export const o = 1", "export const o = 1 // one"],
    ["plain.js", "export const o = 1", "export  const o = 1"]
  ])("counts a file that is read by its bytes, whatever its ending: %s", (name, one, other) => {
    const of = (text: string) => modules({ "stage.ts": `new URL("./${name}", import.meta.url)`, [name]: text })
    expect(of(one)).not.toEqual(of(other))
  })

  it("says the same of two folders that hold the same files, however they name what they import", () => {
    const source = (helper: string) =>
      `import { h } from "${helper}"\nimport * as Param from "${HOME}/src/text/near.ts"\nexport const s = h`
    const helper = { "helper.ts": "export const h = 1" }
    const relative = modules({ ...helper, "stage.ts": source("./helper.ts") })
    const folder = temporaryFolder()
    const absolute = modules({ ...helper, "stage.ts": source(`${folder}/helper.ts`) }, folder)
    const address = temporaryFolder()
    const byUrl = modules({ ...helper, "stage.ts": source(`file://${address}/helper.ts`) }, address)
    expect(absolute).toEqual(relative)
    expect(byUrl).toEqual(relative)
  })

  it("follows a link to the file that is loaded", () => {
    const at = (target: string) => {
      const folder = temporaryFolder()
      fs.symlinkSync(target, path.join(folder, "helper.ts"))
      return modules(
        { "one.ts": "export const h = 1", "two.ts": "export const h = 2", "stage.ts": 'import "./helper.ts"' },
        folder
      )
    }
    expect(at("one.ts").map(([name]) => name)).toEqual(["outside:one.ts", "outside:stage.ts"])
    expect(at("two.ts")).not.toEqual(at("one.ts"))
  })

  it("changes with a file's name, though all its users were told", () => {
    const named = (name: string) => modules({ [name]: "export const h = 1", "stage.ts": `import "./${name}"` })
    expect(named("a.ts")).not.toEqual(named("b.ts"))
  })

  it("of every stage of the house and of every engine can be told", () => {
    for (const file of fs.readdirSync(path.join(HOME, "stages"))) {
      const names = codeOf(`stages/${file}`).map(({ name }) => name)
      expect(names).toContain(`stages/${file}`)
      expect(names.filter((name) => name.startsWith("schemas/"))).not.toEqual([])
      // The smallest, pool, is made of ten.
      expect(names.length).toBeGreaterThanOrEqual(10)
    }
  })

  it("is given with its texts, each time it is asked for", () => {
    const kept: Array<string> = []
    for (let i = 0; i < 2; i++) codeOf("test/dag/fixtures/stages/rule.ts", { keepText: (_, text) => void kept.push(text) })
    expect(kept).toEqual(["export\nconst\nSTEP\n=\n3\n;\neof", "export\nconst\nSTEP\n=\n3\n;\neof"])
  })
})
