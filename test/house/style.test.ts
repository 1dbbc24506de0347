/** What a reader may rely on in every file. Formatting is oxfmt's and correctness oxlint's; this is what neither can say. */

import { describe, expect, it } from "vitest"

import { repositoryFiles, textOf, typescriptIn } from "./sources.ts"

const LONGEST_LINE = 130

const files = repositoryFiles().filter((file) => !file.includes("/fixtures/"))

/** `file:line` of every line that is wrong. */
const linesOf = (file: string, wrong: (line: string) => boolean): ReadonlyArray<string> =>
  textOf(file)
    .split("\n")
    .flatMap((line, i) => (wrong(line) ? [`${file}:${i + 1}`] : []))

describe("every file", () => {
  it("of TypeScript in the house begins with its header comment, above the imports", () => {
    const without = typescriptIn(["src", "stages", "schemas", "pipelines"]).filter((file) => !/^\/\*\*\s+\S/.test(textOf(file)))
    expect(without).toEqual([])
  })

  it("has a blank line below its header: without one, sorting the imports carries it along with the first of them", () => {
    const joined = typescriptIn(["src", "stages", "schemas", "pipelines"]).filter((file) =>
      /^\/\*\*(?:[^*]|\*(?!\/))*\*\/\nimport /.test(textOf(file))
    )
    expect(joined).toEqual([])
  })

  it(`has lines of at most ${LONGEST_LINE} characters`, () => {
    const wide = (file: string) =>
      linesOf(file, (line) => {
        if ([...line].length <= LONGEST_LINE) return false
        // A table's row, a picture and a long address cannot be broken.
        return !(file.endsWith(".md") && /^\s*(?:\||!\[.*\]\(\S+\)$|\S+$)/.test(line))
      })
    expect(files.filter((file) => /\.(ts|mjs|c|h|md)$/.test(file)).flatMap(wide)).toEqual([])
  })

  it("annotates a type instead of checking and casting: no check and cast to one type", () => {
    const cast = /\bsatisfies\s+([\w.]+(?:<[^>]*>)?(?:\[\])?)\s+as\s+\1/
    expect(files.filter((file) => file.endsWith(".ts")).filter((file) => cast.test(textOf(file)))).toEqual([])
  })

  it("names no path of one machine", () => {
    const ofOneMachine = /(?<![\w.~*$}>/-])\/(?:home|Users|root|work)\/[\w.-]+/
    const text = files.filter((file) => /(?:\.(?:ts|mjs|c|h|md|ya?ml|json|py)|\/run)$/.test(file) && file !== "pnpm-lock.yaml")
    expect(text.flatMap((file) => linesOf(file, (line) => ofOneMachine.test(line)))).toEqual([])
  })
})
