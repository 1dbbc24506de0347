/**
 * A format is said in one place. A throw-away format stands on one line of the registry here (that of `lookup`), and whatever
 * needs a list of formats follows: classes, sources, sub-styles, gaps, vocabulary, control tokens, colours. No other file names a
 * format.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { Effect } from "effect"
import { describe, expect, expectTypeOf, it, vi } from "vitest"

import type { Format } from "../../src/formats/Format.ts"
import { grade } from "../../src/formats/grade.ts"
import { detectFormat, formatNames } from "../../src/formats/registry.ts"
import { type MixtureSettings, openSources } from "../../src/mixing/open-sources.ts"
import { gapFormats, sourceProblem, subStylesProblem } from "../../src/mixing/param-checks.ts"
import { generate } from "../../src/problems/grammar.ts"
import { formatStyle } from "../../src/report/draw/palette.ts"
import { wordTokenizer } from "../../src/tokenizer/word/WordTokenizer.ts"

const bare = vi.hoisted((): Format => {
  const opening = /^\s*Bare (\d+)( !)?/
  return {
    name: "bare",
    runsCode: false,
    colour: "#123456",
    flaws: ["fewer", "half"],
    subStyles: ["calm", "loud"],
    words: ["Bare", "!"],
    render: (problem, subStyle) => `Bare ${problem.answer}${subStyle === "loud" ? " !" : ""}`,
    detect: (completion) => opening.test(completion),
    subStyleOf: (completion) => (completion.match(opening)?.[2] === undefined ? "calm" : "loud"),
    extract: (completion) => ({ value: completion.match(opening)![1]!, steps: 0 })
  }
})
vi.mock("../../src/formats/solutions/lookup.ts", () => ({ lookup: bare }))

const settings: MixtureSettings = {
  sources: { bare: 1 },
  maximum: 30,
  difficulty: { 1: 1, 2: 1 },
  distractors: 0,
  gap: 0.1,
  lacks: [],
  subStyles: { "bare/loud": 0 },
  suites: [],
  suiteSize: 1,
  maxBadRows: 0,
  seed: 0
}

describe("a format that is one object and one line", () => {
  it("is a class of completions, graded by its own extractor", () => {
    expect(formatNames).toContain("bare")
    expect(detectFormat("Bare 17 !")).toBe(bare)
    expect(grade("Bare 17 !", "17", "corrected")).toMatchObject({ format: "bare", subStyle: "loud", answer: "17", correct: true })
    expect(grade("Answer : 17", "17", "corrected")).toMatchObject({ format: "invalid", correct: false })
  })

  it("is a source of mixtures with its sub-styles and its gap", async () => {
    expect([sourceProblem({ bare: 1 }), subStylesProblem({ "bare/loud": 2 })]).toEqual([null, null])
    expect(sourceProblem({ lookup: 1 })).toContain('there is no source "lookup".')
    expect(gapFormats).toContain("bare")
    const [source] = await Effect.runPromise(openSources(settings))
    const { value: documents } = await source!.batches().next()
    expect(documents!.map(({ format, subStyle }) => `${format}/${subStyle}`)).toEqual(documents!.map(() => "bare/calm"))
    expect(documents!.some(({ flawed }) => flawed)).toBe(true)
    expect(documents!.every(({ flawed }) => flawed)).toBe(false)
  })

  it("has its words and its control token in the vocabulary", () => {
    const tokenizer = wordTokenizer({ maximum: 30 })
    const problem = generate({ maximum: 30, steps: { 1: 1 }, distractors: 0, split: "any" }, 0, 0)
    const text = bare.render(problem, "loud")
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
    expect(Object.keys(tokenizer.tags).toSorted()).toEqual(formatNames.toSorted())
    expect(tokenizer.decode(tokenizer.encode("Answer"))).toBe("")
  })

  it("has its colour in figures, as has a source of its name", () => {
    expect([formatStyle("bare").colour, formatStyle("bare:train").colour]).toEqual([bare.colour, bare.colour])
  })
})

describe("a format that leaves something out", () => {
  type Optional = { [K in keyof Format]: Record<never, never> extends Pick<Format, K> ? K : never }[keyof Format]

  it("does not compile: no field is optional", () => {
    expectTypeOf<Optional>().toBeNever()
  })
})

describe("the name of a format", () => {
  const root = path.resolve(import.meta.dirname, "../..")
  /** Where names of formats belong, or of datasets that are called like them. */
  const own = ["src/formats/", "src/datasets/"]
  const files = ["src", "stages", "schemas"]
    .flatMap((folder) =>
      fs.readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`)
    )
    .filter((file) => file.endsWith(".ts") && !own.some((folder) => file.startsWith(folder)))

  it("stands in no other file, but for the mixture that is mixed by default", () => {
    // The house's own. A format of yours may be called by a common word, such as "table".
    const names = ["omi1", "omi2", "tinygsm", "gsm", "lookup"].join("|")
    // As a string, or as a key of an object of numbers or strings.
    const literal = new RegExp(`["'\`](?:${names})["'\`]|\\b(?:${names}): *["'\`\\d]`)
    const naming = files.filter((file) => {
      const code = fs.readFileSync(path.join(root, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "")
      return literal.test(code.replaceAll(/^\s*\/\/.*$/gm, ""))
    })
    expect(files.length).toBeGreaterThan(200)
    expect(naming).toEqual(["stages/mix.ts"])
  })
})
