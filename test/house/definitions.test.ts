/** docs/definitions.md says what every variant of RL is: a new entry of a table gets its words there. */

import { readFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { ALGORITHMS, algorithms } from "../../src/rl/algorithms/registry.ts"
import { DefinitionParams } from "../../src/rl/params/settings.ts"

const page = readFileSync(new URL("../../docs/definitions.md", import.meta.url), "utf8")

/** The names of a param that is one of some variants. */
const variantsOf = (expected: string): ReadonlyArray<string> =>
  expected.startsWith("one of ") ? [...expected.matchAll(/"([^"]+)"/g)].map(([, name]) => name!) : []

describe("docs/definitions.md", () => {
  const variants = Object.entries(DefinitionParams).flatMap(([param, { expected }]) =>
    variantsOf(expected).map((variant) => ({ param, variant }))
  )

  it("has variants to speak of", () => {
    expect(variants.length).toBeGreaterThan(30)
  })

  it.each(variants)("names $variant of $param", ({ variant }) => {
    expect(page).toContain(`\`${variant}\``)
  })

  it.each(Object.keys(DefinitionParams))("names the parameter %s", (param) => {
    expect(page).toMatch(new RegExp(`\\b${param}\\b`))
  })

  it("names every preset", () => {
    for (const algorithm of algorithms)
      for (const preset of Object.keys(ALGORITHMS[algorithm].presets)) expect(page).toContain(`\`${preset}\``)
  })
})
