/**
 * Every snippet in the pages works. What a snippet is stands behind its fence:
 *
 *     ts pipelines/a.ts          a whole module, type-checked as that file
 *     ts from stages/compare.ts  an excerpt: its lines stand in that file, in this order; comments and `...` aside
 *     ts into a/b.ts before X    lines to add to that file before its line X: type-checked with them in it, or found there
 *     sh                         commands that exist, with these flags, studies and parameters
 *     sql                        a query that runs on a store with the tables and parameters of a study
 *     json                       JSON
 *     text                       what is printed or drawn; not checked
 *
 * Blocks without a fence are commands or queries, told by their first word.
 */

import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"
import { afterAll, describe, expect, it } from "vitest"

import smoke from "../../pipelines/smoke.ts"
import { tables } from "../../schemas/index.ts"
import { views } from "../../schemas/views.ts"
import { Catalog } from "../../src/catalog/Catalog.ts"
import { commands } from "../../src/cli/command-line.ts"
import { chooseStudy } from "../../src/cli/studies.ts"
import { parse } from "../../src/cli/usage.ts"
import { graphOf } from "../../src/dag/graph.ts"
import { runStarted, SampleStore } from "../catalog/sample-store.ts"
import { pages, readPage, type Snippet } from "./markdown.ts"
import { commandsIn } from "./shell.ts"
import { ROOT, textOf } from "./sources.ts"

const where = ({ page, line }: Snippet): string => `${page}:${line}`

/** What language a snippet is in; one without a mark is told by its first word. */
const languageOf = ({ info, text }: Snippet): string => {
  if (info !== "") return info.split(/\s/)[0]!
  if (/^(?:pnpm|npx|node|git|bash|apt-get)\b/.test(text)) return "sh"
  return /^(?:select|with)\b/.test(text) ? "sql" : "unmarked"
}

const snippets = pages().flatMap((page) => readPage(page).snippets)
const inLanguage = (language: string) => snippets.filter((snippet) => languageOf(snippet) === language)
/** Without those that test/public/tutorial.test.ts runs: they speak of a study that the page writes. */
const commandSnippets = inLanguage("sh").filter(({ page }) => page !== "docs/tutorial.md")

const problemsOf = async (check: (snippet: Snippet) => Promise<ReadonlyArray<string>>, some: ReadonlyArray<Snippet>) => {
  const found = await Promise.all(
    some.map(async (snippet) => (await check(snippet)).map((problem) => `${where(snippet)}: ${problem}`))
  )
  return found.flat()
}

describe("snippets", () => {
  it("say what language they are in", () => {
    const known = new Set(["ts", "sh", "sql", "json", "python", "c", "text"])
    expect(snippets.filter((snippet) => !known.has(languageOf(snippet))).map((s) => `${where(s)} is ${languageOf(s)}`)).toEqual(
      []
    )
  })

  it("of JSON are JSON", () => {
    for (const { text } of inLanguage("json")) expect(() => JSON.parse(text)).not.toThrow()
  })
})

describe("TypeScript", () => {
  const folder = path.join(ROOT, "build/snippets")
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))
  const source = (snippet: Snippet) => /^ts from (\S+)$/.exec(snippet.info)?.[1]
  /** The module that a snippet is, or that it becomes a part of. */
  const moduleOf = (snippet: Snippet): { readonly name: string; readonly text: string } => {
    const { info, text } = snippet
    const [, file, before] = /^ts into (\S+) before (.+)$/.exec(info) ?? []
    if (file === undefined) return { name: /^ts (\S+\.ts)$/.exec(info)?.[1] ?? "", text }
    const lines = textOf(file).split("\n")
    const trimmed = (some: ReadonlyArray<string>) => some.map((line) => line.trim()).join("\n")
    // Whoever has done what the page says has these lines already.
    if (trimmed(lines).includes(trimmed(text.trimEnd().split("\n")))) return { name: file, text: lines.join("\n") }
    const at = lines.findIndex((line) => line.trim() === before)
    expect(at, `${where(snippet)}: ${file} has no line "${before}"`).toBeGreaterThan(0)
    return { name: file, text: lines.toSpliced(at, 0, text).join("\n") }
  }

  it("compiles where it is a whole module", () => {
    const modules = inLanguage("ts").filter((snippet) => source(snippet) === undefined)
    expect(modules.length).toBeGreaterThan(0)
    fs.rmSync(folder, { recursive: true, force: true })
    const pageOf = new Map<string, string>()
    for (const snippet of modules) {
      const { name, text } = moduleOf(snippet)
      expect(name, `${where(snippet)} does not say which file it is: \`\`\`ts pipelines/a.ts`).not.toBe("")
      expect(pageOf.get(name), `${where(snippet)} is a second ${name}`).toBeUndefined()
      pageOf.set(name, where(snippet))
      fs.mkdirSync(path.join(folder, path.dirname(name)), { recursive: true })
      fs.writeFileSync(path.join(folder, name), text)
    }
    // Two roots laid over each other: what a snippet imports is looked for beside it, then in the repository.
    const compilerOptions = { rootDirs: [".", "../.."], noUnusedLocals: false, incremental: false }
    const config = { extends: "../../tsconfig.json", include: ["**/*.ts"], compilerOptions }
    fs.writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(config))
    const tsc = path.join(ROOT, "node_modules/.bin/tsc")
    const { stdout, status } = spawnSync(tsc, ["--pretty", "false", "-p", folder], { cwd: folder, encoding: "utf8" })
    const pages = [...pageOf].map(([name, page]) => `${name} is from ${page}`).join("; ")
    expect({ stdout, status }, `the compiler names the files that the snippets say they are: ${pages}`).toEqual({
      stdout: "",
      status: 0
    })
  })

  it("stands in the file that it is an excerpt of", () => {
    const wrong = inLanguage("ts").flatMap((snippet) => {
      const file = source(snippet)
      if (file === undefined) return []
      if (!fs.existsSync(path.join(ROOT, file))) return [`${where(snippet)}: there is no ${file}`]
      const lines = textOf(file)
        .split("\n")
        .map((line) => line.trim())
      let at = 0
      return snippet.text
        .split("\n")
        .map((line) => line.replace(/\s\/\/ .*$/, "").trim())
        .flatMap((line) => {
          if (line === "" || line === "..." || line.startsWith("//")) return []
          const found = lines.findIndex(
            (known, i) => i >= at && (known === line || known.replace(/\s\/\/ .*$/, "").trim() === line)
          )
          if (found < 0) return [`${where(snippet)}: ${file} has no line "${line}" there`]
          at = found + 1
          return []
        })
    })
    expect(wrong).toEqual([])
  })
})

const scripts = Object.keys((JSON.parse(textOf("package.json")) as { readonly scripts: object }).scripts)

/** What is wrong with `pipeline ...`, or null. Placeholders such as `<node>` are values like any other. */
const pipelineProblem = async (words: ReadonlyArray<string>): Promise<string | null> => {
  const [first = "", second = ""] = words
  if (!Object.hasOwn(commands, first)) return `there is no command "pipeline ${first}"`
  const { command: outer } = await commands[first]!.load()
  const inner = outer.parts !== undefined && Object.hasOwn(outer.parts, second) ? outer.parts[second] : undefined
  const args = words.slice(inner === undefined ? 1 : 2)
  if (args.includes("--help")) return null
  const command = inner === undefined ? outer : (await inner.load()).command
  try {
    if (command.takesStudy === true) await chooseStudy(command.name, command.flags, args)
    else parse(command.name, command.flags, args, { min: 0, max: 100, words: "words" })
    return null
  } catch (cause) {
    return (cause as Error).message
  }
}

const commandProblem = async (words: ReadonlyArray<string>): Promise<string | null> => {
  const [program, ...rest] = words.filter((word) => !/^[A-Z_]+=/.test(word))
  if (program === "npx") {
    const [tool, ...args] = rest.filter((word) => word !== "-y")
    if (/^pnpm@\d/.test(tool!)) return commandProblem(["pnpm", ...args])
    return ["vitest", "oxfmt", "oxlint", "tsc", "knip"].includes(tool!) ? missingFile(args) : `npx ${tool} is not of this project`
  }
  if (program === "pnpm") {
    const [script, ...args] = rest[0] === "run" ? rest.slice(1) : rest
    if (script === "pipeline") return pipelineProblem(args)
    return scripts.includes(script!) || ["install", "add", "rebuild"].includes(script!)
      ? null
      : `package.json has no script "${script}"`
  }
  if (program === "npm" && rest[0] === "pack") return null
  if (program === "node" || program === "bash") return missingFile(rest)
  return ["git", "apt-get", "python3", "build/nvcc/bin/pip"].includes(program!)
    ? null
    : `"${program}" is not a program that this test knows`
}

/** Words that look like a file of the repository must be one. A name of tests (`-t name`) must stand in that file. */
const missingFile = (words: ReadonlyArray<string>): string | null => {
  const files = words.filter((word) => /^[\w.]+\/[\w./-]+$/.test(word))
  const missing = files.find((file) => !fs.existsSync(path.join(ROOT, file)))
  if (missing !== undefined) return `there is no ${missing}`
  const named = words.includes("-t") ? words[words.indexOf("-t") + 1]! : ""
  const tests = files.filter((file) => file.endsWith(".test.ts"))
  return tests.every((file) => textOf(file).includes(named)) ? null : `no test of ${tests.join(", ")} is named "${named}"`
}

/** A store as a run of `smoke` leaves it, its tables without rows. */
const storeOf = (): SampleStore => {
  const store = new SampleStore()
  const events = [...graphOf(smoke.nodes({})).nodes].flatMap(({ id, label, stage, params, inputs }) => {
    const files = Object.entries(stage.output.tables).map(([name, table]) => [name, store.write(table, [])] as const)
    const { key, artifact } = store.action(stage.name, params, Object.fromEntries(files))
    return [
      { event: "node-planned", node: id, label, stage: stage.name, params, inputs },
      { event: "node-finished", node: id, key, artifact, cached: false, seconds: 1 }
    ]
  })
  store.log("smoke-20261122-004512-aaaa", [
    runStarted("smoke-20261122-004512-aaaa", "smoke"),
    ...events,
    { event: "run-finished", status: "succeeded", seconds: 1 }
  ])
  return store
}

describe("commands and queries", () => {
  const store = storeOf()
  afterAll(() => fs.rmSync(store.root, { recursive: true, force: true }))

  it("are told from what does not exist", async () => {
    const problem = (text: string) => commandProblem(commandsIn(text)[0]!)
    expect(await problem("pnpm pipeline run smoke --set rl.kl=0.01 --scales s # a comment")).toBe(null)
    expect(await problem('npx vitest run test/rl/advantages.test.ts -t "no such test"')).toBe(
      'no test of test/rl/advantages.test.ts is named "no such test"'
    )
    expect(await problem("pnpm pipeline rum smoke")).toBe('there is no command "pipeline rum"')
    expect(await problem("pnpm pipeline run smok")).toContain('no study "smok"')
    expect(await problem("pnpm pipeline run smoke --scale s")).toContain("no flag --scale")
    expect(await problem("pnpm pipeline run smoke --set rl.lk=0.01")).toContain("no such parameter")
    expect(await problem("pnpm pipeline run smoke --set rl.kl=many")).toContain("rl.kl")
    expect(await problem("pnpm pipeline data list --slow")).toContain("no flag --slow")
    expect(await problem("pnpm tests")).toBe('package.json has no script "tests"')
    expect(await problem("npx vitest run test/no-such.test.ts")).toBe("there is no test/no-such.test.ts")
  })

  it("exist, with these flags, studies and parameters", async () => {
    const check = async (snippet: Snippet) => {
      const problems = await Promise.all(commandsIn(snippet.text).map(commandProblem))
      return problems.filter((problem) => problem !== null)
    }
    expect(await problemsOf(check, commandSnippets)).toEqual([])
  }, 120_000)

  it("run on the tables and parameters of a study", async () => {
    const statements = inLanguage("sql").flatMap((snippet) =>
      snippet.text.split(/;\s*$|\n\s*\n/m).map((query) => ({ at: where(snippet), query }))
    )
    // `pipeline sql "..."` among the commands.
    const queries = commandSnippets.flatMap((snippet) =>
      commandsIn(snippet.text).flatMap((words) => {
        const at = words.indexOf("sql")
        return words[at - 1] === "pipeline" && words[at + 1] !== undefined ? [{ at: where(snippet), query: words[at + 1]! }] : []
      })
    )
    expect(Math.min(statements.length, queries.length)).toBeGreaterThan(2)
    const failures = Effect.gen(function* () {
      const catalog = yield* Catalog.open(store.root, tables, { views })
      const found: Array<string> = []
      for (const { at, query } of [...statements, ...queries]) {
        const failed = yield* Effect.flip(catalog.query(query)).pipe(Effect.orElseSucceed(() => null))
        if (failed !== null) found.push(`${at}: ${failed.message}`)
      }
      return found
    })
    expect(await Effect.runPromise(Effect.scoped(failures))).toEqual([])
  })
})
