/**
 * Mutations at random: a module, what it imports, JSON, a file beside it, C with a header. Each is really run, the C really read
 * by a compiler: where what comes out is another, the key is another or the code is refused. And what a key is to overlook, it
 * does.
 */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { codeOf } from "../../../src/dag/code/digest.ts"
import { digestOf } from "../../../src/engine/native/source.ts"
import { type Draws, draws } from "../../../src/random/philox.ts"
import { temporaryFolder } from "../../store/temporary-folder.ts"

type Files = Readonly<Record<string, string>>

/** Everything in which a language can read more than it seems to say; no loop that a mutation could make endless. */
const PROGRAM: Files = {
  "stage.ts": `import * as fs from "node:fs"
import { label, parts, pick, scale, text } from "./rules.ts"
import { rate as other } from "./first.ts"
import words from "./words.json" with { type: "json" }
const data = fs.readFileSync(new URL("./data.txt", import.meta.url), "utf8")
export const outcome = async (size: number = 3): Promise<unknown> => {
  const { rate } = await import(\`./second.ts\`)
  return [size, scale(size), [...parts()], text, label, pick("12-a"), words, data, rate, other]
}
`,
  "rules.ts": `import { rate } from "./first.ts"
import { rate as slow } from "./second.ts"
/** A default, a step up and a step down. */
export const scale = (x: number, by = 3): number => {
  let y = x * by
  let z = 2 // a number
  y++
  z--
  const most = y > 4 ? y - 1 : y + 1
  return most + z * rate
}
export function* parts() {
  for (const i of [0, 1, 2]) yield [i, i * slow, i ** 2]
}
export const text = \`one
  two \${scale(2)} three\`
export const label = String.raw\`x\\u0061y\`
export const pick = (from: string) => {
  const found = /(\\d+)-(\\w)/.exec(from)
  if (found === null) return "none"
  const shown = found[1] ?? "nothing"
  return shown + "x  y" + [1, , 3,].length
}
`,
  "first.ts": `class Rate {
  #one = 1
  two = 2
  get three() { return this.#one + this.two }
}
export const rate = new Rate().three
`,
  "second.ts": "let hidden = 5\nconst step = () => {\n  hidden += 2\n  return hidden\n}\nexport const rate = step() - 4 / 2\n",
  "words.json": '{ "a": 1, "b": [2, 3], "c": "four" }',
  "data.txt": "some  data\n"
}

const IMPORTS: ReadonlyArray<readonly [string, string]> = [
  ["./first.ts", "./second.ts"],
  ["./second.ts", "./first.ts"]
]
const OPERATORS = [
  "+",
  "-",
  "*",
  "/",
  "%",
  "**",
  ">",
  "<",
  ">=",
  "===",
  "!==",
  "&&",
  "||",
  "??",
  "?.",
  "++",
  "--",
  "=>",
  ",",
  ";"
]

type Mutation = (files: Files, random: Draws) => Files

const anyOf = (text: string, pattern: RegExp, random: Draws) => {
  const found = [...text.matchAll(pattern)]
  return found.length === 0 ? null : random.pick(found)
}

/** Replaces one place that a pattern finds in a file drawn at random. */
const replacing =
  (pattern: RegExp, by: (found: string, random: Draws) => string): Mutation =>
  (files, random) => {
    const name = random.pick(Object.keys(files))
    const at = anyOf(files[name]!, pattern, random)
    if (at === null) return files
    const text = files[name]!
    return { ...files, [name]: text.slice(0, at.index) + by(at[0], random) + text.slice(at.index + at[0].length) }
  }

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  "a constant": replacing(/\d/g, (digit, random) => String((Number(digit) + random.between(1, 8)) % 10)),
  "an operator": replacing(/\+\+|--|=>|===|\?\?|\*\*|[-+*/<>?,]/g, (_, random) => random.pick(OPERATORS)),
  "a blank for a line break": replacing(/[^\S\n]+/g, () => "\n"),
  "a line break for a blank": replacing(/\n\s*/g, () => " "),
  "a line break anywhere": replacing(/(?=[^])/g, () => "\n"),
  "a line break behind a keyword": replacing(/\b(?:return|yield|await) /g, (keyword) => keyword.replace(" ", "\n")),
  "a name": replacing(/\b(?:rate|slow|by|y|z|one|two|text|label|most|found|other)\b/g, (_, random) =>
    random.pick(["rate", "by", "y", "z", "one", "two", "other"])
  ),
  "a character less": replacing(/[^]/g, () => ""),
  "a character twice": replacing(/[^]/g, (found) => found + found),
  "two characters swapped": replacing(/[^][^]/g, (found) => [...found].toReversed().join("")),
  "an imported module": (files, random) => {
    const [from, to] = random.pick(IMPORTS)
    return replacing(new RegExp(from.replaceAll(".", "\\."), "g"), () => to)(files, random)
  },
  "a file's name": (files, random) => {
    const name = random.pick(["first.ts", "second.ts", "words.json", "data.txt"])
    const renamed = Object.entries(files).map(([file, text]) => [
      file === name ? `x${name}` : file,
      text.replaceAll(`./${name}`, `./x${name}`)
    ])
    return Object.fromEntries(renamed) as Files
  },
  "two files exchanged": (files) => {
    const { "first.ts": first = "", "second.ts": second = "" } = files
    return { ...files, "first.ts": second, "second.ts": first }
  },
  "the quotes of a template": replacing(/`/g, () => '"')
}

/** Comments, layout and types: no key may change, and no result. */
const OVERLOOKED: Readonly<Record<string, Mutation>> = {
  "a comment": (files, random) => {
    const name = random.pick(["rules.ts", "first.ts", "stage.ts"])
    const lines = files[name]!.split("\n")
    const at = random.pick([0, 1, 2, 3])
    return {
      ...files,
      [name]: [...lines.slice(0, at), random.pick(["// why", "/* so\n it is */", ""]), ...lines.slice(at)].join("\n")
    }
  },
  indentation: (files, random) => {
    const name = random.pick(["first.ts", "second.ts"])
    return { ...files, [name]: files[name]!.replaceAll("\n  ", `\n${random.pick(["\t", "      ", " "])}`) }
  },
  semicolons: (files) => ({ ...files, "second.ts": files["second.ts"]!.replaceAll(/([\d)n])\n/g, "$1;\n") }),
  "a type": (files) => ({
    ...files,
    "rules.ts": files["rules.ts"]!.replaceAll(": number", "").replace("by = 3", "by: number = 3")
  }),
  "the layout of JSON": (files) => ({ ...files, "words.json": JSON.stringify(JSON.parse(files["words.json"]!), null, 2) })
}

const write = (folder: string, files: Files): string => {
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text)
  return folder
}

/** Names and digests of all code, or what refuses it. */
const keyOf = (folder: string): string => {
  try {
    return JSON.stringify(codeOf(`file://${folder}/stage.ts`))
  } catch (cause) {
    return `refused: ${(cause as Error).message.replaceAll(folder, "")}`
  }
}

/** What each program gives, all in one process: JSON, or the kind of error. */
const outcomesOf = (folders: ReadonlyArray<string>): ReadonlyArray<string> => {
  const program = `const said = []
    for (const folder of ${JSON.stringify(folders)})
      said.push(
        await import(\`file://\${folder}/stage.ts\`).then((m) => m.outcome()).then(JSON.stringify, (e) => \`failed: \${e?.name}\`)
      )
    process.stdout.write(JSON.stringify(said.map((one) => one ?? "undefined")))`
  const flags = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", program]
  return JSON.parse(execFileSync(process.execPath, flags, { encoding: "utf8", maxBuffer: 1 << 26 })) as ReadonlyArray<string>
}

const ROUNDS = 40

/** Programs after one mutation each, and now and then a second. */
const mutants = (mutations: Readonly<Record<string, Mutation>>, rounds: number) =>
  Object.entries(mutations).flatMap(([name, mutate], which) =>
    Array.from({ length: rounds }, (_, round) => {
      const random = draws(14, "mutations", which, round)
      const once = mutate(PROGRAM, random)
      const files = random.uniform() < 0.2 ? random.pick(Object.values(mutations))(once, random) : once
      return { name, files, folder: write(temporaryFolder(), files) }
    })
  )

const differences = (files: Files) =>
  [...new Set([...Object.keys(files), ...Object.keys(PROGRAM)])]
    .filter((name) => files[name] !== PROGRAM[name])
    .map((name) => `${name}:\n${files[name]}`)
    .join("\n")

describe("a program that is mutated at random", () => {
  const folder = write(temporaryFolder(), PROGRAM)
  const key = keyOf(folder)

  it("has another key, or is refused, whenever it gives something else", () => {
    const all = mutants(MUTATIONS, ROUNDS)
    const [usual, ...given] = outcomesOf([folder, ...all.map((mutant) => mutant.folder)])
    expect(usual).toMatch(/^\[3,/)
    const unseen = all.filter((mutant, i) => given[i] !== usual && keyOf(mutant.folder) === key)
    expect(unseen.map(({ name, files }) => `${name}: ${differences(files)}`)).toEqual([])
    // The test would notice: most mutations change what comes out, and many of those still run.
    expect(given.filter((outcome) => outcome !== usual).length).toBeGreaterThan(all.length / 2)
    expect(given.filter((outcome) => outcome !== usual && !outcome.startsWith("failed")).length).toBeGreaterThan(all.length / 8)
  })

  it("has the same key and gives the same after what a key overlooks", () => {
    const all = mutants(OVERLOOKED, 6)
    const [usual, ...given] = outcomesOf([folder, ...all.map((mutant) => mutant.folder)])
    const wrong = all.filter((mutant, i) => given[i] !== usual || keyOf(mutant.folder) !== key)
    expect(wrong.map(({ name, files }) => `${name}: ${differences(files)}`)).toEqual([])
  })
})

const C: Files = {
  "a.c": `/* Adds. */
#include "b.h"
#if WIDE \\
  + 1 > 1
int wide = 1; // for wide
#else
int wide = 0;
#endif
const char *said = "a  /* no comment */ b", quote = '"';
int f(int x) {
  return TWICE(x) + LEAST / 2; /* half */
}
`,
  "b.h": `#define WIDE 1
#define TWICE(x) ((x) + (x)) // "twice"
#define TEXT(x) #x
#define LEAST 3
static const char *shown = TEXT(a  + b) "//";
`
}

const hasCompiler = (() => {
  try {
    execFileSync("cc", ["--version"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
})()

/** The tokens that a compiler would compile, or that it would not. */
const compiled = (files: Files): string => {
  const folder = write(temporaryFolder(), files)
  try {
    const flags = ["-std=gnu11", "-E", "-P", "a.c"]
    return execFileSync("cc", flags, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).replaceAll(
      /\n+/g,
      "\n"
    )
  } catch {
    return "refused"
  }
}

describe.skipIf(!hasCompiler)("C that is mutated at random", () => {
  const names = [
    "a constant",
    "an operator",
    "a blank for a line break",
    "a line break for a blank",
    "a line break anywhere",
    "a character less",
    "a character twice"
  ]
  const digest = (files: Files) => digestOf(new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])))

  it("has another digest whenever the compiler sees another program", () => {
    const usual = compiled(C)
    const all = names.flatMap((name, which) =>
      Array.from({ length: 14 }, (_, round) => ({ name, files: MUTATIONS[name]!(C, draws(14, "c", which, round)) }))
    )
    const changed = all.filter(({ files }) => compiled(files).replaceAll(/\s+/g, " ") !== usual.replaceAll(/\s+/g, " "))
    expect(
      changed
        .filter(({ files }) => digest(files) === digest(C))
        .map(({ name, files }) => `${name}: ${files["a.c"]}${files["b.h"]}`)
    ).toEqual([])
    expect(changed.length).toBeGreaterThan(30)
  })
})
