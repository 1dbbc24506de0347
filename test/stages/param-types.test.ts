/** The types that SQL gives to params are those that the stages declare. */

import * as fs from "node:fs"
import * as path from "node:path"

import { expect, it } from "vitest"

import { paramTypes } from "../../schemas/params.ts"

const STAGES = path.resolve(import.meta.dirname, "../../stages")

const typeOf = (expected: string) => {
  if (/"none"/.test(expected) && expected.startsWith("a ")) return "VARCHAR"
  if (expected.startsWith("a whole number")) return "BIGINT"
  if (expected.startsWith("a number")) return "DOUBLE"
  return expected.startsWith("true or false") ? "BOOLEAN" : "VARCHAR"
}

/** Whole numbers of one stage go where another has any numbers. */
const both = (one: string, other: string) =>
  `${one} ${other}` === "BIGINT DOUBLE" || `${one} ${other}` === "DOUBLE BIGINT" ? "DOUBLE" : one

it("params have in SQL the types that stages declare, none is left out, and none has two", async () => {
  const declared = new Map<string, string>()
  for (const file of fs.readdirSync(STAGES).filter((name) => name.endsWith(".ts"))) {
    const exports = (await import(path.join(STAGES, file))) as Record<string, unknown>
    for (const stage of Object.values(exports)) {
      if (typeof stage !== "function" || !("params" in stage)) continue
      for (const [name, { expected }] of Object.entries(stage.params as Record<string, { readonly expected: string }>)) {
        const before = declared.get(name) ?? typeOf(expected)
        const type = both(typeOf(expected), before)
        expect([name, both(before, type)]).toEqual([name, type])
        declared.set(name, type)
      }
    }
  }
  expect(Object.fromEntries(paramTypes)).toEqual(Object.fromEntries([...declared].toSorted(([a], [b]) => (a < b ? -1 : 1))))
})
