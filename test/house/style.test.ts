/** What a reader may rely on in every file. Formatting is oxfmt's and correctness oxlint's; this is what neither can say. */

import { describe, expect, it } from "vitest"

import { BOUNDED_SPREADS } from "./house.ts"
import { checkedAndCast, headerOnImport, spreadsIntoCalls, withoutHeader } from "./rules.ts"
import { repositoryFiles, textOf, typescriptIn, withoutComments } from "./sources.ts"

const LONGEST_LINE = 130

const files = repositoryFiles().filter((file) => !file.includes("/fixtures/"))

/** `file:line` of every line that is wrong. */
const linesOf = (file: string, wrong: (line: string) => boolean): ReadonlyArray<string> =>
  textOf(file)
    .split("\n")
    .flatMap((line, i) => (wrong(line) ? [`${file}:${i + 1}`] : []))

const checkedAndCastIn = (file: string) => checkedAndCast(textOf(file)).map((type) => `${file}: ${type}`)

describe("every file", () => {
  const sources = repositoryFiles().filter((file) =>
    /^(src|stages|schemas|pipelines|test|bench)\/.*\.(ts|c|h|cpp|cuh?)$/.test(file)
  )

  it("of TypeScript and C begins with its header comment, above the imports; of a .c with its header, one of the two", () => {
    expect(withoutHeader(sources.map((file) => [file, textOf(file)]))).toEqual([])
    const header = "/** What it is. */\n\n"
    const made = {
      "a.ts": "/* No. */",
      "b.ts": `import "a"\n${header}`,
      "c.ts": header,
      "d.c": "int d;",
      "e.c": "",
      "e.h": "/* E. */"
    }
    expect(withoutHeader(Object.entries(made))).toEqual(["a.ts", "b.ts", "d"])
  })

  it("has a blank line below its header: without one, sorting the imports carries it along with the first of them", () => {
    expect(sources.filter((file) => headerOnImport(textOf(file)))).toEqual([])
    expect(["/** A. */\nimport b", "/**\n * A.\n */\nimport b", "/** A. */\n\nimport b"].map(headerOnImport)).toEqual([
      true,
      true,
      false
    ])
  })

  it(`has lines of at most ${LONGEST_LINE} characters`, () => {
    const wide = (file: string) =>
      linesOf(file, (line) => {
        if ([...line].length <= LONGEST_LINE) return false
        // A table's row, a picture and a long address cannot be broken.
        return !(file.endsWith(".md") && /^\s*(?:\||!\[.*\]\(\S+\)$|\S+$)/.test(line))
      })
    expect(files.filter((file) => /\.(ts|mjs|c|h|cpp|cuh?|md)$/.test(file)).flatMap(wide)).toEqual([])
  })

  it("annotates a type instead of checking and casting: no check and cast to one type", () => {
    expect(typescriptIn(["src", "stages", "schemas", "pipelines", "bench", "test"]).flatMap(checkedAndCastIn)).toEqual([])
  })

  it("would be caught checking and casting, however long the type is", () => {
    const both = (type: string, cast = type) => `x satisfies ${type} as ${cast}`
    const wrong = ["A", "Array<A>", "Map<string, Array<number>>", "A[]", "{ a: 1 }", "(a: A) => B", "Map<\n  A,\n  B\n>", "A | B"]
    expect(wrong.filter((type) => checkedAndCast(`const y = ${both(type)}\nconst z = 1`).length === 0)).toEqual([])
    expect(checkedAndCast(both("A)", "A"))).toEqual(["A"])
    expect(checkedAndCast(`f(${both("\n  Map<A, B>\n", "\n  Map<A,\n B>")})`)).toEqual(["Map < A , B >"])
    const right = [both("A", "B"), both("A", "Array<A>"), both("A", "A[]"), "x as const satisfies A\nconst y = z as A"]
    expect(right.filter((text) => checkedAndCast(text).length > 0)).toEqual([])
  })

  it("spreads no list into a call that may be a long one: it would overflow the stack", () => {
    const calls = typescriptIn(["src", "stages", "schemas", "pipelines"]).flatMap((file) =>
      spreadsIntoCalls(textOf(file)).map((call) => [file, call, call.split("(")[0]!.replace(/^\.\.\./, "")] as const)
    )
    expect(calls.filter(([, , callee]) => !Object.hasOwn(BOUNDED_SPREADS, callee))).toEqual([])
    const used = new Set(calls.map(([, , callee]) => callee))
    expect(Object.keys(BOUNDED_SPREADS).filter((callee) => !used.has(callee))).toEqual([])
  })

  it("removes through src/store/disk/calls.ts: the errors of Node's own rmSync say neither what failed nor why", () => {
    const removals = (file: string) => linesOf(file, (line) => /\brm(?:Sync)?\(|[{ ,]rm(?:Sync)?[, }]|fs\.rm\b/.test(line))
    expect(typescriptIn(["src", "stages", "schemas", "pipelines"]).flatMap(removals)).toEqual([])
  })

  it("would be caught spreading into a call, however it is written", () => {
    const wrong = [
      "rows.push(...more)",
      "Math.max(0, ...xs.map((x) => x.length))",
      "String.fromCharCode(...codes)",
      "a.splice(\n  0,\n  1,\n  ...b\n)",
      "f(g(1), ...xs)",
      "Int32Array.of(...xs)",
      "list.concat(...lists)",
      "f.apply(null, xs)",
      "Reflect.apply(f, null, xs)"
    ]
    expect(wrong.filter((text) => spreadsIntoCalls(text).length !== 1)).toEqual([])
    const right = [
      "const f = (...xs: Array<number>) => xs",
      "const f = (...xs: Array<number>): number => 1",
      "function f(...xs) {\n}",
      "[...a, ...b]",
      "f([...a, ...b])",
      "f({ ...a })",
      "new Set([...a])",
      "type F = (...xs: Array<A>) => B",
      'f("...", x)',
      "// rows.push(...more)"
    ]
    expect(right.filter((text) => spreadsIntoCalls(text).length > 0)).toEqual([])
  })

  it("makes folders by the store's own functions: Node's recursion never ends in /proc", () => {
    const makes = (text: string) => /\bmkdir(?:Sync)?\b\s*[(,}]/.test(withoutComments(text))
    const own = ["src/store/disk/inside.ts", "src/store/disk/make-folder.ts", "src/store/disk/publish.ts"]
    const made = files.filter((file) => /^(src|stages|schemas|pipelines|bin)\/.*\.(ts|mjs)$/.test(file) && makes(textOf(file)))
    expect(made).toEqual(own)
    expect(own.filter((file) => /\bmkdir[^\n]*recursive/.test(textOf(file)))).toEqual([])
    const wrong = [
      "fs.mkdirSync(a, { recursive: true })",
      "import { mkdir } from",
      "await mkdir(a)",
      "import { mkdirSync, rmSync }"
    ]
    expect(wrong.filter((text) => !makes(text))).toEqual([])
    expect(['mkdir: "made"', "// fs.mkdirSync(a)"].filter(makes)).toEqual([])
  })

  it("knows in one place how its user starts the program: where the package is installed, that is another way", () => {
    const told = sources.filter((file) => !file.startsWith("test/") && !file.startsWith("bench/"))
    const wayOf = /\b(?:pnpm|npx|npm run) pipeline\b/
    const named = told.filter((file) => file.endsWith(".ts") && wayOf.test(withoutComments(textOf(file))))
    // The second says how the words of docs/cli.md are to be read.
    expect(named).toEqual(["src/cli/help/commands-page.ts", "src/dag/repository.ts"])
  })

  it("names no path of one machine", () => {
    const ofOneMachine = /(?<![\w.~*$}>/-])\/(?:home|Users|root|work)\/[\w.-]+/
    const text = files.filter(
      (file) => /(?:\.(?:ts|mjs|c|h|cpp|cuh?|ptx|md|ya?ml|json|py)|\/run)$/.test(file) && file !== "pnpm-lock.yaml"
    )
    expect(text.flatMap((file) => linesOf(file, (line) => ofOneMachine.test(line)))).toEqual([])
  })
})
