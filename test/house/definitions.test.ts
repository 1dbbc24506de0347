/**
 * docs/definitions.md speaks of every parameter and preset of RL. The variants of a parameter are listed by `pipeline list`, so
 * that a new one is one entry of a table and nothing else.
 */

import { readFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { ALGORITHMS, algorithms } from "../../src/rl/algorithms/registry.ts"
import { DefinitionParams } from "../../src/rl/params/settings.ts"

const page = readFileSync(new URL("../../docs/definitions.md", import.meta.url), "utf8")

describe("docs/definitions.md", () => {
  it.each(Object.keys(DefinitionParams))("names the parameter %s", (param) => {
    expect(page).toMatch(new RegExp(`\\b${param}\\b`))
  })

  it("names every preset", () => {
    for (const algorithm of algorithms)
      for (const preset of Object.keys(ALGORITHMS[algorithm].presets)) expect(page).toContain(`\`${preset}\``)
  })
})
