/** What of a module makes a difference, and what does not. */

import { describe, expect, it } from "vitest"

import { essenceOf, textOf } from "../../../src/dag/code/essence.ts"

const essence = (source: string) => textOf(essenceOf(source))

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
      `import * as Stage from "../src/dag/Stage.ts"\nexport const s = ` +
      `Stage.make({ name: "s", ${resources} run: Effect.fn("s")(function* () { return ${rate} }) })`
    expect(essence(stage("resources: { cost: ({ steps }) => steps * 2 },", 1))).toBe(essence(stage("resources: {},", 1)))
    expect(essence(stage("resources: {},", 1))).not.toBe(essence(stage("resources: {},", 2)))
    expect(essence("export const s = other({ resources: 1 })")).not.toBe(essence("export const s = other({ resources: 2 })"))
  })

  it("lists imports, exports from, and dynamic imports, but not those of types", () => {
    const { reaches } = essenceOf(`
      import type { T } from "./types.ts"
      import fs, { type X } from "node:fs"
      export * from "./all.ts"
      export { y } from "effect"
      import "./side-effect.ts"
      const z = await import("./lazy.ts")
    `)
    expect(reaches.map(({ specifier }) => specifier).toSorted()).toEqual([
      "./all.ts",
      "./lazy.ts",
      "./side-effect.ts",
      "effect",
      "node:fs"
    ])
  })
})

describe("line breaks", () => {
  it.each([
    ["return\n1", "return 1"],
    ["return\n{}", "return {}"],
    ["return // why\n1", "return 1"],
    ["return /* over\nlines */ 1", "return 1"],
    ["let x = y\n++z", "let x = y++; z"],
    ["let x = y\n--z", "let x = y--; z"],
    ["a: for (;;) { break\na }", "a: for (;;) { break a }"],
    ["a: for (;;) { continue\na }", "a: for (;;) { continue a }"],
    ["function* g() { yield\n[1] }", "function* g() { yield [1] }"],
    ["function* g() { yield\n/x/g }", "function* g() { yield /x/g }"],
    ["var async\nfunction f() {}", "var f = async function () {}"],
    ["class A { async\nf() {} }", "class A { async f() {} }"],
    ["class A { get\n*f() {} }", "class A { get; *f() {} x = get }"],
    ["let x = f\n;[1].map(g)", "let x = f\n[1].map(g)"],
    ["let x = f\n;(g)()", "let x = f\n(g)()"],
    ["let x = f\n;`t`", "let x = f\n`t`"],
    ["let x = a\n/b/g", "let x = a;\n/b/g"]
  ])("that end a statement count: %j is not %j", (one, other) => {
    const inFunction = (body: string) => essence(`export function f() { ${body} }`)
    expect(inFunction(one)).not.toBe(inFunction(other))
  })

  it.each([
    ["return 1", "return 1;"],
    ["return (\n1\n)", "return (1)"],
    ["let x = 1\nlet y = 2", "let x = 1; let y = 2;"],
    ["let x =\n1\n+ 2", "let x = 1 + 2"],
    ["do { x() } while (y)\nz()", "do { x() } while (y); z()"],
    ["x()\n;[1].map(g)", "x();\n[1].map(g)"],
    ["if (x) { y() }", "if (x) { y(); };"],
    ["const f = x => x", "const f = (x) => x;"],
    ["const f = async x => x", "const f = async (x) => x"],
    ["g(1, 2)", "g(\n  1,\n  2,\n)"],
    ["const a = [1, 2]", "const a = [1, 2,]"],
    ["const { a, b } = c", "const { a, b, } = c"],
    ["const o = { a: 1, b: 2 }", "const o = { 'a': 1, \"b\": 2, }"],
    ["class A { a = 1; b = 2 }", "class A { a = 1\n b = 2 }"]
  ])("and other things that a formatter may change do not: %j is %j", (one, other) => {
    const inFunction = (body: string) => essence(`export function f() { ${body} }`)
    expect(inFunction(one)).toBe(inFunction(other))
  })

  it.each([
    ["[a, , b]", "[a, b]"],
    ["[a, ,]", "[a,]"],
    ["[,]", "[]"],
    ["`a\n+\nb`", "`a` + `b`"],
    ["`\\`\n+\n\\``", "`` + ``"],
    ["String.raw`\\u0061`", "String.raw`a`"],
    ["`a\\nb`", "`a\nb`"],
    ["1e999", "Infinity"],
    ["/[/]/", "/[\\/]/"],
    ["{ a: 1 }.b", "{ ['a']: 1 }.b"]
  ])("and what looks alike is told apart: %s is not %s", (one, other) => {
    expect(essence(`export const v = (${one})`)).not.toBe(essence(`export const v = (${other})`))
  })
})
